// A linear layer of one row. A row alone has few sums, and each is a chain of additions that wait for one another, so
// what counts is how many chains are under way at once.

/// A matrix as the products read it: by input, in panels of outputs.
struct Panels<Scalar> {
  /// Panel after panel, each `[depth, panel]`; the last may be narrower.
  let start: UnsafeMutablePointer<Scalar>
  let depth, columns, panel: Int
}

/// The partial sums of a row of vectors.
protocol RowTile {
  associatedtype L: Lanes
  /// The vectors side by side.
  static var vectors: Int { get }
  /// The successive terms that one addition takes, each to sums of its own.
  static var terms: Int { get }
  init()
  /// Adds `x[0]·b[0]`, `x[1]·b[step]` and so on, for `terms` terms.
  mutating func add(_ x: UnsafePointer<L.Scalar>, _ b: UnsafePointer<L.Scalar>, _ step: Int)
  /// Adds `x[0]·b[0]`.
  mutating func addOne(_ x: UnsafePointer<L.Scalar>, _ b: UnsafePointer<L.Scalar>)
  /// The sums of both.
  func joined(_ other: Self) -> Self
  /// Calls `body` with the index of each vector's first element, and the vector.
  func forEach(_ body: (Int, L.Vector) -> Void)
}

/// One vector.
struct RowCell<L: Lanes>: RowTile {
  private var sum = L.all(0)

  @inline(__always) static var vectors: Int { 1 }
  @inline(__always) static var terms: Int { 1 }
  @inline(__always) init() {}
  @inline(__always)
  mutating func add(_ x: UnsafePointer<L.Scalar>, _ b: UnsafePointer<L.Scalar>, _ step: Int) { addOne(x, b) }
  @inline(__always)
  mutating func addOne(_ x: UnsafePointer<L.Scalar>, _ b: UnsafePointer<L.Scalar>) {
    sum = L.add(sum, L.all(x[0]), times: L.load(b))
  }
  @inline(__always)
  func joined(_ other: RowCell) -> RowCell {
    var joined = self
    joined.sum = L.add(sum, other.sum)
    return joined
  }
  @inline(__always) func forEach(_ body: (Int, L.Vector) -> Void) { body(0, sum) }
}

/// A tile and another one to its right.
struct RowBeside<T: RowTile>: RowTile {
  typealias L = T.L
  private var left = T(), right = T()

  @inline(__always) static var vectors: Int { 2 * T.vectors }
  @inline(__always) static var terms: Int { T.terms }
  @inline(__always) init() {}
  @inline(__always)
  mutating func add(_ x: UnsafePointer<L.Scalar>, _ b: UnsafePointer<L.Scalar>, _ step: Int) {
    left.add(x, b, step)
    right.add(x, b + T.vectors &* L.count, step)
  }
  @inline(__always)
  mutating func addOne(_ x: UnsafePointer<L.Scalar>, _ b: UnsafePointer<L.Scalar>) {
    left.addOne(x, b)
    right.addOne(x, b + T.vectors &* L.count)
  }
  @inline(__always)
  func joined(_ other: RowBeside) -> RowBeside {
    var joined = self
    joined.left = left.joined(other.left)
    joined.right = right.joined(other.right)
    return joined
  }
  @inline(__always) func forEach(_ body: (Int, L.Vector) -> Void) {
    left.forEach(body)
    right.forEach { body($0 &+ T.vectors &* L.count, $1) }
  }
}

/// Two tiles that take terms in turn: twice as many chains, half as long, in another order than the terms'.
struct RowTurns<T: RowTile>: RowTile {
  typealias L = T.L
  private var first = T(), second = T()

  @inline(__always) static var vectors: Int { T.vectors }
  @inline(__always) static var terms: Int { 2 * T.terms }
  @inline(__always) init() {}
  @inline(__always)
  mutating func add(_ x: UnsafePointer<L.Scalar>, _ b: UnsafePointer<L.Scalar>, _ step: Int) {
    first.add(x, b, step)
    second.add(x + T.terms, b + T.terms &* step, step)
  }
  @inline(__always)
  mutating func addOne(_ x: UnsafePointer<L.Scalar>, _ b: UnsafePointer<L.Scalar>) { first.addOne(x, b) }
  @inline(__always)
  func joined(_ other: RowTurns) -> RowTurns {
    var joined = self
    joined.first = first.joined(other.first)
    joined.second = second.joined(other.second)
    return joined
  }
  @inline(__always) func forEach(_ body: (Int, L.Vector) -> Void) { first.joined(second).forEach(body) }
}

extension Lanes {
  // Each product has a function of its own, with few kinds of tiles: what the compiler finds too large to inline is not
  // compiled for the kernel's instruction set.

  /// `y[c] = Σₖ x[k]·b[k, c]`, each sum in the order of `k`; `body` gets each vector of `y` and the index of its first
  /// element.
  @inline(__always)
  static func orderedRowProduct(
    _ x: UnsafePointer<Scalar>, _ b: Panels<Scalar>, _ body: (Int, Vector) -> Void
  ) {
    typealias One = RowCell<Self>
    typealias Two = RowBeside<One>
    forEachTile(b) { start, step, first, vectors in
      switch vectors {
      case 4: rowTile(RowBeside<Two>.self, x, start, step, b.depth) { body(first &+ $0, $1) }
      case 2: rowTile(Two.self, x, start, step, b.depth) { body(first &+ $0, $1) }
      default: rowTile(One.self, x, start, step, b.depth) { body(first &+ $0, $1) }
      }
    }
  }

  /// The same in any order: narrow tiles have several sums for each output.
  @inline(__always)
  static func rowProduct(
    _ x: UnsafePointer<Scalar>, _ b: Panels<Scalar>, _ body: (Int, Vector) -> Void
  ) {
    typealias One = RowCell<Self>
    typealias Two = RowBeside<One>
    forEachTile(b) { start, step, first, vectors in
      switch vectors {
      case 4: rowTile(RowTurns<RowBeside<Two>>.self, x, start, step, b.depth) { body(first &+ $0, $1) }
      case 2: rowTile(RowTurns<RowTurns<Two>>.self, x, start, step, b.depth) { body(first &+ $0, $1) }
      default:
        rowTile(RowTurns<RowTurns<RowTurns<One>>>.self, x, start, step, b.depth) { body(first &+ $0, $1) }
      }
    }
  }

  /// Calls `body` for tiles of 4, 2 and 1 vectors that make up a matrix's columns: with the first weight, the distance
  /// between inputs, the first column and the number of vectors.
  @inline(__always)
  static func forEachTile(
    _ b: Panels<Scalar>, _ body: (UnsafePointer<Scalar>, Int, Int, Int) -> Void
  ) {
    var first = 0, start = UnsafePointer(b.start)
    while first < b.columns {
      let panel = Swift.min(b.panel, b.columns &- first)
      var column = 0
      while column < panel {
        let rest = panel &- column, vectors = rest >= 4 &* count ? 4 : rest >= 2 &* count ? 2 : 1
        body(start + column, panel, first &+ column, vectors)
        column &+= vectors &* count
      }
      start += panel &* b.depth
      first &+= panel
    }
  }

  @inline(__always)
  private static func rowTile<T: RowTile>(
    _ type: T.Type, _ x: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, _ step: Int, _ depth: Int,
    _ body: (Int, Vector) -> Void
  ) where T.L == Self {
    var tile = T(), x = x, b = b, k = depth
    while k >= T.terms {
      tile.add(x, b, step)
      x += T.terms
      b += T.terms &* step
      k &-= T.terms
    }
    while k > 0 {
      tile.addOne(x, b)
      x += 1
      b += step
      k &-= 1
    }
    tile.forEach(body)
  }
}
