import Testing

@testable import MicroGPT

@Suite struct DistinctDocumentsTests {
  @Test(
    "texts are numbered by their first occurrences, however many there are",
    arguments: [1, 2, 700, 800, 5000])
  func numbers(count: Int) throws {
    // Copies of early ones come after the table has grown several times.
    let texts = (0..<count).map { "document \($0 * 7919 % 10_007)" }
    let distinct = DistinctDocuments(try Corpus(documents: texts + texts.reversed() + texts))
    #expect(distinct.count == count)
    let first = Array(0..<UInt32(count))
    #expect(distinct.numbers == first + first.reversed() + first)
  }

  @Test("documents that differ in one byte, or in length, are different")
  func similar() throws {
    let texts = ["", "a", "aa", "aaaaaaaa", "aaaaaaab", "baaaaaaa", "aaaaaaaaa", "aaaaaaaa\0", "\0", "\0\0"]
    let distinct = DistinctDocuments(try Corpus(documents: texts + texts))
    #expect(distinct.count == texts.count)
    #expect(distinct.numbers == (0..<2).flatMap { _ in 0..<UInt32(texts.count) })
  }
}
