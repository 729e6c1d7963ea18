// The forward pass of one row alone, for sampling one document at a time. In the exact arithmetic its numbers are those of a
// row among others. What its kernels are called with is written once: only few of it changes from token to token.

extension SamplingEngine {
  /// Computes a row at `position`, with its keys and values, and the running sums of the next token's probabilities.
  ///
  /// - Parameters:
  ///   - token: The row's token.
  ///   - places: The places of the row's positions, its own last.
  /// - Throws: As `compute` does.
  func compute(
    rowAt position: Int, token: UnsafePointer<Int32>, places: UnsafePointer<Int32>, _ sums: Sums
  ) throws(SamplerError) {
    (workspace.check[0], workspace.check[1]) = (0, 0)
    forward(position, token, places)
    addUp(sums, 0, 1)
    try check(sums.temperature)
  }

  /// Computes a row as `compute(rowAt:token:places:_:)` does, but only what `draw` needs.
  @inline(__always)
  func prepareDraw(
    at position: Int, token: UnsafePointer<Int32>, places: UnsafePointer<Int32>, _ sums: Sums
  ) throws(SamplerError) {
    (workspace.check[0], workspace.check[1]) = (0, 0)
    forward(position, token, places)
    kernels.weights(
      SampleWeights(
        logits: workspace.logits, sums: workspace.draw, padding: workspace.padding, stride: sumsStride,
        inverseTemperature: sums.inverseTemperature, check: workspace.check))
    try check(sums.temperature)
  }

  /// The token at a random number, after `prepareDraw`.
  @inline(__always)
  func draw(_ uniform: Double) -> Int {
    kernels.choice(
      SampleChoice(
        logits: workspace.logits, sums: workspace.draw, vocabulary: shape.vocabulary, stride: sumsStride,
        uniform: uniform, token: workspace.token))
    return workspace.token[0]
  }

  /// Copies the running sums and the total after `prepareDraw`.
  func takeSums(_ sums: Sums) {
    for token in 0..<sumsStride { sums.sums[token] = Scalar(workspace.draw[token]) }
    sums.totals[0] = sums.sums[sumsStride &- 1]
  }

  /// The row's logits.
  @inline(__always)
  private func forward(_ position: Int, _ token: UnsafePointer<Int32>, _ places: UnsafePointer<Int32>) {
    let w = workspace, segment = sizes.segment, layers = shape.layers
    var x = UnsafePointer(w.input), query = UnsafePointer(w.projections)
    if let pairs = store.pairs {
      let entry = pairEntry(pairs, position, token)
      (x, query) = (UnsafePointer(entry), UnsafePointer(entry) + sizes.width)
    } else {
      embed(1, position, token)
    }
    for l in 0..<layers {
      if l > 0 || store.pairs == nil {
        project(1, parameters.layers[l])
        (x, query) = (UnsafePointer(w.input), UnsafePointer(w.projections))
      }
      let attend = w.attend + l, layer = w.layer + l
      if !placesArePairs {
        let place = UnsafeMutablePointer(mutating: attend.pointee.keys)
        copy(query + segment, 2 &* segment, to: place + Int(places[position]) &* attend.pointee.placeStride)
      }
      attend.pointee.query = query
      attend.pointee.places = places
      attend.pointee.positions = position &+ 1
      kernels.attend(attend)
      layer.pointee.x = x
      kernels.sampleLayer(UnsafeRawPointer(layer))
    }
  }

  /// Writes what the kernels for one row are called with.
  ///
  /// - Parameter isFinite: Whether all parameters are.
  func prepareRow(isFinite: Bool) {
    let w = workspace, segment = sizes.segment, layers = shape.layers
    for l in 0..<layers {
      let layer = parameters.layers[l], keys: Buffer, placeStride: Int
      if let all = store.places {
        (keys, placeStride) = (all + l &* 2 &* segment, layers &* 2 &* segment)
      } else {
        (keys, placeStride) = (store.pairs.unsafelyUnwrapped + (sizes.width &+ segment), sizes.pairStride)
      }
      (w.attend + l).initialize(
        to: SampleAttend(
          query: w.projections, queryStride: 0, keys: keys, segment: segment, placeStride: placeStride,
          places: w.missing, placesStride: 0, output: w.attentionOutput, outputStride: 0, rows: 1,
          positions: 1, heads: shape.heads, headWidth: shape.headWidth, paddedWidth: sizes.heads.padded,
          scale: attentionScale, scratch: w.scratch))
      (w.layer + l).initialize(
        to: SampleLayer(
          x: w.input, attentionOutput: w.attentionOutput, output: layer.output, expand: layer.expand,
          contract: layer.contract, head: l &+ 1 == layers ? parameters.head : nil,
          isContractFinite: isFinite, y: w.input, middle: w.middle, normalized: w.normalized,
          hidden: w.hidden, active: w.active, logits: w.logits, channels: shape.channels,
          inverseChannels: inverseChannels))
    }
  }
}
