import Testing

@testable import CommandLineOptions

/// Lines `key = value`: how they are read, and where they stand among other settings.
@Suite("Settings as text") struct SettingsTextTests {
  private func entries(_ text: String) throws -> [[String]] {
    try SettingsText(text, name: "f").entries.map { [$0.key, $0.value, $0.place] }
  }

  private func refusal(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch { return "\(error)" }
  }

  @Test("a line is a key, an equals sign and a value, with blanks around them or none")
  func lines() throws {
    let expected = [["count", "5", "Line 1 of f"], ["file", "a b", "Line 2 of f"]]
    for text in [
      "count = 5\nfile = a b", "count=5\nfile=a b\n", "  count\t=\t5 \n\tfile =a b  \n",
      "count = 5\r\nfile = a b\r\n",
      "\u{FEFF}count = 5\rfile = a b",
    ] {
      #expect(try entries(text) == expected, "\(text.debugDescription)")
    }
  }

  @Test("blank lines and comments are counted and otherwise ignored; a sign inside a word begins no comment")
  func comments() throws {
    #expect(
      try entries("# first\n\n  # second\ncount = 5 # five\nfile = a#b\t# c # d\n")
        == [["count", "5", "Line 4 of f"], ["file", "a#b", "Line 5 of f"]])
    #expect(try entries("") == [] && entries("\n \n#") == [])
  }

  @Test(
    "quotes keep blanks and signs of comments",
    arguments: [
      ("\"a # b\"", "a # b"), ("\" a \"", " a "), ("\"\" # nothing", ""), ("\"a\"#b", "a"),
      ("a\"b\" c", "a\"b\" c"), ("a=b = c", "a=b = c"),
    ])
  func quotes(text: String, value: String) throws {
    #expect(try entries("file = \(text)") == [["file", value, "Line 1 of f"]])
  }

  @Test("an underscore in a key is a hyphen, as in the keys of checkpoints")
  func underscores() throws {
    #expect(try entries("block_size = a_b") == [["block-size", "a_b", "Line 1 of f"]])
  }

  @Test(
    "a line that cannot be read is refused with its number",
    arguments: [
      ("count = 5\n\ncount", "Line 3 of f: 'count' is not 'key = value'. Write for example 'steps = 2000'."),
      ("= 5", "Line 1 of f: '= 5' is not 'key = value'. Write for example 'steps = 2000'."),
      (
        "file = \"a", "Line 1 of f: a quote is not closed, or something follows it. Write 'file = \"value\"'."
      ),
      (
        "file = \"a\" b",
        "Line 1 of f: a quote is not closed, or something follows it. Write 'file = \"value\"'."
      ),
      (
        "a_b = 1\nc = 2\na-b = 1", "Line 3 of f: 'a-b' is already set on line 1. Leave one of them out."
      ),
    ])
  func badLines(text: String, message: String) {
    #expect(refusal { _ = try SettingsText(text, name: "f") } == message)
  }

  /// The settings and the given options of a line over these texts.
  private func read(_ texts: [String], _ line: String) throws -> (settings: Draw, given: GivenOptions) {
    let command = Command(name: "tool", abstract: "", subcommands: [Draw.self])
    let words = line.split(separator: " ").map(String.init)
    guard case .run(_, let given) = try command.parse(words) else { throw UsageError("no settings") }
    return try Draw.settings(texts.map { try SettingsText($0, name: "f") }, beneath: given)
  }

  @Test("of several texts the last counts, and the line counts before all, whatever its value")
  func order() throws {
    #expect(try read([], "").settings == Draw())
    #expect(try read(["count = 5", "count = 6"], "").settings == Draw(count: 6))
    #expect(try read(["count = 5\nfile = a", "file = b"], "--count 1").settings == Draw(count: 1, file: "b"))
    #expect(try read(["count = 5"], "--count 7 --count 8").settings == Draw(count: 8))
    #expect(try read(["quiet = true"], "").settings == Draw(quiet: true))
    #expect(try read(["quiet = true", "quiet = false"], "").settings == Draw(quiet: true))
    #expect(try read(["quiet = false"], "--quiet").settings == Draw(quiet: true))
    #expect(try read(["quiet = false"], "").settings == Draw())
  }

  @Test("options of a text are given, and say where; a flag that is off is not")
  func given() throws {
    let given = try read(["\ncount = 1\nquiet = false"], "--file a").given
    #expect(given.names == ["--count", "--file"])
    #expect(given.prefix("--count") == "Line 2 of f: ")
    #expect(given.prefix("--file") == "" && given.prefix("--quiet") == "")
    #expect(try read(["count = 5"], "--count 5").given.prefix("--count") == "")
    let preset = SettingsText(["count": "3", "quiet": "true"], name: "Preset p")
    let result = try Draw.settings([preset], beneath: GivenOptions())
    #expect(result.settings == Draw(count: 3, quiet: true))
    #expect(result.given.names == ["--count", "--quiet"])
    #expect(result.given.prefix("--quiet") == "Preset p: ")
  }

  @Test(
    "an entry that the options refuse is refused with its place and their message",
    arguments: [
      ("\ncount = 10", "Line 2 of f: '--count 10' is out of range. Give a whole number, 1 to 9."),
      ("count = -1", "Line 1 of f: '--count -1' is out of range. Give a whole number, 1 to 9."),
      (
        "count =", "Line 1 of f: 'count' needs a value. Write 'count = N', where N is a whole number, 1 to 9."
      ),
      ("file = # none", "Line 1 of f: 'file' needs a value. Write 'file = FILE'."),
      ("cuont = 5", "Line 1 of f: Unknown key 'cuont'. Did you mean 'count'?"),
      ("--count = 5", "Line 1 of f: Unknown key '--count'. Did you mean 'count'?"),
      (
        "xyz = 5",
        "Line 1 of f: Unknown key 'xyz'. A key is an option of 'draw' without its dashes, such as 'count'."
      ),
      (
        "quiet = yes",
        "Line 1 of f: 'quiet = yes' is neither on nor off. Write 'quiet = true' or 'quiet = false'."
      ),
    ])
  func refusals(text: String, message: String) {
    #expect(refusal { _ = try read([text], "") } == message)
  }
}

private struct Draw: Subcommand, Equatable {
  var count = 1
  var file: String?
  var quiet = false

  static let name = "draw"
  static let abstract = ""
  static let examples: KeyValuePairs = ["Draw:": "tool draw"]
  static var options: KeyValuePairs<String, [Option<Self>]> {
    [
      "OPTIONS": [
        .number("--count", \.count, .from(1, to: 9), "How many"), .text("--file", "FILE", \.file, "Where"),
        .flag("--quiet", \.quiet, "Print nothing"),
      ]
    ]
  }

  func run(given: GivenOptions) {}
}
