import Testing

@testable import CommandLineOptions

/// Features that the microgpt command does not use; its tests cover the others.
@Suite("Commands") struct CommandTests {
  @Test("a short form is the same option, and messages name the long one")
  func shortForms() throws {
    let command = Command(name: "tool", abstract: "", subcommands: [ShortForms.self])
    guard case .run(let settings as ShortForms, given: _) = try command.parse(["-q", "-n", "5"]) else {
      Issue.record("'-q -n 5' does not run")
      return
    }
    #expect(settings == ShortForms(count: 5, quiet: true))
    let missing = UsageError("'--count' needs a value. Write '--count N', where N is a whole number, 1 to 9.")
    #expect(throws: missing) { try command.parse(["-n"]) }
    let outOfRange = UsageError("'--count 10' is out of range. Give a whole number, 1 to 9.")
    #expect(throws: outOfRange) { try command.parse(["-n=10"]) }
  }

  @Test("a short form precedes the long one, and a long label has its own line")
  func layout() throws {
    let command = Command(name: "tool", abstract: "A tool.", subcommands: [Wide.self])
    guard case .help(let page) = try command.parse(["run", "-h"]) else {
      Issue.record("'run -h' does not ask for help")
      return
    }
    #expect(page == widePage)
  }

  @Test("a line evaluates the key paths and limits of the options that it gives, and of no others")
  func lazily() throws {
    let command = Command(name: "tool", abstract: "", subcommands: [Counted.self])
    Counted.evaluated = []
    guard case .run(let settings as Counted, _) = try command.parse(["run", "--rate", "2", "--count", "3"])
    else {
      Issue.record("'run' does not run")
      return
    }
    #expect(settings.rate == 2 && settings.group.count == 3)
    #expect(Set(Counted.evaluated) == ["rate", "limits", "group"])
    guard case .help = try command.parse(["run", "--help"]) else {
      Issue.record("'run --help' does not ask for help")
      return
    }
    #expect(Counted.evaluated.contains("other limits"))
  }
}

/// Options that tell when they are evaluated.
private struct Counted: Subcommand {
  struct Group: OptionGroup {
    var count = 1
    static var options: [Option<Self>] { [.number("--count", \.count, .atLeast(0), "How many")] }
  }

  var rate = 1, size = 1
  var quiet = false
  var group = Group(), other = Group()

  /// Only one test uses it.
  nonisolated(unsafe) static var evaluated: [String] = []
  static func note<Value>(_ name: String, _ value: Value) -> Value {
    evaluated.append(name)
    return value
  }

  static let name = "run"
  static let abstract = ""
  static let examples: KeyValuePairs = ["Run:": "tool run"]
  static var options: KeyValuePairs<String, [Option<Self>]> {
    [
      "OTHER": [
        .number("--size", note("size", \.size), note("other limits", .atLeast(0)), "How large"),
        .flag("--quiet", note("quiet", \.quiet), "Print nothing"),
      ],
      "OPTIONS": [.number("--rate", note("rate", \.rate), note("limits", .atLeast(0)), "How fast")],
      "GROUPS": .group(note("group", \.group)) + .group(note("other", \.other)),
    ]
  }

  func run(given: GivenOptions) {}
}

private struct ShortForms: Subcommand, Equatable {
  var count = 1
  var quiet = false

  static let name = "run"
  static let abstract = ""
  static let examples: KeyValuePairs = ["Run:": "tool run"]
  static var options: KeyValuePairs<String, [Option<Self>]> {
    [
      "OPTIONS": [
        .number("--count", \.count, .from(1, to: 9), "How many").short("-n"),
        .flag("--quiet", \.quiet, "Print nothing").short("-q"),
      ]
    ]
  }

  func run(given: GivenOptions) {}
}

private struct Wide: Subcommand {
  var file: String?

  static let name = "run"
  static let abstract = "Run."
  static let discussion = String(repeating: "word ", count: 20)
  static let examples: KeyValuePairs = ["Run:": "tool run"]
  static var options: KeyValuePairs<String, [Option<Self>]> {
    ["OPTIONS": [.text("--file", "FILE", \.file, String(repeating: "x", count: 90) + " y").short("-f")]]
  }

  func run(given: GivenOptions) {}
}

private let widePage = """
  OVERVIEW: Run.

  USAGE: tool [run] [OPTIONS]

  word word word word word word word word word word word word word word word word
  word word word word

  OPTIONS:
    -f, --file FILE  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                     y

  GENERAL:
    --version        Show the version
    -h, --help       Show this help

  EXAMPLES:
    Run:
      tool run
  """
