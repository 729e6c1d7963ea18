// One stream of tokens: one position after the other, each token drawn by its probability and fed back in. Prefixes that
// have been computed before are looked up.

import CMicroGPT

/// Draws the tokens of documents, one document after the other.
///
/// A class, because it owns the memory that it computes in.
final class SampleStream<A: SamplingArithmetic> {
  typealias Scalar = A.Scalar
  typealias Request = StreamSource.Request
  typealias Sums = SamplingEngine<A>.Sums

  /// `[T]`.
  let tokens: UnsafeMutableBufferPointer<Int32>

  private let engine: SamplingEngine<A>
  private let bos: Int
  private var tree: PrefixTree<Scalar>
  private let places: UnsafeMutablePointer<Int32>
  /// The sums and their total for a prefix that the tree has no room for, `[sumsStride]` and `[1]`.
  private let sums, total: UnsafeMutablePointer<Scalar>
  /// What `sums` are computed for, and the filter that it was made from.
  private var request: Sums
  private var filter = TokenFilter()
  /// Whether nothing but the temperature changes probabilities.
  private var isPlain = true

  /// - Parameter prefixMemory: The most bytes for prefixes.
  init(_ model: Model, prefixMemory: Int, instructionSet set: InstructionSet) {
    let positions = model.configuration.blockSize
    let shape = Shape(model.configuration, vocabularySize: model.tokenizer.vocabularySize)
    let placeBytes = SamplingSizes<A>(shape, set).placeBytes
    tree = PrefixTree(bytes: prefixMemory, vocabulary: shape.vocabulary, placeBytes: placeBytes)
    engine = SamplingEngine(model, rows: 1, places: positions + tree.capacity, instructionSet: set)
    bos = model.tokenizer.bos
    tokens = .allocate(capacity: positions)
    places = .allocate(capacity: positions)
    sums = .allocate(capacity: engine.sumsStride)
    total = .allocate(capacity: 1)
    request = Sums(sums: sums, totals: total, temperature: 1, isGreedy: false)
  }

  deinit {
    tokens.deallocate()
    places.deallocate()
    sums.deallocate()
    total.deallocate()
    tree.deallocate()
  }

  /// See `StreamSource.draw`.
  func draw(
    from start: Int, to limit: Int, _ request: Request, _ random: inout PythonRandom
  ) throws(SamplerError) -> (token: Int, position: Int) {
    let flushed = begin(request)
    defer { end(flushed) }
    var node = PrefixTree<Scalar>.none
    for position in 0..<limit {
      let isDrawn = position &+ 1 >= start
      node = try visit(position, after: node, isDrawn ? .draw : .nothing)
      guard isDrawn else { continue }
      let token = choose(node, &random)
      if token == bos || position &+ 1 == limit { return (token, position) }
      tokens[position &+ 1] = Int32(truncatingIfNeeded: token)
    }
    preconditionFailure("A prompt leaves a position to continue from.")
  }

  /// See `StreamSource.drawNext`.
  func drawNext(_ request: Request, _ random: inout PythonRandom) throws(SamplerError) -> Int {
    let flushed = begin(request)
    defer { end(flushed) }
    try visitAll(.draw)
    return choose(PrefixTree<Scalar>.none, &random)
  }

  /// See `StreamSource.probabilities`.
  func probabilities(after count: Int?, _ request: Request) throws(SamplerError) -> [Double] {
    let flushed = begin(request)
    defer { end(flushed) }
    var node = PrefixTree<Scalar>.none
    if let count {
      for position in 0..<count {
        node = try visit(position, after: node, position &+ 1 == count ? .sums : .nothing)
      }
    } else {
      try visitAll(.sums)
    }
    let sums = node < 0 ? sums : tree.sums(node)
    let total = Double(node < 0 ? total[0] : tree.totals[node])
    // From the last token that can be drawn on the sums are infinite; at temperature 0 the total is 0.
    var before = 0.0
    return (0..<engine.shape.vocabulary).map { token in
      let sum = Double(sums[token])
      defer { before = sum }
      if request.isGreedy { return before == 0 && sum > 0 ? 1 : 0 }
      return before.isFinite ? (min(sum, total) - before) / total : 0
    }
  }

  /// What is needed after a position: nothing within a prompt.
  private enum Need { case nothing, draw, sums }

  /// Extends a node of the tree by the token at `position`, and computes what is missing there.
  ///
  /// - Returns: The node, or `none` if the tree has no room: then `sums` has what is needed.
  @inline(__always)
  private func visit(_ position: Int, after parent: Int, _ need: Need) throws(SamplerError) -> Int {
    let token = tokens[position], known = tree.find(token, after: parent, at: position)
    let node = known ?? tree.next(after: parent, at: position)
    places[position] =
      engine.placesArePairs
      ? engine.pair(token, at: position)
      : Int32(truncatingIfNeeded: node < 0 ? position : tokens.count &+ node)
    if known != nil, need == .nothing || tree.totals[node] >= 0 { return node }
    try compute(position, node, need)
    if node >= 0, known == nil { tree.add(token, after: parent, isOpen: need == .nothing) }
    return node
  }

  /// Visits all positions without the tree.
  private func visitAll(_ need: Need) throws(SamplerError) {
    for position in tokens.indices {
      places[position] =
        engine.placesArePairs
        ? engine.pair(tokens[position], at: position) : Int32(truncatingIfNeeded: position)
    }
    for position in tokens.indices {
      try compute(position, PrefixTree<Scalar>.none, position &+ 1 == tokens.count ? need : .nothing)
    }
  }

  @inline(__always)
  private func compute(_ position: Int, _ node: Int, _ need: Need) throws(SamplerError) {
    let token = UnsafePointer(tokens.baseAddress.unsafelyUnwrapped + position)
    if need == .nothing {
      try engine.compute(1, at: position, tokens: token, places: places, stride: tokens.count, nil)
      return
    }
    if node < 0, need == .draw, isPlain {
      return try engine.prepareDraw(at: position, token: token, places: places, request)
    }
    var request = request
    if node >= 0 { (request.sums, request.totals) = (tree.sums(node), tree.totals + node) }
    if A.isExact || !isPlain {
      try engine.compute(rowAt: position, token: token, places: places, request)
    } else {
      // The same floats whether the tree has room or not.
      try engine.prepareDraw(at: position, token: token, places: places, request)
      engine.takeSums(request)
    }
  }

  /// Draws a token after a node of the tree or, if that is `none`, from `sums`.
  @inline(__always)
  private func choose(_ node: Int, _ random: inout PythonRandom) -> Int {
    if request.isGreedy { return token(node, at: 0) }
    let uniform = random.uniform()
    if node < 0, isPlain { return engine.draw(uniform) }
    // Floats round down, so that the product is not above the total.
    return token(node, at: A.isExact ? Scalar(uniform) : Scalar(Int32(uniform * 0x1p24)) * 0x1p-24)
  }

  /// The number of sums that are not above a random number times the total.
  @inline(__always)
  private func token(_ node: Int, at uniform: Scalar) -> Int {
    let sums = node < 0 ? sums : tree.sums(node), mark = uniform * (node < 0 ? total[0] : tree.totals[node])
    var token = 0
    for i in 0..<engine.shape.vocabulary { token &+= sums[i] <= mark ? 1 : 0 }
    return token
  }

  /// Prepares for a request, and in the fast arithmetic treats subnormal numbers as zero.
  ///
  /// - Returns: What `end` has to be called with.
  @inline(__always)
  private func begin(_ new: Request) -> Int32 {
    // Before subnormal numbers count as zero: the temperature may be one.
    tree.use(new.temperature, new.filter)
    if new.temperature != request.temperature || new.filter != filter {
      request = Sums(
        sums: sums, totals: total, temperature: new.temperature, isGreedy: new.isGreedy, filter: new.filter)
      filter = new.filter
      isPlain = !request.isGreedy && request.filter == nil
    }
    return A.isExact ? 0 : microgpt_flush_denormals(1)
  }

  @inline(__always)
  private func end(_ wasFlushed: Int32) {
    if !A.isExact && wasFlushed == 0 { _ = microgpt_flush_denormals(0) }
  }
}
