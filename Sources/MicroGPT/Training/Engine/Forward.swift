// The forward pass, step by step as in Specification.swift, for all rows of a batch at once.

extension Worker {
  /// Computes the logits of every row.
  func forward(_ batch: Batch) {
    let rows = batch.rows, w = workspace
    kernels.embed(embedding(batch, parameters.values, w.embedding))
    normalize(w.embedding, rows, into: w.embeddingNormalized)
    for l in 0..<shape.layers {
      let layer = w.layers[l], weights = parameters.layout.layer(l), x = input(of: l)
      // x → normalized → query, key and value
      normalize(x, rows, into: layer.normalized)
      linear(layer.normalized.output, weights.projections, rows, into: layer.projections)
      // each head's attention output
      attend(batch, layer)
      // middle = output · attention output + x
      linear(layer.attentionOutput, weights.output, rows, into: layer.middle, .add, x)
      // y = contract · relu(expand · normalized middle) + middle
      normalize(layer.middle, rows, into: layer.middleNormalized)
      linear(layer.middleNormalized.output, weights.expand, rows, into: layer.hidden, .relu)
      linear(layer.hidden, weights.contract, rows, into: layer.output, .add, layer.middle)
    }
    linear(input(of: shape.layers), parameters.layout.head, rows, into: w.logits)
  }

  private func normalize(_ x: Buffer, _ rows: Int, into y: Workspace<A>.Normalized) {
    kernels.normalize(
      Normalize(
        x: UnsafePointer(x), y: y.output, scale: y.scale, slope: y.slope, rows: rows,
        channels: shape.channels, stride: width, square: workspace.square))
  }

  /// `y = x · weightᵀ`, and the epilogue `ending` with the operand `z`, `[rows, C]`.
  private func linear(
    _ x: Buffer, _ weight: PanelMatrix, _ rows: Int, into y: Buffer,
    _ ending: Product<Scalar>.Ending = .store, _ z: Buffer? = nil
  ) {
    let zRow = z == nil ? 0 : width
    guard parameters.keepsTransposed else {
      return kernels.positionProduct(
        PositionProduct(
          x: UnsafePointer(x), xRow: weight.columns, parameters: UnsafePointer(parameters.values),
          matrix: weight, y: y, yRow: weight.rows, positions: rows, ending: ending, z: UnsafePointer(z ?? y),
          zRow: zRow, scratch: workspace.positions))
    }
    let copy = weight.transposed
    multiply(
      Product(
        x: UnsafePointer(x), xRow: weight.columns, xStep: 1, b: UnsafePointer(parameters.transposed),
        bStep: 1, panel: 0, y: y, yRow: copy.columns, rows: rows, columns: copy.columns,
        depth: copy.trueRows, ending: ending, z: UnsafePointer(z ?? y), zRow: zRow),
      copy, firstRow: 0)
  }

  /// A product with a matrix of parameters: its wide panels first, then the narrow one at the end.
  ///
  /// - Parameters:
  ///   - product: Its `b` is the buffer of the matrix, its `bStep` a number of rows.
  ///   - firstRow: The row of the matrix that `b` starts with.
  @inline(__always)
  func multiply(
    _ product: Product<Scalar>, _ matrix: PanelMatrix, firstRow: Int, isOrdered: Bool = false
  ) {
    let columns = matrix.columns / matrix.panel &* matrix.panel
    var part = product
    if columns > 0 {
      part.b = product.b + matrix.index(firstRow, 0)
      part.bStep = product.bStep &* matrix.panel
      part.columns = columns
      (part.panel, part.panelStep) = (matrix.panel, matrix.panel &* matrix.rows)
      isOrdered ? kernels.orderedProduct(part) : kernels.product(part)
    }
    if columns < matrix.columns {
      let width = matrix.columns &- columns
      part.b = product.b + matrix.index(firstRow, columns)
      part.bStep = product.bStep &* width
      (part.columns, part.panel, part.panelStep) = (width, width, 0)
      part.y = product.y + columns
      part.z = product.z + columns
      isOrdered ? kernels.orderedProduct(part) : kernels.product(part)
    }
  }

  private func attend(_ batch: Batch, _ layer: Workspace<A>.Layer) {
    forEachDocument(batch, layer) { document in
      if isWide(document) { return wideAttention.forward(document) }
      kernels.attend(document)
      // Negated, so that NaN takes this path too.
      if !A.isExact, !(document.row[0] < Scalar(attendLimit)) { kernels.attendFromPeaks(document) }
    }
  }

  /// Whether attention is computed by matrix products rather than pair by pair.
  func isWide(_ document: Attend<Scalar>) -> Bool {
    !A.isExact
      && (document.positions > AttentionScratch<A>.shortDocument || kernels.lanes % document.headWidth != 0)
  }

  /// Calls `body` with the attention of every document in a layer.
  @inline(__always)
  func forEachDocument(
    _ batch: Batch, _ layer: Workspace<A>.Layer, _ body: (Attend<Scalar>) -> Void
  ) {
    let sumsStride = AttentionScratch<A>.sumsPerPosition(shape)
    var exponentials = layer.exponentials
    for document in 0..<batch.documents {
      let first = batch.firstRow(document), count = batch.rowCount(document)
      body(
        Attend(
          query: UnsafePointer(layer.projections + 3 &* first &* width), stride: 3 &* width, segment: width,
          output: layer.attentionOutput + first &* width,
          dOutput: workspace.dAttentionOutput + first &* width, exponentials: exponentials,
          sums: layer.sums + first &* sumsStride, dQuery: workspace.dProjections + 3 &* first &* width,
          positions: count, heads: shape.heads, headWidth: shape.headWidth, scale: attentionScale,
          row: workspace.attention.row, transposed: workspace.attention.transposed,
          pairs: workspace.attention.pairs))
      exponentials += Swift.max(
        count > AttentionScratch<A>.shortDocument ? 0 : count &* (count &+ 1) / 2 &* width,
        WideAttention<Scalar>.weights(heads: shape.heads, positions: count, unit: unit))
    }
  }

  /// - Parameter vectors: The token vectors, then the position vectors, as at the start of the parameters.
  func embedding(_ batch: Batch, _ vectors: Buffer, _ x: Buffer) -> Embedding<Scalar> {
    Embedding(
      tokens: UnsafePointer(batch.tokens), positions: UnsafePointer(batch.positions), tokenVectors: vectors,
      positionVectors: vectors + parameters.layout.positionEmbedding.offset, x: x, rows: batch.rows,
      stride: width)
  }
}
