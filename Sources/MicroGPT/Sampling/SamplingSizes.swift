// The padded sizes of a sampling engine.

/// A model's sizes as the sampling kernels of an instruction set see them.
struct SamplingSizes<A: SamplingArithmetic> {
  let shape: Shape
  /// The layout of the heads' channels in queries, keys and values.
  let heads: HeadOrder
  /// The lanes of a vector.
  let lanes: Int
  /// The number of elements in a cache line.
  let unit: Int
  /// Channels, hidden units and tokens, padded to cache lines.
  let width, hiddenWidth, tokens: Int
  /// The number of elements in a row's queries, keys or values.
  let segment: Int
  /// The number of elements in a row's attention output.
  let attentionWidth: Int

  /// Rows that are computed together: few enough that their data stays in the nearest cache.
  static var blockRows: Int { 32 }
  /// The most bytes that the table of pairs may take.
  private static var tableBytes: Int { 2 << 20 }

  init(_ shape: Shape, _ set: InstructionSet) {
    unit = BufferDeclarations.lineCount(of: A.Scalar.self)
    lanes = A.samplingKernels(set).lanes
    heads = A.heads(shape, lanes: lanes)
    width = shape.channels.rounded(up: unit)
    hiddenWidth = (4 * shape.channels).rounded(up: unit)
    tokens = shape.vocabulary.rounded(up: unit)
    segment = heads.count.rounded(up: unit)
    attentionWidth = Swift.max(width, segment)
    self.shape = shape
  }

  /// The number of elements in a table entry for a token and position: the first layer's input, query, key and value.
  var pairStride: Int { width + 3 * segment }

  /// Whether all pairs of token and position fit a table.
  var hasPairs: Bool {
    let count = Count(shape.positions) * Count(shape.vocabulary) * Count(pairStride)
    return (count * Count(MemoryLayout<A.Scalar>.stride)).value.map { $0 <= SamplingSizes.tableBytes }
      ?? false
  }

  /// Whether token and position determine where keys and values lie: the model has one layer, and a table.
  var placesArePairs: Bool { hasPairs && shape.layers == 1 }

  /// The bytes of one place, 0 where places are pairs.
  var placeBytes: Int { placesArePairs ? 0 : shape.layers * 2 * segment * MemoryLayout<A.Scalar>.stride }
}
