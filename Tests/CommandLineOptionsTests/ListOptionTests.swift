import Testing

@testable import CommandLineOptions

/// Options with several values at once.
@Suite("Lists of values") struct ListOptionTests {
  private func values(_ text: String) throws -> [String: [String]] {
    var settings = Many()
    try Many.options.flatMap(\.value)[0].read(&settings, text)
    return settings.values
  }

  private func refusal(_ text: String) -> String? {
    do {
      _ = try values(text)
      return nil
    } catch { return "\(error)" }
  }

  @Test(
    "values are kept as they are written, in their order; one value is a list, too",
    arguments: [
      ("0.5", ["0.5"]), ("1,2", ["1", "2"]), ("2,1,.5", ["2", "1", ".5"]), ("1e-1, 2", ["1e-1", "2"]),
    ])
  func lists(text: String, expected: [String]) throws {
    #expect(try values(text) == ["--rate": expected])
  }

  @Test(
    "a value that the single option refuses is refused with its message",
    arguments: [
      ("1,ten", "'--rate ten' is not a decimal number. Write digits and a point, as in '--rate 0.1'."),
      ("1,-1", "'--rate -1' is out of range. Give a decimal number, 0 or more."),
      ("1,,2", "'--rate 1,,2' has a comma without a value beside it. Write '--rate A,B'."),
      (",", "'--rate ,' has a comma without a value beside it. Write '--rate A,B'."),
      ("1,2,", "'--rate 1,2,' has a comma without a value beside it. Write '--rate A,B'."),
      ("1,2,1", "'--rate 1,2,1' has the same value twice, 1 and 1. Leave one of them out."),
      ("0.01,1e-2", "'--rate 0.01,1e-2' has the same value twice, 0.01 and 1e-2. Leave one of them out."),
    ])
  func refusals(text: String, message: String) { #expect(refusal(text) == message) }

  @Test("help has the single option's limits and default, and a missing value asks for a list")
  func words() throws {
    let command = Command(name: "tool", abstract: "", subcommands: [Many.self])
    guard case .help(let page) = try command.parse(["many", "--help"]) else { throw UsageError("no help") }
    #expect(page.contains("\n  --rate LIST  How fast (0 or more; default: 0.1)\n"))
    let message =
      "'--rate' needs a value. Write '--rate LIST', where LIST is values with commas between them, "
      + "each a decimal number, 0 or more."
    #expect(throws: UsageError(message)) { try command.parse(["--rate"]) }
  }
}

private struct One: Settings, Equatable {
  var rate = 0.1
}

private struct Many: Subcommand {
  var values: [String: [String]] = [:]

  static let name = "many"
  static let abstract = ""
  static let examples: KeyValuePairs = ["Run:": "tool many"]
  static var options: KeyValuePairs<String, [Option<Self>]> {
    ["OPTIONS": [Option<One>.number("--rate", \.rate, .atLeast(0), "How fast").several(in: \.values)]]
  }

  func run(given: GivenOptions) {}
}
