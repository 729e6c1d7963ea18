import Testing

@testable import MicroGPT
@testable import MicroGPTCommand

/// The lines that surprise a model most and least.
@Suite("Extremes") struct ExtremesTests {
  @Test(
    "the extremes are the first different documents of all, sorted",
    arguments: [0, 1, 3, 7, 40, 5000, Int.max])
  func sorted(limit: Int) throws {
    // Many documents repeat, and some different ones have the same loss.
    var random = PythonRandom(seed: 5)
    let texts = (0..<3000).map { _ in "document \(Int(random.gaussian(standardDeviation: 100)))" }
    let corpus = try Corpus(documents: texts)
    func loss(_ text: String) -> Double { Double((Int(text.dropFirst(9))! * 37) % 101) }
    for areHighest in [true, false] {
      var extremes = Extremes(limit, ofHighest: areHighest, in: corpus, blockSize: 8)
      for (index, text) in texts.enumerated() {
        extremes.add(.init(index: index, loss: loss(text), tokens: 9))
      }
      let expected = Set(texts).sorted {
        let (a, b) = (loss($0), loss($1))
        return a == b ? $0 < $1 : (a > b) == areHighest
      }.prefix(limit)
      #expect(extremes.documents.map { texts[$0.index] } == Array(expected))
      #expect(extremes.documents.allSatisfy { texts.firstIndex(of: texts[$0.index]) == $0.index })
    }
  }
}
