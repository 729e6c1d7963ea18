import Foundation
import Testing

@testable import CommandLineOptions
@testable import MicroGPTCommand

/// What fish completes, asked by its own `complete -C`.
@Suite(
  "Completion in fish",
  .enabled(if: hasShell("fish"), "There is no fish here: its completions are not tried."))
struct FishCompletionTests {
  /// The completions of a line: each word and, after a tab, its description.
  private func completions(
    _ line: String, of command: Command = MicroGPT.command, in sandbox: Sandbox? = nil
  ) throws -> [String] {
    let sandbox = try sandbox ?? Sandbox()
    try sandbox.write(command.completionScript(for: .fish), to: "../script")
    let ending = try sandbox.run(
      words: [
        "/usr/bin/env", "fish", "--no-config", "-c", "source ../script; complete -C $argv[1]", "--", line,
      ])
    #expect(ending.code == 0 && ending.error == "", "\(ending.error)")
    return ending.output.split(separator: "\n").map(String.init)
  }

  private func words(_ line: String, in sandbox: Sandbox? = nil) throws -> [String] {
    try completions(line, in: sandbox).map { String($0.prefix { $0 != "\t" }) }.map {
      // Some versions quote a name as the line will have it.
      $0.replacing(#"\ "#, with: " ")
    }.sorted()
  }

  @Test("subcommands and options have their descriptions")
  func descriptions() throws {
    let subcommands = MicroGPT.command.subcommands.map { "\($0.name)\t\($0.abstract)" }
    #expect(try completions("microgpt ").sorted() == (subcommands + ["help\tShow help."]).sorted())
    #expect(
      try completions("microgpt names -").sorted()
        == ["--help\tShow this help", "--version\tShow the version", "-h\tShow this help"])
    #expect(
      try completions("microgpt eval --he")
        == [
          "--held-out\tMeasure only on the lines that the run held out, in its arithmetic",
          "--help\tShow this help",
        ])
  }

  @Test("options are the subcommand's, and without one the first subcommand's and the command's own")
  func options() throws {
    #expect(try words("microgpt sample --top") == ["--top-k", "--top-p"])
    #expect(try words("microgpt --quiet --man") == ["--manual"])
    #expect(try words("microgpt train --man") == [])
    #expect(try words("microgpt help sa") == ["sample"])
  }

  @Test("a value is one of the choices, a file or nothing, as the option says, and arguments are files")
  func values() throws {
    let sandbox = try Sandbox(["my names.txt": "", "your.txt": ""])
    let files = ["my names.txt", "your.txt"]
    #expect(try words("microgpt train --engine ", in: sandbox) == ["exact", "fast"])
    #expect(try words("microgpt --schedule=c", in: sandbox) == ["--schedule=constant", "--schedule=cosine"])
    #expect(try words("microgpt --data ", in: sandbox) == files)
    #expect(try words("microgpt train --steps ", in: sandbox) == [])
    #expect(try words("microgpt eval --json ", in: sandbox) == files)
    #expect(try words("microgpt eval -- ", in: sandbox) == files)
    #expect(try words("microgpt names ", in: sandbox) == [])
  }

  @Test("quotes, backslashes and dollars in a description are shown as they are")
  func quoting() throws {
    let command = Command(name: "microgpt", abstract: "", subcommands: [Odd.self])
    #expect(try completions("microgpt odd --o", of: command) == ["--odd\t" + Odd.help])
  }
}

/// A subcommand whose help has characters that shells and manual pages treat specially.
struct Odd: Subcommand {
  var value: String?

  static let help = #"It's "$HOME" [a:b] `c` \d \\ -e --f-g .h ~"#
  static let name = "odd"
  static let abstract = ".Odd: " + help
  static let discussion = "'Quoted' first. .Dotted \(String(repeating: "x ", count: 34)).end of a line."
  static let examples: KeyValuePairs = ["It's an example:": #".odd --odd 'a\b' -- "c""#]
  static var arguments: [Argument<Self>] { [.optional("No", \.value, "An argument named as a macro")] }
  static var options: KeyValuePairs<String, [Option<Self>]> {
    ["ODD": [.text("--odd", "Nm", \.value, help).short("-o")]]
  }

  func run(given: GivenOptions) {}
}
