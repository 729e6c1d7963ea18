// Which characters a model finds hard to predict.

import MicroGPT

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A model's mean surprise at each character.
struct CharacterSurprise {
  /// A token that was to be predicted.
  struct Entry: Equatable {
    let token: Int
    /// How often it was.
    var count = 0
    /// The sum of the surprise at it, in nats.
    var sum = 0.0

    var mean: Double { sum / Double(count) }
  }

  /// The tokens that occurred, the hardest first.
  let entries: [Entry]
  /// How many documents were read.
  let documents: Int

  /// Measures a model on as many documents as have about `limit` tokens together.
  ///
  /// The sampler remembers prefixes that it has seen, so that many short documents are quick to read.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - documents: The documents, read in their order.
  ///   - limit: The number of tokens that are enough.
  ///   - isLate: Asked after each document; `true` ends the reading.
  /// - Returns: `nil` if the model computes no finite numbers.
  /// - Complexity: That of `limit` positions of the forward pass.
  init?(_ model: Model, _ documents: ReportDocuments, limit: Int, until isLate: () -> Bool = { false }) {
    let tokenizer = model.tokenizer, blockSize = model.configuration.blockSize
    // Room for every prefix: its keys and values in all layers, and the sums of its probabilities. Pages are used as needed.
    let configuration = model.configuration
    let place = 8 * (2 * configuration.layers * configuration.embedding + 2 * tokenizer.vocabularySize + 64)
    let (memory, overflow) = place.multipliedReportingOverflow(by: limit + 2 * blockSize)
    let sampler = Sampler(
      model, random: PythonRandom(seed: 0), prefixMemory: overflow ? 256 << 20 : min(memory, 256 << 20))
    var entries = (0..<tokenizer.vocabularySize).map { Entry(token: $0) }
    var read = 0, tokens = 0
    while read < documents.count, tokens < limit {
      let text = documents[read]
      // A stream has no beginning to predict the first character from, and a document no end within a full block.
      let end = tokenizer.isStream ? text.count - 1 : min(text.count, blockSize - 1)
      var prefix = ""
      for position in 0...max(end, 0) {
        let isRead = position < text.count
        if !tokenizer.isStream || position > 0 {
          guard let target = isRead ? tokenizer.token(of: text[position]) : tokenizer.bos,
            let probabilities = try? sampler.probabilities(after: prefix, temperature: 1)
          else { return nil }
          entries[target].count += 1
          entries[target].sum -= log(probabilities[target])
          tokens += 1
        }
        if isRead { prefix.unicodeScalars.append(text[position]) }
      }
      read += 1
      if isLate() { break }
    }
    self.documents = read
    self.entries = entries.filter { $0.count > 0 }.sorted { ($1.mean, $0.token) < ($0.mean, $1.token) }
    guard !self.entries.isEmpty, self.entries.allSatisfy({ $0.mean.isFinite }) else { return nil }
  }

  /// The mean over all that was predicted.
  var mean: Double { entries.reduce(0) { $0 + $1.sum } / entries.reduce(0) { $0 + Double($1.count) } }
}
