// A matrix of parameters moved against its gradient: the gradient is added up in registers, and the optimizer's step
// takes it from there, so that it never goes through memory. The fast arithmetic's; the exact one has more to do
// about a square and a root than there are registers for.

/// `w -= rate·m̂ / (√v̂ + ε)` for the columns of a panel, by the gradient `g[r, c] = Σₜ dy[t, r]·x[t, c]`.
struct MatrixUpdate<Scalar> {
  /// `dy[n-1, 0]`, and from a position to the next.
  var dy: UnsafePointer<Scalar>
  var dyStep: Int
  /// `x[n-1, c]` for the panel's first column, and from a position to the next.
  var x: UnsafePointer<Scalar>
  var xStep: Int
  /// *n*; they are added up from the last to the first.
  var positions: Int
  /// `[rows, columns]` each: the panel, and the running means of its gradient and of that's square.
  var parameters, mean, meanSquare: UnsafeMutablePointer<Scalar>
  /// Multiples of a cache line's numbers.
  var rows, columns: Int
  /// The matrix turned about, if there is a copy of it, which then follows; and the panel's first column.
  var transposed: UnsafeMutablePointer<Scalar>?
  var copy: PanelMatrix
  var column: Int
  var update: Update<Scalar>
}

extension FastLanes {
  /// `MatrixUpdate` in tiles: square ones if they are turned about too, else as memory lies.
  @inline(__always)
  static func updateMatrix(_ a: MatrixUpdate<Float>) {
    let isPaired = a.transposed == nil && a.columns == 2 &* count
    if count == 16 {
      isPaired ? update(Eight<Pair<Self>>.self, a) : update(Four<Four<Cell<Self>>>.self, a)
    } else if count == 8 {
      update(Four<Two<Cell<Self>>>.self, a)
    } else {
      update(Four<Cell<Self>>.self, a)
    }
  }

  @inline(__always)
  private static func update<T: Tile>(_ tile: T.Type, _ a: MatrixUpdate<Float>) where T.L == Self {
    let optimizer = FastAdam<Self>(a.update), distance = a.meanSquare - a.mean
    var r = 0
    while r < a.rows {
      var c = 0
      while c < a.columns {
        var tile = T(0), dy = a.dy + r, x = a.x + c, t = a.positions
        while t > 0 {
          tile.add(dy, x)
          dy += a.dyStep
          x += a.xStep
          t &-= 1
        }
        let place = r &* a.columns &+ c, mean = UnsafePointer(a.mean) + place
        tile.forEach(a.parameters + place, a.columns, mean, a.columns) { g, parameter, mean in
          let mean = UnsafeMutablePointer(mutating: mean)
          optimizer.move(parameter, mean, mean + distance, against: g)
        }
        if let transposed = a.transposed {
          let panel = r / a.copy.panel &* a.copy.panel
          transposeBlock(
            UnsafePointer(a.parameters) + place, a.columns,
            transposed + (a.copy.index(a.column &+ c, panel) &+ r &- panel), a.copy.width(at: panel))
        }
        c &+= T.columns
      }
      r &+= T.rows
    }
  }
}
