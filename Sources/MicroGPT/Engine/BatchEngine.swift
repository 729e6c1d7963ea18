// The engine that runs: the computation of Engine.swift for the positions of several documents at once, as rows
// of matrices, with kernels for the processor's vectors. Both arithmetics run through it; the exact one gives
// the bits of the specification, because every sum has the same terms in the same order.
//
// A weight matrix is read twice, along its outputs on the way forward and along its inputs on the way back, so
// there is a transposed copy. The optimizer moves a few rows of a matrix as soon as their gradient is known, while
// all of them are in the nearest cache; there is no buffer of gradients as large as the model.

import CMicroGPT

/// An arithmetic that there are kernels for.
protocol KernelArithmetic: ArithmeticPolicy {
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
    memory = Memory(
      byteCount: Batch.byteCount(documents: Count(documents), positions: Count(positions)).value!)
    tokens = memory.take(rows, of: Int32.self)
    self.positions = memory.take(rows, of: Int32.self)
    targets = memory.take(rows, of: Int32.self)
    starts = memory.take(documents + 1, of: Int.self)
    capacity = documents
  }

  /// The bytes that a batch takes.
  static func byteCount(documents: Count, positions: Count) -> Count {
    3 * Memory.bytes(for: documents * positions, of: Int32.self)
      + Memory.bytes(for: documents + 1, of: Int.self)
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

/// A model's parameters with everything that steps over batches need, allocated once.
///
/// A class, and its layers behind a pointer, so that no step copies or counts references.
final class BatchEngine<A: KernelArithmetic> {
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
  /// 0 for every token and -∞ in the padding, `[V padded]`; and the loss of one document.
  private let padding, documentLoss: Buffer

  private let transposed, mean, meanSquare: Buffer
  private let embedding, embeddingScale, embeddingSlope: Buffer
  /// `[L]`.
  private let layers: UnsafeMutablePointer<Layer>
  private let d, dNormalized, dMixed, dHidden, dQuery, embeddingGradients, scratch, positionScratch,
    adamScratch,
    row, attentionPairs, square, powers: Buffer
  private let targetLogits: Buffer
  private let order: UnsafeMutablePointer<Int32>
  private let memory: Memory

  /// Whether the matrices have transposed copies for the way forward.
  private let keepsCopies: Bool
  /// Channels, hidden units and vocabulary, padded.
  private let width, wide, outputs, unit: Int
  private let attentionScale: Scalar
  private let wideAttention: WideAttention<Scalar>

  /// Up to so many positions the fast arithmetic computes attention pair by pair, if a head fits a vector.
  private static var shortDocument: Int { 32 }

  private func isWide(_ attend: Attend<Scalar>) -> Bool {
    !A.isExact
      && (attend.positions > BatchEngine.shortDocument || kernels.lanes % attend.headWidth != 0)
  }

  /// What one layer computes on the way forward; Activations.swift tells what each is.
  private struct Layer {
    let weights: PaddedLayout.Layer
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
    let pairs = BatchEngine.weights(configuration, documents: documents, width: Count(width)).value!
    let longest = shape.positions.rounded(up: unit), head = shape.headWidth.rounded(up: unit)
    let block = BatchEngine.block
    keepsCopies = BatchEngine.keepsCopies(documents: documents, width: width, wide: wide)
    let memory = Memory(
      byteCount: BatchEngine.byteCount(
        configuration, vocabularySize: vocabularySize, documents: documents, keepsGradients: keepsGradients
      ).value!)
    func take(_ count: Int) -> Buffer { memory.take(count, of: Scalar.self) }

    (parameters, transposed, mean, meanSquare) = (
      take(layout.count), take(keepsCopies ? layout.count : 0), take(layout.count), take(layout.count)
    )
    gradients = keepsGradients ? take(layout.count) : nil
    logits = take(outputs * rows)
    (padding, documentLoss) = (take(outputs), take(1))
    embedding = take(rows * width)
    var input = take(rows * width)
    (embeddingScale, embeddingSlope, targetLogits) = (take(rows), take(rows), take(rows))
    layers = .allocate(capacity: shape.layers)
    for (i, weights) in layout.layers.enumerated() {
      let layer = Layer(
        weights: weights, input: input, normalized: take(rows * width), scale: take(rows), slope: take(rows),
        query: take(3 * rows * width), exponentials: take(pairs),
        sums: take(Swift.max(rows * width, 2 * shape.heads * rows)), mixed: take(rows * width),
        middle: take(rows * width), middleNormalized: take(rows * width), middleScale: take(rows),
        middleSlope: take(rows), hidden: take(rows * wide), output: take(rows * width))
      input = layer.output
      (layers + i).initialize(to: layer)
    }
    (d, dNormalized, dMixed) = (take(rows * width), take(rows * width), take(rows * width))
    (dHidden, dQuery) = (take(rows * wide), take(3 * rows * width))
    embeddingGradients = take(layout.tokenEmbedding.count + layout.positionEmbedding.count)
    scratch = take(block)
    positionScratch = take(
      keepsCopies
        ? 0 : PositionProduct<Scalar>.scratchCount(positions: Count(rows), columns: Count(wide)).value!)
    adamScratch = take(8 * AdamStep<Scalar>.chunk)
    row = take(2 * shape.positions)
    attentionPairs = take(BatchEngine.attentionPairs(shape.positions))
    square = take((unit + 1) * unit)
    powers = take(ExactExponential.tableCount)
    let kernels = A.kernels(instructionSet)
    wideAttention = WideAttention(
      kernels: kernels, turned: take(longest * head), dWeights: take(longest * shape.positions),
      narrow: take(WideAttention<Scalar>.blockRows * head), unit: unit)
    self.kernels = kernels
    order = memory.take(3 * shape.channels, of: Int32.self)
    _ = take((unit + 1) * 3 * width)
    precondition(memory.isUsedUp, "`byteCount` counts other runs than those that are taken.")

    (self.shape, self.layout, self.memory) = (shape, layout, memory)
    (self.width, self.wide, self.outputs, self.unit) = (width, wide, outputs, unit)
    attentionScale = A.power(A.power(Scalar(shape.headWidth), 0.5), -1)
    for i in shape.vocabulary..<outputs { padding[i] = -.infinity }
    ExactExponential.fill(powers)
    fillOrder()
  }

  deinit { layers.deallocate() }

  // MARK: - Memory

  /// The bytes that an engine takes: those of every run in `init`.
  static func byteCount(
    _ configuration: Configuration, vocabularySize: Int, documents: Int, keepsGradients: Bool = false
  ) -> Count {
    let unit = Memory.alignment / MemoryLayout<Scalar>.stride
    let channels = Count(configuration.embedding), positions = Count(configuration.blockSize)
    let width = channels.rounded(up: unit), wide = (4 * channels).rounded(up: unit)
    let outputs = Count(vocabularySize).rounded(up: unit), longest = positions.rounded(up: unit)
    let head = Count(configuration.headWidth).rounded(up: unit), heads = Count(configuration.heads)
    let rows = Count(documents) * positions, embeddings = (outputs + longest) * width
    let layers = Count(configuration.layers)
    let parameters =
      embeddings + outputs * width + layers * (4 * width * width + 2 * wide * width)

    var bytes = Memory.bytes(for: 3 * channels, of: Int32.self)
    func add(_ times: Count, _ count: Count) {
      bytes = bytes + times * Memory.bytes(for: count, of: Scalar.self)
    }
    let isCopied = keepsCopies(documents: documents, width: width.value ?? 0, wide: wide.value ?? 0)
    add(3, parameters)
    if isCopied { add(1, parameters) }
    if keepsGradients { add(1, parameters) }
    add(1, outputs * rows)
    add(1, outputs)
    add(1, 1)
    add(2, rows * width)
    add(3, rows)
    add(5 * layers, rows * width)
    add(4 * layers, rows)
    add(layers, 3 * rows * width)
    add(layers, weights(configuration, documents: documents, width: width))
    add(layers, Count.max(rows * width, 2 * heads * rows))
    add(layers, rows * wide)
    add(3, rows * width)
    add(1, rows * wide)
    add(1, 3 * rows * width)
    add(1, embeddings)
    add(1, Count(block))
    if !isCopied { add(1, PositionProduct<Scalar>.scratchCount(positions: rows, columns: wide)) }
    add(1, Count(8 * AdamStep<Scalar>.chunk))
    add(1, 2 * positions)
    add(1, Count(attentionPairs(configuration.blockSize)))
    add(1, Count((unit + 1) * unit))
    add(1, Count(ExactExponential.tableCount))
    add(1, longest * head)
    add(1, longest * positions)
    add(1, Count(WideAttention<Scalar>.blockRows) * head)
    // Whole vectors may be read beyond the last row of a document.
    add(1, Count(3 * (unit + 1)) * width)
    return bytes
  }

  /// Whether matrices have transposed copies: worth their upkeep where a step has more than two documents, where
  /// matrices are small, and where panels would have odd widths.
  private static func keepsCopies(documents: Int, width: Int, wide: Int) -> Bool {
    let panel = PositionProduct<Scalar>.panel
    return documents > 2 || width < (A.isExact ? 64 : 32) || width % panel != 0 || wide % panel != 0
  }

  /// The numbers of one layer's attention weights, by whichever way of computing them takes more.
  private static func weights(_ configuration: Configuration, documents: Int, width: Count) -> Count {
    let unit = Memory.alignment / MemoryLayout<Scalar>.stride, positions = Count(configuration.blockSize)
    let short = Swift.min(configuration.blockSize, shortDocument)
    // The fast arithmetic takes as many pairs at a time as a head has channels.
    return Count(A.isExact ? 0 : unit * unit)
      + Count(documents)
      * Count.max(
        Count(short * (short + 1) / 2) * width,
        Count(configuration.heads) * positions * positions.rounded(up: unit))
  }

  /// The numbers of a vector of every pair of positions, as far as they are computed pair by pair, and as many more as
  /// the fast arithmetic takes at a time.
  private static func attentionPairs(_ positions: Int) -> Int {
    if A.isExact { return 0 }
    let unit = Memory.alignment / MemoryLayout<Scalar>.stride, short = Swift.min(positions, shortDocument)
    return (short * (short + 1) / 2 + unit) * unit
  }

  // MARK: - Parameters

  /// Sets all parameters, given in the reference's order.
  func setParameters(_ value: (Int) -> Double) {
    for part in layout.parts {
      for r in 0..<part.source.rows {
        for c in 0..<part.source.columns {
          parameters[part.index(r, c)] = Scalar(value(part.source.offset + r * part.source.columns + c))
        }
      }
    }
    for weight in layout.weights where keepsCopies {
      for column in stride(from: 0, to: weight.columns, by: weight.panel) {
        transpose(weight, 0..<weight.rows, column)
      }
    }
  }

  /// A buffer of the parameters' size as numbers in the reference's order.
  func unpadded(_ buffer: Buffer) -> [Double] {
    var numbers: [Double] = []
    for part in layout.parts {
      for r in 0..<part.source.rows {
        for c in 0..<part.source.columns { numbers.append(Double(buffer[part.index(r, c)])) }
      }
    }
    return numbers
  }

  /// Copies rows of the panel at `column` to the transposed copy.
  private func transpose(_ weight: PanelMatrix, _ rows: Range<Int>, _ column: Int) {
    let copy = weight.transposed, width = weight.width(at: column)
    var first = rows.lowerBound
    while first < rows.upperBound {
      // The copy's panel, of which these rows are columns.
      let panel = first / copy.panel &* copy.panel
      let end = Swift.min(rows.upperBound, panel &+ copy.panel)
      kernels.transpose(
        Transpose(
          x: UnsafePointer(parameters + weight.index(first, column)), xRow: width,
          y: transposed + (copy.index(column, panel) &+ first &- panel), yRow: copy.width(at: panel),
          rows: end &- first, columns: width))
      first = end
    }
  }

  /// Multiplies all parameters by a factor, and so their copies: weight decay, behind the optimizer's step.
  func decay(_ factor: Scalar) {
    for i in 0..<layout.count { parameters[i] *= factor }
    if keepsCopies { for i in 0..<layout.count { transposed[i] *= factor } }
  }

  /// The numbers of a panel that are updated together: 16 KB.
  private static var block: Int { 16384 / MemoryLayout<Scalar>.stride }

  /// The positions whose products are added up to a gradient in one go: of the fast arithmetic's, as many as the nearest
  /// cache holds beside the gradient. The exact one adds without a break, as the reference does.
  private static var depth: Int { A.isExact ? .max : 64 }

  // MARK: - Forward

  /// Computes the logits of every row.
  func forward(_ batch: Batch) {
    let rows = batch.rows
    kernels.embed(embeddings(batch, parameters, embedding))
    normalize(embedding, rows, into: layers.pointee.input, embeddingScale, embeddingSlope)
    for i in 0..<shape.layers {
      let layer = layers + i
      normalize(
        layer.pointee.input, rows, into: layer.pointee.normalized, layer.pointee.scale, layer.pointee.slope)
      multiply(
        layer.pointee.normalized, width, rows, layer.pointee.weights.projections, into: layer.pointee.query)
      attend(batch, layer, isBack: false)
      multiply(
        layer.pointee.mixed, width, rows, layer.pointee.weights.output, into: layer.pointee.middle, .add,
        layer.pointee.input, width)
      normalize(
        layer.pointee.middle, rows, into: layer.pointee.middleNormalized, layer.pointee.middleScale,
        layer.pointee.middleSlope)
      multiply(
        layer.pointee.middleNormalized, width, rows, layer.pointee.weights.expand, into: layer.pointee.hidden,
        .relu)
      multiply(
        layer.pointee.hidden, wide, rows, layer.pointee.weights.contract, into: layer.pointee.output, .add,
        layer.pointee.middle, width)
    }
    multiply(layers[shape.layers - 1].output, width, rows, layout.head, into: logits)
  }

  private func normalize(_ x: Buffer, _ rows: Int, into y: Buffer, _ scale: Buffer, _ slope: Buffer) {
    kernels.normalize(
      Normalize(
        x: UnsafePointer(x), y: y, scale: scale, slope: slope, rows: rows, channels: shape.channels,
        stride: width, square: square))
  }

  /// `y = x · weightᵀ`.
  private func multiply(
    _ x: Buffer, _ xRow: Int, _ rows: Int, _ weight: PanelMatrix, into y: Buffer,
    _ ending: Product<Scalar>.Ending = .store, _ z: Buffer? = nil, _ zRow: Int = 0
  ) {
    guard keepsCopies else {
      return kernels.positionProduct(
        PositionProduct(
          x: UnsafePointer(x), xRow: xRow, parameters: UnsafePointer(parameters), matrix: weight, y: y,
          yRow: weight.rows, positions: rows, ending: ending, z: UnsafePointer(z ?? y), zRow: zRow,
          scratch: positionScratch))
    }
    let copy = weight.transposed
    multiply(
      Product(
        x: UnsafePointer(x), xRow: xRow, xStep: 1, b: UnsafePointer(transposed), bStep: 1, panel: 0, y: y,
        yRow: copy.columns, rows: rows, columns: copy.columns, depth: copy.trueRows, ending: ending,
        z: UnsafePointer(z ?? y), zRow: zRow),
      copy, firstRow: 0)
  }

  /// A product with a matrix of parameters: first with its wide panels, then with a narrow one at the end.
  ///
  /// - Parameters:
  ///   - product: With `b` the buffer of the matrix, and `bStep` a number of rows.
  ///   - firstRow: The row of the matrix that `b` starts with.
  @inline(__always)
  private func multiply(
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

  /// Attention of every document in a layer, or the way back through it.
  private func attend(_ batch: Batch, _ layer: UnsafePointer<Layer>, isBack: Bool) {
    var pairs = 0
    for document in 0..<batch.documents {
      let first = batch.starts[document], count = batch.starts[document + 1] &- first
      let attend = Attend(
        query: UnsafePointer(layer.pointee.query + 3 &* first &* width), stride: 3 &* width, segment: width,
        mixed: layer.pointee.mixed + first &* width, dMixed: dMixed + first &* width,
        exponentials: layer.pointee.exponentials + pairs,
        sums: layer.pointee.sums + first &* Swift.max(width, 2 &* shape.heads),
        dQuery: dQuery + 3 &* first &* width, positions: count, heads: shape.heads,
        headWidth: shape.headWidth, scale: attentionScale, row: row, pairs: attentionPairs)
      switch (isWide(attend), isBack) {
      case (true, false): wideAttention.forward(attend)
      case (true, true): wideAttention.backward(attend)
      case (false, true): kernels.attendBack(attend)
      case (false, false):
        kernels.attend(attend)
        // Not a number is not below the limit either.
        if !A.isExact, !(row[0] < Scalar(attendLimit)) { kernels.attendFromPeaks(attend) }
      }
      pairs &+= Swift.max(
        count > BatchEngine.shortDocument ? 0 : count &* (count &+ 1) / 2 &* width,
        WideAttention<Scalar>.weights(heads: shape.heads, positions: count, unit: unit))
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
          loss: documentLoss, padding: UnsafePointer(padding), rows: count, vocabulary: shape.vocabulary,
          stride: outputs,
          weight: 1 / Scalar(count) * share, square: square, powers: UnsafePointer(powers)))
      sum += documentLoss[0] * (1 / Scalar(count))
    }
    return sum * share
  }

  // MARK: - Backward

  /// Takes the logits' gradients, which `loss` left, back to all parameters, and moves those by `update`.
  ///
  /// Without an update the gradients are left in `gradients`, overwritten.
  func backward(_ batch: Batch, _ update: Update<Scalar>?) {
    let rows = batch.rows, output = layers[shape.layers - 1].output
    headBackward(batch)
    change(layout.head, logits, output, width, rows, update)
    for i in (0..<shape.layers).reversed() {
      let layer = layers + i
      // y = contract · relu(expand · normalized middle) + middle
      multiplyBack(
        d, layer.pointee.weights.contract, rows, into: dHidden, .reluBackward, layer.pointee.hidden, wide)
      change(layer.pointee.weights.contract, d, layer.pointee.hidden, wide, rows, update)
      multiplyBack(dHidden, layer.pointee.weights.expand, rows, into: dNormalized)
      change(layer.pointee.weights.expand, dHidden, layer.pointee.middleNormalized, width, rows, update)
      normalizeBack(
        dNormalized, layer.pointee.middle, rows, layer.pointee.middleScale, layer.pointee.middleSlope, into: d
      )
      // middle = output · mixed + x
      multiplyBack(d, layer.pointee.weights.output, rows, into: dMixed)
      change(layer.pointee.weights.output, d, layer.pointee.mixed, width, rows, update)
      attend(batch, layer, isBack: true)
      projectionsBackward(rows, layer.pointee.weights.projections)
      change(layer.pointee.weights.projections, dQuery, layer.pointee.normalized, width, rows, update)
      normalizeBack(dNormalized, layer.pointee.input, rows, layer.pointee.scale, layer.pointee.slope, into: d)
    }
    normalizeBack(d, embedding, rows, embeddingScale, embeddingSlope, into: dNormalized, fresh: true)
    embeddingBackward(batch, update)
  }

  /// From the logits to the last layer's output. The reference's graph comes to the target's row of the head
  /// last, so in the exact arithmetic that term is left out of the product, as a 0, and added behind it.
  private func headBackward(_ batch: Batch) {
    let rows = batch.rows
    guard A.isExact else { return multiplyBack(logits, layout.head, rows, into: d) }
    for r in 0..<rows {
      let place = r &* outputs &+ Int(batch.targets[r])
      targetLogits[r] = logits[place]
      logits[place] = 0
    }
    multiplyBack(logits, layout.head, rows, into: d)
    for r in 0..<rows {
      let target = Int(batch.targets[r]), dLogit = targetLogits[r], dx = d + r &* width
      logits[r &* outputs &+ target] = dLogit
      var column = 0
      while column < width {
        let weight = parameters + layout.head.index(target, column)
        for c in 0..<layout.head.width(at: column) { dx[column &+ c] += weight[c] * dLogit }
        column &+= layout.head.panel
      }
    }
  }

  /// `dx = dy · weight`, sums over the outputs from the last to the first.
  private func multiplyBack(
    _ dy: Buffer, _ weight: PanelMatrix, _ rows: Int, into dx: Buffer,
    _ ending: Product<Scalar>.Ending = .store,
    _ z: Buffer? = nil, _ zRow: Int = 0
  ) {
    let last = weight.trueRows &- 1
    multiply(
      Product(
        x: UnsafePointer(dy + last), xRow: weight.rows, xStep: -1, b: UnsafePointer(parameters), bStep: -1,
        panel: 0, y: dx, yRow: weight.columns, rows: rows, columns: weight.columns, depth: weight.trueRows,
        ending: ending, z: UnsafePointer(z ?? dx), zRow: zRow),
      weight, firstRow: last)
  }

  /// From queries, keys and values to the normalized input: the fast arithmetic takes the outputs as they lie,
  /// the exact one in the order in which the reference's graph comes to them.
  private func projectionsBackward(_ rows: Int, _ weight: PanelMatrix) {
    guard A.isExact else { return multiplyBack(dQuery, weight, rows, into: dNormalized) }
    multiply(
      Product(
        x: UnsafePointer(dQuery), xRow: 3 &* width, xStep: 1, b: UnsafePointer(parameters), bStep: 1,
        panel: 0,
        y: dNormalized, yRow: width, rows: rows, columns: width, depth: 3 &* shape.channels,
        z: UnsafePointer(dNormalized), order: UnsafePointer(order)),
      weight, firstRow: 0, isOrdered: true)
  }

  /// The order of the rows of value, key and query in the reference's graph: heads run down, and in each the
  /// value's rows, the key's and the query's. (At position 0 keys and queries take turns there, but the query's
  /// gradient is 0.)
  private func fillOrder() {
    var place = 0
    for h in (0..<shape.heads).reversed() {
      for segment in (0..<3).reversed() {
        for c in (h * shape.headWidth..<(h + 1) * shape.headWidth).reversed() {
          order[place] = Int32(segment * width + c)
          place += 1
        }
      }
    }
  }

  private func normalizeBack(
    _ dy: Buffer, _ x: Buffer, _ rows: Int, _ scale: Buffer, _ slope: Buffer, into dx: Buffer,
    fresh: Bool = false
  ) {
    kernels.normalizeBack(
      NormalizeBack(
        dy: UnsafePointer(dy), x: UnsafePointer(x), scale: UnsafePointer(scale), slope: UnsafePointer(slope),
        dx: dx, rows: rows, channels: shape.channels, stride: width, fresh: fresh, square: square))
  }

  /// `dWeight = dyᵀ · x`, rows from the last to the first; then the optimizer's step with it.
  ///
  /// - Precondition: Nothing needs the matrix any more in this step.
  private func change(
    _ weight: PanelMatrix, _ dy: Buffer, _ x: Buffer, _ xStride: Int, _ rows: Int, _ update: Update<Scalar>?
  ) {
    var column = 0
    while column < weight.columns {
      let width = weight.width(at: column), block = BatchEngine.block / width
      // Many positions of a wide layer are added up faster in the product's wider tiles.
      if !A.isExact, rows <= 64 || self.width <= 32, let update {
        let place = weight.index(0, column)
        kernels.updateMatrix(
          MatrixUpdate(
            dy: UnsafePointer(dy + (rows &- 1) &* weight.rows), dyStep: -weight.rows,
            x: UnsafePointer(x + ((rows &- 1) &* xStride &+ column)), xStep: -xStride, positions: rows,
            parameters: parameters + place, mean: mean + place, meanSquare: meanSquare + place,
            rows: weight.rows, columns: width, transposed: keepsCopies ? transposed : nil,
            copy: weight.transposed,
            column: column, update: update))
        column &+= weight.panel
        continue
      }
      var first = 0
      while first < weight.rows {
        let place = weight.index(first, column), count = Swift.min(block, weight.rows &- first)
        let gradient = update == nil ? gradients! + place : scratch
        var last = rows
        while last > 0 {
          let depth = Swift.min(BatchEngine.depth, last)
          kernels.product(
            Product(
              x: UnsafePointer(dy + ((last &- 1) &* weight.rows &+ first)), xRow: 1, xStep: -weight.rows,
              b: UnsafePointer(x + ((last &- 1) &* xStride &+ column)), bStep: -xStride, panel: width,
              y: gradient, yRow: width, rows: count, columns: width, depth: depth,
              ending: last == rows ? .store : .add, z: UnsafePointer(gradient), zRow: width))
          last &-= depth
        }
        if let update {
          move(place, count &* width, gradient, update)
          if keepsCopies { transpose(weight, first..<first &+ count, column) }
        }
        first &+= count
      }
      column &+= weight.panel
    }
  }

  /// The optimizer's step for a run of parameters.
  private func move(
    _ offset: Int, _ count: Int, _ gradients: Buffer, _ update: Update<Scalar>, clearsGradients: Bool = false
  ) {
    kernels.adam(
      AdamStep(
        parameters: parameters + offset, mean: mean + offset, meanSquare: meanSquare + offset,
        gradients: gradients, count: count, update: update, clearsGradients: clearsGradients,
        scratch: adamScratch))
  }

  /// Gives every row's gradient to its token's and its position's vector.
  private func embeddingBackward(_ batch: Batch, _ update: Update<Scalar>?) {
    let count = layout.tokenEmbedding.count + layout.positionEmbedding.count
    kernels.embedBack(embeddings(batch, embeddingGradients, dNormalized))
    if let update {
      move(0, count, embeddingGradients, update, clearsGradients: true)
    } else if let gradients {
      gradients.update(from: embeddingGradients, count: count)
      embeddingGradients.update(repeating: 0, count: count)
    }
  }

  /// - Parameter vectors: The tokens' and behind them the positions', as at the start of the parameters.
  private func embeddings(_ batch: Batch, _ vectors: Buffer, _ x: Buffer) -> Embedding<Scalar> {
    Embedding(
      tokens: UnsafePointer(batch.tokens), positions: UnsafePointer(batch.positions), tokenVectors: vectors,
      positionVectors: vectors + layout.positionEmbedding.offset, x: x, rows: batch.rows, stride: width)
  }
}
