import MicroGPT
import Testing

@testable import QualitySearch

/// Three sets, of which the third has nothing in common with what the search learns from and looks at.
@Suite struct NameSetsTests {
  /// The built-in names, every seventh of them twice.
  private static func corpus() throws -> Corpus {
    let names = Corpus.names.indices.map { Corpus.names.text(at: $0) }
    return try Corpus(documents: names + names.indices.filter { $0 % 7 == 0 }.map { names[$0] })
  }

  private func texts(_ corpus: Corpus) -> [String] { corpus.indices.map { corpus.text(at: $0) } }

  @Test("no document is in two sets, also not by a copy, and all documents are in one")
  func parts() throws {
    let corpus = try NameSetsTests.corpus(), sets = try NameSets(corpus)
    let parts = [sets.learned, sets.heldOut, sets.apart].map(texts)
    #expect(parts.flatMap { $0 }.sorted() == texts(corpus).sorted())
    #expect(parts.map { Set($0).count }.reduce(0, +) == Set(texts(corpus)).count)
    for part in parts { #expect(!part.isEmpty) }
  }

  @Test("two tenths of the distinct documents are held out, one for the search and one kept apart from it")
  func shares() throws {
    let sets = try NameSets(NameSetsTests.corpus())
    #expect([sets.learned, sets.heldOut, sets.apart].map { Set(texts($0)).count } == [2076, 259, 259])
  }

  /// Figures by `Corpus.split`'s equivalent in Python, with the shares 0.1 and 1/9 and the seeds 42 and 43:
  ///
  ///     for part in learned, held_out, apart: print(len(part), part[:3], part[-1])
  @Test("the sets of a text are always the same")
  func stable() throws {
    for sets in [try NameSets(Corpus.names), try NameSets(Corpus(text: Corpus.namesText))] {
      let parts = [sets.learned, sets.heldOut, sets.apart].map(texts)
      #expect(parts.map(\.count) == [2076, 259, 259])
      #expect(
        parts.map { Array($0.prefix(3)) } == [
          ["aaltje", "aarav", "abai"], ["aakriti", "aba", "abdirahman"], ["abebi", "achyut", "akamu"],
        ])
      #expect(parts.map { $0.last } == ["zviad", "zuhaitz", "zolzaya"])
    }
  }

  @Test("what was held out in the searches with two sets is held out now")
  func continuity() throws {
    let before = try Corpus.names.split(holdingOut: 0.1, seed: 42).heldOut
    #expect(try texts(NameSets(Corpus.names).heldOut) == texts(before))
  }

  @Test("every set has the vocabulary of the whole text")
  func vocabulary() throws {
    let sets = try NameSets(Corpus.names)
    for part in [sets.learned, sets.heldOut, sets.apart] {
      #expect(Tokenizer(part) == Tokenizer(Corpus.names))
    }
  }
}
