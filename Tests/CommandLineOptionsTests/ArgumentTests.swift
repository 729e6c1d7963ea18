import Testing

@testable import CommandLineOptions

/// Positional arguments and shared groups of options, in a tool that has both.
@Suite("Positional arguments") struct ArgumentTests {
  private let command = Command(
    name: "tool", abstract: "A tool.", subcommands: [Build.self, Show.self, Trace.self])
  /// A tool whose last argument takes several words.
  private let merger = Command(name: "merger", abstract: "A merger.", subcommands: [Merge.self])

  private func settings(_ words: [String]) throws -> any Subcommand {
    guard case .run(let settings, given: _) = try command.parse(words) else {
      throw UsageError("no settings")
    }
    return settings
  }

  private func show(_ words: String...) throws -> Show? { try settings(["show"] + words) as? Show }
  private func trace(_ words: String...) throws -> Trace? { try settings(["trace"] + words) as? Trace }

  private func refusal(_ line: String) -> String? {
    do {
      _ = try command.parse(line.split(separator: " ").map(String.init))
      return nil
    } catch { return error.description }
  }

  @Test("an argument may come before, between and after options")
  func places() throws {
    let expected = Show(model: "a.bin", sampling: Sampling(count: 3), quiet: true)
    #expect(try show("a.bin", "--samples", "3", "--quiet") == expected)
    #expect(try show("--samples", "3", "a.bin", "--quiet") == expected)
    #expect(try show("--quiet", "--samples=3", "a.bin") == expected)
  }

  @Test("an optional argument takes a word only if enough remain for the required ones")
  func optional() throws {
    #expect(try trace("emma") == Trace(model: nil, text: "emma"))
    #expect(try trace("a.bin", "emma") == Trace(model: "a.bin", text: "emma"))
  }

  private func merge(_ words: String...) throws -> Merge? {
    guard case .run(let settings, given: _) = try merger.parse(["merge"] + words) else { return nil }
    return settings as? Merge
  }

  @Test("the last argument may take all words that remain, between options too")
  func several() throws {
    #expect(try merge("out", "a") == Merge(output: "out", files: ["a"]))
    #expect(try merge("out", "a", "b", "a") == Merge(output: "out", files: ["a", "b", "a"]))
    #expect(try merge("out", "-", "--", "--fast", "c") == Merge(output: "out", files: ["-", "--fast", "c"]))
    #expect(try merge("out", "a", "--fast", "b") == Merge(output: "out", files: ["a", "b"], fast: true))
    let missing = UsageError(
      "'merger merge' needs FILE. Write 'merger merge OUTPUT FILE...', as in 'merger merge all a b'.")
    #expect(throws: missing) { try merge("out") }
    #expect(throws: missing) { try merge("out", "--fast") }
    #expect(throws: missing) { try merge("out", "a", "") }
  }

  @Test("help, the manual page and completions show an argument that takes several words")
  func severalShown() throws {
    guard case .help(let page) = try merger.parse(["merge", "-h"]) else {
      Issue.record("'merge -h' does not ask for help")
      return
    }
    #expect(
      page.contains(
        """
        USAGE: merger [merge] OUTPUT FILE... [OPTIONS]

        ARGUMENTS:
          OUTPUT      The file to write
          FILE        The files to merge

        """))
    let facts = Command.ManualFacts(
      version: "1", date: "", environment: [:], files: [:], exitStatus: [:])
    #expect(merger.manual(facts).contains(".Ar OUTPUT\n.Ar FILE ...\n"))
    // The words of the first argument are its own, and those of the second are files, however many.
    #expect(
      merger.completionScript(for: .bash).contains(
        """
                0) takes=words words='all rest' ;;
                [0-9]*) takes=files ;;
        """))
    #expect(
      merger.completionScript(for: .zsh).contains(
        """
                ':OUTPUT:(all rest)' \\
                '*:FILE:_files'
        """))
  }

  @Test("a path, a number, a dash and the name of a subcommand are ordinary arguments")
  func anyWord() throws {
    for word in ["../models/a b.bin", "-", "-1", "build", "help", "a=b", "é"] {
      #expect(try show(word) == Show(model: word), "\(word)")
    }
  }

  @Test("after two dashes every word is an argument, whatever it begins with")
  func terminator() throws {
    #expect(try show("--quiet", "--", "--samples") == Show(model: "--samples", quiet: true))
    #expect(try show("--", "-a.bin") == Show(model: "-a.bin"))
    #expect(try trace("a.bin", "--", "--help") == Trace(model: "a.bin", text: "--help"))
    #expect(try trace("--", "--version", "--") == Trace(model: "--version", text: "--"))
    #expect(try show("a.bin", "--") == Show(model: "a.bin"))
    #expect(
      refusal("show -- a b") == "Unexpected argument 'b'. Write 'tool show MODEL'; "
        + "an argument with spaces needs quotes.")
  }

  @Test(
    "a missing required argument is reported with the line to write",
    arguments: [
      ("show", "'tool show' needs MODEL. Write 'tool show MODEL', as in 'tool show names.bin'."),
      ("show --quiet", "'tool show' needs MODEL. Write 'tool show MODEL', as in 'tool show names.bin'."),
      ("show --", "'tool show' needs MODEL. Write 'tool show MODEL', as in 'tool show names.bin'."),
      ("trace", "'tool trace' needs TEXT. Write 'tool trace [MODEL] TEXT', as in 'tool trace emma'."),
    ])
  func missing(line: String, message: String) {
    #expect(refusal(line) == message)
  }

  @Test("an empty argument counts as missing")
  func empty() {
    let message = UsageError(
      "'tool show' needs MODEL. Write 'tool show MODEL', as in 'tool show names.bin'.")
    #expect(throws: message) { try show("") }
  }

  @Test(
    "a surplus argument is reported with the arguments that exist, or with the option it resembles",
    arguments: [
      (
        "show a b",
        "Unexpected argument 'b'. Write 'tool show MODEL'; an argument with spaces needs quotes."
      ),
      (
        "trace a b c",
        "Unexpected argument 'c'. Write 'tool trace [MODEL] TEXT'; an argument with spaces needs quotes."
      ),
      ("show a sampels", "Unexpected argument 'sampels'. Did you mean '--samples'?"),
      (
        "show a --quiet true",
        "'--quiet' takes no value, but was given 'true'. Write '--quiet' alone, or leave it out."
      ),
      (
        "show a build",
        "Unexpected 'build'. A line has one subcommand and it comes first, as in 'tool build'."
      ),
    ])
  func surplus(line: String, message: String) {
    #expect(refusal(line) == message)
  }

  @Test("a name that begins with one dash looks like an option, and the message says how to write it")
  func leadingDash() {
    #expect(
      refusal("show -a.bin")
        == "Unknown option '-a.bin'. See 'tool show --help' for the options it takes. "
        + "If '-a.bin' is an argument, write '--' before it.")
    #expect(refusal("show --smaples 1") == "Unknown option '--smaples'. Did you mean '--samples'?")
  }

  @Test("a file without a subcommand is reported with a subcommand that takes one")
  func file() {
    #expect(
      refusal("names.bin")
        == "Unknown subcommand 'names.bin'. The subcommands are 'build', 'show', 'trace' and 'help'. "
        + "A file follows its subcommand or option, as in 'tool show names.bin' or 'tool build --samples 3'.")
    #expect(
      refusal("names")
        == "Unknown subcommand 'names'. The subcommands are 'build', 'show', 'trace' and 'help'. "
        + "A file or a number follows its option, as in 'tool build --samples 3'.")
  }

  @Test("a group of options is the same in every subcommand that has it")
  func groups() throws {
    #expect(try settings(["build", "--samples", "3"]) as? Build == Build(sampling: Sampling(count: 3)))
    #expect(try settings(["-n", "3"]) as? Build == Build(sampling: Sampling(count: 3)))
    #expect(try show("a", "-n", "3") == Show(model: "a", sampling: Sampling(count: 3)))
    for subcommand in ["build", "show a"] {
      #expect(
        refusal("\(subcommand) --samples no")
          == "'--samples no' is not a whole number. Write digits only, as in '--samples 20'.")
    }
  }

  @Test("given options are recorded by their long names, however they are written")
  func given() throws {
    guard case .run(_, let given) = try command.parse(["show", "a", "-n=3", "--quiet", "-n", "20"]) else {
      Issue.record("'show a' does not run")
      return
    }
    #expect(given.names == ["--samples", "--quiet"])
  }

  @Test("help shows arguments in the usage line and in their own section")
  func help() throws {
    guard case .help(let page) = try command.parse(["trace", "--help"]) else {
      Issue.record("'trace --help' does not ask for help")
      return
    }
    #expect(
      page == """
        OVERVIEW: Trace a text.

        USAGE: tool trace [MODEL] TEXT

        ARGUMENTS:
          MODEL       The model's file (optional)
          TEXT        What to trace

        GENERAL:
          --version   Show the version
          -h, --help  Show this help

        EXAMPLES:
          Trace a name:
            tool trace emma
        """)
    guard case .help(let page) = try command.parse(["help", "show"]) else {
      Issue.record("'help show' does not ask for help")
      return
    }
    #expect(page.contains("USAGE: tool show MODEL [OPTIONS]\n"))
  }
}

private struct Sampling: OptionGroup, Equatable {
  var count = 20

  static var options: [Option<Self>] { [.number("--samples", \.count, .atLeast(0), "How many").short("-n")] }
}

private struct Build: Subcommand, Equatable {
  var sampling = Sampling()

  static let name = "build"
  static let abstract = "Build."
  static let examples: KeyValuePairs = ["Build:": "tool build --samples 3"]
  static var options: KeyValuePairs<String, [Option<Self>]> { ["SAMPLING": .group(\.sampling)] }

  func run(given: GivenOptions) {}
}

private struct Show: Subcommand, Equatable {
  var model = ""
  var sampling = Sampling()
  var quiet = false

  static let name = "show"
  static let abstract = "Show."
  static let examples: KeyValuePairs = ["Show:": "tool show names.bin"]
  static var arguments: [Argument<Self>] { [.required("MODEL", \.model, "The model's file")] }
  static var options: KeyValuePairs<String, [Option<Self>]> {
    ["OPTIONS": .group(\.sampling) + [.flag("--quiet", \.quiet, "Print nothing")]]
  }

  func run(given: GivenOptions) {}
}

private struct Trace: Subcommand, Equatable {
  var model: String?
  var text = ""

  static let name = "trace"
  static let abstract = "Trace a text."
  static let examples: KeyValuePairs = ["Trace a name:": "tool trace emma"]
  static var arguments: [Argument<Self>] {
    [.optional("MODEL", \.model, "The model's file"), .required("TEXT", \.text, "What to trace")]
  }

  func run(given: GivenOptions) {}
}

private struct Merge: Subcommand, Equatable {
  var output = ""
  var files: [String] = []
  var fast = false

  static let name = "merge"
  static let abstract = "Merge files."
  static let examples: KeyValuePairs = ["Merge two files:": "merger merge all a b"]
  static var arguments: [Argument<Self>] {
    [
      .required("OUTPUT", \.output, "The file to write", completion: .words(["all", "rest"])),
      .several("FILE", \.files, "The files to merge"),
    ]
  }
  static var options: KeyValuePairs<String, [Option<Self>]> {
    ["OPTIONS": [.flag("--fast", \.fast, "Be fast")]]
  }

  func run(given: GivenOptions) {}
}
