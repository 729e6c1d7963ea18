// The `microgpt` command: parses the command line, runs a subcommand, and reports any error as one message on
// standard error and one of the exit codes of sysexits.h.

import CommandLineOptions
import MicroGPTFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@main
struct MicroGPT {
  static let version = "0.1.0"

  static var command: Command {
    Command(
      name: "microgpt", abstract: "Train a GPT on lines of text and let it make up new ones.",
      subcommands: [
        Train.self, Sweep.self, Compare.self, Sample.self, Eval.self, TraceCommand.self, Inspect.self,
        Export.self, Verify.self, Names.self,
      ])
  }

  static func main() {
    // If a reader such as `head` exits, or a file reaches the size that `ulimit -f` allows, the next write fails; without
    // this a signal would end the process.
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    do {
      switch try command.parse(Array(CommandLine.arguments.dropFirst())) {
      case .run(let subcommand, let given): try subcommand.run(given: given)
      case .help(let page): try Console.print(page)
      case .version: try Console.print("microgpt \(version)")
      case .manual: try Console.print(command.manual(manualFacts))
      case .completionScript(let shell): try Console.print(command.completionScript(for: shell))
      }
    } catch {
      let failure = Failure(error)
      if let message = failure.message { Console.remark("Error: \(message)") }
      exit(failure.code)
    }
  }
}
