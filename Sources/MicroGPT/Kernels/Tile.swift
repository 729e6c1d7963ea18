// Register tiles: a block of a matrix product that is added up in registers, `rows × columns` vectors.
//
// A tile is put together from cells by type: `Beside<Below<Cell, Cell>, ...>`. After inlining nothing is
// left of the types but straight code with one register for a cell, which loops over arrays of vectors do
// not become.

/// A block of `y[r, c] = Σₖ x[r, k]·b[k, c]`, as far as it is added up.
protocol Tile {
  associatedtype L: Lanes
  static var rows: Int { get }
  /// Zero.
  init()
  /// Adds the products of one `k`.
  ///
  /// - Parameters:
  ///   - x: `x[0, k]`; the next row's lies `rowStride` numbers on.
  ///   - b: `b[k, 0]`, the first of the tile's columns.
  mutating func add(_ x: UnsafePointer<L.Scalar>, _ rowStride: Int, _ b: UnsafePointer<L.Scalar>)
  /// Hands every cell's vector to `body` with its place in `y`.
  func forEach(
    _ y: UnsafeMutablePointer<L.Scalar>, _ rowStride: Int, _ z: UnsafePointer<L.Scalar>, _ zStride: Int,
    _ body: (L.Vector, UnsafeMutablePointer<L.Scalar>, UnsafePointer<L.Scalar>) -> Void)
}

/// One vector.
struct Cell<L: Lanes>: Tile {
  var sum: L.Vector

  @inline(__always) static var rows: Int { 1 }
  @inline(__always) init() { sum = L.all(0) }
  @inline(__always)
  mutating func add(_ x: UnsafePointer<L.Scalar>, _ rowStride: Int, _ b: UnsafePointer<L.Scalar>) {
    sum = L.add(sum, L.all(x[0]), times: L.load(b))
  }
  @inline(__always)
  func forEach(
    _ y: UnsafeMutablePointer<L.Scalar>, _ rowStride: Int, _ z: UnsafePointer<L.Scalar>, _ zStride: Int,
    _ body: (L.Vector, UnsafeMutablePointer<L.Scalar>, UnsafePointer<L.Scalar>) -> Void
  ) {
    body(sum, y, z)
  }
}

/// A cell and the one to its right.
struct Pair<L: Lanes>: Tile {
  var left, right: L.Vector

  @inline(__always) static var rows: Int { 1 }
  @inline(__always) init() { (left, right) = (L.all(0), L.all(0)) }
  @inline(__always)
  mutating func add(_ x: UnsafePointer<L.Scalar>, _ rowStride: Int, _ b: UnsafePointer<L.Scalar>) {
    let factor = L.all(x[0])
    left = L.add(left, factor, times: L.load(b))
    right = L.add(right, factor, times: L.load(b + L.count))
  }
  @inline(__always)
  func forEach(
    _ y: UnsafeMutablePointer<L.Scalar>, _ rowStride: Int, _ z: UnsafePointer<L.Scalar>, _ zStride: Int,
    _ body: (L.Vector, UnsafeMutablePointer<L.Scalar>, UnsafePointer<L.Scalar>) -> Void
  ) {
    body(left, y, z)
    body(right, y + L.count, z + L.count)
  }
}

/// A tile and another one below it.
struct Below<A: Tile, B: Tile>: Tile where A.L == B.L {
  typealias L = A.L
  var upper: A
  var lower: B

  @inline(__always) static var rows: Int { A.rows + B.rows }
  @inline(__always) init() { (upper, lower) = (A(), B()) }
  @inline(__always)
  mutating func add(_ x: UnsafePointer<L.Scalar>, _ rowStride: Int, _ b: UnsafePointer<L.Scalar>) {
    upper.add(x, rowStride, b)
    lower.add(x + A.rows &* rowStride, rowStride, b)
  }
  @inline(__always)
  func forEach(
    _ y: UnsafeMutablePointer<L.Scalar>, _ rowStride: Int, _ z: UnsafePointer<L.Scalar>, _ zStride: Int,
    _ body: (L.Vector, UnsafeMutablePointer<L.Scalar>, UnsafePointer<L.Scalar>) -> Void
  ) {
    upper.forEach(y, rowStride, z, zStride, body)
    lower.forEach(y + A.rows &* rowStride, rowStride, z + A.rows &* zStride, zStride, body)
  }
}

typealias Two<T: Tile> = Below<T, T>
typealias Three<T: Tile> = Below<Two<T>, T>
typealias Four<T: Tile> = Below<Two<T>, Two<T>>
typealias Five<T: Tile> = Below<Four<T>, T>
typealias Six<T: Tile> = Below<Four<T>, Two<T>>
typealias Seven<T: Tile> = Below<Four<T>, Three<T>>
typealias Eight<T: Tile> = Below<Four<T>, Four<T>>
