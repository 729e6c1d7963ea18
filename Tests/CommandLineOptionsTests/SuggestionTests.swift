import Testing

@testable import CommandLineOptions

/// The known words that are suggested for an unknown one.
@Suite("Suggestions") struct SuggestionTests {
  @Test(
    "a misspelling is one edit in four letters",
    arguments: [
      ("--stpes", "--steps"), ("--step", "--steps"), ("--stepss", "--steps"), ("--sampels", "--samples"),
      ("--sede", "--seed"), ("--temprature", "--temperature"), ("--leraning-rate", "--learning-rate"),
      ("--colour", "--color"), ("--blocksize", "--block-size"), ("--steps:10", "--steps"),
    ])
  func slips(given: String, meant: String) {
    #expect(didYouMean(given, among: names) == "Did you mean '\(meant)'?")
  }

  @Test(
    "microgpt.py's names suggest ours",
    arguments: [
      ("--n_layer", "--layers"), ("--n_embd", "--embedding"), ("--n_head", "--heads"),
      ("--block_size", "--block-size"), ("--num_steps", "--steps"), ("--learning_rate", "--learning-rate"),
      ("--eps_adam", "--epsilon"), ("--std", "--init-std"), ("--rate", "--learning-rate"),
      ("--temp", "--temperature"),
    ])
  func referenceNames(given: String, meant: String) {
    #expect(didYouMean(given, among: names) == "Did you mean '\(meant)'?")
  }

  @Test("an ambiguous word suggests everything that it could mean")
  func several() {
    #expect(didYouMean("--beta", among: names) == "Did you mean '--beta1' or '--beta2'?")
    #expect(didYouMean("--lr", among: names) == "Did you mean '--layers' or '--learning-rate'?")
    #expect(didYouMean("-s", among: names) == "Did you mean '--steps', '--seed' or '--samples'?")
  }

  @Test(
    "a word near no known one suggests nothing",
    arguments: ["--epochs", "--batch-size", "--batch", "--model", "names.txt", "data.txt", "-", "", "-x"])
  func nothingNear(given: String) {
    #expect(didYouMean(given, among: names) == nil)
  }

  @Test("the distance equals its definition on all pairs of short words")
  func distance() {
    // All 31 words of at most four letters over a and b, each made from an earlier one.
    let words = (0..<15).reduce(into: [""]) { words, index in
      words += ["\(words[index])a", "\(words[index])b"]
    }
    for first in words {
      for second in words {
        #expect(editDistance(first, second) == definition(first[...], second[...]), "\(first) \(second)")
      }
    }
  }

  private let names = [
    "--data", "--offline", "--layers", "--embedding", "--heads", "--block-size", "--steps",
    "--learning-rate", "--beta1", "--beta2", "--epsilon", "--init-std", "--seed", "--samples",
    "--temperature", "--log", "--quiet", "--color",
  ]

  /// The distance by its definition, from the ends of both words: right, but far too slow for longer ones.
  private func definition(_ a: Substring, _ b: Substring) -> Int {
    guard let lastA = a.last, let lastB = b.last else { return max(a.count, b.count) }
    var least = min(
      definition(a.dropLast(), b) + 1, definition(a, b.dropLast()) + 1,
      definition(a.dropLast(), b.dropLast()) + (lastA == lastB ? 0 : 1))
    if a.count > 1, b.count > 1, a.suffix(2).elementsEqual(b.suffix(2).reversed()) {
      least = min(least, definition(a.dropLast(2), b.dropLast(2)) + 1)
    }
    return least
  }
}
