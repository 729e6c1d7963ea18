// The whole model's computation: embedding, layers, logits and loss, and the way back. No graph: every
// gradient is an explicit pass, in the order in which the reference's graph would add it up, so that the
// exact arithmetic gives its bits (Documentation/Exactness.md has the order).

/// A model's parameters with everything that a forward and a backward pass need, allocated once.
struct Engine<A: ArithmeticPolicy> {
  typealias Scalar = A.Scalar
  typealias Buffer = UnsafeMutablePointer<Scalar>

  let shape: Shape
  let layout: ParameterLayout
  /// In the order of `layout`.
  let parameters: Buffer
  /// In the order of `layout`. `backward` adds to them; the optimizer sets them back to zero.
  let parameterGradients: Buffer
  /// What the last forward pass computed.
  let activations: Activations<Scalar>
  /// The gradients with respect to `activations`, as of the last backward pass.
  let gradients: Activations<Scalar>

  private let blocks: [Block<A>]
  private let blockGradients: [LayerMatrices<Scalar>]
  private let memory: Memory

  /// An engine with all its memory, parameters and gradients zero.
  ///
  /// - Parameter training: Without it there is no memory for gradients, and `backward` must not be called.
  init(_ configuration: Configuration, vocabularySize: Int, training: Bool) {
    shape = Shape(configuration, vocabularySize: vocabularySize)
    layout = ParameterLayout(configuration, vocabularySize: vocabularySize)
    let bytes = Memory.bytes(for: layout.count, of: Scalar.self) + Activations<Scalar>.byteCount(shape)
    memory = Memory(byteCount: training ? 2 * bytes : bytes)
    parameters = memory.take(layout.count, of: Scalar.self)
    activations = Activations(shape, in: memory)
    parameterGradients = training ? memory.take(layout.count, of: Scalar.self) : parameters
    gradients = training ? Activations(shape, in: memory) : activations

    var blocks: [Block<A>] = [], blockGradients: [LayerMatrices<Scalar>] = []
    for (layer, activations) in zip(layout.layers, activations.layers) {
      let weights = LayerMatrices(layer, in: parameters)
      blocks.append(Block(shape: shape, weights: weights, activations: activations))
      blockGradients.append(LayerMatrices(layer, in: parameterGradients))
    }
    self.blocks = blocks
    self.blockGradients = blockGradients
  }

  /// Computes the logits at `positions`, `activations.logits`.
  ///
  /// - Parameters:
  ///   - tokens: `[T]`; those at `positions` are read.
  ///   - positions: The positions before them must have been computed since the document began.
  func forward(_ tokens: UnsafePointer<Int32>, at positions: Range<Int>) {
    let a = activations, width = shape.channels
    let wte = parameters + layout.tokenEmbedding.offset, wpe = parameters + layout.positionEmbedding.offset
    for t in positions {
      let row = t &* width, tokenRow = wte + Int(tokens[t]) &* width
      for c in 0..<width { a.embedding[row &+ c] = tokenRow[c] + wpe[row &+ c] }
      (a.scale[t], a.scaleSlope[t]) = A.rmsNorm(a.embedding + row, count: width, into: a.normalized + row)
    }
    for block in blocks { block.forward(positions) }
    for t in positions {
      A.linear(
        a.output + t &* width, parameters + layout.head.offset, inputs: width, outputs: shape.vocabulary,
        into: a.logits + t &* shape.vocabulary)
    }
  }

  /// Computes a document's loss from the logits: the mean over its positions of `-log softmax(logits)[target]`.
  ///
  /// - Parameters:
  ///   - tokens: `[count + 1]`; the target of a position is the token after it.
  ///   - count: Positions of the document, at least 1.
  /// - Returns: The loss in nats a token.
  func loss(_ tokens: UnsafePointer<Int32>, count: Int) -> Scalar {
    let a = activations, vocabulary = shape.vocabulary
    var sum = Scalar(0)
    for t in 0..<count {
      let row = t &* vocabulary
      (a.total[t], a.inverseTotal[t]) = A.softmax(
        a.logits + row, count: vocabulary, exponentials: a.exponentials + row, into: a.probabilities + row)
      sum += A.log(a.probabilities[row &+ Int(tokens[t &+ 1])]) * -1
    }
    return sum * (1 / Scalar(count))
  }

  /// Adds the gradient of the loss to `parameterGradients`, after `forward` and `loss` of the document.
  func backward(_ tokens: UnsafePointer<Int32>, count: Int) {
    lossBackward(tokens, count: count)
    for layer in blocks.indices.reversed() {
      blocks[layer].backward(count, gradients.layers[layer], to: blockGradients[layer])
    }
    let a = activations, d = gradients, width = shape.channels
    let dWte = parameterGradients + layout.tokenEmbedding.offset
    let dWpe = parameterGradients + layout.positionEmbedding.offset
    var t = count
    while t > 0 {
      t &-= 1
      let row = t &* width, tokenRow = dWte + Int(tokens[t]) &* width
      for c in 0..<width { d.embedding[row &+ c] = 0 }
      A.rmsNormBackward(
        d.normalized + row, a.embedding + row, count: width, scale: a.scale[t], slope: a.scaleSlope[t],
        to: d.embedding + row)
      for c in 0..<width {
        tokenRow[c] += d.embedding[row &+ c]
        dWpe[row &+ c] += d.embedding[row &+ c]
      }
    }
  }

  /// The way back from the loss to the last layer's output.
  ///
  /// Forward the loss is `-1/n · Σ log p[target]` with `p = e/total`. Only the target's probability has a
  /// gradient, `dp = -1/n · 1/p[target]`, but every exponential moves the total:
  /// `dLogits[j] = e[j]·(dp/total · [j = target] + dTotal)` with `dTotal = -e[target]·dp/total²`, which is
  /// `(p[j] - [j = target]) / n`. The reference's graph comes to the target's row of the head last.
  private func lossBackward(_ tokens: UnsafePointer<Int32>, count: Int) {
    let a = activations, d = gradients, width = shape.channels, vocabulary = shape.vocabulary
    let head = parameters + layout.head.offset, dHead = parameterGradients + layout.head.offset
    var t = count
    while t > 0 {
      t &-= 1
      let row = t &* vocabulary, target = Int(tokens[t &+ 1])
      let dp = 1 / a.probabilities[row &+ target] * (-1 * (1 / Scalar(count)))
      let dTotal = -1 * A.power(a.total[t], -2) * (a.exponentials[row &+ target] * dp)
      for j in 0..<vocabulary {
        d.probabilities[row &+ j] = 0
        d.logits[row &+ j] = a.exponentials[row &+ j] * dTotal
      }
      d.probabilities[row &+ target] = dp
      d.logits[row &+ target] = a.exponentials[row &+ target] * (a.inverseTotal[t] * dp + dTotal)

      let x = a.output + t &* width, dx = d.output + t &* width
      for c in 0..<width { dx[c] = 0 }
      func rowsBackward(_ rows: Range<Int>) {
        A.linearBackward(d.logits + row, rows: rows, x, head, inputs: width, to: dHead, to: dx)
      }
      rowsBackward(target &+ 1..<vocabulary)
      rowsBackward(0..<target)
      rowsBackward(target..<target &+ 1)
    }
  }
}
