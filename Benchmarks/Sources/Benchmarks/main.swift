// The benchmarks' command: reads its arguments, and runs the benchmarks they name.

import Foundation

do {
  let options = try Options(Array(CommandLine.arguments.dropFirst()))
  if options.wantsHelp {
    print("See 'Scripts/bench --help'.")
  } else {
    let session = try Session(options)
    // Measured figures are written even if a later benchmark fails.
    let problem = Result { for benchmark in options.benchmarks { try benchmark.run(session) } }
    try session.end()
    try problem.get()
  }
} catch let failure as Failure {
  FileHandle.standardError.write(Data("Error: \(failure.message)\n".utf8))
  exit(failure.code)
}
