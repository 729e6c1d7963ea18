// Sums over the lanes of several vectors at once: `n - 1` steps for `n` vectors, instead of `n·log₂ n`.

/// Folds `n` = 2, 4, 8 or 16 vectors into one, and spreads such a vector over `n` again.
///
/// Lanes form groups of `n`. Lane `i` of each group of the result is the `i`-th vector's sum over the lanes of that
/// group; `join` may also be another operation than addition. Each level joins two vectors: half the lanes of each
/// are combined with the other half, exchanged.
struct Folding<L: FastLanes> {
  typealias Pointer = UnsafeMutablePointer<Float>
  typealias Join = (L.Vector, L.Vector) -> L.Vector

  private let with1 = L.lanes(with: 1), with2 = L.lanes(with: 2)
  private let with4 = L.lanes(with: 4), with8 = L.lanes(with: 8)

  @inline(__always) init() {}

  /// Lane `i` joins all lanes of the `i`-th vector, for as many vectors as a vector has lanes.
  @inline(__always) func all(_ p: Pointer, _ join: Join) -> L.Vector {
    L.count == 16 ? fold16(p, join) : L.count == 8 ? fold8(p, join) : fold4(p, join)
  }

  @inline(__always) func fold2(_ p: Pointer, _ join: Join) -> L.Vector {
    fold(L.load(p), L.load(p + L.count), with1, 1, join)
  }
  @inline(__always) func fold4(_ p: Pointer, _ join: Join) -> L.Vector {
    fold(fold2(p, join), fold2(p + 2 &* L.count, join), with2, 2, join)
  }
  @inline(__always) func fold8(_ p: Pointer, _ join: Join) -> L.Vector {
    fold(fold4(p, join), fold4(p + 4 &* L.count, join), with4, 4, join)
  }
  @inline(__always) func fold16(_ p: Pointer, _ join: Join) -> L.Vector {
    fold(fold8(p, join), fold8(p + 8 &* L.count, join), with8, 8, join)
  }

  // The first vector has the group's lane 0 in every lane of the group, the second the group's lane 1, and so on.
  @inline(__always) func spread2(_ x: L.Vector, _ p: Pointer) {
    let (a, b) = spread(x, with1, 1)
    L.store(a, p)
    L.store(b, p + L.count)
  }
  @inline(__always) func spread4(_ x: L.Vector, _ p: Pointer) {
    let (a, b) = spread(x, with2, 2)
    spread2(a, p)
    spread2(b, p + 2 &* L.count)
  }
  @inline(__always) func spread8(_ x: L.Vector, _ p: Pointer) {
    let (a, b) = spread(x, with4, 4)
    spread4(a, p)
    spread4(b, p + 4 &* L.count)
  }
  @inline(__always) func spread16(_ x: L.Vector, _ p: Pointer) {
    let (a, b) = spread(x, with8, 8)
    spread8(a, p)
    spread8(b, p + 8 &* L.count)
  }

  @inline(__always)
  private func fold(_ a: L.Vector, _ b: L.Vector, _ lanes: L.Bits, _ k: Int, _ join: Join) -> L.Vector {
    join(L.select(lanes, a, b), L.swap(L.select(lanes, b, a), k))
  }
  @inline(__always)
  private func spread(_ x: L.Vector, _ lanes: L.Bits, _ k: Int) -> (L.Vector, L.Vector) {
    let other = L.swap(x, k)
    return (L.select(lanes, x, other), L.select(lanes, other, x))
  }
}
