// Matrix products: linear layers, their backward passes, and the gradients of their weights. One loop serves all
// three: strides give the layout of the operands and the direction of the sums.

/// `y[r, c] = Σₖ x[r, k]·b[k, c]`, added to 0 in the order of `k`, and the epilogue applied to the sum.
struct Product<Scalar> {
  /// The epilogue: what happens to a sum before it is stored.
  enum Ending: Int32 {
    /// `y = sum`.
    case store
    /// `y = sum + z`: a residual connection.
    case add
    /// `y = max(sum, 0)`.
    case relu
    /// `y = sum` where `z > 0`, and 0 elsewhere: the backward pass of relu, whose output is `z`.
    case reluBackward
  }

  /// `x[0, k]` for the first `k`, and the distances between rows and between successive `k`.
  var x: UnsafePointer<Scalar>
  var xRow, xStep: Int
  /// `b[k, 0]` for the first `k`, and the distance between successive `k`.
  var b: UnsafePointer<Scalar>
  var bStep: Int
  /// The columns of a panel of `b`, or all columns if it has no panels; and the distance between panels.
  var panel: Int
  var panelStep = 0
  /// `[rows, columns]`, overwritten, and the distance between rows.
  var y: UnsafeMutablePointer<Scalar>
  var yRow: Int
  var rows: Int
  /// A multiple of a vector's lanes. Buffers are padded to 64 bytes with zeros.
  var columns: Int
  /// The number of terms.
  var depth: Int
  var ending = Ending.store
  /// The operand of the epilogue, `[rows, columns]`, and the distance between rows.
  var z: UnsafePointer<Scalar>
  var zRow = 0
  /// For each term the `k` to take from `x` and `b`, `[depth]`. Only the ordered product reads it.
  var order: UnsafePointer<Int32>?
}

extension Lanes {
  /// `Product` for the columns that fill pairs of vectors, in register tiles.
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

  /// `Product` for single vectors of columns, without panels. It is a separate kernel because the compiler stops
  /// inlining in functions beyond a certain size, even what is marked `@inline(__always)`.
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

  /// The columns of one tile: tiles of as many rows as there are registers for, and one tile for the remaining rows.
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
