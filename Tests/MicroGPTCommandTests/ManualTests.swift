import Foundation
import Testing

@testable import CommandLineOptions
@testable import MicroGPTCommand

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The manual page: complete, and correct as mandoc reads it.
@Suite("Manual page") struct ManualTests {
  private static let page = MicroGPT.command.manual(MicroGPT.manualFacts)

  @Test("--manual prints the page, whatever else the line says")
  func request() throws {
    let sandbox = try Sandbox()
    for line in ["--manual", "train --steps ten --manual"] {
      #expect(try sandbox.run(line) == Ending(output: ManualTests.page + "\n"))
    }
  }

  @Test("every subcommand, option, argument and example of help is on it")
  func complete() throws {
    let lines = ManualTests.page.split(separator: "\n", omittingEmptySubsequences: false)
    let table = CompletionTable(MicroGPT.command)
    #expect(lines.filter { $0.hasPrefix(".Ss ") }.count == MicroGPT.command.subcommands.count)
    let labels = lines.filter { $0.hasPrefix(".It Fl ") }.map { $0.replacing(#"\"#, with: "") }
    let all = table.subcommands.flatMap(\.options).filter {
      !["--help", "--version"].contains($0.names.last)
    }
    #expect(labels.count == all.count + 4)
    for option in all {
      let placeholder = option.value.map { " Ar \($0.placeholder)" } ?? ""
      #expect(
        labels.contains {
          $0.replacing("&", with: "") == ".It Fl \(option.names[0].dropFirst())\(placeholder)"
        })
    }
    let examples = MicroGPT.command.subcommands.reduce(0) { $0 + $1.examples.count }
    #expect(lines.count { $0.hasPrefix(".Bd -literal") } == examples)
  }

  @Test("the exit codes are those of Failure, and the environment is what the sources read")
  func facts() throws {
    let facts = MicroGPT.manualFacts
    let codes = [0, 1, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_SOFTWARE, EX_CANTCREAT, EX_IOERR, EX_TEMPFAIL]
    #expect(facts.exitStatus.map(\.key) == codes.map { "\($0)" } + ["128 + n"])
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Sources")
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var variables: Set<String> = ["PATH"]
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: #/environment\("([A-Z_]+)"\)/#) { variables.insert(String(match.1)) }
      if file.lastPathComponent == "Failure.swift" {
        for match in text.matches(of: /EX_[A-Z]+/) where match.0 != "EX_OK" {
          #expect(
            [
              "EX_USAGE", "EX_DATAERR", "EX_NOINPUT", "EX_SOFTWARE", "EX_CANTCREAT", "EX_IOERR",
              "EX_TEMPFAIL",
            ]
            .contains(String(match.0)))
        }
      }
    }
    #expect(Set(facts.environment.map(\.key)) == variables)
  }

  /// What mandoc says about a page, and the page that it shows, without emphasis and with its lines joined.
  private func mandoc(_ page: String) throws -> (lint: String, text: String) {
    let sandbox = try Sandbox(["page.1": page + "\n"])
    let lint = try sandbox.shell("mandoc -T lint -W style page.1")
    let shown = try sandbox.shell("mandoc -T utf8 -O width=1000 page.1")
    #expect(shown.code == 0 && shown.error == "")
    return (lint.output, shown.output.replacing(/.\u{8}/, with: ""))
  }

  @Test("mandoc finds nothing to complain about", hasMandoc)
  func lint() throws {
    #expect(try mandoc(ManualTests.page).lint == "")
  }

  @Test("mandoc shows options, defaults and examples as help does", hasMandoc)
  func shown() throws {
    let text = try mandoc(ManualTests.page).text
    for expected in [
      "--block-size N", "-h, --help", "Width of the model, a multiple of --heads (1 or more; default: 16).",
      "microgpt sample MODEL [options]", "microgpt [train] [options]",
      "microgpt train --embedding 64 --heads 8 --log losses.jsonl",
    ] {
      #expect(text.contains(expected), "\(expected)")
    }
  }

  @Test("dots, backslashes, quotes, hyphens and the names of macros are shown as they are", hasMandoc)
  func escaping() throws {
    let command = Command(name: "odd", abstract: "Odd.", subcommands: [Odd.self])
    let page = command.manual(
      Command.ManualFacts(
        version: "1.0", date: "November 21, 2026", environment: ["Nm": ".Pp"], files: ["~/a b": "'.'"],
        exitStatus: ["1": "\\e"]))
    let (lint, text) = try mandoc(page)
    #expect(lint == "")
    for expected in [
      "-o, --odd Nm", Odd.help + ".", Odd.abstract, "'Quoted' first.", ".Dotted x x", "x .end of a line.",
      #".odd --odd 'a\b' -- "c""#, "No      An argument named as a macro.", "odd [odd] [No] [options]",
      "~/a b", "'.'",
      "\\e",
      "Nm      .Pp",
    ] {
      #expect(text.contains(expected), "\(expected)")
    }
    // A plain hyphen may become another character in print; these can be copied.
    #expect(page.contains(#"\-e \-\-f\-g"#) && page.contains(#".odd \-\-odd \(aqa\eb\(aq \-\- \(dqc\(dq"#))
  }
}

private let hasMandoc = ConditionTrait.enabled(
  if: hasShell("mandoc"), "There is no mandoc here: the manual page is not checked by it.")
