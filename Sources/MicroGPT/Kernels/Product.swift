// Matrix products: linear layers forward and back, and the gradients of their weights. One loop serves all
// three, since it is told by strides how its operands lie, and in which direction it adds.

/// `y[r, c] = Σₖ x[r, k]·b[k, c]`, from 0 on in the order of `k`, and what to do with the sum.
struct Product<Scalar> {
  /// What becomes of a sum before it is stored.
  enum Ending: Int32 {
    /// It is `y`.
    case store
    /// `y = sum + z`: a residual connection.
    case add
    /// `y = max(sum, 0)`.
    case relu
    /// `y = sum` where `z > 0`, and 0 elsewhere: the way back through relu, whose output is `z`.
    case reluBackward
  }

  /// `x[0, 0]`, of the first `k`; from a row to the next, and from a `k` to the next.
  var x: UnsafePointer<Scalar>
  var xRow, xStep: Int
  /// `b[0, 0]`, of the first `k`, and from a `k` to the next.
  var b: UnsafePointer<Scalar>
  var bStep: Int
  /// The columns of a panel of `b`, all if it has none, and from a panel to the next.
  var panel: Int
  var panelStep = 0
  /// `[rows, columns]`, overwritten, and from a row to the next.
  var y: UnsafeMutablePointer<Scalar>
  var yRow: Int
  var rows: Int
  /// A multiple of the vector: buffers are padded to 64 bytes, and what lies there is zero.
  var columns: Int
  /// How many `k` there are.
  var depth: Int
  var ending = Ending.store
  /// What the ending takes, `[rows, columns]`, and from a row to the next.
  var z: UnsafePointer<Scalar>
  var zRow = 0
  /// The place of the `k`-th term in `x` and `b` instead of `k`, `[depth]`. Only the ordered product reads it.
  var order: UnsafePointer<Int32>?
}

extension Lanes {
  /// `Product` for as many columns as there are in pairs of vectors, in register tiles.
  @inline(__always)
  static func productWide(_ a: Product<Scalar>) { productWide(a, ordered: false) }
  @inline(__always)
  static func orderedProductWide(_ a: Product<Scalar>) { productWide(a, ordered: true) }

  @inline(__always)
  private static func productWide(_ a: Product<Scalar>, ordered: Bool) {
    var first = 0, b = a.b
    while first < a.columns {
      var column = 0
      while column &+ 2 &* count <= a.panel {
        productColumns(Pair<Self>.self, a, b + column, first &+ column, ordered)
        column &+= 2 &* count
      }
      first &+= a.panel
      b += a.panelStep
    }
  }

  /// `Product` for single vectors of columns, without panels. Apart from the other, because the compiler stops
  /// inlining, even where it always should, in functions beyond a certain size.
  @inline(__always)
  static func productNarrow(_ a: Product<Scalar>) { productNarrow(a, ordered: false) }
  @inline(__always)
  static func orderedProductNarrow(_ a: Product<Scalar>) { productNarrow(a, ordered: true) }

  @inline(__always)
  private static func productNarrow(_ a: Product<Scalar>, ordered: Bool) {
    var column = 0
    while column < a.columns {
      productColumns(Cell<Self>.self, a, a.b + column, column, ordered)
      column &+= count
    }
  }

  /// The columns of one tile, in tiles of as many rows as there are registers for, and one of the rest.
  @inline(__always)
  private static func productColumns<T: Tile>(
    _ row: T.Type, _ a: Product<Scalar>, _ b: UnsafePointer<Scalar>, _ column: Int, _ ordered: Bool
  ) where T.L == Self {
    var r = 0
    if tileRows == 8 {
      while r &+ 8 <= a.rows {
        productTile(Eight<T>.self, a, r, b, column, ordered)
        r &+= 8
      }
      switch a.rows &- r {
      case 7: productTile(Seven<T>.self, a, r, b, column, ordered)
      case 6: productTile(Six<T>.self, a, r, b, column, ordered)
      case 5: productTile(Five<T>.self, a, r, b, column, ordered)
      case 4: productTile(Four<T>.self, a, r, b, column, ordered)
      case 3: productTile(Three<T>.self, a, r, b, column, ordered)
      case 2: productTile(Two<T>.self, a, r, b, column, ordered)
      case 1: productTile(T.self, a, r, b, column, ordered)
      default: break
      }
    } else {
      while r &+ 4 <= a.rows {
        productTile(Four<T>.self, a, r, b, column, ordered)
        r &+= 4
      }
      switch a.rows &- r {
      case 3: productTile(Three<T>.self, a, r, b, column, ordered)
      case 2: productTile(Two<T>.self, a, r, b, column, ordered)
      case 1: productTile(T.self, a, r, b, column, ordered)
      default: break
      }
    }
  }

  @inline(__always)
  private static func productTile<T: Tile>(
    _ type: T.Type, _ a: Product<Scalar>, _ row: Int, _ start: UnsafePointer<Scalar>, _ column: Int,
    _ ordered: Bool
  ) where T.L == Self {
    var tile = T(0, a.xRow)
    var x = a.x + row &* a.xRow, b = start, k = a.depth
    if ordered {
      var order = a.order.unsafelyUnwrapped
      while k > 0 {
        let place = Int(order[0])
        tile.add(x + place &* a.xStep, b + place &* a.bStep)
        order += 1
        k &-= 1
      }
    } else {
      while k > 0 {
        tile.add(x, b)
        x += a.xStep
        b += a.bStep
        k &-= 1
      }
    }
    let y = a.y + (row &* a.yRow &+ column), z = a.z + (row &* a.zRow &+ column)
    switch a.ending {
    case .store:
      tile.forEach(y, a.yRow, z, a.zRow) { sum, y, z in store(sum, y) }
    case .add:
      tile.forEach(y, a.yRow, z, a.zRow) { sum, y, z in store(add(sum, load(z)), y) }
    case .relu:
      tile.forEach(y, a.yRow, z, a.zRow) { sum, y, z in store(wherePositive(sum, sum), y) }
    case .reluBackward:
      tile.forEach(y, a.yRow, z, a.zRow) { sum, y, z in store(wherePositive(load(z), sum), y) }
    }
  }
}
