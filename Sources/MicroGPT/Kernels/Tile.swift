// Register tiles: a block of a matrix product that is added up in registers, `rows × columns` vectors.
//
// A tile is composed of cells by type: `Below<Pair, Below<Pair, Pair>>`. Inlined, the types become straight-line code
// with one register for each cell; loops over arrays of vectors would not.

import CMicroGPT

/// The partial sums of a block of `y[r, c] = Σₖ x[r, k]·b[k, c]`.
protocol Tile {
  associatedtype L: Lanes
  static var rows: Int { get }
  static var columns: Int { get }
  /// Zeros, for the rows of `x` from `row` on, which are `rowStride` numbers apart.
  init(_ row: Int, _ rowStride: Int)
  /// Zeros, for the rows of `x` from `row` on, which are one number apart.
  init(_ row: Int)
  /// Adds the products of one `k`.
  ///
  /// - Parameters:
  ///   - x: `x[0, k]`.
  ///   - b: `b[k, 0]`, the first of the tile's columns.
  mutating func add(_ x: UnsafePointer<L.Scalar>, _ b: UnsafePointer<L.Scalar>)
  /// Calls `body` with the vector of each cell and its place in `y` and `z`.
  func forEach(
    _ y: UnsafeMutablePointer<L.Scalar>, _ rowStride: Int, _ z: UnsafePointer<L.Scalar>, _ zStride: Int,
    _ body: (L.Vector, UnsafeMutablePointer<L.Scalar>, UnsafePointer<L.Scalar>) -> Void)
}

/// The offset of a row in bytes, in a register of its own. Otherwise the compiler steps from row to row by adding the
/// stride, and eight dependent additions take longer than the products.
struct RowOffset {
  private let bytes: Int

  @inline(__always) init<Scalar>(_ row: Int, _ rowStride: Int, of type: Scalar.Type) {
    let bytes = row &* rowStride &* MemoryLayout<Scalar>.stride
    self.bytes = row == 0 ? 0 : Int(microgpt_opaque(CLong(bytes)))
  }
  @inline(__always) init<Scalar>(_ row: Int, of type: Scalar.Type) {
    bytes = row &* MemoryLayout<Scalar>.stride
  }

  @inline(__always) func callAsFunction<Scalar>(_ x: UnsafePointer<Scalar>) -> Scalar {
    UnsafeRawPointer(x).load(fromByteOffset: bytes, as: Scalar.self)
  }
}

/// One vector.
struct Cell<L: Lanes>: Tile {
  var sum: L.Vector
  let element: RowOffset

  @inline(__always) static var rows: Int { 1 }
  @inline(__always) static var columns: Int { L.count }
  @inline(__always) init(_ row: Int, _ rowStride: Int) {
    (sum, element) = (L.all(0), RowOffset(row, rowStride, of: L.Scalar.self))
  }
  @inline(__always) init(_ row: Int) { (sum, element) = (L.all(0), RowOffset(row, of: L.Scalar.self)) }
  @inline(__always)
  mutating func add(_ x: UnsafePointer<L.Scalar>, _ b: UnsafePointer<L.Scalar>) {
    sum = L.add(sum, L.all(element(x)), times: L.load(b))
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
  let element: RowOffset

  @inline(__always) static var rows: Int { 1 }
  @inline(__always) static var columns: Int { 2 &* L.count }
  @inline(__always) init(_ row: Int, _ rowStride: Int) {
    (left, right) = (L.all(0), L.all(0))
    element = RowOffset(row, rowStride, of: L.Scalar.self)
  }
  @inline(__always) init(_ row: Int) {
    (left, right, element) = (L.all(0), L.all(0), RowOffset(row, of: L.Scalar.self))
  }
  @inline(__always)
  mutating func add(_ x: UnsafePointer<L.Scalar>, _ b: UnsafePointer<L.Scalar>) {
    let factor = L.all(element(x))
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
  @inline(__always) static var columns: Int { A.columns }
  @inline(__always) init(_ row: Int, _ rowStride: Int) {
    (upper, lower) = (A(row, rowStride), B(row &+ A.rows, rowStride))
  }
  @inline(__always) init(_ row: Int) { (upper, lower) = (A(row), B(row &+ A.rows)) }
  @inline(__always)
  mutating func add(_ x: UnsafePointer<L.Scalar>, _ b: UnsafePointer<L.Scalar>) {
    upper.add(x, b)
    lower.add(x, b)
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
