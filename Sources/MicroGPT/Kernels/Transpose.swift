// Transposed matrices: linear layers read their weights along the outputs in the forward pass and along the inputs in
// the backward pass, so each may have a transposed copy.

/// `y[c, r] = x[r, c]`.
struct Transpose<Scalar> {
  /// `[rows, columns]`, and the distance between rows.
  var x: UnsafePointer<Scalar>
  var xRow: Int
  /// `[columns, rows]`, overwritten, and the distance between rows.
  var y: UnsafeMutablePointer<Scalar>
  var yRow: Int
  /// Multiples of a vector's lanes.
  var rows, columns: Int
}

/// A block of 2ⁿ vectors in registers.
protocol Rows {
  associatedtype L: Lanes
  static var count: Int { get }
  init(_ x: UnsafePointer<L.Scalar>, _ rowStride: Int)
  func store(_ y: UnsafeMutablePointer<L.Scalar>, _ rowStride: Int)
  /// Interleaves the lanes of each row with those of the same row of the other block, which makes two rows of them.
  func zip(_ other: Self) -> Halves<Self>
}

struct Row<L: Lanes>: Rows {
  var vector: L.Vector

  @inline(__always) static var count: Int { 1 }
  @inline(__always) init(_ vector: L.Vector) { self.vector = vector }
  @inline(__always) init(_ x: UnsafePointer<L.Scalar>, _ rowStride: Int) { vector = L.load(x) }
  @inline(__always) func store(_ y: UnsafeMutablePointer<L.Scalar>, _ rowStride: Int) { L.store(vector, y) }
  @inline(__always) func zip(_ other: Self) -> Halves<Self> {
    let (low, high) = L.zip(vector, other.vector)
    return Halves(upper: Self(low), lower: Self(high))
  }
}

struct Halves<T: Rows>: Rows {
  typealias L = T.L
  var upper, lower: T

  @inline(__always) static var count: Int { 2 * T.count }
  @inline(__always) init(upper: T, lower: T) { (self.upper, self.lower) = (upper, lower) }
  @inline(__always) init(_ x: UnsafePointer<L.Scalar>, _ rowStride: Int) {
    upper = T(x, rowStride)
    lower = T(x + T.count &* rowStride, rowStride)
  }
  @inline(__always) func store(_ y: UnsafeMutablePointer<L.Scalar>, _ rowStride: Int) {
    upper.store(y, rowStride)
    lower.store(y + T.count &* rowStride, rowStride)
  }
  @inline(__always) func zip(_ other: Self) -> Halves<Self> {
    Halves<Self>(upper: upper.zip(other.upper), lower: lower.zip(other.lower))
  }
  /// The upper half zipped with the lower one. `log₂(count)` of these transpose a square: each moves one bit of a
  /// number's row index into its lane index.
  @inline(__always) var zipped: Self { upper.zip(lower) }
}

extension Lanes {
  /// `Transpose`, in square blocks in registers.
  @inline(__always)
  static func transpose(_ a: Transpose<Scalar>) {
    var r = 0
    while r < a.rows {
      var c = 0
      while c < a.columns {
        transposeBlock(a.x + (r &* a.xRow &+ c), a.xRow, a.y + (c &* a.yRow &+ r), a.yRow)
        c &+= count
      }
      r &+= count
    }
  }

  /// A square block.
  @inline(__always)
  static func transposeBlock(
    _ x: UnsafePointer<Scalar>, _ xRow: Int, _ y: UnsafeMutablePointer<Scalar>, _ yRow: Int
  ) {
    typealias Two = Halves<Row<Self>>
    typealias Four = Halves<Two>
    typealias Eight = Halves<Four>
    typealias Sixteen = Halves<Eight>
    if count == 16 {
      Sixteen(x, xRow).zipped.zipped.zipped.zipped.store(y, yRow)
    } else if count == 8 {
      Eight(x, xRow).zipped.zipped.zipped.store(y, yRow)
    } else if count == 4 {
      Four(x, xRow).zipped.zipped.store(y, yRow)
    } else {
      Two(x, xRow).zipped.store(y, yRow)
    }
  }
}
