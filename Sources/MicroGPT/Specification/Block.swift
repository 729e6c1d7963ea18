// One transformer layer, forward and backward: attention, then a multilayer perceptron, each with a normalization
// before it and a residual connection around it. The backward pass mirrors the forward pass.

/// A layer's matrices: its parameters, or the gradients with respect to them.
struct LayerMatrices {
  /// `[C, C]`.
  let query, key, value, output: UnsafeMutablePointer<Double>
  /// `[4C, C]`.
  let expand: UnsafeMutablePointer<Double>
  /// `[C, 4C]`.
  let contract: UnsafeMutablePointer<Double>

  /// The layer's part of a flat buffer.
  init(_ layout: ParameterLayout.Layer, in buffer: UnsafeMutablePointer<Double>) {
    (query, key) = (buffer + layout.query.offset, buffer + layout.key.offset)
    (value, output) = (buffer + layout.value.offset, buffer + layout.output.offset)
    (expand, contract) = (buffer + layout.expand.offset, buffer + layout.contract.offset)
  }
}

/// The computation of one layer.
struct Block {
  let shape: Shape
  let weights: LayerMatrices
  /// The layer's input, `[T, C]`.
  let input: UnsafeMutablePointer<Double>
  let activations: LayerActivations

  /// `√D` to the power -1: division by a number is multiplication by its power -1.
  private var attentionScale: Double { power(power(Double(shape.headWidth), 0.5), -1) }

  /// Computes the layer's output at `positions`, from its input there and earlier keys and values.
  func forward(_ positions: Range<Int>) {
    let a = activations, width = shape.channels, hiddenWidth = 4 * width, scale = attentionScale
    for t in positions {
      let row = t &* width
      // x → normalized → query, key and value
      (a.scale[t], a.scaleSlope[t]) = Specification.rmsNorm(
        input + row, count: width, into: a.normalized + row)
      Specification.linear(
        a.normalized + row, weights.query, inputs: width, outputs: width, into: a.query + row)
      Specification.linear(a.normalized + row, weights.key, inputs: width, outputs: width, into: a.key + row)
      Specification.linear(
        a.normalized + row, weights.value, inputs: width, outputs: width, into: a.value + row)
      // each head's attention output
      for h in 0..<shape.heads {
        let sums = h &* shape.positions &+ t, weightsRow = sums &* shape.positions
        (a.total[sums], a.inverseTotal[sums]) = Specification.attention(
          a.query + row + h &* shape.headWidth, head(h, of: a), at: t, scale: scale,
          into: a.scores + weightsRow, exponentials: a.exponentials + weightsRow,
          into: a.attention + weightsRow, into: a.attentionOutput + row + h &* shape.headWidth)
      }
      // middle = output · attention output + x
      Specification.linear(
        a.attentionOutput + row, weights.output, inputs: width, outputs: width, into: a.middle + row)
      for c in 0..<width { a.middle[row &+ c] += input[row &+ c] }
      // y = contract · relu(expand · normalized middle) + middle
      (a.middleScale[t], a.middleScaleSlope[t]) = Specification.rmsNorm(
        a.middle + row, count: width, into: a.middleNormalized + row)
      Specification.linear(
        a.middleNormalized + row, weights.expand, inputs: width, outputs: hiddenWidth,
        into: a.expanded + 4 &* row)
      for c in 4 &* row..<4 &* row &+ hiddenWidth { a.hidden[c] = a.expanded[c] > 0 ? a.expanded[c] : 0 }
      Specification.linear(
        a.hidden + 4 &* row, weights.contract, inputs: hiddenWidth, outputs: width, into: a.output + row)
      for c in 0..<width { a.output[row &+ c] += a.middle[row &+ c] }
    }
  }

  /// Computes the gradients at the layer's input and weights from the one at its output, `gradients.output`.
  ///
  /// - Parameters:
  ///   - count: The positions of the document.
  ///   - gradients: The gradients of everything in `activations`. All but `output` are overwritten.
  ///   - dInput: The gradient at the layer's input, `[T, C]`. Overwritten.
  ///   - dWeights: Added to.
  func backward(
    _ count: Int, _ gradients: LayerActivations, into dInput: UnsafeMutablePointer<Double>,
    to dWeights: LayerMatrices
  ) {
    let a = activations, d = gradients, width = shape.channels, hiddenWidth = 4 * width,
      scale = attentionScale
    for i in 0..<count &* width { (d.key[i], d.value[i]) = (0, 0) }

    var t = count
    while t > 0 {
      t &-= 1
      let row = t &* width
      // y = contract · hidden + middle
      for c in 0..<width { d.middle[row &+ c] = d.output[row &+ c] }
      for c in 4 &* row..<4 &* row &+ hiddenWidth { d.hidden[c] = 0 }
      Specification.linearBackward(
        d.output + row, rows: 0..<width, a.hidden + 4 &* row, weights.contract, inputs: hiddenWidth,
        to: dWeights.contract, to: d.hidden + 4 &* row)
      // hidden = relu(expanded)
      for c in 4 &* row..<4 &* row &+ hiddenWidth { d.expanded[c] = a.expanded[c] > 0 ? d.hidden[c] : 0 }
      // expanded = expand · normalized middle
      for c in 0..<width { d.middleNormalized[row &+ c] = 0 }
      Specification.linearBackward(
        d.expanded + 4 &* row, rows: 0..<hiddenWidth, a.middleNormalized + row, weights.expand, inputs: width,
        to: dWeights.expand, to: d.middleNormalized + row)
      Specification.rmsNormBackward(
        d.middleNormalized + row, a.middle + row, count: width, scale: a.middleScale[t],
        slope: a.middleScaleSlope[t], to: d.middle + row)
      // middle = output · attention output + x
      for c in 0..<width {
        dInput[row &+ c] = d.middle[row &+ c]
        d.attentionOutput[row &+ c] = 0
      }
      Specification.linearBackward(
        d.middle + row, rows: 0..<width, a.attentionOutput + row, weights.output, inputs: width,
        to: dWeights.output, to: d.attentionOutput + row)
      // attention output = Σ attention · values. Later positions have already added to these keys' and values'
      // gradients.
      for c in 0..<width { d.normalized[row &+ c] = 0 }
      var h = shape.heads
      while h > 0 {
        h &-= 1
        let first = row &+ h &* shape.headWidth
        let sums = h &* shape.positions &+ t, weightsRow = sums &* shape.positions
        Specification.attentionBackward(
          d.attentionOutput + first, a.query + first, head(h, of: a), at: t, scale: scale,
          exponentials: a.exponentials + weightsRow, attention: a.attention + weightsRow,
          sums: (a.total[sums], a.inverseTotal[sums]),
          to: head(h, of: d), into: d.attention + weightsRow, into: d.scores + weightsRow,
          into: d.query + first)
        projectionsBackward(head: h, at: t, d, to: dWeights)
      }
      // x → normalized
      Specification.rmsNormBackward(
        d.normalized + row, input + row, count: width, scale: a.scale[t], slope: a.scaleSlope[t],
        to: dInput + row)
    }
  }

  /// The backward pass of one head's rows of value, key and query, in the order of the reference's graph. (At
  /// position 0 the graph alternates between keys and queries, but there the query's gradient is 0: the only weight
  /// is 1 whatever its score.)
  private func projectionsBackward(
    head h: Int, at t: Int, _ d: LayerActivations, to dWeights: LayerMatrices
  ) {
    let width = shape.channels, row = t &* width
    let rows = h &* shape.headWidth..<(h &+ 1) &* shape.headWidth
    let x = activations.normalized + row, dx = d.normalized + row
    Specification.linearBackward(
      d.value + row, rows: rows, x, weights.value, inputs: width, to: dWeights.value, to: dx)
    Specification.linearBackward(
      d.key + row, rows: rows, x, weights.key, inputs: width, to: dWeights.key, to: dx)
    Specification.linearBackward(
      d.query + row, rows: rows, x, weights.query, inputs: width, to: dWeights.query, to: dx)
  }

  private func head(_ h: Int, of a: LayerActivations) -> Head {
    let first = h &* shape.headWidth
    return Head(stride: shape.channels, width: shape.headWidth, key: a.key + first, value: a.value + first)
  }
}
