// A document's forward and backward pass as a story: what is computed, with the numbers, and what they mean.

import Drawing
import MicroGPT

/// The sections of a trace, in the order of execution; the probes come last.
struct TraceStory {
  let source: TraceModel
  let document: String
  let trace: Trace
  /// Each position and the token that it reads: "2 m".
  let positions: [String]
  /// The position whose numbers are worked out as an example.
  let example: Int

  init(_ source: TraceModel, _ document: String) throws(TokenizerError) {
    (self.source, self.document) = (source, document)
    trace = try source.model.trace(document)
    let tokenizer = source.model.tokenizer
    positions = trace.tokens.dropLast().enumerated().map { "\($0)\u{a0}\(tokenizer.name(of: $1))" }
    example = min(2, trace.tokens.count - 2)
  }

  var model: Model { source.model }
  var configuration: Configuration { model.configuration }
  var tokenizer: Tokenizer { model.tokenizer }
  /// *T*, the number of positions.
  var count: Int { trace.tokens.count - 1 }
  /// *D*, the width of a head.
  var headWidth: Int { configuration.embedding / configuration.heads }

  /// What is traced, before the first section.
  var introduction: [String] {
    let c = configuration
    let cut =
      document.unicodeScalars.count + (tokenizer.isStream ? 0 : 1) > count
    return [
      "The model \(source.origin). It has \(counted(c.layers, "layer")), \(counted(c.embedding, "channel")), "
        + "\(counted(c.heads, "head")) and \(grouped(model.parameters.count)) parameters.",
      "The document is '\(escaped(document))'\(cut ? ", cut to the block of \(c.blockSize) tokens" : ""). "
        + "Letters stand for sizes: T = \(count) positions, C = \(c.embedding) channels, H = \(c.heads) heads of "
        + "D = \(headWidth) channels, V = \(tokenizer.vocabularySize) tokens. [T, C] is a table of T rows and C columns.",
    ]
  }

  /// All sections, or those of one stage.
  func sections(_ stage: TraceSection.Stage? = nil) -> [TraceSection] {
    let layers = (0..<configuration.layers).flatMap { [attention($0), mlp($0)] }
    let all = [tokens, embedding] + layers + [logits, loss, backward, adam, readout, neighbors]
    return all.filter { stage == nil || $0.stage == stage }
  }

  // MARK: - Parts of sentences

  /// The tokens of a row, the largest number first.
  func best(_ tensor: Tensor, _ row: Int) -> [Int] {
    (0..<tensor.columns).sorted { (tensor[row, $1], $0) < (tensor[row, $0], $1) }
  }

  func rootMeanSquare(_ values: [Double]) -> Double {
    (values.reduce(0) { $0 + $1 * $1 } / max(1, Double(values.count))).squareRoot()
  }
}

extension Tensor {
  /// The numbers of a row.
  func row(_ row: Int) -> ArraySlice<Double> { values[row * columns..<(row + 1) * columns] }

  /// Some of the columns.
  func columns(_ range: Range<Int>) -> Tensor {
    Tensor(
      name: name, rows: rows, columns: range.count,
      values: (0..<rows).flatMap { row in range.map { self[row, $0] } })
  }
}

extension Tokenizer {
  /// What a token is called: its character, or BOS. A blank is ␣, the end of a line ⏎.
  func name(of token: Int) -> String { token < characters.count ? characters[token].label : "BOS" }
}
