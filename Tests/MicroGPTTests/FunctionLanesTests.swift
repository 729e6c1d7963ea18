import Testing

@testable import MicroGPT

/// The functions in vectors beside the same functions of one double.
@Suite("Function lanes") struct FunctionLanesTests {
  /// Calls a test with every type of vectors that this processor has.
  private func forEachType(_ body: (any ExactLanes.Type) -> Void) { exactLanes.forEach(body) }

  /// The numbers that a function of vectors gives; the last vector is filled up with the last number.
  private func values<L: ExactLanes>(_: L.Type, _ numbers: [Double], _ function: (L.Vector) -> L.Vector)
    -> [Double]
  {
    let padded = numbers + Array(repeating: numbers.last!, count: 8)
    var values = padded
    padded.withUnsafeBufferPointer { x in
      values.withUnsafeMutableBufferPointer { y in
        for i in Swift.stride(from: 0, to: numbers.count, by: L.count) {
          L.store(function(L.load(x.baseAddress! + i)), y.baseAddress! + i)
        }
      }
    }
    return values
  }

  private func expect(_ name: String, _ numbers: [Double], _ found: [Double], _ expected: (Double) -> Double)
  {
    for (x, y) in zip(numbers, found) where !sameBits(y, expected(x)) {
      Issue.record("\(name) at \(x) (\(String(x.bitPattern, radix: 16))) is \(y), not \(expected(x)).")
      return
    }
  }

  private var count: Int { tried(small: [2000], large: [200_000]).last! }

  @Test("exponentials are exp's")
  func exponential() {
    var random = RandomDoubles(stream: 150)
    let steps = (-2000...2000).map { (Double($0) / 2) * 0x1.62e42fefa39efp-8 }
    let numbers =
      (0..<count).map { [random.uniform(-36..<0), random.uniform(-511..<511)][$0 % 2] }
      + neighborhood(of: steps, steps: 1)
      + [0, -0.0, 0x1p-60, -0x1p-60, 511.9, -511.9, 1, -1]
      + (-1074...8).map { Double(sign: .minus, exponent: $0, significand: 1) }
    func check<L: ExactLanes>(_ type: L.Type) {
      let found = values(type, numbers) { L.exponential($0, ExponentialTable.powers) }
      expect("\(type).exponential", numbers, found, Functions.current.exp)
    }
    forEachType { check($0) }
  }

  @Test("logarithms are log's, near one and elsewhere")
  func logarithm() {
    var random = RandomDoubles(stream: 151)
    let limits = (0..<128).map { Double(bitPattern: 0x3fe6_0000_0000_0000 + $0 << 45) }
    let all =
      (0..<count).map {
        [random.uniform(0..<2), random.uniform(0.93..<1.07), random.binary(-1022...1023)][$0 % 3]
      }
      + neighborhood(of: limits) + neighborhood(of: [0x0.fp0, 0x1.109p0]) + [
        .leastNormalMagnitude, .greatestFiniteMagnitude,
      ]
    let isNear = { (x: Double) in x >= 0x0.fp0 && x < 0x1.109p0 }
    // The zero of log 1 has the sign of a sum.
    let near = all.filter(isNear) + [1], far = all.filter { !isNear($0) && $0.isNormal }
    func check<L: ExactLanes>(_ type: L.Type) {
      expect(
        "\(type).logarithm", far, values(type, far) { L.logarithm(L.words($0), LogarithmTable.rows) },
        Functions.current.log)
      expect(
        "\(type).logarithmNearOne", near, values(type, near) { L.logarithmNearOne($0) }, Functions.current.log
      )
    }
    forEachType { check($0) }
  }

  @Test("powers are pow's", arguments: PowerTests.exponents + [3.7, -20.25])
  func power(_ exponent: Double) {
    var random = RandomDoubles(stream: 152)
    let limits = (0..<128).map { Double(bitPattern: 0x3fe6_9555_0000_0000 + $0 << 45) }
    let numbers =
      ((0..<count).map { _ in random.binary(-45...45) }
      + (0..<count / 4).map { _ in random.binary(-1000...1000) }
      + neighborhood(of: limits)).filter { (0x1p-54..<511).contains(abs(exponent * log($0))) }
    func check<L: ExactLanes>(_ type: L.Type) {
      let found = values(type, numbers) {
        L.power(L.preciseLogarithm(L.words($0), PowerTable.rows), L.all(exponent), ExponentialTable.powers)
      }
      expect("\(type).power \(exponent)", numbers, found) { Functions.current.power($0, exponent) }
    }
    forEachType { check($0) }
  }

  /// Vectors of the baseline have no fused multiply-add on x86-64, and compute it like this.
  @Test("the emulated fused multiply-add of vectors is the processor's, for products of usual size")
  func emulatedFused() {
    var random = RandomDoubles(stream: 153)
    let b = (0..<count).map { _ in random.binary(-200...200) * (random.bits() & 1 == 0 ? 1 : -1) }
    func check<L: ExactLanes>(_ type: L.Type) {
      var a: [Double] = [], c: [Double] = []
      for (i, b) in b.enumerated() {
        c.append(random.binary(-200...200))
        a.append(
          [0, random.binary(-300...300), (-(b * c[i])).nextUp, b * c[i] * 0x1p53, -b * c[i] * 0x1p-54][i % 5])
      }
      let count = b.count / 8 * 8
      for i in Swift.stride(from: 0, to: count, by: L.count) {
        func vector(_ numbers: [Double]) -> L.Vector {
          numbers.withUnsafeBufferPointer { L.load($0.baseAddress! + i) }
        }
        let sum = L.emulatedFused(vector(a), vector(b), vector(c)),
          rest = L.fusedRest(vector(a), vector(b), vector(c))
        let direct = L.fused(vector(a), vector(b), vector(c))
        for lane in 0..<L.count {
          let (x, y, z) = (a[i + lane], b[i + lane], c[i + lane])
          // The sign of a zero that results from numbers that cancel is that of a sum.
          if sum[lane] != x.addingProduct(y, z) || direct[lane] != x.addingProduct(y, z)
            || rest[lane] != x.addingProduct(-y, z)
          {
            Issue.record("\(type): \(x) + \(y)·\(z) is \(sum[lane]), not \(x.addingProduct(y, z)).")
            return
          }
        }
      }
    }
    forEachType { check($0) }
  }
}

/// The types of the exact arithmetic's vectors that this processor can compute with. The wider ones need a fused
/// multiply-add, if only in the functions that they call for single numbers.
var exactLanes: [any ExactLanes.Type] {
  #if arch(x86_64)
    if InstructionSet.widest == .baseline { return [Exact2.self] }
  #endif
  return [Exact2.self, Exact4.self, Exact8.self]
}
