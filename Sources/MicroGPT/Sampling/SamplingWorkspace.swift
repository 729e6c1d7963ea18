// The sampling engine's memory, for one block of rows.

/// The buffers of a block of rows.
struct SamplingWorkspace<A: SamplingArithmetic> {
  typealias Scalar = A.Scalar
  typealias Buffer = UnsafeMutablePointer<Scalar>

  /// A layer's input, a normalized row, and the row after attention, `[rows, C]` each.
  let input, normalized, middle: Buffer
  /// Query, key and value side by side, `[rows, 3·segment]`.
  let projections: Buffer
  /// `[rows, attentionWidth]`.
  let attentionOutput: Buffer
  /// `[rows, 4C]` and `[rows, V]`.
  let hidden, logits: Buffer
  /// A vector for every position and four more, and one segment of channels, `[(T + 4)·lanes + segment]`.
  let scratch: Buffer
  /// The tokens whose pairs are missing in the table, `[rows]`.
  let missing: UnsafeMutablePointer<Int32>
  /// Tokens in the order of their probabilities, for filters, `[V]`.
  let order: UnsafeMutablePointer<Int32>
  /// 0 for every token and -∞ in the padding, and 0 for every token but the last and ∞ from there on, `[V]` each.
  let padding, limits: Buffer
  /// Whether logits and totals are finite, `[2]`; see `SampleSums.check`.
  let check: Buffer
  /// The running sums of one row, `[2·V]`; see `SampleWeights`.
  let draw: UnsafeMutablePointer<Float>
  /// A bit for each hidden unit of one row, in words.
  let active: UnsafeMutablePointer<UInt64>
  /// The drawn token, `[1]`.
  let token: UnsafeMutablePointer<Int>
  /// What the kernels for one row are called with, `[L]`.
  let attend: UnsafeMutablePointer<SampleAttend<Scalar>>
  let layer: UnsafeMutablePointer<SampleLayer<Scalar>>

  /// - Parameter rows: The most rows of a block.
  init(_ sizes: SamplingSizes<A>, rows rowCount: Int, _ declare: inout BufferDeclarations) {
    let rows = Count(rowCount), width = Count(sizes.width), tokens = Count(sizes.tokens)
    input = declare(Scalar.self, rows, width)
    normalized = declare(Scalar.self, rows, width)
    middle = declare(Scalar.self, rows, width)
    projections = declare(Scalar.self, rows, 3 * Count(sizes.segment))
    attentionOutput = declare(Scalar.self, rows, Count(sizes.attentionWidth))
    hidden = declare(Scalar.self, rows, Count(sizes.hiddenWidth))
    logits = declare(Scalar.self, rows, tokens)
    scratch = declare(
      Scalar.self, Count(sizes.lanes) * Count(sizes.shape.positions + 4) + Count(sizes.segment))
    missing = declare(Int32.self, rows)
    order = declare(Int32.self, tokens)
    padding = declare(Scalar.self, tokens)
    limits = declare(Scalar.self, tokens)
    check = declare(Scalar.self, 2)
    draw = declare(Float.self, 2 * tokens)
    active = declare(UInt64.self, Count(sizes.hiddenWidth / 64 + 1))
    token = declare(Int.self, 1)
    attend = declare(SampleAttend<Scalar>.self, Count(sizes.shape.layers))
    layer = declare(SampleLayer<Scalar>.self, Count(sizes.shape.layers))
  }

  /// Writes the constants.
  func prepare(_ sizes: SamplingSizes<A>) {
    for i in sizes.shape.vocabulary..<sizes.tokens { padding[i] = -.infinity }
    for i in sizes.shape.vocabulary - 1..<sizes.tokens { limits[i] = .infinity }
  }
}
