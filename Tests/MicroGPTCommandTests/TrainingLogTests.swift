import Foundation
import Testing

@testable import MicroGPTCommand

/// The log's JSON; whole logs are compared with the runs that they come from.
@Suite("The training log") struct TrainingLogTests {
  @Test(
    "quotes, backslashes and control characters are escaped, and nothing else",
    arguments: [
      ("emma", #""emma""#), ("", #""""#), (#"say "hi""#, #""say \"hi\"""#), (#"a\b"#, #""a\\b""#),
      ("a\tb\u{0}\u{1f}", #""a\u0009b\u0000\u001f""#), ("é 🙂 \u{7f}\u{2028}", "\"é 🙂 \u{7f}\u{2028}\""),
    ])
  func quoting(text: String, json: String) throws {
    #expect(TrainingLog.quoted(text) == json)
    let decoded = try JSONDecoder().decode([String].self, from: Data("[\(json)]".utf8))
    #expect(decoded.map { Array($0.utf8) } == [Array(text.utf8)])
  }
}
