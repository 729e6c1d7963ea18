// The backward pass: the steps of the forward pass in reverse. Each computes the gradient at its input; `Gradients`
// says where the gradient of its weights goes.

extension Worker {
  /// Propagates the logits' gradients, computed by `loss`, to all parameters.
  ///
  /// - Parameter gradients: Where the parameters' gradients go. A matrix may be updated as soon as its gradient is
  ///   known: the rest of the backward pass does not read it.
  func backward(_ batch: Batch, _ gradients: Gradients<Scalar>) {
    let rows = batch.rows, w = workspace, layout = parameters.layout
    // logits = head · y
    headBackward(batch)
    weightGradient(layout.head, dy: w.logits, x: input(of: shape.layers), rows, gradients)
    for l in (0..<shape.layers).reversed() {
      let layer = w.layers[l], weights = layout.layer(l), x = input(of: l)
      // y = contract · relu(expand · normalized middle) + middle
      linearBackward(w.dResidual, weights.contract, rows, into: w.dHidden, .reluBackward, layer.hidden)
      weightGradient(weights.contract, dy: w.dResidual, x: layer.hidden, rows, gradients)
      linearBackward(w.dHidden, weights.expand, rows, into: w.dNormalized)
      weightGradient(weights.expand, dy: w.dHidden, x: layer.middleNormalized.output, rows, gradients)
      normalizeBackward(w.dNormalized, layer.middle, rows, layer.middleNormalized, to: w.dResidual)
      // middle = output · attention output + x
      linearBackward(w.dResidual, weights.output, rows, into: w.dAttentionOutput)
      weightGradient(weights.output, dy: w.dResidual, x: layer.attentionOutput, rows, gradients)
      // each head's attention output
      attendBackward(batch, layer)
      // x → normalized → query, key and value
      projectionsBackward(w.dProjections, weights.projections, rows, into: w.dNormalized)
      weightGradient(weights.projections, dy: w.dProjections, x: layer.normalized.output, rows, gradients)
      normalizeBackward(w.dNormalized, x, rows, layer.normalized, to: w.dResidual)
    }
    normalizeBackward(
      w.dResidual, w.embedding, rows, w.embeddingNormalized, to: w.dNormalized, isOverwritten: true)
    embeddingGradient(batch, dx: w.dNormalized, gradients)
  }

  /// From the logits to the last layer's output. The reference's graph reaches the target's row of the head last, so
  /// the exact arithmetic sets that term to 0 in the product and adds it afterward.
  private func headBackward(_ batch: Batch) {
    let rows = batch.rows, w = workspace, head = parameters.layout.head
    guard A.isExact else { return linearBackward(w.logits, head, rows, into: w.dResidual) }
    for r in 0..<rows {
      let place = r &* tokens &+ Int(batch.targets[r])
      w.dTargets[r] = w.logits[place]
      w.logits[place] = 0
    }
    linearBackward(w.logits, head, rows, into: w.dResidual)
    for r in 0..<rows {
      let target = Int(batch.targets[r]), dLogit = w.dTargets[r], dx = w.dResidual + r &* width
      w.logits[r &* tokens &+ target] = dLogit
      var column = 0
      while column < width {
        let weight = parameters.values + head.index(target, column)
        for c in 0..<head.width(at: column) { dx[column &+ c] += weight[c] * dLogit }
        column &+= head.panel
      }
    }
  }

  /// `dx = dy · weight`, with sums over the outputs from the last to the first.
  private func linearBackward(
    _ dy: Buffer, _ weight: PanelMatrix, _ rows: Int, into dx: Buffer,
    _ ending: Product<Scalar>.Ending = .store, _ z: Buffer? = nil
  ) {
    let last = weight.trueRows &- 1
    multiply(
      Product(
        x: UnsafePointer(dy + last), xRow: weight.rows, xStep: -1, b: UnsafePointer(parameters.values),
        bStep: -1, panel: 0, y: dx, yRow: weight.columns, rows: rows, columns: weight.columns,
        depth: weight.trueRows, ending: ending, z: UnsafePointer(z ?? dx),
        zRow: z == nil ? 0 : weight.columns),
      weight, firstRow: last)
  }

  /// From queries, keys and values to the normalized input. The fast arithmetic sums over the outputs in memory
  /// order, the exact one in the order of the reference's graph.
  private func projectionsBackward(_ dy: Buffer, _ weight: PanelMatrix, _ rows: Int, into dx: Buffer) {
    guard A.isExact else { return linearBackward(dy, weight, rows, into: dx) }
    multiply(
      Product(
        x: UnsafePointer(dy), xRow: 3 &* width, xStep: 1, b: UnsafePointer(parameters.values), bStep: 1,
        panel: 0, y: dx, yRow: width, rows: rows, columns: width, depth: 3 &* shape.channels,
        z: UnsafePointer(dx), order: UnsafePointer(workspace.projectionOrder)),
      weight, firstRow: 0, isOrdered: true)
  }

  private func attendBackward(_ batch: Batch, _ layer: Workspace<A>.Layer) {
    forEachDocument(batch, layer) { document in
      isWide(document) ? wideAttention.backward(document) : kernels.attendBackward(document)
    }
  }

  /// - Parameter dx: Added to, because the residual connection has already written its share, or overwritten.
  private func normalizeBackward(
    _ dy: Buffer, _ x: Buffer, _ rows: Int, _ forward: Workspace<A>.Normalized, to dx: Buffer,
    isOverwritten: Bool = false
  ) {
    kernels.normalizeBackward(
      NormalizeBackward(
        dy: UnsafePointer(dy), x: UnsafePointer(x), scale: UnsafePointer(forward.scale),
        slope: UnsafePointer(forward.slope), dx: dx, rows: rows, channels: shape.channels, stride: width,
        isOverwritten: isOverwritten, square: workspace.square))
  }
}
