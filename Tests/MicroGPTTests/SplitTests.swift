import Foundation
import Testing

@testable import MicroGPT

@Suite struct SplitTests {
  /// Documents that repeat, in random order.
  private static func corpus(_ count: Int, seed: UInt64) throws -> Corpus {
    var random = PythonRandom(seed: seed)
    return try Corpus(documents: (0..<count).map { _ in "name \(Int(random.uniform() * Double(count) / 2))" })
      .shuffled(using: &random)
  }

  private static func texts(_ corpus: Corpus) -> [String] { corpus.indices.map { corpus.text(at: $0) } }

  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let corpus = try Corpus(text: "ada\nbo\nada\ncy\ndi")
    let halves = try corpus.split(holdingOut: 0.5, seed: 2)
    #expect(halves.heldOut.indices.map { halves.heldOut.text(at: $0) } == ["bo", "cy"])
    #expect(SplitTests.texts(halves.training) == ["ada", "ada", "di"])
  }

  // The lines of Python at the head of Split.swift.
  @Test(
    "the halves are Python's",
    arguments: [
      (0, ["bo", "di"], ["ada", "ada", "cy"]), (1, ["bo", "cy"], ["ada", "ada", "di"]),
      (2, ["ada", "ada", "di"], ["bo", "cy"]), (5, ["cy", "di"], ["ada", "bo", "ada"]),
      (4_294_967_301, ["bo", "di"], ["ada", "ada", "cy"]),
    ] as [(UInt64, [String], [String])])
  func python(seed: UInt64, training: [String], heldOut: [String]) throws {
    let halves = try Corpus(text: "ada\nbo\nada\ncy\ndi").split(holdingOut: 0.5, seed: seed)
    #expect(SplitTests.texts(halves.training) == training)
    #expect(SplitTests.texts(halves.heldOut) == heldOut)
  }

  // Of the same lines, with 0.1 and seed 42: sha256("\n".join(held_out)).
  @Test(
    "the makemore names are split as Python splits them",
    .enabled(
      if: ProcessInfo.processInfo.environment["MICROGPT_SHARED"] != nil,
      "MICROGPT_SHARED is not set: the makemore names are not here."))
  func makemore() throws {
    let folder = ProcessInfo.processInfo.environment["MICROGPT_SHARED"]!
    let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/names.txt"))
    let halves = try Corpus(utf8: [UInt8](bytes)).split(holdingOut: 0.1, seed: 42)
    #expect(halves.training.count == 28_834 && halves.heldOut.count == 3199)
    var digest = SHA256()
    digest.update(Array(SplitTests.texts(halves.heldOut).joined(separator: "\n").utf8))
    #expect(digest.hexString == "1e5612f96d34d6b511b7da371eb0bc3486752f805e8d1aa092bde68d471fc61c")
  }

  @Test(
    "no document is in both halves, and together they are the corpus", arguments: [2, 3, 10, 200],
    [0.001, 0.1, 0.5, 0.999])
  func partition(count: Int, share: Double) throws {
    let corpus = try SplitTests.corpus(count, seed: UInt64(count) + 6)
    guard Set(SplitTests.texts(corpus)).count > 1 else { return }
    let halves = try corpus.split(holdingOut: share, seed: 3)
    let training = SplitTests.texts(halves.training), heldOut = SplitTests.texts(halves.heldOut)
    let distinct = Set(SplitTests.texts(corpus))
    #expect(Set(training).isDisjoint(with: heldOut))
    #expect((training + heldOut).sorted() == SplitTests.texts(corpus).sorted())
    #expect(Set(heldOut).count == max(1, Int(share * Double(distinct.count))))
    #expect(!training.isEmpty)
    // Each half is the corpus without the other.
    #expect(training == SplitTests.texts(corpus).filter { !Set(heldOut).contains($0) })
    #expect(heldOut == SplitTests.texts(corpus).filter { Set(heldOut).contains($0) })
  }

  @Test("the same seed gives the same halves, another seed different ones")
  func seeds() throws {
    let corpus = try SplitTests.corpus(200, seed: 1)
    let first = try corpus.split(holdingOut: 0.2, seed: 8), again = try corpus.split(holdingOut: 0.2, seed: 8)
    #expect(first == again)
    #expect(try corpus.split(holdingOut: 0.2, seed: 9).heldOut != first.heldOut)
  }

  @Test("both halves have the vocabulary of the whole text")
  func vocabulary() throws {
    let corpus = try Corpus(documents: ["a", "b", "c", "d"]), all = Tokenizer(corpus)
    let halves = try corpus.split(holdingOut: 0.5, seed: 0)
    #expect(Tokenizer(halves.training) == all && Tokenizer(halves.heldOut) == all)
  }

  @Test("documents are equal if their scalars are")
  func scalars() throws {
    let corpus = try Corpus(documents: ["E\u{301}", "\u{C9}"])
    let halves = try corpus.split(holdingOut: 0.5, seed: 0)
    #expect(halves.training.count == 1 && halves.heldOut.count == 1)
  }

  @Test("a share that is not between 0 and 1 is refused", arguments: [0, -0.1, 1, 1.5, .infinity, .nan])
  func share(share: Double) throws {
    let corpus = try Corpus(text: "a\nb")
    let error = #expect(throws: SplitError.self) { try corpus.split(holdingOut: share, seed: 1) }
    #expect(
      error?.description
        == "A share of \(share) cannot be held out. Give more than 0 and less than 1, such as 0.1.")
  }

  @Test("documents that are all equal are refused", arguments: [["a"], ["a", "a", "a"], [""]])
  func tooFew(documents: [String]) throws {
    let corpus = try Corpus(documents: documents)
    #expect(throws: SplitError.tooFewDocuments) { try corpus.split(holdingOut: 0.5, seed: 1) }
    #expect(
      SplitError.tooFewDocuments.description
        == "No two documents of the text are different, so none can be held out. "
        + "Give a text with more documents.")
  }
}
