// Tokens a second: documents one after the other and many at a time, each with and without cached and shared
// prefixes. Every draw is a token, BOS included.

import MicroGPT
import Peak

extension Benchmark {
  static let sampling = Benchmark(
    name: "sampling", summary: "Tokens generated in a second, one stream and many, widths 16, 64 and 128"
  ) { session in
    print("best".right(57), "median".right(8), "million tokens a second")
    for result in try measureSampling(session.names.get(), session.set) {
      result.print()
      session.record([
        "benchmark": "sampling", "name": .text(result.name), "width": .count(result.width),
        "isa": .text(session.set.rawValue), "tokens_per_second": .number(result.best),
        "median_tokens_per_second": .number(result.median), "characters": .number(result.characters),
      ])
    }
  }
}

/// One row of the results.
struct SamplingResult {
  let name: String
  let width: Int
  /// Tokens a second of CPU time, of the best round and of the median one.
  let best, median: Double
  /// The mean number of characters of a document, the same for all rows of a width except for chance.
  let characters: Double
  let documents: Int

  func print() {
    Swift.print(
      "C \("\(width)".right(3)) \(name.left(42))", number(best / 1e6, 3).right(8),
      number(median / 1e6, 3).right(8),
      "  \(number(characters, 3)) characters a document, of \(documents)")
  }
}

/// Samples from models of several widths, trained on the corpus.
func measureSampling(_ corpus: Corpus, _ set: InstructionSet) throws -> [SamplingResult] {
  var results: [SamplingResult] = []
  for (width, heads) in [(16, 4), (64, 4), (128, 8)] {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads) = (width, heads)
    let trainer = try Trainer(
      corpus: corpus, configuration: configuration, engine: .fast, instructionSet: set)
    try trainer.train()
    let model = trainer.model, positions = configuration.blockSize, scale = 16.0 / Double(width)
    let few = Int(20_000 * scale), many = Int(400_000 * scale)

    for arithmetic in Arithmetic.allCases {
      for (memory, bytes) in [("", 8 << 20), (", no prefix memory", 0)] {
        let sampler = Sampler(
          model, random: PythonRandom(seed: 1), engine: arithmetic, prefixMemory: bytes, instructionSet: set)
        var text: [UInt8] = []
        results.append(
          try measure(
            "one stream, \(arithmetic.rawValue)\(memory)", width, positions, bytes == 0 ? few : many
          ) {
            try (0..<$0).map { _ in
              text.removeAll(keepingCapacity: true)
              try sampler.sample(appendingTo: &text)
              return text.count
            }
          })
      }
    }
    for arithmetic in Arithmetic.allCases {
      for atOnce in [nil, 1024, 64] {
        var first = 0
        let name =
          "many streams, \(arithmetic.rawValue), \(atOnce.map { "\($0) at once" } ?? "default window")"
        results.append(
          try measure(name, width, positions, many) { count in
            let sampler = try BatchSampler(
              model, seed: 1, numbers: first..<first + count, engine: arithmetic, atOnce: atOnce,
              instructionSet: set)
            first += count
            var lengths: [Int] = [], text: [UInt8] = []
            while true {
              text.removeAll(keepingCapacity: true)
              guard try sampler.next(appendingTo: &text) else { return lengths }
              lengths.append(text.count)
            }
          })
      }
    }
  }
  return results
}

/// - Parameter sample: Generates this many documents, and returns the number of characters of each.
private func measure(
  _ name: String, _ width: Int, _ positions: Int, _ documents: Int, _ sample: (Int) throws -> [Int]
) throws -> SamplingResult {
  var rates: [Double] = [], characters = 0, rounds = 0
  _ = try sample(documents / 10)
  for _ in 0..<7 {
    let start = peak_seconds(), lengths = try sample(documents), seconds = peak_seconds() - start
    rates.append(Double(lengths.reduce(0) { $0 + min($1 + 1, positions) }) / seconds)
    characters += lengths.reduce(0, +)
    rounds += 1
  }
  rates.sort()
  return SamplingResult(
    name: name, width: width, best: rates[rates.count - 1], median: rates[rates.count / 2],
    characters: Double(characters) / Double(documents * rounds), documents: documents * rounds)
}
