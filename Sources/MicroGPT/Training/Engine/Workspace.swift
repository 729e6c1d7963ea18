// The memory of one worker: the activations that the forward pass saves for the backward pass, the gradients of
// activations, and the kernels' scratch memory. Nothing in it outlives a step. An evaluation saves no activations and
// has no gradients.

/// The buffers of one worker, for the rows of a batch.
struct Workspace<A: KernelArithmetic> {
  typealias Scalar = A.Scalar
  typealias Buffer = UnsafeMutablePointer<Scalar>

  /// What a normalization computes.
  struct Normalized {
    /// The normalized rows, `[rows, C]`.
    let output: Buffer
    /// The factor of each row, and its derivative by the mean square, `[rows]` each.
    let scale, slope: Buffer
  }

  /// What one layer computes in the forward pass.
  struct Layer {
    /// The layer's input after normalization.
    let normalized: Normalized
    /// Query, key and value of a row side by side, `[rows, 3C]`.
    let projections: Buffer
    /// The exponentials of the attention scores; see `attentionCount`.
    let exponentials: Buffer
    /// The sums of the exponentials, and their power -1; see `Attend.sums`.
    let sums: Buffer
    /// The values weighted by attention, `[rows, C]`.
    let attentionOutput: Buffer
    /// After attention and the first residual connection, `[rows, C]`, and that normalized.
    let middle: Buffer
    let middleNormalized: Normalized
    /// The hidden units after relu, `[rows, 4C]`.
    let hidden: Buffer
    /// The layer's output, after the second residual connection, `[rows, C]`.
    let output: Buffer
  }

  /// Token plus position embedding, `[rows, C]`, and that normalized: the first layer's input.
  let embedding: Buffer
  let embeddingNormalized: Normalized
  /// `[L]`.
  let layers: UnsafeMutablePointer<Layer>
  /// `[rows, V]`: the logits, after `Worker.loss` their gradients.
  let logits: Buffer
  /// The loss of each document, `[B]`.
  let losses: Buffer

  /// The gradient along the residual connections, `[rows, C]`.
  let dResidual: Buffer
  /// Gradients within a layer; all layers use the same: of a normalized row, `[rows, C]`, of the attention output,
  /// `[rows, C]`, of the hidden units, `[rows, 4C]`, and of query, key and value, `[rows, 3C]`.
  let dNormalized, dAttentionOutput, dHidden, dProjections: Buffer
  /// The gradients of the token and position embeddings, `[V, C]` and `[T, C]`; 0 between steps.
  let dEmbeddings: Buffer
  /// The logits' gradients at the targets, `[rows]`; the exact arithmetic's.
  let dTargets: Buffer

  let attention: AttentionScratch<A>
  /// 0 for every token and -∞ in the padding, `[V]`.
  let padding: Buffer
  /// A block of a matrix's gradient, until the optimizer has used it, `[gradientBlock]`.
  let gradient: Buffer
  /// See `AdamStep.scratch`.
  let adam: Buffer
  /// See `PositionProduct.scratch`; empty where there are transposed copies.
  let positions: Buffer
  /// A square of vectors and one more, `[unit + 1, unit]`.
  let square: Buffer
  /// The order in which the exact arithmetic adds up query, key and value in the backward pass, `[3C]`.
  let projectionOrder: UnsafeMutablePointer<Int32>

  /// The number of elements of a matrix's gradient that are computed together, 16 KB.
  static var gradientBlock: Int { 16384 / MemoryLayout<Scalar>.stride }

  /// - Parameters:
  ///   - documents: The most documents of a batch, *B*.
  ///   - keepsTransposed: Whether the parameters have transposed copies.
  ///   - purpose: In an evaluation the gradients' buffers are empty.
  init(
    _ shape: Shape, documents: Int, keepsTransposed: Bool, for purpose: Purpose = .training,
    _ declare: inout BufferDeclarations
  ) {
    let unit = BufferDeclarations.lineCount(of: Scalar.self)
    let rows = Count(documents) * Count(shape.positions), channels = Count(shape.channels)
    let width = channels.rounded(up: unit), hiddenWidth = (4 * channels).rounded(up: unit)
    let tokens = Count(shape.vocabulary).rounded(up: unit)
    func normalized(_ declare: inout BufferDeclarations) -> Normalized {
      Normalized(
        output: declare(Scalar.self, rows, width), scale: declare(Scalar.self, rows),
        slope: declare(Scalar.self, rows))
    }

    embedding = declare(Scalar.self, rows, width)
    embeddingNormalized = normalized(&declare)
    func layer(_ declare: inout BufferDeclarations) -> Layer {
      Layer(
        normalized: normalized(&declare), projections: declare(Scalar.self, rows, 3 * width),
        exponentials: declare(
          Scalar.self, AttentionScratch<A>.exponentialCount(shape, documents: documents)),
        sums: declare(Scalar.self, rows, Count(AttentionScratch<A>.sumsPerPosition(shape))),
        attentionOutput: declare(Scalar.self, rows, width), middle: declare(Scalar.self, rows, width),
        middleNormalized: normalized(&declare), hidden: declare(Scalar.self, rows, hiddenWidth),
        output: declare(Scalar.self, rows, width))
    }
    switch purpose {
    case .training:
      layers = declare.parts(Layer.self, Count(shape.layers)) { declare, _ in layer(&declare) }
    case .evaluation:
      // A layer has read its input, the output of the one before it, when it overwrites that.
      let shared = layer(&declare)
      layers = declare.parts(Layer.self, Count(shape.layers)) { _, _ in shared }
    }
    logits = declare(Scalar.self, rows, tokens)
    losses = declare(Scalar.self, Count(documents))

    let isTraining = purpose == .training, saved = isTraining ? rows : 0
    dResidual = declare(Scalar.self, saved, width)
    (dNormalized, dAttentionOutput) = (declare(Scalar.self, saved, width), declare(Scalar.self, saved, width))
    dHidden = declare(Scalar.self, saved, hiddenWidth)
    dProjections = declare(Scalar.self, saved, 3 * width)
    dEmbeddings = declare(
      Scalar.self, isTraining ? tokens + Count(shape.positions).rounded(up: unit) : 0, width)
    dTargets = declare(Scalar.self, saved)

    attention = AttentionScratch(shape, &declare)
    padding = declare(Scalar.self, tokens)
    gradient = declare(Scalar.self, isTraining ? Count(Workspace.gradientBlock) : 0)
    adam = declare(Scalar.self, isTraining ? 6 : 0, Count(AdamStep<Scalar>.chunk))
    positions = declare(
      Scalar.self,
      keepsTransposed ? 0 : PositionProduct<Scalar>.scratchCount(positions: rows, columns: hiddenWidth))
    square = declare(Scalar.self, Count(unit + 1), Count(unit))
    projectionOrder = declare(Int32.self, 3, channels)
    // Kernels may read up to a vector's number of rows, and whole vectors in each, past the last row of a document.
    _ = declare(Scalar.self, Count(unit + 1), 3 * width)
  }

  /// Writes the constants.
  func prepare(_ shape: Shape) {
    let unit = BufferDeclarations.lineCount(of: Scalar.self), width = shape.channels.rounded(up: unit)
    for i in shape.vocabulary..<shape.vocabulary.rounded(up: unit) { padding[i] = -.infinity }
    // Heads from the last to the first, and within each the value's rows, the key's and the query's: the order of the
    // reference's graph. (At position 0 the graph alternates between keys and queries, but there the query's gradient
    // is 0.)
    var place = 0
    for h in (0..<shape.heads).reversed() {
      for segment in (0..<3).reversed() {
        for c in (h * shape.headWidth..<(h + 1) * shape.headWidth).reversed() {
          projectionOrder[place] = Int32(segment * width + c)
          place += 1
        }
      }
    }
  }
}

/// Attention's scratch memory, for one document at a time.
struct AttentionScratch<A: KernelArithmetic> {
  typealias Scalar = A.Scalar
  typealias Buffer = UnsafeMutablePointer<Scalar>

  /// Two rows of attention weights, `[2, T]`.
  let row: Buffer
  /// A vector for every pair of positions where attention is computed pair by pair, and for the additional pairs that
  /// the fast arithmetic takes at a time. Empty in the exact arithmetic.
  let pairs: Buffer
  /// Keys or values of one head transposed, `[D, T]`; in the exact arithmetic the gradients of both too, `[3, D, T]`.
  let transposed: Buffer
  /// The gradients of one head's attention weights, `[T, T]`.
  let dWeights: Buffer
  /// A head's results where heads are not whole cache lines, `[WideAttention.blockRows, D]`.
  let narrow: Buffer

  /// Up to this many positions the fast arithmetic computes attention pair by pair, if a head fits a vector.
  static var shortDocument: Int { 32 }

  private static var unit: Int { BufferDeclarations.lineCount(of: Scalar.self) }

  init(_ shape: Shape, _ declare: inout BufferDeclarations) {
    let unit = AttentionScratch.unit, positions = Count(shape.positions)
    let longest = positions.rounded(up: unit), head = Count(shape.headWidth).rounded(up: unit)
    let short = Swift.min(shape.positions, AttentionScratch.shortDocument)
    row = declare(Scalar.self, 2, longest)
    pairs = declare(
      Scalar.self, Count(A.isExact ? 0 : short * (short + 1) / 2 + unit), Count(unit))
    transposed = declare(Scalar.self, A.isExact ? 3 : 1, longest, head)
    dWeights = declare(Scalar.self, longest, positions)
    narrow = declare(Scalar.self, Count(WideAttention<Scalar>.blockRows), head)
  }

  /// How many numbers `Attend.sums` has for each position of a document.
  static func sumsPerPosition(_ shape: Shape) -> Int {
    A.isExact ? 2 * shape.heads.rounded(up: unit) : shape.channels.rounded(up: unit)
  }

  /// The number of exponentials that a layer keeps for all documents, in the larger of the two layouts: pair by pair,
  /// one for every channel of every pair; otherwise `[H, T, T]`.
  static func exponentialCount(_ shape: Shape, documents: Int) -> Count {
    let width = Count(shape.channels).rounded(up: unit), positions = Count(shape.positions)
    let short = Swift.min(shape.positions, shortDocument)
    // The fast arithmetic takes as many pairs at a time as a head has channels.
    return Count(A.isExact ? 0 : unit * unit)
      + Count(documents)
      * Count.max(
        Count(short * (short + 1) / 2) * width,
        Count(shape.heads) * positions * positions.rounded(up: unit))
  }
}
