// The `microgpt` command: reads the line of words, runs a subcommand, and turns whatever goes wrong into one
// message on standard error and one of sysexits' exit codes.

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
      subcommands: [Train.self, Verify.self])
  }

  static func main() {
    // A reader that goes away, as `head` does, is an error of the next write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    do {
      switch try command.parse(Array(CommandLine.arguments.dropFirst())) {
      case .run(let subcommand): try subcommand.run()
      case .help(let page): try Console.print(page)
      case .version: try Console.print("microgpt \(version)")
      }
    } catch {
      let failure = Failure(error)
      if let message = failure.message { Console.complain("Error: \(message)") }
      exit(failure.code)
    }
  }
}
