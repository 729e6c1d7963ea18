// The C library of this machine. This file does not import MicroGPT, whose functions have the same names.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// This machine's C library. glibc 2.28 and later have the bits of the library's own functions on processors with a
/// fused multiply-add.
enum InstalledLibrary {
  /// Whether its functions have the bits that CPython's figures were computed with.
  ///
  /// Compares 64 arguments, most of which glibc's own variants without FMA round differently. `true` is strong
  /// evidence, not proof.
  static let roundsAsReference = fingerprint() == 0xeb10_65a6_7d23_3c19

  static let exp: @Sendable (Double) -> Double = { cExp($0) }
  static let log: @Sendable (Double) -> Double = { cLog($0) }
  static let sin: @Sendable (Double) -> Double = { cSin($0) }
  static let cos: @Sendable (Double) -> Double = { cCos($0) }
  static let power: @Sendable (Double, Double) -> Double = { cPower($0, $1) }

  /// A hash (FNV-1a, 64 bits) of the bits of `exp(x)`, `log(x)`, `x²`, `x^-½`, `sin(x)` and `cos(x)` for
  /// `x = frac(i·0.618…)·10 + 0.001` at each `i` of `indices`.
  ///
  /// The same in Python, where it prints 0xeb1065a67d233c19:
  ///
  /// ```python
  /// h = 0xcbf29ce484222325
  /// for i in indices:
  ///     x = (i * 0.6180339887498949) % 1.0 * 10 + 0.001
  ///     for y in (math.exp(x), math.log(x), x**2, x**-0.5, math.sin(x), math.cos(x)):
  ///         for b in struct.pack('<d', y): h = ((h ^ b) * 0x100000001b3) & (2**64 - 1)
  /// print(hex(h))
  /// ```
  private static func fingerprint() -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for i in indices {
      let product = Double(i) * 0.6180339887498949
      let x = (product - product.rounded(.down)) * 10 + 0.001
      for y in [exp(x), log(x), power(x, 2), power(x, -0.5), sin(x), cos(x)] {
        for byte in 0..<8 {
          hash = (hash ^ (y.bitPattern >> UInt64(8 * byte) & 0xff)) &* 0x100_0000_01b3
        }
      }
    }
    return hash
  }

  private static let indices = [
    555, 1261, 1431, 2119, 2517, 3028, 3055, 3069, 3194, 3229, 3843, 3855, 3917, 4082, 4438, 5003, 5069,
    5224, 5350, 5400, 5420, 5438, 6334, 6495, 7770, 7789, 7890, 7992, 8155, 8818, 10352, 10533, 11031,
    11299, 11954, 12423, 12666, 15026, 15758, 15779, 15997, 16095, 16264, 16773, 17194, 17311, 18507,
    19035, 19511, 22961, 26668, 31590, 33824, 34560, 36152, 39008, 39689, 40155, 71040, 87010, 88756,
    96479, 118568, 177738,
  ]
}

private func cExp(_ x: Double) -> Double { exp(x) }
private func cLog(_ x: Double) -> Double { log(x) }
private func cSin(_ x: Double) -> Double { sin(x) }
private func cCos(_ x: Double) -> Double { cos(x) }
/// Not inlined, so that the compiler cannot replace it by a product or a root.
@inline(never) private func cPower(_ x: Double, _ y: Double) -> Double { pow(x, y) }
