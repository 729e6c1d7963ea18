import Foundation
import Testing

@testable import MicroGPT

/// Random doubles for tests of functions: many, quickly, from every part of their range.
struct RandomDoubles {
  /// How many random arguments a test of one function takes. `Scripts/test-mathematics` takes a thousand million.
  static let count: Int = {
    if let text = ProcessInfo.processInfo.environment["MICROGPT_ARGUMENTS"] {
      guard let count = Int(text), count > 0 else {
        fatalError("MICROGPT_ARGUMENTS=\(text) is no number of arguments.")
      }
      return count
    }
    return tried(small: [20_000], large: [10_000_000]).last!
  }()

  /// How many a test takes whose numbers are slow to find or to compute.
  static let slowCount = min(count, 100_000_000) / 20

  /// Whether there are so many that what is rare among them can be counted, as in a release build.
  static let areMany = slowCount >= 100_000

  private let generator: SplitMix64
  private let stream: UInt64
  private var place: UInt64 = 0

  /// - Parameter stream: Tests with different ones take different numbers, as does each `MICROGPT_SEED`.
  init(stream: UInt64) {
    let seed = ProcessInfo.processInfo.environment["MICROGPT_SEED"].flatMap { UInt64($0) } ?? 1
    (generator, self.stream) = (SplitMix64(seed: seed), stream)
  }

  /// 64 random bits.
  @inline(__always)
  mutating func bits() -> UInt64 {
    place &+= 1
    return generator.bits(stream: stream, place: place)
  }

  /// A number of any size and sign: also subnormal, infinite or NaN.
  @inline(__always)
  mutating func any() -> Double { Double(bitPattern: bits()) }

  /// A number in a range, all equally often.
  @inline(__always)
  mutating func uniform(_ range: Range<Double>) -> Double {
    range.lowerBound + Double(bits() &>> 11) * 0x1p-53 * (range.upperBound - range.lowerBound)
  }

  /// A positive number `m·2^e` with `1 ≤ m < 2` and `e` in a range, all exponents and all `m` equally often.
  @inline(__always)
  mutating func binary(_ exponents: ClosedRange<Int>) -> Double {
    let bits = bits()
    let count = UInt64(exponents.upperBound - exponents.lowerBound + 1)
    let exponent = exponents.lowerBound + Int(bits.multipliedFullWidth(by: count).high)
    // The exponent takes the upper bits, so the significand must not take them too.
    return Double(bitPattern: UInt64(exponent + 1023) << 52 | (bits &* 0x9e37_79b9_7f4a_7c15) &>> 12)
  }
}

/// Expects two functions to give the same bits at numbers, of which all NaNs are one.
///
/// - Parameters:
///   - count: How many.
///   - argument: The number at each index.
/// - Returns: How many numbers differ. The first is recorded.
@discardableResult @inline(__always)
func expectSame(
  _ name: String, _ count: Int, _ argument: (Int) -> Double, _ found: (Double) -> Double,
  _ expected: (Double) -> Double
) -> Int {
  var different = 0, first = 0.0
  for i in 0..<count {
    let x = argument(i)
    if !sameBits(found(x), expected(x)) {
      if different == 0 { first = x }
      different += 1
    }
  }
  record(name, count, different, at: first, found, expected)
  return different
}

/// Records a test's result if there are differences.
func record(
  _ name: String, _ count: Int, _ different: Int, at x: Double, _ found: (Double) -> Double,
  _ expected: (Double) -> Double
) {
  if different > 0 {
    let bits = String(x.bitPattern, radix: 16)
    Issue.record(
      "\(name): \(different) of \(count) differ; at \(x) (\(bits)) it is \(found(x)), not \(expected(x)).")
  }
}

/// Expects two functions to give the same bits at some numbers.
@discardableResult
func expectSame(
  _ name: String, _ arguments: [Double], _ found: (Double) -> Double, _ expected: (Double) -> Double
) -> Int {
  expectSame(name, arguments.count, { arguments[$0] }, found, expected)
}

/// The numbers within `steps` doubles of each of some.
func neighborhood(of numbers: some Sequence<Double>, steps: Int = 3) -> [Double] {
  numbers.flatMap { x -> [Double] in
    var below = x, above = x, all = [x]
    for _ in 0..<steps {
      (below, above) = (below.nextDown, above.nextUp)
      all += [below, above]
    }
    return all
  }
}

/// Numbers at which any function may go wrong: zeros, ones, the ends of the range, and every power of two.
let specialNumbers: [Double] = {
  let positive: [Double] =
    [
      0, 1, 2, 3, 0.5, 1.5, .leastNonzeroMagnitude, .leastNonzeroMagnitude * 2, 0x0.fffffffffffffp-1022,
      .leastNormalMagnitude, .greatestFiniteMagnitude, .infinity, .nan, .pi, 0.1, 10, 1e8, 1e16, 1e300,
    ] + neighborhood(of: (-1074...1023).map { Double(sign: .plus, exponent: $0, significand: 1) }, steps: 1)
  return positive + positive.map { -$0 }
}()
