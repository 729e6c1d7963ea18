// A linear layer that needs no transposed copy of its matrix, for steps in which the copy would cost more than it
// saves: one or two documents, and a model that fills the second-level cache. Lanes are positions. As documents are
// short, the fast arithmetic takes two channels of each position at a time; in the exact one each lane adds in the
// order of channels.

/// `y[t, r] = Σ_c x[t, c]·w[r, c]`, and the epilogue applied to the sum.
struct PositionProduct<Scalar> {
  /// `[positions, C]`, and the distance between positions. Whole vectors of positions are read.
  var x: UnsafePointer<Scalar>
  var xRow: Int
  /// The matrix, `[R, C]`, in panels of `Self.panel` columns.
  var parameters: UnsafePointer<Scalar>
  var matrix: PanelMatrix
  /// `[positions, R]`, overwritten, and the distance between positions.
  var y: UnsafeMutablePointer<Scalar>
  var yRow: Int
  var positions: Int
  var ending = Product<Scalar>.Ending.store
  /// The operand of the epilogue, `[positions, R]`, and the distance between positions.
  var z: UnsafePointer<Scalar>
  var zRow = 0
  /// Scratch for `x` transposed, and for twice as many vectors as a vector has lanes.
  var scratch: UnsafeMutablePointer<Scalar>

  /// The columns of a panel: a constant, so that the compiler knows the distance between rows.
  static var panel: Int { 2 * BufferDeclarations.lineCount(of: Scalar.self) }
  /// The size of `scratch`.
  static func scratchCount(positions: Count, columns: Count) -> Count {
    positions.rounded(up: BufferDeclarations.alignment / 8) * columns + Count(panel * panel / 2)
  }
}

/// A column of vectors: the sums of a few rows of the matrix.
protocol PositionTile {
  associatedtype L: Lanes
  static var rows: Int { get }
  init()
  /// Adds the products of one channel, or two, with the first row `w` and the rows after it, a panel's width apart.
  mutating func add(_ x: L.Vector, _ w: UnsafePointer<L.Scalar>)
  func store(_ square: UnsafeMutablePointer<L.Scalar>)
}

struct PositionCell<L: Lanes>: PositionTile {
  private var sum = L.all(0)

  @inline(__always) static var rows: Int { 1 }
  @inline(__always) init() {}
  @inline(__always) mutating func add(_ x: L.Vector, _ w: UnsafePointer<L.Scalar>) {
    sum = L.add(sum, x, times: L.broadcastPair(w))
  }
  @inline(__always) func store(_ square: UnsafeMutablePointer<L.Scalar>) { L.store(sum, square) }
}

struct PositionColumn<T: PositionTile>: PositionTile {
  typealias L = T.L
  private var upper = T(), lower = T()

  @inline(__always) static var rows: Int { 2 * T.rows }
  @inline(__always) init() {}
  @inline(__always) mutating func add(_ x: L.Vector, _ w: UnsafePointer<L.Scalar>) {
    upper.add(x, w)
    lower.add(x, w + T.rows &* PositionProduct<L.Scalar>.panel)
  }
  @inline(__always) func store(_ square: UnsafeMutablePointer<L.Scalar>) {
    upper.store(square)
    lower.store(square + T.rows &* L.count)
  }
}

extension Lanes {
  /// `PositionProduct`, taking a row of the matrix for each lane at a time.
  @inline(__always)
  static func positionProduct(_ a: PositionProduct<Scalar>) {
    typealias Two = PositionColumn<PositionCell<Self>>
    typealias Four = PositionColumn<Two>
    if count == 16 {
      positionProduct(PositionColumn<PositionColumn<Four>>.self, a)
    } else if count == 8 {
      positionProduct(PositionColumn<Four>.self, a)
    } else if count == 4 {
      positionProduct(Four.self, a)
    } else {
      positionProduct(Two.self, a)
    }
  }

  @inline(__always)
  private static func positionProduct<T: PositionTile>(_ tile: T.Type, _ a: PositionProduct<Scalar>)
  where T.L == Self {
    let group = Doubles.count, scalarsPerDouble = count / group, columns = a.matrix.columns
    let panel = PositionProduct<Scalar>.panel
    let square = a.scratch, transposed = square + count &* count, positions = transposed + count &* count
    transposePositions(a, positions)
    var row = 0
    while row < a.matrix.rows {
      var first = 0
      while first < a.positions {
        var tile = T(), x = UnsafePointer(positions) + first &* columns, column = 0
        while column < columns {
          var w = a.parameters + a.matrix.index(row, column), c = 0
          while c < panel {
            tile.add(load(x), w)
            x += count
            w += scalarsPerDouble
            c &+= scalarsPerDouble
          }
          column &+= panel
        }
        tile.store(square)
        // Each position has two lanes, whose sums are added, for two rows at a time.
        if scalarsPerDouble == 2 {
          for pair in 0..<group {
            let rows = square + 2 &* pair &* count
            store(pairSums(load(rows), load(rows + count)), square + pair &* count)
          }
        }
        transposeDoubles(square, count, transposed, count)
        let end = Swift.min(group, a.positions &- first)
        let y = a.y + (first &* a.yRow &+ row), z = a.z + (first &* a.zRow &+ row)
        for t in 0..<end {
          let sum = load(transposed + t &* count)
          let y = y + t &* a.yRow, z = z + t &* a.zRow
          switch a.ending {
          case .store: store(sum, y)
          case .add: store(add(sum, load(z)), y)
          case .relu: store(wherePositive(sum, sum), y)
          case .reluBackward: store(wherePositive(load(z), sum), y)
          }
        }
        first &+= group
      }
      row &+= count
    }
  }

  /// Writes `x` as `[groups, C, group]`, or `[groups, C/2, group, 2]`: pairs of floats are transposed as doubles are.
  @inline(__always)
  private static func transposePositions(
    _ a: PositionProduct<Scalar>, _ positions: UnsafeMutablePointer<Scalar>
  ) {
    let group = Doubles.count, columns = a.matrix.columns
    var first = 0
    while first < a.positions {
      var c = 0
      while c < columns {
        transposeDoubles(
          a.x + (first &* a.xRow &+ c), a.xRow, positions + (first &* columns &+ c &* group), count)
        c &+= count
      }
      first &+= group
    }
  }

  /// Transposes a square of doubles, or of pairs of floats.
  @inline(__always)
  private static func transposeDoubles(
    _ x: UnsafePointer<Scalar>, _ xRow: Int, _ y: UnsafeMutablePointer<Scalar>, _ yRow: Int
  ) {
    let scalarsPerDouble = count / Doubles.count
    Doubles.transposeBlock(
      UnsafeRawPointer(x).assumingMemoryBound(to: Double.self), xRow / scalarsPerDouble,
      UnsafeMutableRawPointer(y).assumingMemoryBound(to: Double.self), yRow / scalarsPerDouble)
  }
}
