// The benchmarks' command: reads its line of words, and runs the benchmarks that it names.

import Foundation

do {
  let options = try Options(Array(CommandLine.arguments.dropFirst()))
  if options.wantsHelp {
    print(Options.help)
  } else {
    let session = try Session(options)
    // What has been measured is not lost with what could not be.
    let problem = Result { for benchmark in options.benchmarks { try benchmark.run(session) } }
    try session.end()
    try problem.get()
  }
} catch let failure as Failure {
  FileHandle.standardError.write(Data("Error: \(failure.message)\n".utf8))
  exit(failure.code)
}
