// The optimizer update of a matrix, fused with the product that gives its gradient: the gradient is summed in
// registers and never stored. Only the fast arithmetic has it; the exact update needs more registers than are left.

/// `w -= rate·m̂ / (√v̂ + ε)` for the columns of a panel, by the gradient `g[r, c] = Σₜ dy[t, r]·x[t, c]`.
struct MatrixUpdate<Scalar> {
  /// `dy[n-1, 0]`, and the distance to the next position to be added.
  var dy: UnsafePointer<Scalar>
  var dyStep: Int
  /// `x[n-1, c]` for the panel's first column, and the distance to the next position to be added.
  var x: UnsafePointer<Scalar>
  var xStep: Int
  /// *n*. Positions are added from the last to the first.
  var positions: Int
  /// `[rows, columns]` each: the panel, and its first and second moments.
  var parameters, firstMoment, secondMoment: UnsafeMutablePointer<Scalar>
  /// Multiples of a cache line's numbers.
  var rows, columns: Int
  /// The transposed copy, updated too if there is one; its layout; and the panel's first column.
  var transposed: UnsafeMutablePointer<Scalar>?
  var copy: PanelMatrix
  var column: Int
  var update: Update<Scalar>
}

extension FastLanes {
  /// `MatrixUpdate` in tiles: square ones where there is a transposed copy, otherwise tiles along the rows.
  @inline(__always)
  static func updateMatrix(_ a: MatrixUpdate<Float>) {
    let isPaired = a.transposed == nil && a.columns == 2 &* count
    if count == 16 {
      isPaired ? update(Eight<Pair<Self>>.self, a) : update(Four<Four<Cell<Self>>>.self, a)
    } else if count == 8 {
      update(Four<Two<Cell<Self>>>.self, a)
    } else if tileRows == 8 {
      // With 32 registers of four lanes: a square of four vectors would spend its time waiting for its own sums.
      update(Eight<Pair<Self>>.self, a)
    } else {
      update(Four<Cell<Self>>.self, a)
    }
  }

  @inline(__always)
  private static func update<T: Tile>(_ tile: T.Type, _ a: MatrixUpdate<Float>) where T.L == Self {
    let optimizer = FastAdam<Self>(a.update), distance = a.secondMoment - a.firstMoment
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
        let place = r &* a.columns &+ c, moments = UnsafePointer(a.firstMoment) + place
        tile.forEach(a.parameters + place, a.columns, moments, a.columns) { g, parameter, moment in
          let firstMoment = UnsafeMutablePointer(mutating: moment)
          optimizer.move(parameter, firstMoment, firstMoment + distance, against: g)
        }
        if let transposed = a.transposed {
          let panel = r / a.copy.panel &* a.copy.panel, width = a.copy.width(at: panel)
          // Square after square.
          var row = 0
          while row < T.rows {
            var column = 0
            while column < T.columns {
              transposeBlock(
                UnsafePointer(a.parameters) + (place &+ row &* a.columns &+ column), a.columns,
                transposed + (a.copy.index(a.column &+ c &+ column, panel) &+ (r &+ row) &- panel), width)
              column &+= count
            }
            row &+= count
          }
        }
        c &+= T.columns
      }
      r &+= T.rows
    }
  }
}
