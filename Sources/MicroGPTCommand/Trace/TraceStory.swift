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
      "The document is '\(escaped(document))'\(cut ? ", cut to the block of \(counted(c.blockSize, "token"))" : ""). "
        + "Letters stand for sizes: T = \(counted(count, "position")), C = \(counted(c.embedding, "channel")), "
        + "H = \(counted(c.heads, "head")) of D = \(counted(headWidth, "channel")), "
        + "V = \(counted(tokenizer.vocabularySize, "token")). [T, C] is a table of T rows and C columns.",
    ]
  }

  /// All sections, or those of one stage; others are not computed.
  func sections(_ stage: TraceSection.Stage? = nil) -> [TraceSection] {
    typealias Part = (stage: TraceSection.Stage, section: () -> TraceSection)
    let layers = (0..<configuration.layers).flatMap { layer -> [Part] in
      [(.attention, { attention(layer) }), (.mlp, { mlp(layer) })]
    }
    let first: [Part] = [(.tokens, { tokens }), (.embedding, { embedding })]
    let last: [Part] = [
      (.logits, { logits }), (.loss, { loss }), (.backward, { backward }), (.adam, { adam }),
      (.readout, { readout }), (.neighbors, { neighbors }),
    ]
    return (first + layers + last).filter { stage == nil || $0.stage == stage }.map { $0.section() }
  }

  /// Checks that this machine has the memory that a trace takes.
  ///
  /// - Throws: `Failure` if it has less, before any is allocated.
  static func checkMemory(_ configuration: Configuration, _ tokenizer: Tokenizer) throws(Failure) {
    let c = configuration, positions = Double(c.blockSize), width = Double(c.embedding)
    let tokens = Double(tokenizer.vocabularySize)
    let parameters =
      c.parameterCount(vocabularySize: tokenizer.vocabularySize).map { Double($0) } ?? .infinity
    let layer = 3 * Double(c.heads) * positions * positions + 20 * positions * width
    let activations = Double(c.layers) * layer + positions * (4 * width + 3 * tokens)
    // Parameters, gradients, moments and moves; activations and their gradients, and both as tensors.
    let bytes = 8 * (10 * parameters + 4 * activations)
    guard let available = Console.physicalMemory, bytes > Double(available) else { return }
    throw Failure(
      code: Failure.usage,
      "Following a document through this model needs \(bytes < 1e18 ? size(Int(bytes)) : "too much") of memory, and this "
        + "machine has \(size(available)). Take a smaller model.")
  }

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
  func name(of token: Int, bos: String = "BOS") -> String {
    token < characters.count ? characters[token].label : bos
  }
}
