@testable import MicroGPT

/// A number of about 105 bits as the sum of two doubles, the larger of which is the sum rounded.
struct Pair {
  var high, low: Double

  init(_ high: Double, _ low: Double = 0) {
    self.high = high + low
    self.low = low - (self.high - high)
  }

  /// `a + b` for any sizes.
  static func sum(_ a: Double, _ b: Double) -> Pair {
    abs(a) >= abs(b) ? Pair(a, b) : Pair(b, a)
  }

  /// `a·b`, exactly.
  static func product(_ a: Double, _ b: Double) -> Pair {
    let product = a * b
    return Pair(product, (-product).addingProduct(a, b))
  }

  static func + (a: Pair, b: Pair) -> Pair {
    let high = sum(a.high, b.high), low = sum(a.low, b.low)
    let middle = Pair(high.high, high.low + low.high)
    return Pair(middle.high, middle.low + low.low)
  }

  static prefix func - (a: Pair) -> Pair { Pair(-a.high, -a.low) }
  static func - (a: Pair, b: Pair) -> Pair { a + -b }

  static func * (a: Pair, b: Pair) -> Pair {
    let product = product(a.high, b.high)
    return Pair(product.high, product.low + (a.high * b.low + a.low * b.high))
  }

  static func / (a: Pair, b: Pair) -> Pair {
    let first = a.high / b.high, rest = a - b * Pair(first), second = rest.high / b.high
    let third = (rest - b * Pair(second)).high / b.high
    return Pair(first, second) + Pair(third)
  }

  /// `√a`.
  static func squareRoot(_ a: Pair) -> Pair {
    let first = a.high.squareRoot(), rest = a - product(first, first)
    return Pair(first, rest.high / (2 * first))
  }

  /// `ln 2 = 2·Σ 1/((2n + 1)·3^(2n + 1))`.
  static let ln2: Pair = {
    var sum = Pair(0), power = Pair(2) / Pair(3)
    for n in 0..<40 {
      sum = sum + power / Pair(Double(2 * n + 1))
      power = power / Pair(9)
    }
    return sum
  }()

  /// `e^x`, by Taylor's series at `(x - k·ln 2)/256`, squared eight times.
  static func exponential(_ x: Pair) -> Pair {
    let k = (x.high / 0.6931471805599453).rounded()
    let rest = x - ln2 * Pair(k), r = Pair(rest.high / 256, rest.low / 256)
    var sum = Pair(0)
    for n in (1...9).reversed() { sum = (sum + Pair(1)) * r / Pair(Double(n)) }
    // e^r - 1 keeps digits that e^r would not have.
    for _ in 0..<8 { sum = Pair(2 * sum.high, 2 * sum.low) + sum * sum }
    let y = sum + Pair(1), scale = Double(sign: .plus, exponent: Int(k), significand: 1)
    return Pair(y.high * scale, y.low * scale)
  }

  static func exponential(_ x: Double) -> Pair { exponential(Pair(x)) }

  /// The natural logarithm of a positive number, by two of Newton's steps from the library's.
  static func logarithm(_ x: Double) -> Pair {
    var y = Pair(log(x))
    for _ in 0..<2 { y = y + (Pair(x) * exponential(-y) - Pair(1)) }
    return y
  }
}
