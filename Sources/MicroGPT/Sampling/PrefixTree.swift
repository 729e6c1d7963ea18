// A cache of document prefixes: a tree in which every node adds a token to its parent's prefix, with the running sums
// from which the next token is drawn.

/// A cache of document prefixes, up to a capacity.
struct PrefixTree<Scalar: BinaryFloatingPoint> {
  /// The most nodes.
  let capacity: Int
  private(set) var count = 0
  /// `[capacity]`: the sum of all probabilities, less than 0 if the sums are not known.
  let totals: UnsafeMutablePointer<Scalar>

  private let vocabulary, stride: Int
  /// `[capacity, stride]`.
  private let allSums: UnsafeMutablePointer<Scalar>
  /// The nodes of the tokens that follow, `[capacity, V]`.
  private let children: UnsafeMutablePointer<Int32>
  private var temperature = Double.nan, filter = TokenFilter()

  /// Stands for a prefix that is not in the tree.
  static var none: Int { -1 }

  /// - Parameters:
  ///   - bytes: The most bytes for nodes. They are allocated here, but not touched before they are used.
  ///   - placeBytes: The bytes that a node takes elsewhere.
  init(bytes: Int, vocabulary: Int, placeBytes: Int) {
    self.vocabulary = vocabulary
    stride = vocabulary.rounded(up: BufferDeclarations.lineCount(of: Scalar.self))
    let nodeBytes = (stride + 1) * MemoryLayout<Scalar>.stride + vocabulary * 4 + placeBytes
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

  /// Empties the tree if it is for another temperature or filter.
  mutating func use(_ temperature: Double, _ filter: TokenFilter) {
    if temperature != self.temperature || filter != self.filter { count = 0 }
    (self.temperature, self.filter) = (temperature, filter)
  }

  @inline(__always)
  func sums(_ node: Int) -> UnsafeMutablePointer<Scalar> { allSums + node &* stride }

  /// The node of a token at `position`, if it is in the tree.
  @inline(__always)
  func find(_ token: Int32, after parent: Int, at position: Int) -> Int? {
    if position == 0 { return count > 0 ? 0 : nil }
    guard parent >= 0 else { return nil }
    let node = children[parent &* vocabulary &+ Int(token)]
    return node < 0 ? nil : Int(node)
  }

  /// The node that a new token would get, or `none` if there is no room.
  @inline(__always)
  func next(after parent: Int, at position: Int) -> Int {
    count < capacity && (parent >= 0 || position == 0) ? count : PrefixTree.none
  }

  /// Adds the node that `next` gave. Its sums have been written, unless it is open.
  mutating func add(_ token: Int32, after parent: Int, isOpen: Bool) {
    for child in count &* vocabulary..<(count &+ 1) &* vocabulary { children[child] = -1 }
    if isOpen { totals[count] = -1 }
    if parent >= 0 { children[parent &* vocabulary &+ Int(token)] = Int32(truncatingIfNeeded: count) }
    count &+= 1
  }
}
