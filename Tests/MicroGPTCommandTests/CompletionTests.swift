import Testing

@testable import CommandLineOptions
@testable import MicroGPTCommand

/// What the declarations say about completion, and the lines that ask for a script.
@Suite("Completion") struct CompletionTests {
  @Test("every option and argument says what completes it, without being told")
  func declarations() {
    let table = CompletionTable(MicroGPT.command)
    for part in [table.top] + table.subcommands {
      for option in part.options {
        guard let value = option.value else { continue }
        switch value.placeholder {
        case "FILE": #expect(value.completion == .files, "\(part.name) \(option.names)")
        case "N", "X", "TEXT", "LAYER.HEAD":
          #expect(value.completion == .nothing, "\(part.name) \(option.names)")
        case "LIST" where value.completion == .nothing:
          // A list of numbers; one of words is completed with the first of them.
          #expect(!["--engine", "--schedule"].contains(option.names[0]))
        default:
          guard case .words(let words) = value.completion else {
            Issue.record("\(part.name) \(option.names) completes nothing")
            continue
          }
          #expect(value.facts?.hasPrefix(list(words, "or")) == true)
        }
      }
    }
    let arguments = table.subcommands.flatMap { part in part.arguments.map { (part.name, $0.completion) } }
    #expect(
      arguments.map(\.0) == ["compare", "sample", "eval", "trace", "trace", "inspect", "export", "help"])
    // The document that trace follows is text.
    let documents = arguments.indices.filter { arguments[$0].1 == .nothing }
    #expect(documents == [4])
    #expect(arguments.indices.dropLast().allSatisfy { $0 == 4 || arguments[$0].1 == .files })
  }

  private func asked(_ line: String) throws -> Shell? {
    guard case .completionScript(let shell) = try MicroGPT.command.parse(split(line)) else { return nil }
    return shell
  }

  @Test("a script can be asked for in several ways, whatever else the line says")
  func requests() throws {
    #expect(try asked("--completion-script bash") == .bash)
    #expect(try asked("--completion-script=zsh") == .zsh)
    #expect(try asked("train --steps ten --completion-script fish") == .fish)
    #expect(try asked("--completion-script zsh --help") == nil)
  }

  @Test(
    "a shell that has no script is refused with those that have one",
    arguments: [
      (
        "--completion-script tcsh",
        "'--completion-script tcsh' is not one of the choices. Give bash, zsh or fish."
      ),
      (
        "--completion-script",
        "'--completion-script' needs a value. Write '--completion-script SHELL', where SHELL is bash, zsh or fish."
      ),
      (
        "--completion-script --steps",
        "'--completion-script' needs a value. Write '--completion-script SHELL', where SHELL is bash, zsh or fish."
      ),
      (
        "--completion-script=",
        "'--completion-script' needs a value. Write '--completion-script SHELL', where SHELL is bash, zsh or fish."
      ),
      (
        "--completion-scirpt bash",
        "Unknown option '--completion-scirpt'. Did you mean '--completion-script'?"
      ),
      ("--versoin", "Unknown option '--versoin'. Did you mean '--version'?"),
      ("manual", "Unknown subcommand 'manual'. Did you mean '--manual'?"),
      ("--clip 1", "Unknown option '--clip'. See 'microgpt train --help' for the options it takes."),
    ])
  func refusals(line: String, message: String) throws {
    #expect(refusal(line) == message)
  }

  @Test("a refused shell is a usage error, and a script has one newline at its end")
  func command() throws {
    let sandbox = try Sandbox()
    let refused = try sandbox.run("--completion-script ksh")
    #expect(refused.code == 64 && refused.output == "" && refused.error.hasPrefix("Error: "))
    for shell in Shell.allCases {
      let script = MicroGPT.command.completionScript(for: shell)
      #expect(try sandbox.run("--completion-script \(shell)") == Ending(output: script + "\n"))
      #expect(!script.contains(/@[A-Z]+@/) && script.last != "\n")
    }
  }
}
