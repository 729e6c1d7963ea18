// The engine that runs: the computation of Engine.swift for the positions of several documents at once, as rows
// of matrices, with kernels for the processor's vectors. Both arithmetics run through it; the exact one gives
// the bits of the specification, because every sum has the same terms in the same order.
//
// A weight matrix is read twice, along its outputs on the way forward and along its inputs on the way back, so
// there is a transposed copy. The optimizer moves a few rows of a matrix as soon as their gradient is known, while
// all of them are in the nearest cache; there is no buffer of gradients as large as the model.

import CMicroGPT

/// An arithmetic that there are kernels for.
protocol KernelArithmetic: Arithmetic {
  /// Whether sums have to have the reference's order throughout.
  static var isExact: Bool { get }
  static func kernels(_ set: InstructionSet) -> Kernels<Scalar>
}

extension ExactArithmetic: KernelArithmetic {
  static var isExact: Bool { true }
  static func kernels(_ set: InstructionSet) -> Kernels<Double> { Kernels(set) }
}

extension FastArithmetic: KernelArithmetic {
  static var isExact: Bool { false }
  static func kernels(_ set: InstructionSet) -> Kernels<Float> { Kernels(set) }
}

/// The documents of a step, as rows: the positions of one, then those of the next.
struct Batch {
  /// The token, the position in its document and the next token of every row, `[B·T]` each.
  let tokens, positions, targets: UnsafeMutablePointer<Int32>
  /// The first row of every document, and behind the last one the number of rows, `[B + 1]`.
  let starts: UnsafeMutablePointer<Int>
  let capacity: Int
  private(set) var documents = 0

  private let memory: Memory

  /// Room for `documents` documents of at most `positions` positions.
  init(documents: Int, positions: Int) {
    let rows = documents * positions
    let bytes = 3 * Memory.bytes(for: rows, of: Int32.self) + Memory.bytes(for: documents + 1, of: Int.self)
    memory = Memory(byteCount: bytes)
    tokens = memory.take(rows, of: Int32.self)
    self.positions = memory.take(rows, of: Int32.self)
    targets = memory.take(rows, of: Int32.self)
    starts = memory.take(documents + 1, of: Int.self)
    capacity = documents
  }

  var rows: Int { starts[documents] }

  mutating func removeAll() { documents = 0 }

  /// Adds a document: its tokens with BOS at both ends, `count` of them.
  mutating func append(_ document: UnsafePointer<Int32>, count: Int) {
    precondition(documents < capacity, "A batch has room for \(capacity) documents.")
    let first = starts[documents]
    for t in 0..<count - 1 {
      tokens[first + t] = document[t]
      positions[first + t] = Int32(t)
      targets[first + t] = document[t + 1]
    }
    documents += 1
    starts[documents] = first + count - 1
  }
}

/// How the optimizer moves parameters in one step.
struct Update<Scalar> {
  var beta1, beta2, epsilon, learningRate, correction1, correction2: Scalar
}

/// A model's parameters with everything that steps over batches need, allocated once.
struct BatchEngine<A: KernelArithmetic> {
  typealias Scalar = A.Scalar
  typealias Buffer = UnsafeMutablePointer<Scalar>

  let shape: Shape
  let layout: PaddedLayout
  let kernels: Kernels<Scalar>
  /// In the padded order, as are all buffers of the parameters' size.
  let parameters: Buffer
  /// What the last `backward` without an update left; `nil` in a training run.
  let gradients: Buffer?
  /// `[rows, V padded]`: the logits, after `loss` their gradients.
  let logits: Buffer
  /// The loss of every row, `[rows]`.
  let losses: Buffer

  private let transposed, mean, meanSquare: Buffer
  private let embedding, embeddingScale, embeddingSlope: Buffer
  private let layers: [Layer]
  private let d, dNormalized, dMixed, dHidden, dQuery, embeddingGradients, scratch, adamScratch, row: Buffer
  private let targetLogits: Buffer
  private let order, firstOrder: UnsafeMutablePointer<Int32>
  private let memory: Memory

  /// Channels, hidden units and vocabulary, padded.
  private let width, wide, outputs: Int
  private let attentionScale: Scalar

  /// What one layer computes on the way forward; LayerActivations.swift tells what each is.
  private struct Layer {
    /// `[rows, C]` but for scales and slopes, `[rows]`; `query` has keys and values beside it, `[rows, 3C]`.
    let input, normalized, scale, slope, query, exponentials, sums, mixed: Buffer
    let middle, middleNormalized, middleScale, middleSlope: Buffer
    /// After relu, `[rows, 4C]`.
    let hidden: Buffer
    let output: Buffer
  }

  /// - Parameters:
  ///   - documents: The most that a batch holds, *B*.
  ///   - keepsGradients: Whether there is a buffer that `backward` can leave gradients in.
  init(
    _ configuration: Configuration, vocabularySize: Int, documents: Int, instructionSet: InstructionSet,
    keepsGradients: Bool = false
  ) {
    let shape = Shape(configuration, vocabularySize: vocabularySize)
    let unit = Memory.alignment / MemoryLayout<Scalar>.stride
    let layout = PaddedLayout(
      ParameterLayout(configuration, vocabularySize: vocabularySize), unit: unit)
    let width = shape.channels.rounded(up: unit), wide = (4 * shape.channels).rounded(up: unit)
    let outputs = shape.vocabulary.rounded(up: unit), rows = documents * shape.positions
    let pairs = shape.positions * (shape.positions + 1) / 2
    let weights = Swift.max(pairs * width, shape.heads * shape.positions * shape.positions) * documents
    let block = BatchEngine.blockRows(stride: wide, unit: unit) * wide

    /// Lays everything out: once to count, and once to have it.
    func sizes(_ take: (Int) -> Void) {
      for _ in 0..<(keepsGradients ? 5 : 4) { take(layout.count) }
      take(outputs * rows)
      take(rows)
      for _ in 0..<2 { take(rows * width) }
      for _ in 0..<3 { take(rows) }
      for _ in 0..<shape.layers {
        for _ in 0..<6 { take(rows * width) }
        for _ in 0..<4 { take(rows) }
        take(3 * rows * width)
        take(weights)
        take(Swift.max(rows * width, 2 * shape.heads * rows))
        take(rows * wide)
      }
      for _ in 0..<3 { take(rows * width) }
      take(rows * wide)
      take(3 * rows * width)
      take(layout.tokenEmbedding.count + layout.positionEmbedding.count)
      take(block)
      take(3 * AdamStep<Scalar>.chunk)
      take(2 * shape.positions)
    }
    var bytes = 2 * Memory.bytes(for: 3 * shape.channels, of: Int32.self)
    sizes { bytes += Memory.bytes(for: $0, of: Scalar.self) }
    let memory = Memory(byteCount: bytes)
    func take(_ count: Int) -> Buffer { memory.take(count, of: Scalar.self) }

    (parameters, transposed, mean, meanSquare) = (
      take(layout.count), take(layout.count), take(layout.count), take(layout.count)
    )
    gradients = keepsGradients ? take(layout.count) : nil
    logits = take(outputs * rows)
    losses = take(rows)
    embedding = take(rows * width)
    var input = take(rows * width)
    (embeddingScale, embeddingSlope, targetLogits) = (take(rows), take(rows), take(rows))
    var layers: [Layer] = []
    for _ in 0..<shape.layers {
      let layer = Layer(
        input: input, normalized: take(rows * width), scale: take(rows), slope: take(rows),
        query: take(3 * rows * width), exponentials: take(weights),
        sums: take(Swift.max(rows * width, 2 * shape.heads * rows)), mixed: take(rows * width),
        middle: take(rows * width), middleNormalized: take(rows * width), middleScale: take(rows),
        middleSlope: take(rows), hidden: take(rows * wide), output: take(rows * width))
      input = layer.output
      layers.append(layer)
    }
    self.layers = layers
    (d, dNormalized, dMixed) = (take(rows * width), take(rows * width), take(rows * width))
    (dHidden, dQuery) = (take(rows * wide), take(3 * rows * width))
    embeddingGradients = take(layout.tokenEmbedding.count + layout.positionEmbedding.count)
    scratch = take(block)
    adamScratch = take(3 * AdamStep<Scalar>.chunk)
    row = take(2 * shape.positions)
    order = memory.take(3 * shape.channels, of: Int32.self)
    firstOrder = memory.take(3 * shape.channels, of: Int32.self)

    (self.shape, self.layout, self.memory) = (shape, layout, memory)
    (self.width, self.wide, self.outputs) = (width, wide, outputs)
    kernels = A.kernels(instructionSet)
    attentionScale = A.power(A.power(Scalar(shape.headWidth), 0.5), -1)
    fillOrders()
  }

  // MARK: - Parameters

  /// Sets all parameters, given in the reference's order.
  func setParameters(_ value: (Int) -> Double) {
    for matrix in layout.all {
      for r in 0..<matrix.source.rows {
        for c in 0..<matrix.source.columns {
          parameters[matrix.offset + r * matrix.stride + c] = Scalar(
            value(matrix.source.offset + r * matrix.source.columns + c))
        }
      }
    }
    for stack in stacks { transpose(stack, 0..<stack.rows) }
  }

  /// A buffer of the parameters' size as numbers in the reference's order.
  func unpadded(_ buffer: Buffer) -> [Double] {
    var numbers: [Double] = []
    for matrix in layout.all {
      for r in 0..<matrix.source.rows {
        for c in 0..<matrix.source.columns {
          numbers.append(Double(buffer[matrix.offset + r * matrix.stride + c]))
        }
      }
    }
    return numbers
  }

  /// Matrices that are multiplied by: one, or some that lie one below the other and have the same input.
  private struct Stack {
    let offset, rows, stride: Int
    /// Rows that are not padding; within `query, key, value` there may be some that are.
    let trueRows: Int
    let columns: Int

    init(_ matrix: PaddedLayout.Matrix) {
      (offset, rows, stride) = (matrix.offset, matrix.rows, matrix.stride)
      (trueRows, columns) = (matrix.source.rows, matrix.source.columns)
    }

    init(_ first: PaddedLayout.Matrix, stacked count: Int) {
      (offset, rows, stride) = (first.offset, count * first.rows, first.stride)
      (trueRows, columns) = (count * first.rows, first.source.columns)
    }
  }

  private var stacks: [Stack] {
    var stacks = [Stack(layout.head)]
    for layer in layout.layers {
      stacks.append(Stack(layer.query, stacked: 3))
      stacks += [Stack(layer.output), Stack(layer.expand), Stack(layer.contract)]
    }
    return stacks
  }

  /// Copies rows of a matrix to columns of its transposed copy.
  private func transpose(_ matrix: Stack, _ rows: Range<Int>) {
    kernels.transpose(
      Transpose(
        x: UnsafePointer(parameters + (matrix.offset + rows.lowerBound * matrix.stride)), xRow: matrix.stride,
        y: transposed + (matrix.offset + rows.lowerBound), yRow: matrix.rows, rows: rows.count,
        columns: matrix.stride))
  }

  /// Rows of a matrix that are updated together: some 16 KB of them.
  private static func blockRows(stride: Int, unit: Int) -> Int {
    Swift.max(4096 / stride, 1).rounded(up: unit)
  }

  // MARK: - Forward

  /// Computes the logits of every row.
  func forward(_ batch: Batch) {
    let rows = batch.rows, wte = parameters + layout.tokenEmbedding.offset
    let wpe = parameters + layout.positionEmbedding.offset
    for r in 0..<rows {
      let x = embedding + r &* width
      let token = wte + Int(batch.tokens[r]) &* width, position = wpe + Int(batch.positions[r]) &* width
      for c in 0..<width { x[c] = token[c] + position[c] }
    }
    normalize(embedding, rows, into: layers[0].input, embeddingScale, embeddingSlope)
    for (layer, weights) in zip(layers, layout.layers) {
      normalize(layer.input, rows, into: layer.normalized, layer.scale, layer.slope)
      multiply(layer.normalized, width, rows, Stack(weights.query, stacked: 3), into: layer.query)
      forEachDocument(batch, layer) { attend in kernels.attend(attend) }
      multiply(
        layer.mixed, width, rows, Stack(weights.output), into: layer.middle, .add, layer.input, width)
      normalize(layer.middle, rows, into: layer.middleNormalized, layer.middleScale, layer.middleSlope)
      multiply(layer.middleNormalized, width, rows, Stack(weights.expand), into: layer.hidden, .relu)
      multiply(
        layer.hidden, wide, rows, Stack(weights.contract), into: layer.output, .add, layer.middle, width)
    }
    multiply(layers[layers.count - 1].output, width, rows, Stack(layout.head), into: logits)
  }

  private func normalize(_ x: Buffer, _ rows: Int, into y: Buffer, _ scale: Buffer, _ slope: Buffer) {
    kernels.normalize(
      Normalize(
        x: UnsafePointer(x), y: y, scale: scale, slope: slope, rows: rows, channels: shape.channels,
        stride: width))
  }

  /// `y = x · weightᵀ`.
  private func multiply(
    _ x: Buffer, _ xRow: Int, _ rows: Int, _ weight: Stack, into y: Buffer,
    _ ending: Product<Scalar>.Ending = .store, _ z: Buffer? = nil, _ zRow: Int = 0
  ) {
    kernels.product(
      Product(
        x: UnsafePointer(x), xRow: xRow, xStep: 1, b: UnsafePointer(transposed + weight.offset),
        bStep: weight.rows, y: y, yRow: weight.rows, rows: rows, columns: weight.rows, depth: weight.columns,
        ending: ending, z: UnsafePointer(z ?? y), zRow: zRow))
  }

  private func forEachDocument(_ batch: Batch, _ layer: Layer, _ body: (Attend<Scalar>) -> Void) {
    var pairs = 0
    for document in 0..<batch.documents {
      let first = batch.starts[document], count = batch.starts[document + 1] &- first
      body(
        Attend(
          query: UnsafePointer(layer.query + 3 &* first &* width), stride: 3 &* width, segment: width,
          mixed: layer.mixed + first &* width, exponentials: layer.exponentials + pairs,
          sums: layer.sums + first &* Swift.max(width, 2 &* shape.heads),
          dQuery: dQuery + 3 &* first &* width, positions: count, heads: shape.heads,
          headWidth: shape.headWidth, scale: attentionScale, row: row))
      pairs &+= Swift.max(count &* (count &+ 1) / 2 &* width, shape.heads &* count &* count)
    }
  }

  /// Computes the loss from the logits, and their gradients in their place.
  ///
  /// - Returns: The mean over the documents of each document's mean, in nats a token.
  func loss(_ batch: Batch) -> Scalar {
    var sum = Scalar(0)
    let share = 1 / Scalar(batch.documents)
    for document in 0..<batch.documents {
      let first = batch.starts[document], count = batch.starts[document + 1] &- first
      kernels.loss(
        Loss(
          logits: logits + first &* outputs, targets: UnsafePointer(batch.targets + first),
          losses: losses + first, rows: count, vocabulary: shape.vocabulary, stride: outputs,
          weight: 1 / Scalar(count) * share))
      var documentSum = Scalar(0)
      for r in first..<first &+ count { documentSum += losses[r] }
      sum += documentSum * (1 / Scalar(count))
    }
    return sum * share
  }

  // MARK: - Backward

  /// Takes the logits' gradients, which `loss` left, back to all parameters, and moves those by `update`.
  ///
  /// Without an update the gradients are left in `gradients`, overwritten.
  func backward(_ batch: Batch, _ update: Update<Scalar>?) {
    let rows = batch.rows, output = layers[layers.count - 1].output
    headBackward(batch)
    change(Stack(layout.head), logits, output, width, rows, update)
    for (layer, weights) in zip(layers, layout.layers).reversed() {
      // y = contract · relu(expand · normalized middle) + middle
      multiplyBack(d, Stack(weights.contract), rows, into: dHidden, .reluBackward, layer.hidden, wide)
      change(Stack(weights.contract), d, layer.hidden, wide, rows, update)
      multiplyBack(dHidden, Stack(weights.expand), rows, into: dNormalized)
      change(Stack(weights.expand), dHidden, layer.middleNormalized, width, rows, update)
      normalizeBack(dNormalized, layer.middle, rows, layer.middleScale, layer.middleSlope, into: d)
      // middle = output · mixed + x
      multiplyBack(d, Stack(weights.output), rows, into: dMixed)
      change(Stack(weights.output), d, layer.mixed, width, rows, update)
      forEachDocument(batch, layer) { attend in
        var attend = attend
        attend.mixed = dMixed + (attend.mixed - layer.mixed)
        kernels.attendBack(attend)
      }
      projectionsBackward(batch, Stack(weights.query, stacked: 3))
      change(Stack(weights.query, stacked: 3), dQuery, layer.normalized, width, rows, update)
      normalizeBack(dNormalized, layer.input, rows, layer.scale, layer.slope, into: d)
    }
    normalizeBack(d, embedding, rows, embeddingScale, embeddingSlope, into: dNormalized, fresh: true)
    embeddingBackward(batch, update)
  }

  /// From the logits to the last layer's output. The reference's graph comes to the target's row of the head
  /// last, so in the exact arithmetic that term is left out of the product, as a 0, and added behind it.
  private func headBackward(_ batch: Batch) {
    let rows = batch.rows
    guard A.isExact else { return multiplyBack(logits, Stack(layout.head), rows, into: d) }
    for r in 0..<rows {
      let place = r &* outputs &+ Int(batch.targets[r])
      targetLogits[r] = logits[place]
      logits[place] = 0
    }
    multiplyBack(logits, Stack(layout.head), rows, into: d)
    for r in 0..<rows {
      let target = Int(batch.targets[r]), dLogit = targetLogits[r], dx = d + r &* width
      logits[r &* outputs &+ target] = dLogit
      let weight = parameters + (layout.head.offset &+ target &* width)
      for c in 0..<width { dx[c] += weight[c] * dLogit }
    }
  }

  /// `dx = dy · weight`, sums over the outputs from the last to the first.
  private func multiplyBack(
    _ dy: Buffer, _ weight: Stack, _ rows: Int, into dx: Buffer, _ ending: Product<Scalar>.Ending = .store,
    _ z: Buffer? = nil, _ zRow: Int = 0
  ) {
    let last = weight.trueRows &- 1
    kernels.product(
      Product(
        x: UnsafePointer(dy + last), xRow: weight.rows, xStep: -1,
        b: UnsafePointer(parameters + (weight.offset &+ last &* weight.stride)), bStep: -weight.stride,
        y: dx, yRow: weight.stride, rows: rows, columns: weight.stride, depth: weight.trueRows,
        ending: ending, z: UnsafePointer(z ?? dx), zRow: zRow))
  }

  /// From queries, keys and values to the normalized input: the fast arithmetic takes the outputs as they lie,
  /// the exact one in the order in which the reference's graph comes to them.
  private func projectionsBackward(_ batch: Batch, _ weight: Stack) {
    guard A.isExact else { return multiplyBack(dQuery, weight, batch.rows, into: dNormalized) }
    for document in 0..<batch.documents {
      let first = batch.starts[document], count = batch.starts[document + 1] &- first
      var product = Product(
        x: UnsafePointer(dQuery + 3 &* first &* width), xRow: 3 &* width, xStep: 1,
        b: UnsafePointer(parameters + weight.offset), bStep: width, y: dNormalized + first &* width,
        yRow: width, rows: 1, columns: width, depth: 3 &* shape.channels,
        z: UnsafePointer(dNormalized), order: UnsafePointer(firstOrder))
      kernels.orderedProduct(product)
      product.x += product.xRow
      product.y += product.yRow
      product.rows = count &- 1
      product.order = UnsafePointer(order)
      kernels.orderedProduct(product)
    }
  }

  /// The order of the rows of value, key and query in the reference's graph: heads run down, and in each the
  /// value's rows, the key's and the query's; at position 0 the key's and the query's take turns, because
  /// there a query meets no other key.
  private func fillOrders() {
    var place = 0
    for h in (0..<shape.heads).reversed() {
      let channels = (h * shape.headWidth..<(h + 1) * shape.headWidth).reversed()
      for (i, c) in channels.enumerated() {
        let start = place + i
        order[start] = Int32(2 * width + c)
        order[start + shape.headWidth] = Int32(width + c)
        order[start + 2 * shape.headWidth] = Int32(c)
        firstOrder[start] = Int32(2 * width + c)
        firstOrder[place + shape.headWidth + 2 * i] = Int32(width + c)
        firstOrder[place + shape.headWidth + 2 * i + 1] = Int32(c)
      }
      place += 3 * shape.headWidth
    }
  }

  private func normalizeBack(
    _ dy: Buffer, _ x: Buffer, _ rows: Int, _ scale: Buffer, _ slope: Buffer, into dx: Buffer,
    fresh: Bool = false
  ) {
    kernels.normalizeBack(
      NormalizeBack(
        dy: UnsafePointer(dy), x: UnsafePointer(x), scale: UnsafePointer(scale), slope: UnsafePointer(slope),
        dx: dx, rows: rows, channels: shape.channels, stride: width, fresh: fresh))
  }

  /// `dWeight = dyᵀ · x`, rows from the last to the first; then the optimizer's step with it.
  ///
  /// - Precondition: Nothing needs the matrix any more in this step.
  private func change(
    _ weight: Stack, _ dy: Buffer, _ x: Buffer, _ xStride: Int, _ rows: Int, _ update: Update<Scalar>?
  ) {
    var product = Product(
      x: UnsafePointer(dy + (rows &- 1) &* weight.rows), xRow: 1, xStep: -weight.rows,
      b: UnsafePointer(x + (rows &- 1) &* xStride), bStep: -xStride, y: scratch, yRow: weight.stride,
      rows: weight.rows, columns: weight.stride, depth: rows, z: UnsafePointer(scratch))
    guard let update else {
      guard let gradients else { preconditionFailure("This engine keeps no gradients.") }
      product.y = gradients + weight.offset
      return kernels.product(product)
    }
    let block = BatchEngine.blockRows(stride: weight.stride, unit: layout.unit)
    var row = 0
    while row < weight.rows {
      product.rows = Swift.min(block, weight.rows &- row)
      kernels.product(product)
      move(weight.offset &+ row &* weight.stride, product.rows &* weight.stride, scratch, update)
      transpose(weight, row..<row &+ product.rows)
      row &+= block
      product.x += block
    }
  }

  /// The optimizer's step for a run of parameters.
  private func move(
    _ offset: Int, _ count: Int, _ gradients: Buffer, _ update: Update<Scalar>, clearsGradients: Bool = false
  ) {
    kernels.adam(
      AdamStep(
        parameters: parameters + offset, mean: mean + offset, meanSquare: meanSquare + offset,
        gradients: gradients, count: count, beta1: update.beta1, beta2: update.beta2,
        epsilon: update.epsilon, learningRate: update.learningRate, correction1: update.correction1,
        correction2: update.correction2, clearsGradients: clearsGradients, scratch: adamScratch))
  }

  /// Gives every row's gradient to its token's and its position's vector, the last row first.
  private func embeddingBackward(_ batch: Batch, _ update: Update<Scalar>?) {
    let positions = layout.tokenEmbedding.count, count = positions + layout.positionEmbedding.count
    var r = batch.rows
    while r > 0 {
      r &-= 1
      let row = dNormalized + r &* width
      let token = embeddingGradients + Int(batch.tokens[r]) &* width
      let position = embeddingGradients + (positions &+ Int(batch.positions[r]) &* width)
      for c in 0..<width {
        token[c] += row[c]
        position[c] += row[c]
      }
    }
    if let update {
      move(0, count, embeddingGradients, update, clearsGradients: true)
    } else if let gradients {
      gradients.update(from: embeddingGradients, count: count)
      embeddingGradients.update(repeating: 0, count: count)
    }
  }
}
