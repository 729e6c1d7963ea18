// A memory of prefixes of documents: a tree in which every node is a token after the node above it, with the running
// sums in which a random number finds the next token.

/// Prefixes of documents, as many as there is room for.
struct PrefixTree {
  /// The most nodes.
  let capacity: Int
  private(set) var count = 0
  /// `[capacity]`: the sum of all probabilities, and less than 0 where the sums are not known.
  let totals: UnsafeMutablePointer<Double>

  private let vocabulary, stride: Int
  /// `[capacity, stride]`.
  private let allSums: UnsafeMutablePointer<Double>
  /// The nodes of the tokens that follow, `[capacity, V]`.
  private let children: UnsafeMutablePointer<Int32>
  private var temperature = Double.nan

  /// In place of a node: the prefix is not in the tree.
  static var none: Int { -1 }

  /// - Parameters:
  ///   - bytes: The most that nodes may take. They are allocated here, but not touched before they are used.
  ///   - placeBytes: What a node takes elsewhere.
  init(bytes: Int, vocabulary: Int, placeBytes: Int) {
    self.vocabulary = vocabulary
    stride = vocabulary.rounded(up: BufferDeclarations.lineCount(of: Double.self))
    let nodeBytes = (stride + 1) * 8 + vocabulary * 4 + placeBytes
    capacity = min(max(bytes, 0) / nodeBytes, Int(Int32.max) / 2)
    allSums = .allocate(capacity: capacity * stride)
    totals = .allocate(capacity: capacity)
    children = .allocate(capacity: capacity * vocabulary)
  }

  func deallocate() {
    allSums.deallocate()
    totals.deallocate()
    children.deallocate()
  }

  /// Forgets everything if that was for another temperature.
  mutating func use(_ temperature: Double) {
    if temperature != self.temperature { (count, self.temperature) = (0, temperature) }
  }

  @inline(__always)
  func sums(_ node: Int) -> UnsafeMutablePointer<Double> { allSums + node &* stride }

  /// The node of a token at `position`, if it is known.
  @inline(__always)
  func find(_ token: Int32, after parent: Int, at position: Int) -> Int? {
    if position == 0 { return count > 0 ? 0 : nil }
    guard parent >= 0 else { return nil }
    let node = children[parent &* vocabulary &+ Int(token)]
    return node < 0 ? nil : Int(node)
  }

  /// The node that a token would have that is not known yet, or none.
  @inline(__always)
  func next(after parent: Int, at position: Int) -> Int {
    count < capacity && (parent >= 0 || position == 0) ? count : PrefixTree.none
  }

  /// Adds that node, whose sums have been written, unless it stays open.
  mutating func add(_ token: Int32, after parent: Int, isOpen: Bool) {
    for child in count &* vocabulary..<(count &+ 1) &* vocabulary { children[child] = -1 }
    if isOpen { totals[count] = -1 }
    if parent >= 0 { children[parent &* vocabulary &+ Int(token)] = Int32(truncatingIfNeeded: count) }
    count &+= 1
  }
}
