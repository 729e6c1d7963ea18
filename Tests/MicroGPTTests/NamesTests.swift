import Testing

@testable import MicroGPT

@Suite struct NamesTests {
  private static let names = Corpus.names.indices.map { Corpus.names.text(at: $0) }

  @Test("the examples in the documentation hold")
  func documentedExamples() {
    let corpus = Corpus.names
    #expect(corpus.count == 2594)
  }

  @Test("they are at least 2,000, distinct and sorted")
  func distinct() {
    #expect(NamesTests.names.count >= 2000)
    #expect(Set(NamesTests.names).count == NamesTests.names.count)
    #expect(NamesTests.names == NamesTests.names.sorted())
  }

  @Test("they use the letters a to z, and all of them")
  func letters() {
    let letters = Set(NamesTests.names.flatMap { Array($0.unicodeScalars) }).sorted()
    #expect(letters == (0..<26).map { Unicode.Scalar(UInt8(ascii: "a") + $0) })
  }

  @Test("they are 2 to 15 letters long, near 6 on average")
  func lengths() {
    let lengths = NamesTests.names.map(\.utf8.count)
    #expect(lengths.min() == 2)
    #expect((lengths.max() ?? 0) <= 15)
    let mean = Double(lengths.reduce(0, +)) / Double(lengths.count)
    #expect(abs(mean - 6) < 0.5, "The mean is \(mean).")
  }

  @Test("they give the reference's vocabulary and number of parameters")
  func size() throws {
    let tokenizer = Tokenizer(Corpus.names)
    #expect(tokenizer.vocabularySize == 27)
    #expect(try Trainer(corpus: Corpus.names).parameterCount == 4192)
  }

  @Test("as a text they are one per line, and that text is the same corpus")
  func text() throws {
    #expect(Corpus.namesText == NamesTests.names.map { $0 + "\n" }.joined())
    #expect(try Corpus(text: Corpus.namesText) == Corpus.names)
  }
}
