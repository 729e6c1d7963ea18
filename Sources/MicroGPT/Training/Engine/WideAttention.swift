// Attention by matrix products, for long documents and wide heads: scores, weights and gradients of one head at
// a time are square matrices, of which only the blocks on and below the diagonal are computed.

/// Attention of the fast arithmetic for one document.
struct WideAttention<Scalar: BinaryFloatingPoint> {
  typealias Buffer = UnsafeMutablePointer<Scalar>

  let kernels: Kernels<Scalar>
  /// A head's keys or values, transposed, `[D, T]`, both sizes padded.
  let transposed: Buffer
  /// The gradients of a head's weights, `[T, T]`, the columns padded.
  let dWeights: Buffer
  /// A head's results where heads are not whole cache lines, `[T, D]`, padded.
  let narrow: Buffer
  /// The number of elements in a cache line.
  let unit: Int

  /// Rows of a block.
  static var blockRows: Int { 32 }

  /// The number of weights that a document of `positions` keeps for the backward pass.
  static func weights(heads: Int, positions: Int, unit: Int) -> Int {
    heads * positions * positions.rounded(up: unit)
  }

  /// `output = softmax(q·kᵀ)·v` for every head.
  func forward(_ a: Attend<Scalar>) {
    let n = a.positions, columns = n.rounded(up: unit)
    for h in 0..<a.heads {
      let query = a.query + h &* a.headWidth, weights = a.exponentials + h &* n &* columns
      transpose(query + a.segment, a, columns)
      forEachBlock(n) { first, rows in
        let end = (first &+ rows).rounded(up: unit), block = weights + first &* columns
        product(
          query + first &* a.stride, a.stride, 1, transposed, columns, into: block, columns, rows, end,
          depth: a.headWidth)
        kernels.causalSoftmax(
          CausalSoftmax(
            weights: block, gradients: dWeights, stride: columns, first: first, rows: rows, columns: end,
            scale: a.scale))
        channels(
          block, columns, 1, query + 2 &* a.segment, a.stride,
          into: a.output + (first &* a.segment &+ h &* a.headWidth), a.segment, rows, a.headWidth,
          depth: first &+ rows)
      }
    }
  }

  /// The backward pass of `forward`.
  func backward(_ a: Attend<Scalar>) {
    let n = a.positions, columns = n.rounded(up: unit)
    for h in 0..<a.heads {
      let query = a.query + h &* a.headWidth, dQuery = a.dQuery + h &* a.headWidth
      let dOutput = UnsafePointer(a.dOutput) + h &* a.headWidth
      let weights = a.exponentials + h &* n &* columns
      transpose(query + 2 &* a.segment, a, columns)
      forEachBlock(n) { first, rows in
        let end = (first &+ rows).rounded(up: unit), block = dWeights + first &* columns
        product(
          dOutput + first &* a.segment, a.segment, 1, transposed, columns, into: block, columns, rows, end,
          depth: a.headWidth)
        kernels.causalSoftmaxBackward(
          CausalSoftmax(
            weights: weights + first &* columns, gradients: block, stride: columns, first: first, rows: rows,
            columns: end, scale: a.scale))
        channels(
          block, columns, 1, query + a.segment, a.stride, into: dQuery + first &* a.stride, a.stride, rows,
          a.headWidth, depth: first &+ rows)
      }
      // A key's and a value's gradients come from the queries at its own and later positions.
      forEachBlock(n) { first, rows in
        let place = first &* columns &+ first
        channels(
          dWeights + place, 1, columns, query + first &* a.stride, a.stride,
          into: dQuery + (first &* a.stride &+ a.segment), a.stride, rows, a.headWidth, depth: n &- first)
        channels(
          weights + place, 1, columns, dOutput + first &* a.segment, a.segment,
          into: dQuery + (first &* a.stride &+ 2 &* a.segment), a.stride, rows, a.headWidth,
          depth: n &- first)
      }
    }
  }

  @inline(__always)
  private func forEachBlock(_ n: Int, _ body: (_ first: Int, _ rows: Int) -> Void) {
    var first = 0
    while first < n {
      let rows = Swift.min(WideAttention.blockRows, n &- first)
      body(first, rows)
      first &+= rows
    }
  }

  /// Transposes a head's rows. Numbers beyond its channels and positions are copied too and never used.
  private func transpose(_ rows: UnsafePointer<Scalar>, _ a: Attend<Scalar>, _ columns: Int) {
    kernels.transpose(
      Transpose(
        x: rows, xRow: a.stride, y: transposed, yRow: columns, rows: columns,
        columns: a.headWidth.rounded(up: unit)))
  }

  private func product(
    _ x: UnsafePointer<Scalar>, _ xRow: Int, _ xStep: Int, _ b: UnsafePointer<Scalar>, _ bStep: Int,
    into y: Buffer, _ yRow: Int, _ rows: Int, _ columns: Int, depth: Int
  ) {
    kernels.product(
      Product(
        x: x, xRow: xRow, xStep: xStep, b: b, bStep: bStep, panel: columns, y: y, yRow: yRow, rows: rows,
        columns: columns, depth: depth, z: UnsafePointer(y)))
  }

  /// A product whose columns are a head's channels. It must not write past them, into other heads' channels.
  private func channels(
    _ x: UnsafePointer<Scalar>, _ xRow: Int, _ xStep: Int, _ b: UnsafePointer<Scalar>, _ bStep: Int,
    into y: Buffer, _ yRow: Int, _ rows: Int, _ width: Int, depth: Int
  ) {
    let padded = width.rounded(up: unit)
    if padded == width {
      return product(x, xRow, xStep, b, bStep, into: y, yRow, rows, width, depth: depth)
    }
    product(x, xRow, xStep, b, bStep, into: narrow, padded, rows, padded, depth: depth)
    for r in 0..<rows {
      for c in 0..<width { y[r &* yRow &+ c] = narrow[r &* padded &+ c] }
    }
  }
}
