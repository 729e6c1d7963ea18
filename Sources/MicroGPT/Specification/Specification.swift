// The algorithm over plain loops, one document at a time, one position after the other, with every tensor by name.
// Kernels are tested against it and traces are taken from it; it depends on neither. There is no graph: every
// gradient is computed explicitly, its terms added in the order of the reference's graph, so that it has the
// reference's bits (Documentation/Exactness.md has the order).

/// A model's parameters and the buffers of its forward and backward pass, allocated once.
///
/// A class, because it owns that memory.
final class Specification {
  typealias Buffer = UnsafeMutablePointer<Double>

  let shape: Shape
  let layout: ParameterLayout
  /// In the order of `layout`.
  let parameters: Buffer
  /// In the order of `layout`. `backward` adds to them; the optimizer sets them back to zero.
  let parameterGradients: Buffer
  /// What the last forward pass computed.
  let activations: Activations
  /// The gradients with respect to `activations`, from the last backward pass.
  let gradients: Activations

  private let blocks: [Block]
  private let blockGradients: [LayerMatrices]
  private let memory: Memory<Buffers>

  private struct Buffers {
    let parameters, parameterGradients: Buffer
    let activations, gradients: Activations

    init(_ shape: Shape, parameterCount: Count, _ declare: inout BufferDeclarations) {
      parameters = declare(Double.self, parameterCount)
      parameterGradients = declare(Double.self, parameterCount)
      activations = Activations(shape, &declare)
      gradients = Activations(shape, &declare)
    }
  }

  /// Allocates all memory; parameters and gradients are zero.
  init(_ shape: Shape) {
    layout = ParameterLayout(shape)
    let count = Count(layout.count)
    memory = Memory { Buffers(shape, parameterCount: count, &$0) }
    self.shape = shape
    (parameters, parameterGradients) = (memory.buffers.parameters, memory.buffers.parameterGradients)
    (activations, gradients) = (memory.buffers.activations, memory.buffers.gradients)

    var blocks: [Block] = [], blockGradients: [LayerMatrices] = []
    for (index, layer) in layout.layers.enumerated() {
      blocks.append(
        Block(
          shape: shape, weights: LayerMatrices(layer, in: parameters), input: activations.input(of: index),
          activations: activations.layers[index]))
      blockGradients.append(LayerMatrices(layer, in: parameterGradients))
    }
    self.blocks = blocks
    self.blockGradients = blockGradients
  }

  /// The specification with a model's parameters.
  convenience init(_ model: Model) {
    self.init(Shape(model.configuration, vocabularySize: model.tokenizer.vocabularySize))
    for (i, parameter) in model.parameters.enumerated() { parameters[i] = parameter }
  }

  /// The bytes of its memory.
  static func byteCount(_ shape: Shape, parameterCount: Count) -> Count {
    memoryByteCount { Buffers(shape, parameterCount: parameterCount, &$0) }
  }

  /// Computes the logits at `positions`, `activations.logits`.
  ///
  /// - Parameters:
  ///   - tokens: `[T]`; those at `positions` are read.
  ///   - positions: Earlier positions of the document must have been computed.
  func forward(_ tokens: UnsafePointer<Int32>, at positions: Range<Int>) {
    let a = activations, width = shape.channels
    let wte = parameters + layout.tokenEmbedding.offset, wpe = parameters + layout.positionEmbedding.offset
    for t in positions {
      let row = t &* width, tokenRow = wte + Int(tokens[t]) &* width
      for c in 0..<width { a.embedding[row &+ c] = tokenRow[c] + wpe[row &+ c] }
      (a.scale[t], a.scaleSlope[t]) = Specification.rmsNorm(
        a.embedding + row, count: width, into: a.normalized + row)
    }
    for block in blocks { block.forward(positions) }
    for t in positions {
      Specification.linear(
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
  func loss(_ tokens: UnsafePointer<Int32>, count: Int) -> Double {
    let a = activations, vocabulary = shape.vocabulary
    var sum = 0.0
    for t in 0..<count {
      let row = t &* vocabulary
      (a.total[t], a.inverseTotal[t]) = Specification.softmax(
        a.logits + row, count: vocabulary, exponentials: a.exponentials + row, into: a.probabilities + row)
      sum += tokenLoss(tokens, at: t)
    }
    return sum * (1 / Double(count))
  }

  /// The surprise at the token after position `t`, `-log p`, once `loss` has computed the probabilities.
  func tokenLoss(_ tokens: UnsafePointer<Int32>, at t: Int) -> Double {
    log(activations.probabilities[t &* shape.vocabulary &+ Int(tokens[t &+ 1])]) * -1
  }

  /// Adds the gradient of the loss to `parameterGradients`, after `forward` and `loss` of the document.
  ///
  /// - Parameter documents: The number of documents in the batch, *B*, whose loss is the mean of theirs. For the
  ///   exact gradients of a batch, call this for the last document first.
  func backward(_ tokens: UnsafePointer<Int32>, count: Int, documents: Int = 1) {
    lossBackward(tokens, count: count, documents: documents)
    let a = activations, d = gradients, width = shape.channels
    for layer in blocks.indices.reversed() {
      blocks[layer].backward(
        count, d.layers[layer], into: d.input(of: layer), to: blockGradients[layer])
    }
    let dWte = parameterGradients + layout.tokenEmbedding.offset
    let dWpe = parameterGradients + layout.positionEmbedding.offset
    var t = count
    while t > 0 {
      t &-= 1
      let row = t &* width, tokenRow = dWte + Int(tokens[t]) &* width
      for c in 0..<width { d.embedding[row &+ c] = 0 }
      Specification.rmsNormBackward(
        d.normalized + row, a.embedding + row, count: width, scale: a.scale[t], slope: a.scaleSlope[t],
        to: d.embedding + row)
      for c in 0..<width {
        tokenRow[c] += d.embedding[row &+ c]
        dWpe[row &+ c] += d.embedding[row &+ c]
      }
    }
  }

  /// The backward pass from the loss to the last layer's output.
  ///
  /// Forward the loss is `-1/(n·B) · Σ log p[target]` with `p = e/total`. Only the target's probability has a
  /// gradient, `dp = -1/(n·B) · 1/p[target]`, but every exponential affects the total:
  /// `dLogits[j] = e[j]·(dp/total · [j = target] + dTotal)` with `dTotal = -e[target]·dp/total²`, which is
  /// `(p[j] - [j = target]) / (n·B)`. The reference's graph reaches the target's row of the head last.
  private func lossBackward(_ tokens: UnsafePointer<Int32>, count: Int, documents: Int) {
    let a = activations, d = gradients, width = shape.channels, vocabulary = shape.vocabulary
    let head = parameters + layout.head.offset, dHead = parameterGradients + layout.head.offset
    let weight = 1 / Double(count) * (1 / Double(documents))
    var t = count
    while t > 0 {
      t &-= 1
      let row = t &* vocabulary, target = Int(tokens[t &+ 1])
      let dp = 1 / a.probabilities[row &+ target] * (-1 * weight)
      let dTotal = -1 * power(a.total[t], -2) * (a.exponentials[row &+ target] * dp)
      for j in 0..<vocabulary {
        d.probabilities[row &+ j] = 0
        d.logits[row &+ j] = a.exponentials[row &+ j] * dTotal
      }
      d.probabilities[row &+ target] = dp
      d.logits[row &+ target] = a.exponentials[row &+ target] * (a.inverseTotal[t] * dp + dTotal)

      let x = a.output + t &* width, dx = d.output + t &* width
      for c in 0..<width { dx[c] = 0 }
      for rows in [target &+ 1..<vocabulary, 0..<target, target..<target &+ 1] {
        Specification.linearBackward(d.logits + row, rows: rows, x, head, inputs: width, to: dHead, to: dx)
      }
    }
  }
}
