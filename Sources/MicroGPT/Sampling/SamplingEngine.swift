// The engine that samples: the forward pass of Engine.swift for rows that are one position each, of as many
// beginnings of documents as there are rows, all at the same position. No row's numbers depend on the
// others.
//
// What the first layer begins with, up to queries, keys and values, depends on token and position alone.
// Where all pairs of them fit a table, each is computed when it is first needed.

import CMicroGPT

/// An arithmetic that there are kernels of sampling for.
protocol SamplingArithmetic: KernelArithmetic {
  static func samplingKernels(_ set: InstructionSet) -> SamplingKernels<Scalar>
  /// How attention pads the heads' channels for vectors of so many lanes.
  static func heads(_ shape: Shape, lanes: Int) -> HeadOrder
  /// Writes the table that the kernels' exponential reads.
  static func fillPowers(_ table: UnsafeMutablePointer<Scalar>)
}

/// Where the channels of heads lie in a row of queries, keys or values.
struct HeadOrder {
  /// From a head to the next, and from a channel to the next.
  let head, channel: Int
  /// The larger of both: channels of a head or heads, with the padding.
  let padded: Int
  /// The numbers of a row, without what fills up the last vector.
  let count: Int
}

extension FastArithmetic: SamplingArithmetic {
  static func samplingKernels(_ set: InstructionSet) -> SamplingKernels<Float> { SamplingKernels(set) }

  static func heads(_ shape: Shape, lanes: Int) -> HeadOrder {
    var padded = 1
    while padded < shape.headWidth && padded < lanes { padded *= 2 }
    if padded < shape.headWidth { padded = shape.headWidth.rounded(up: lanes) }
    return HeadOrder(head: padded, channel: 1, padded: padded, count: shape.heads * padded)
  }

  static func fillPowers(_ table: UnsafeMutablePointer<Float>) {}
}

extension ExactArithmetic: SamplingArithmetic {
  static func samplingKernels(_ set: InstructionSet) -> SamplingKernels<Double> { SamplingKernels(set) }

  static func heads(_ shape: Shape, lanes: Int) -> HeadOrder {
    let padded = shape.heads.rounded(up: shape.heads <= 4 ? Swift.min(lanes, 4) : lanes)
    return HeadOrder(head: 1, channel: padded, padded: padded, count: shape.headWidth * padded)
  }

  static func fillPowers(_ table: UnsafeMutablePointer<Double>) { ExactExponential.fill(table) }
}

/// A model's parameters with all that is needed to continue the beginnings of documents.
///
/// A class, because it owns the memory that it computes in.
final class SamplingEngine<A: SamplingArithmetic> {
  typealias Scalar = A.Scalar
  typealias Buffer = UnsafeMutablePointer<Scalar>

  let shape: Shape
  /// From a row of `sums` to the next.
  let sumsStride: Int
  /// The most rows that one call can have.
  let capacity: Int
  /// Whether a position's keys and values lie where token and position tell: the model has one layer, and a
  /// table. Otherwise the caller tells the place.
  let placesArePairs: Bool
  let kernels: SamplingKernels<Scalar>

  private let products: Kernels<Scalar>
  private let order: HeadOrder
  /// Channels, hidden units and a row of queries, with the padding.
  private let width, wide, segment, unit: Int
  private let attentionScale, inverseChannels: Scalar

  private let parameters: Buffer
  private let tokenEmbedding, positionEmbedding: Buffer
  private let layers: [Layer]
  private let head: Panels
  private let padding, limits, check, powers: Buffer
  // Of one block of rows: `[rows, ·]`.
  private let input, normalized, projected, mixed, middle, hidden, logits, scratch: Buffer
  private let missing: UnsafeMutablePointer<Int32>
  private let memory: Memory<Buffers>

  private struct Buffers {
    let parameters, padding, limits, check, powers: Buffer
    let input, normalized, middle, projected, mixed, hidden, logits, scratch: Buffer
    let missing: UnsafeMutablePointer<Int32>

    init(
      parameters parameterCount: Count, outputs: Count, block: Count, width: Count, segment: Count,
      mixedWidth: Count, wide: Count, scratch scratchCount: Count, _ declare: inout BufferDeclarations
    ) {
      parameters = declare(Scalar.self, parameterCount)
      padding = declare(Scalar.self, outputs)
      limits = declare(Scalar.self, outputs)
      check = declare(Scalar.self, 2)
      powers = declare(Scalar.self, Count(ExactExponential.tableCount))
      input = declare(Scalar.self, block, width)
      normalized = declare(Scalar.self, block, width)
      middle = declare(Scalar.self, block, width)
      projected = declare(Scalar.self, block, 3 * segment)
      mixed = declare(Scalar.self, block, mixedWidth)
      hidden = declare(Scalar.self, block, wide)
      logits = declare(Scalar.self, block, outputs)
      scratch = declare(Scalar.self, scratchCount)
      missing = declare(Int32.self, block)
    }
  }

  /// `[T·V, width + 3·segment]`: the input of the first layer, query, key and value. `nil` if it would be
  /// too large.
  private let pairs: Buffer?
  private let pairStride: Int
  /// Whether a pair has been computed, `[T·V]`.
  private let isKnown: UnsafeMutablePointer<Bool>
  /// `[places, L, 2·segment]`: keys and values.
  private let places: Buffer?

  private struct Layer {
    let projections, output, expand, contract: Panels
  }

  /// A matrix as the products take it: by input, in panels of outputs two cache lines wide.
  private struct Panels {
    let start: UnsafeMutablePointer<Scalar>
    let depth, columns, panel: Int
  }

  /// Rows that are computed together: few enough that all that they need stays in the nearest cache.
  private static var blockRows: Int { 32 }
  /// The most bytes that the table of pairs may take.
  private static var tableBytes: Int { 2 << 20 }

  private static func unit() -> Int { BufferDeclarations.lineCount(of: Scalar.self) }

  /// The numbers of a row of queries.
  private static func segment(_ shape: Shape, _ set: InstructionSet) -> Int {
    A.heads(shape, lanes: A.samplingKernels(set).lanes).count.rounded(up: unit())
  }

  private static func pairStride(_ shape: Shape, _ set: InstructionSet) -> Int {
    shape.channels.rounded(up: unit()) + 3 * segment(shape, set)
  }

  /// Whether there is a table of pairs.
  private static func hasPairs(_ shape: Shape, _ set: InstructionSet) -> Bool {
    let count = Count(shape.positions) * Count(shape.vocabulary) * Count(pairStride(shape, set))
    return (count * Count(MemoryLayout<Scalar>.stride)).value.map { $0 <= tableBytes } ?? false
  }

  /// The bytes of one place, 0 where places are pairs.
  static func placeBytes(_ shape: Shape, _ set: InstructionSet) -> Int {
    if shape.layers == 1, hasPairs(shape, set) { return 0 }
    return shape.layers * 2 * segment(shape, set) * MemoryLayout<Scalar>.stride
  }

  /// - Parameters:
  ///   - rows: The most rows that one call has.
  ///   - places: The places that the caller uses, if they are not pairs.
  init(_ model: Model, rows: Int, places placeCount: Int, instructionSet set: InstructionSet) {
    let shape = Shape(model.configuration, vocabularySize: model.tokenizer.vocabularySize)
    let layout = ParameterLayout(model.configuration, vocabularySize: shape.vocabulary)
    let kernels = A.samplingKernels(set), order = A.heads(shape, lanes: kernels.lanes)
    let unit = SamplingEngine.unit(), width = shape.channels.rounded(up: unit)
    let wide = (4 * shape.channels).rounded(up: unit), segment = SamplingEngine.segment(shape, set)
    let outputs = shape.vocabulary.rounded(up: unit)
    let block = Swift.min(rows, SamplingEngine.blockRows)
    let mixedWidth = Swift.max(width, segment)
    let layerCount = width * 3 * segment + mixedWidth * width + 2 * width * wide
    let embeddings = (shape.vocabulary + shape.positions) * width
    let parameterCount = embeddings + width * outputs + shape.layers * layerCount

    memory = Memory {
      Buffers(
        parameters: Count(parameterCount), outputs: Count(outputs), block: Count(block), width: Count(width),
        segment: Count(segment), mixedWidth: Count(mixedWidth), wide: Count(wide),
        scratch: Count(kernels.lanes * (shape.positions + 1) + segment), &$0)
    }
    let b = memory.buffers
    parameters = b.parameters
    (padding, limits, check, powers) = (b.padding, b.limits, b.check, b.powers)
    (input, normalized, middle) = (b.input, b.normalized, b.middle)
    (projected, mixed, hidden, logits) = (b.projected, b.mixed, b.hidden, b.logits)
    (scratch, missing) = (b.scratch, b.missing)

    // The parameters, each matrix turned about and cut into panels.
    var end = parameters
    func paddedRows(_ matrix: ParameterLayout.Matrix) -> Buffer {
      let start = end
      for r in 0..<matrix.rows {
        for c in 0..<matrix.columns {
          start[r * width + c] = Scalar(model.parameters[matrix.offset + r * matrix.columns + c])
        }
      }
      end += matrix.rows * width
      return start
    }
    tokenEmbedding = paddedRows(layout.tokenEmbedding)
    positionEmbedding = paddedRows(layout.positionEmbedding)

    /// - Parameters:
    ///   - parts: Matrices whose outputs lie side by side, `columns` for each.
    ///   - row: Where an input's weights go; `column` where an output's go.
    func panels(
      _ parts: [ParameterLayout.Matrix], depth: Int, columns: Int, row: (Int) -> Int = { $0 },
      column: (Int) -> Int = { $0 }
    ) -> Panels {
      let panels = Panels(start: end, depth: depth, columns: parts.count * columns, panel: 2 * unit)
      for (part, matrix) in parts.enumerated() {
        for output in 0..<matrix.rows {
          let place = part * columns + column(output), first = place / panels.panel * panels.panel
          let panelWidth = Swift.min(panels.panel, panels.columns - first)
          for input in 0..<matrix.columns {
            end[first * depth + row(input) * panelWidth + place - first] =
              Scalar(model.parameters[matrix.offset + output * matrix.columns + input])
          }
        }
      }
      end += depth * panels.columns
      return panels
    }
    let headWidth = shape.headWidth
    func headPlace(_ channel: Int) -> Int {
      channel / headWidth * order.head + channel % headWidth * order.channel
    }
    head = panels([layout.head], depth: shape.channels, columns: outputs)
    layers = layout.layers.map { layer in
      Layer(
        projections: panels(
          [layer.query, layer.key, layer.value], depth: shape.channels, columns: segment,
          column: headPlace),
        output: panels(
          [layer.output], depth: A.isExact ? shape.channels : order.count, columns: width,
          row: { A.isExact ? $0 : headPlace($0) }),
        expand: panels([layer.expand], depth: shape.channels, columns: wide),
        contract: panels([layer.contract], depth: 4 * shape.channels, columns: width))
    }

    for i in shape.vocabulary..<outputs { padding[i] = -.infinity }
    for i in shape.vocabulary - 1..<outputs { limits[i] = .infinity }
    A.fillPowers(powers)
    attentionScale = Scalar(power(Double(Scalar(power(Double(shape.headWidth), 0.5))), -1))
    inverseChannels = Scalar(power(Double(shape.channels), -1))

    let pairCount = shape.positions * shape.vocabulary
    let hasPairs = SamplingEngine.hasPairs(shape, set)
    pairStride = SamplingEngine.pairStride(shape, set)
    placesArePairs = hasPairs && shape.layers == 1
    // Not cleared, so that what is never used is never paid for.
    pairs = hasPairs ? SamplingEngine.allocate(pairCount * pairStride) : nil
    isKnown = .allocate(capacity: hasPairs ? pairCount : 0)
    isKnown.initialize(repeating: false, count: hasPairs ? pairCount : 0)
    places = placesArePairs ? nil : SamplingEngine.allocate(placeCount * shape.layers * 2 * segment)

    (self.shape, self.kernels, products) = (shape, kernels, A.kernels(set))
    (self.order, self.width, self.wide, self.segment, self.unit) = (order, width, wide, segment, unit)
    (capacity, sumsStride) = (rows, outputs)
  }

  deinit {
    pairs?.deallocate()
    places?.deallocate()
    isKnown.deallocate()
  }

  private static func allocate(_ count: Int) -> Buffer {
    UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Scalar>.stride, alignment: BufferDeclarations.alignment
    ).bindMemory(to: Scalar.self, capacity: count)
  }

  /// Where the keys and values of a token lie, if places are pairs.
  @inline(__always)
  func pair(_ token: Int32, at position: Int) -> Int32 {
    Int32(truncatingIfNeeded: position &* shape.vocabulary) &+ token
  }

  /// The rows' running sums of probabilities at a temperature.
  struct Sums {
    /// `[rows, sumsStride]` and `[rows]`; see `SampleSums`.
    let sums, totals: Buffer
    let temperature: Double
    fileprivate let inverseTemperature: Scalar
    fileprivate let isGreedy: Bool

    init(sums: Buffer, totals: Buffer, temperature: Double, isGreedy: Bool) {
      (self.sums, self.totals, self.temperature) = (sums, totals, temperature)
      (inverseTemperature, self.isGreedy) = (Scalar(power(temperature, -1)), isGreedy)
    }
  }

  /// Computes rows that are all at `position`, with their keys and values, and for each the running sums of
  /// the next token's probabilities, unless nobody wants to know them.
  ///
  /// - Parameters:
  ///   - tokens: `[rows]`.
  ///   - places: `[rows, stride]`, where the positions of each row have their keys and values, its own last.
  /// - Throws: `SamplerError` if logits are not finite, or cannot be divided by the temperature.
  func compute(
    _ rows: Int, at position: Int, tokens: UnsafePointer<Int32>, places: UnsafePointer<Int32>, stride: Int,
    _ sums: Sums?
  ) throws(SamplerError) {
    (check[0], check[1]) = (0, 0)
    var first = 0
    while first < rows {
      let count = Swift.min(SamplingEngine.blockRows, rows &- first)
      forward(count, position, tokens + first, places + first &* stride, stride, sums != nil)
      if let sums {
        kernels.sums(
          SampleSums(
            logits: logits, sums: sums.sums + first &* sumsStride, totals: sums.totals + first,
            padding: padding, limits: limits, rows: count, vocabulary: shape.vocabulary,
            stride: sumsStride, inverseTemperature: sums.inverseTemperature,
            isGreedy: sums.isGreedy, check: check, powers: powers))
      }
      first &+= count
    }
    guard check[0] == 0 else { throw .notFinite }
    guard check[1] == 0 else { throw .temperature(sums?.temperature ?? 0) }
  }

  /// One block of rows, to the logits.
  private func forward(
    _ rows: Int, _ position: Int, _ tokens: UnsafePointer<Int32>, _ places: UnsafePointer<Int32>,
    _ placesStride: Int, _ wantsLogits: Bool
  ) {
    if let pairs {
      takePairs(pairs, rows, position, tokens)
    } else {
      embed(rows, position, tokens)
    }
    let depth = position &+ 1
    for (number, layer) in layers.enumerated() {
      if number > 0 || pairs == nil {
        normalize(input, rows, into: normalized)
        multiply(normalized, width, rows, layer.projections, into: projected, 3 &* segment)
      }
      var keys = pairs ?? input, placeStride = pairStride
      if let all = self.places {
        (keys, placeStride) = (all + number &* 2 &* segment, layers.count &* 2 &* segment)
        for r in 0..<rows {
          let place = Int(places[r &* placesStride &+ position])
          copy(projected + (r &* 3 &+ 1) &* segment, 2 &* segment, to: keys + place &* placeStride)
        }
      } else {
        keys += width &+ segment
      }
      // Nobody looks at the last layer of a position that is only a prompt's, but at its keys and values.
      if !wantsLogits, number &+ 1 == layers.count { return }
      kernels.attend(
        SampleAttend(
          query: projected, queryStride: 3 &* segment, keys: keys, segment: segment,
          placeStride: placeStride, places: places, placesStride: placesStride, mixed: mixed,
          mixedStride: Swift.max(width, segment), rows: rows, positions: depth, heads: shape.heads,
          headWidth: shape.headWidth, paddedWidth: order.padded, scale: attentionScale, scratch: scratch,
          powers: powers))
      multiply(
        mixed, Swift.max(width, segment), rows, layer.output, into: middle, width, .add, input, width)
      normalize(middle, rows, into: normalized)
      multiply(normalized, width, rows, layer.expand, into: hidden, wide, .relu)
      multiply(hidden, wide, rows, layer.contract, into: input, width, .add, middle, width)
    }
    multiply(input, width, rows, head, into: logits, sumsStride)
  }

  /// The input of the first layer.
  private func embed(_ rows: Int, _ position: Int, _ tokens: UnsafePointer<Int32>) {
    let place = positionEmbedding + position &* width
    for r in 0..<rows {
      let token = tokenEmbedding + Int(tokens[r]) &* width, x = normalized + r &* width
      for c in 0..<width { x[c] = token[c] + place[c] }
    }
    normalize(normalized, rows, into: input)
  }

  /// The input of the first layer and its queries, from the table, to which is added what is not there yet.
  private func takePairs(
    _ pairs: Buffer, _ rows: Int, _ position: Int, _ tokens: UnsafePointer<Int32>
  ) {
    let known = isKnown + position &* shape.vocabulary,
      table = pairs + position &* shape.vocabulary &* pairStride
    var count = 0
    for r in 0..<rows where !known[Int(tokens[r])] {
      missing[count] = tokens[r]
      known[Int(tokens[r])] = true
      count &+= 1
    }
    if count > 0 {
      embed(count, position, missing)
      normalize(input, count, into: normalized)
      multiply(normalized, width, count, layers[0].projections, into: projected, 3 &* segment)
      for i in 0..<count {
        let row = table + Int(missing[i]) &* pairStride
        copy(input + i &* width, width, to: row)
        copy(projected + i &* 3 &* segment, 3 &* segment, to: row + width)
      }
    }
    let projections = placesArePairs ? segment : 3 &* segment
    for r in 0..<rows {
      let row = table + Int(tokens[r]) &* pairStride
      copy(row, width, to: input + r &* width)
      copy(row + width, projections, to: projected + r &* 3 &* segment)
    }
  }

  @inline(__always)
  private func copy(_ x: Buffer, _ count: Int, to y: Buffer) {
    // Whole cache lines, which the optimizer makes vectors of.
    var i = 0
    while i < count {
      for j in i..<i &+ 8 { y[j] = x[j] }
      i &+= 8
    }
  }

  private func normalize(_ x: Buffer, _ rows: Int, into y: Buffer) {
    kernels.normalize(
      SampleNormalize(
        x: x, y: y, rows: rows, channels: shape.channels, stride: width, inverseChannels: inverseChannels))
  }

  /// `y = x · weightᵀ`: first the wide panels, then a narrow one at the end.
  private func multiply(
    _ x: Buffer, _ xRow: Int, _ rows: Int, _ weight: Panels, into y: Buffer, _ yRow: Int,
    _ ending: Product<Scalar>.Ending = .store, _ z: Buffer? = nil, _ zRow: Int = 0
  ) {
    let columns = weight.columns / weight.panel &* weight.panel
    var part = Product(
      x: UnsafePointer(x), xRow: xRow, xStep: 1, b: UnsafePointer(weight.start), bStep: weight.panel,
      panel: weight.panel, panelStep: weight.panel &* weight.depth, y: y, yRow: yRow, rows: rows,
      columns: columns, depth: weight.depth, ending: ending, z: UnsafePointer(z ?? y), zRow: zRow)
    if columns > 0 { products.product(part) }
    if columns < weight.columns {
      let rest = weight.columns &- columns
      (part.bStep, part.panel, part.panelStep, part.columns) = (rest, rest, 0, rest)
      part.b += columns &* weight.depth
      part.y += columns
      part.z += columns
      products.product(part)
    }
  }
}
