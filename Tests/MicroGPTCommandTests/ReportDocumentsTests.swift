import MicroGPT
import Testing

@testable import MicroGPTCommand

@Suite("Documents of a report") struct ReportDocumentsTests {
  private func trainer(_ corpus: Corpus, steps: Int, batchSize: Int = 1) throws -> Trainer {
    var configuration = Configuration()
    (configuration.steps, configuration.batchSize) = (steps, batchSize)
    let trainer = try Trainer(corpus: corpus, configuration: configuration)
    try trainer.train()
    return trainer
  }

  private func texts(_ documents: ReportDocuments) -> [String] {
    (0..<documents.count).map { String(String.UnicodeScalarView(documents[$0])) }
  }

  private static let names = (0..<30).map { "\(["ann", "bea", "cleo"][$0 % 3])\($0)" }

  @Test("held-out documents come first, then those that have not been read, then the others")
  func origin() throws {
    let corpus = try Corpus(documents: ReportDocumentsTests.names)
    let halves = try corpus.split(holdingOut: 0.2, seed: 1)
    let measured = ReportDocuments(try trainer(halves.training, steps: 3), heldOut: halves.heldOut)
    #expect(measured.origin == .heldOut)
    #expect(texts(measured).sorted() == halves.heldOut.indices.map { halves.heldOut.text(at: $0) }.sorted())

    let early = try trainer(corpus, steps: 5, batchSize: 2), unread = ReportDocuments(early, heldOut: nil)
    #expect(unread.origin == .unread && unread.count == 20)
    #expect(texts(unread).sorted() == (10..<30).map { early.corpus.text(at: $0) }.sorted())

    let late = ReportDocuments(try trainer(corpus, steps: 15, batchSize: 2), heldOut: nil)
    #expect(late.origin == .read && texts(late).sorted() == ReportDocumentsTests.names.sorted())
  }

  @Test("every document comes once, neighbors far apart", arguments: [1, 2, 3, 5, 8, 13, 100, 1000])
  func spread(count: Int) throws {
    let documents = ReportDocuments(
      try trainer(try Corpus(documents: ["a"]), steps: 0),
      heldOut: try Corpus(documents: (0..<count).map { "\($0)" }))
    let places = texts(documents).map { Int($0)! }
    #expect(places.sorted() == Array(0..<count))
    if count >= 100 {
      #expect(Set(places.prefix(10).map { $0 * 10 / count }).count >= 8, "\(places.prefix(10))")
    }
  }

  @Test("of a stream there are windows, and documents are cut to the block")
  func streams() throws {
    let text = String(repeating: "to be or not ", count: 20)
    let stream = ReportDocuments(try trainer(try Corpus(text: text, as: .stream), steps: 2), heldOut: nil)
    #expect(stream.origin == .read && stream.count == 17 && stream[0].count == 16)
    let long = ReportDocuments(try trainer(try Corpus(documents: [text]), steps: 2), heldOut: nil)
    #expect(long.count == 1 && long[0].count == 16)
  }
}
