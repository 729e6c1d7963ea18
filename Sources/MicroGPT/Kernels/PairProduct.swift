// A linear layer by rows of its matrix as they lie, where a transposed copy would cost more than it saves: one or two
// documents a step, and a model that fills the second-level cache. Lanes are positions, and since documents are
// short, two channels of each at a time.

/// `y[t, r] = Σ_c x[t, c]·w[r, c]`, and what to do with the sum.
struct PairProduct<Scalar> {
  /// `[positions, C]`, and from a position to the next. Whole groups of half a vector's positions are read.
  var x: UnsafePointer<Scalar>
  var xRow: Int
  /// The matrix, `[R, C]`, in panels of `Self.panel` columns.
  var parameters: UnsafePointer<Scalar>
  var matrix: PanelMatrix
  /// `[positions, R]`, overwritten, and from a position to the next.
  var y: UnsafeMutablePointer<Scalar>
  var yRow: Int
  var positions: Int
  var ending = Product<Scalar>.Ending.store
  /// What the ending takes, `[positions, R]`, and from a position to the next.
  var z: UnsafePointer<Scalar>
  var zRow = 0
  /// Room for `x` by pairs of channels, `[groups, C/2, half a vector, 2]`, and two squares of vectors.
  var scratch: UnsafeMutablePointer<Scalar>

  /// The columns of a panel, known beforehand so that rows lie at distances that are known too.
  static var panel: Int { 2 * Memory.alignment / MemoryLayout<Scalar>.stride }
  /// How much room there has to be.
  static func scratchCount(positions: Count, columns: Count) -> Count {
    positions.rounded(up: panel / 4) * columns + Count(panel * panel / 2)
  }
}

/// A column of vectors, each the sum of one row's products.
protocol PairTile {
  associatedtype L: Lanes
  static var rows: Int { get }
  init()
  /// Adds the products of one pair of channels with the first row's pair and those a panel's width behind it.
  mutating func add(_ pair: L.Vector, _ w: UnsafePointer<L.Scalar>)
  func store(_ square: UnsafeMutablePointer<L.Scalar>)
}

struct PairCell<L: FastLanes>: PairTile {
  var sum = L.all(0)

  @inline(__always) static var rows: Int { 1 }
  @inline(__always) init() {}
  @inline(__always) mutating func add(_ pair: L.Vector, _ w: UnsafePointer<Float>) {
    sum = L.add(sum, pair, times: L.allPairs(w))
  }
  @inline(__always) func store(_ square: UnsafeMutablePointer<Float>) { L.store(sum, square) }
}

struct PairColumn<T: PairTile>: PairTile {
  typealias L = T.L
  var upper = T(), lower = T()

  @inline(__always) static var rows: Int { 2 * T.rows }
  @inline(__always) init() {}
  @inline(__always) mutating func add(_ pair: L.Vector, _ w: UnsafePointer<L.Scalar>) {
    upper.add(pair, w)
    lower.add(pair, w + T.rows &* PairProduct<L.Scalar>.panel)
  }
  @inline(__always) func store(_ square: UnsafeMutablePointer<L.Scalar>) {
    upper.store(square)
    lower.store(square + T.rows &* L.count)
  }
}

extension FastLanes {
  /// `PairProduct`, as many rows of the matrix at a time as a vector has numbers.
  @inline(__always)
  static func pairProduct(_ a: PairProduct<Float>) {
    typealias Four = PairColumn<PairColumn<PairCell<Self>>>
    if count == 16 {
      pairProduct(PairColumn<PairColumn<Four>>.self, a)
    } else if count == 8 {
      pairProduct(PairColumn<Four>.self, a)
    } else {
      pairProduct(Four.self, a)
    }
  }

  @inline(__always)
  private static func pairProduct<T: PairTile>(_ tile: T.Type, _ a: PairProduct<Float>) where T.L == Self {
    let group = count / 2, columns = a.matrix.columns, panel = PairProduct<Float>.panel
    let square = a.scratch, turned = square + count &* count, pairs = turned + count &* count
    var first = 0
    while first < a.positions {
      var c = 0
      while c < columns {
        Pairs.transposeBlock(
          UnsafeRawPointer(a.x + (first &* a.xRow &+ c)).assumingMemoryBound(to: Double.self), a.xRow / 2,
          UnsafeMutableRawPointer(pairs + (first &* columns &+ c &* group)).assumingMemoryBound(
            to: Double.self),
          group)
        c &+= count
      }
      first &+= group
    }
    var row = 0
    while row < a.matrix.rows {
      first = 0
      while first < a.positions {
        var tile = T(), pair = UnsafePointer(pairs) + first &* columns, column = 0
        while column < columns {
          var w = a.parameters + a.matrix.index(row, column), c = 0
          while c < panel {
            tile.add(load(pair), w)
            pair += count
            w += 2
            c &+= 2
          }
          column &+= panel
        }
        tile.store(square)
        transposeBlock(UnsafePointer(square), count, turned, count)
        let end = Swift.min(group, a.positions &- first)
        let y = a.y + (first &* a.yRow &+ row), z = a.z + (first &* a.zRow &+ row)
        for t in 0..<end {
          let sum = add(load(turned + 2 &* t &* count), load(turned + (2 &* t &+ 1) &* count))
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
}
