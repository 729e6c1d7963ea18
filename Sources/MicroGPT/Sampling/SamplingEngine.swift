// The sampling engine: the forward pass of Specification.swift for rows of one position each. Every row is another
// prefix, and all are at the same position. No row's numbers depend on the others.

import CMicroGPT

/// A model's parameters with everything needed to extend prefixes of documents.
///
/// A class, because it owns the memory that it computes in.
final class SamplingEngine<A: SamplingArithmetic> {
  typealias Scalar = A.Scalar
  typealias Buffer = UnsafeMutablePointer<Scalar>

  let sizes: SamplingSizes<A>
  /// The most rows that one call can have.
  let capacity: Int
  let kernels: SamplingKernels<Scalar>

  private let products: Kernels<Scalar>
  let attentionScale, inverseChannels: Scalar
  let parameters: SamplingParameters<A>
  let workspace: SamplingWorkspace<A>
  let store: KeyValueStore<A>
  /// Whether a pair has been computed, `[T·V]`.
  private let isKnown: UnsafeMutablePointer<Bool>

  private let memory: Memory<(SamplingParameters<A>, SamplingWorkspace<A>, UnsafeMutablePointer<Bool>)>
  private let storeMemory: Memory<KeyValueStore<A>>

  var shape: Shape { sizes.shape }
  /// The distance between rows of `sums`.
  var sumsStride: Int { sizes.tokens }
  /// Whether token and position determine where keys and values lie. If not, the caller gives the place.
  let placesArePairs: Bool

  /// - Parameters:
  ///   - rows: The most rows that one call has.
  ///   - places: The number of places that the caller uses, if they are not pairs.
  init(_ model: Model, rows: Int, places: Int, instructionSet set: InstructionSet) {
    let shape = Shape(model.configuration, vocabularySize: model.tokenizer.vocabularySize)
    let sizes = SamplingSizes<A>(shape, set)
    memory = Memory { declare in
      (
        SamplingParameters(sizes, panel: (rows == 1 ? 4 : 2) * sizes.unit, &declare),
        SamplingWorkspace(sizes, rows: Swift.min(rows, SamplingSizes<A>.blockRows), &declare),
        declare(Bool.self, sizes.hasPairs ? Count(shape.positions) * Count(shape.vocabulary) : 0)
      )
    }
    storeMemory = Memory(isZeroed: false) { KeyValueStore(sizes, places: places, &$0) }
    (parameters, workspace, isKnown) = memory.buffers
    store = storeMemory.buffers
    parameters.load(model)
    workspace.prepare(sizes)
    (kernels, products) = (A.samplingKernels(set), A.kernels(set))
    (self.sizes, capacity, placesArePairs) = (sizes, rows, sizes.placesArePairs)
    attentionScale = A.attentionScale(shape)
    inverseChannels = Scalar(power(Double(shape.channels), -1))
    if rows == 1 { prepareRow(isFinite: model.parameters.allSatisfy { $0.isFinite }) }
  }

  /// The place of a token's keys and values, if places are pairs.
  @inline(__always)
  func pair(_ token: Int32, at position: Int) -> Int32 {
    Int32(truncatingIfNeeded: position &* sizes.shape.vocabulary) &+ token
  }

  /// The rows' running sums of probabilities at a temperature.
  struct Sums {
    /// `[rows, sumsStride]` and `[rows]`; see `SampleSums`.
    var sums, totals: Buffer
    let temperature: Double
    let inverseTemperature: Scalar
    let isGreedy: Bool
    /// The filter, unless it changes nothing. The most probable token is kept by all.
    let filter: TokenFilter?

    init(
      sums: Buffer, totals: Buffer, temperature: Double, isGreedy: Bool, filter: TokenFilter = TokenFilter()
    ) {
      (self.sums, self.totals, self.temperature) = (sums, totals, temperature)
      (inverseTemperature, self.isGreedy) = (Scalar(power(temperature, -1)), isGreedy)
      self.filter = isGreedy || filter.isEmpty ? nil : filter
    }
  }

  /// Computes rows that are all at `position`, with their keys and values, and for each the running sums of the next
  /// token's probabilities if `sums` is not `nil`.
  ///
  /// - Parameters:
  ///   - tokens: `[rows]`.
  ///   - places: `[rows, stride]`, the places of each row's positions, its own last.
  /// - Throws: `SamplerError` if logits are not finite, or cannot be divided by the temperature.
  func compute(
    _ rows: Int, at position: Int, tokens: UnsafePointer<Int32>, places: UnsafePointer<Int32>, stride: Int,
    _ sums: Sums?
  ) throws(SamplerError) {
    (workspace.check[0], workspace.check[1]) = (0, 0)
    var first = 0
    while first < rows {
      let count = Swift.min(SamplingSizes<A>.blockRows, rows &- first)
      forward(count, position, tokens + first, places + first &* stride, stride, sums != nil)
      if let sums { addUp(sums, first, count) }
      first &+= count
    }
    if let sums { try check(sums.temperature) }
  }

  /// Writes the sums of `count` rows from `first` on, whose logits have been computed.
  func addUp(_ request: Sums, _ first: Int, _ count: Int) {
    kernels.sums(
      SampleSums(
        logits: workspace.logits, sums: request.sums + first &* sumsStride, totals: request.totals + first,
        padding: workspace.padding, limits: workspace.limits, rows: count,
        vocabulary: sizes.shape.vocabulary, stride: sumsStride,
        inverseTemperature: request.inverseTemperature, isGreedy: request.isGreedy, check: workspace.check))
    if let filter = request.filter { restrict(request, first, count, filter) }
  }

  /// Checks what the kernels have found of numbers that are not finite.
  @inline(__always)
  func check(_ temperature: Double) throws(SamplerError) {
    guard workspace.check[0] == 0 else { throw .notFinite }
    guard workspace.check[1] == 0 else { throw .temperature(temperature) }
  }

  /// Overwrites the sums of `count` rows from `first` on with those of the tokens that a filter keeps.
  private func restrict(_ request: Sums, _ first: Int, _ count: Int, _ filter: TokenFilter) {
    let vocabulary = sizes.shape.vocabulary
    for r in 0..<count {
      // The kernels leave probabilities here in the exact arithmetic, and logits over the temperature in the fast one.
      let weights = workspace.logits + r &* sumsStride, sums = request.sums + (first &+ r) &* sumsStride
      if !A.isExact {
        var peak = weights[0]
        for token in 1..<vocabulary { peak = Swift.max(peak, weights[token]) }
        for token in 0..<vocabulary { weights[token] = Scalar(exp(Double(weights[token] - peak))) }
      }
      filter.apply(to: weights, vocabulary, order: workspace.order)
      var sum = Scalar(0), last = 0
      for token in 0..<vocabulary {
        sum += weights[token]
        sums[token] = sum
        if weights[token] > 0 { last = token }
      }
      request.totals[first &+ r] = sum
      for token in last..<sumsStride { sums[token] = .infinity }
    }
  }

  /// The forward pass of one block of rows.
  ///
  /// - Parameter needsLogits: If `false`, the last layer ends after its keys and values: later positions read nothing
  ///   else of a prompt.
  private func forward(
    _ rows: Int, _ position: Int, _ tokens: UnsafePointer<Int32>, _ places: UnsafePointer<Int32>,
    _ placesStride: Int, _ needsLogits: Bool
  ) {
    let w = workspace, segment = sizes.segment, depth = position &+ 1
    if let pairs = store.pairs {
      takePairs(pairs, rows, position, tokens)
    } else {
      embed(rows, position, tokens)
    }
    for l in 0..<sizes.shape.layers {
      let layer = parameters.layers[l]
      // x → normalized → query, key and value
      if l > 0 || store.pairs == nil { project(rows, layer) }
      let keys: Buffer, placeStride: Int
      if let all = store.places {
        (keys, placeStride) = (all + l &* 2 &* segment, sizes.shape.layers &* 2 &* segment)
        for r in 0..<rows {
          let place = Int(places[r &* placesStride &+ position])
          copy(w.projections + (r &* 3 &+ 1) &* segment, 2 &* segment, to: keys + place &* placeStride)
        }
      } else {
        (keys, placeStride) = (store.pairs.unsafelyUnwrapped + (sizes.width &+ segment), sizes.pairStride)
      }
      if !needsLogits, l &+ 1 == sizes.shape.layers { return }
      // each head's attention output
      kernels.attend(
        SampleAttend(
          query: w.projections, queryStride: 3 &* segment, keys: keys, segment: segment,
          placeStride: placeStride, places: places, placesStride: placesStride, output: w.attentionOutput,
          outputStride: sizes.attentionWidth, rows: rows, positions: depth, heads: sizes.shape.heads,
          headWidth: sizes.shape.headWidth, paddedWidth: sizes.heads.padded, scale: attentionScale,
          scratch: w.scratch))
      // middle = output · attention output + x
      linear(
        w.attentionOutput, sizes.attentionWidth, rows, layer.output, into: w.middle, sizes.width, .add,
        w.input)
      // y = contract · relu(expand · normalized middle) + middle
      normalize(w.middle, rows, into: w.normalized)
      linear(w.normalized, sizes.width, rows, layer.expand, into: w.hidden, sizes.hiddenWidth, .relu)
      linear(w.hidden, sizes.hiddenWidth, rows, layer.contract, into: w.input, sizes.width, .add, w.middle)
    }
    linear(w.input, sizes.width, rows, parameters.head, into: w.logits, sizes.tokens)
  }

  /// A layer's queries, keys and values.
  func project(_ rows: Int, _ layer: SamplingParameters<A>.Layer) {
    normalize(workspace.input, rows, into: workspace.normalized)
    linear(
      workspace.normalized, sizes.width, rows, layer.projections, into: workspace.projections,
      3 &* sizes.segment)
  }

  /// The input of the first layer.
  func embed(_ rows: Int, _ position: Int, _ tokens: UnsafePointer<Int32>) {
    let width = sizes.width, place = parameters.positionEmbedding + position &* width
    for r in 0..<rows {
      let token = parameters.tokenEmbedding + Int(tokens[r]) &* width, x = workspace.normalized + r &* width
      for c in 0..<width { x[c] = token[c] + place[c] }
    }
    normalize(workspace.normalized, rows, into: workspace.input)
  }

  /// The input of the first layer and its queries, from the table, after computing missing entries.
  private func takePairs(_ pairs: Buffer, _ rows: Int, _ position: Int, _ tokens: UnsafePointer<Int32>) {
    let w = workspace, width = sizes.width, segment = sizes.segment
    let table = pairs + position &* sizes.shape.vocabulary &* sizes.pairStride
    addPairs(pairs, rows, position, tokens)
    let projections = placesArePairs ? segment : 3 &* segment
    for r in 0..<rows {
      let row = table + Int(tokens[r]) &* sizes.pairStride
      copy(row, width, to: w.input + r &* width)
      copy(row + width, projections, to: w.projections + r &* 3 &* segment)
    }
  }

  /// Computes the entries of the table that rows need and that are missing.
  private func addPairs(_ pairs: Buffer, _ rows: Int, _ position: Int, _ tokens: UnsafePointer<Int32>) {
    let w = workspace, width = sizes.width, segment = sizes.segment, vocabulary = sizes.shape.vocabulary
    let known = isKnown + position &* vocabulary, table = pairs + position &* vocabulary &* sizes.pairStride
    var count = 0
    for r in 0..<rows where !known[Int(tokens[r])] {
      w.missing[count] = tokens[r]
      known[Int(tokens[r])] = true
      count &+= 1
    }
    guard count > 0 else { return }
    embed(count, position, w.missing)
    project(count, parameters.layers[0])
    for i in 0..<count {
      let row = table + Int(w.missing[i]) &* sizes.pairStride
      copy(w.input + i &* width, width, to: row)
      copy(w.projections + i &* 3 &* segment, 3 &* segment, to: row + width)
    }
  }

  /// The table's entry for a token and position.
  @inline(__always)
  func pairEntry(_ pairs: Buffer, _ position: Int, _ token: UnsafePointer<Int32>) -> Buffer {
    let pair = Int(self.pair(token[0], at: position))
    if !isKnown[pair] { addPairs(pairs, 1, position, token) }
    return pairs + pair &* sizes.pairStride
  }

  @inline(__always)
  func copy(_ x: UnsafePointer<Scalar>, _ count: Int, to y: Buffer) {
    // Whole cache lines, which the compiler vectorizes.
    var i = 0
    while i < count {
      for j in i..<i &+ 8 { y[j] = x[j] }
      i &+= 8
    }
  }

  private func normalize(_ x: Buffer, _ rows: Int, into y: Buffer) {
    kernels.normalize(
      SampleNormalize(
        x: x, y: y, rows: rows, channels: sizes.shape.channels, stride: sizes.width,
        inverseChannels: inverseChannels))
  }

  /// `y = x · weightᵀ`, and the epilogue `ending` with the operand `z`, `[rows, C]`: the wide panels first, then the
  /// narrow one at the end.
  private func linear(
    _ x: Buffer, _ xRow: Int, _ rows: Int, _ weight: Panels<Scalar>, into y: Buffer,
    _ yRow: Int,
    _ ending: Product<Scalar>.Ending = .store, _ z: Buffer? = nil
  ) {
    let columns = weight.columns / weight.panel &* weight.panel
    var part = Product(
      x: UnsafePointer(x), xRow: xRow, xStep: 1, b: UnsafePointer(weight.start), bStep: weight.panel,
      panel: weight.panel, panelStep: weight.panel &* weight.depth, y: y, yRow: yRow, rows: rows,
      columns: columns, depth: weight.depth, ending: ending, z: UnsafePointer(z ?? y),
      zRow: z == nil ? 0 : sizes.width)
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
