import Testing

@testable import MicroGPT

@Suite struct DocumentTests {
  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let corpus = try Corpus(text: "emma\nolivia")
    #expect(corpus[1].count == 6)
    #expect(corpus[1].first == "o")
  }

  @Test(
    "a document has the characters of its line, whatever their lengths",
    arguments: ["a", "é", "水", "🙂", "aé水🙂é🙂水a", "\u{FEFF}x\u{10FFFF}", "E\u{301}"])
  func characters(line: String) throws {
    let document = try Corpus(text: "before\n\(line)\nafter")[1]
    #expect(Array(document) == Array(line.unicodeScalars))
    #expect(document.count == line.unicodeScalars.count)
    #expect(Array(document.utf8) == Array(line.utf8))
    #expect(Array(document.dropFirst()) == Array(line.unicodeScalars.dropFirst()))
    #expect(document.indices.map { document[$0] } == Array(line.unicodeScalars))
  }

  @Test(
    "the beginning of a document has as many characters as asked for, whole ones, or all",
    arguments: ["a", "é", "水", "🙂", "aé水🙂"])
  func beginnings(unit: String) throws {
    let long = String(repeating: unit, count: 50), corpus = try Corpus(documents: [long, unit, "", long])
    for length in [1, 2, 7, 100, Int.max / 2] {
      for position in 0..<4 {
        let whole = Array(corpus[position]), part = Array(corpus.beginning(position, of: length))
        #expect(part.count >= min(length, whole.count) && part == Array(whole.prefix(part.count)))
        #expect(length > 100 || part.count <= 4 * length)
      }
    }
  }

  @Test("documents are equal if their characters are, wherever they stand")
  func equality() throws {
    let corpus = try Corpus(documents: ["ab", "a", "ab", "", "É", "E\u{301}"])
    #expect(corpus[0] == corpus[2] && corpus[0] != corpus[1] && corpus[1] != corpus[3])
    #expect(corpus[4] != corpus[5], "Characters are not composed.")
    #expect(corpus[3].isEmpty && Array(corpus[3]) == [])
  }
}
