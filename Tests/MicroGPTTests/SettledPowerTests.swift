import Testing

@testable import MicroGPT

/// The exact kernels call `power` for few numbers. These tests call it for all.
@Suite("Settled powers")
struct SettledPowerTests {
  @Test(
    "powers of softmax and normalization are pow's to the last bit, at a million random arguments",
    arguments: [-1, -2, -0.5, -1.5])
  func negativePowers(_ exponent: Double) {
    var random = Shuffled(state: 43), otherThanNearest = 0
    for _ in 0..<1_000_000 {
      // Any mantissa; exponents within the computed range, and a little beyond.
      let mantissa = random.next() & 0x000F_FFFF_FFFF_FFFF, binary = random.next() % 90 + 1023 - 45
      let x = Double(bitPattern: binary << 52 | mantissa)
      let (found, expected) = (Exact8.settledPower(x, exponent), power(x, exponent))
      if found.bitPattern != expected.bitPattern {
        Issue.record("Of \(x), \(x.bitPattern), comes \(found), from pow \(expected).")
        return
      }
      if exponent == -1, found != 1 / x { otherThanNearest += 1 }
    }
    // A quotient is rounded correctly, which pow is not always.
    if exponent == -1 { #expect(otherThanNearest > 100) }
    for x in [0, -0.0, 0x1p-1074, 0x1p-41, 0x1p-40, 1, 0x1p40, 0x1p41, .infinity, -1, -3] {
      #expect(sameBits(Exact8.settledPower(x, exponent), power(x, exponent)))
    }
  }

  /// Expects the kernel's squares to be pow's: with β₂ = 0 the second moment is the square of the gradient.
  private func expectSquares(_ numbers: [Double], _ set: InstructionSet) {
    let found = update(numbers, set) { (gradient: $0, secondMoment: 0, beta2: 0) }.secondMoment
    for (x, square) in zip(numbers, found) where !sameBits(square, power(x, 2)) {
      Issue.record("Of \(x), \(x.bitPattern), comes \(square), from pow \(power(x, 2)).")
      return
    }
  }

  /// One update of parameters 0 by the kernel, at the rate 1 and without a first moment.
  private func update(
    _ numbers: [Double], _ set: InstructionSet,
    _ values: (Double) -> (gradient: Double, secondMoment: Double, beta2: Double)
  ) -> (parameters: [Double], secondMoment: [Double]) {
    let count = (numbers.count + 7) / 8 * 8
    let memory = Memory { declare in
      (
        (0..<4).map { _ in declare(Double.self, Count(count)) },
        declare(Double.self, 8, Count(AdamStep<Double>.chunk))
      )
    }
    let (buffers, scratch) = memory.buffers
    for (i, x) in numbers.enumerated() {
      (buffers[3][i], buffers[2][i]) = (values(x).gradient, values(x).secondMoment)
    }
    Kernels<Double>(set).adam(
      AdamStep(
        parameters: buffers[0], firstMoment: buffers[1], secondMoment: buffers[2], gradients: buffers[3],
        count: count,
        update: Update(
          beta1: 0, beta2: values(1).beta2, epsilon: 1e-300, learningRate: 1, correction1: 1, correction2: 1),
        clearsGradients: false, scratch: scratch))
    let (parameters, secondMoment) = (
      numbers.indices.map { buffers[0][$0] }, numbers.indices.map { buffers[2][$0] }
    )
    withExtendedLifetime(memory) {}
    return (parameters, secondMoment)
  }

  @Test(
    "squares and roots of the optimizer are pow's to the last bit, at a million random arguments",
    arguments: InstructionSet.available)
  func million(_ set: InstructionSet) {
    var random = Shuffled(state: 42), numbers: [Double] = []
    for _ in 0..<1_000_000 {
      // Any mantissa; exponents of which most squares and all roots are within the range of doubles.
      let mantissa = random.next() & 0x000F_FFFF_FFFF_FFFF, exponent = random.next() % 1200 + 423
      numbers.append(Double(bitPattern: exponent << 52 | mantissa))
    }
    expectSquares(numbers, set)
    // The test would show nothing if none of them differed from the product or root.
    #expect((700...1100).contains(numbers.count { power($0, 2) != $0 * $0 }))
    expectRoots(numbers, set)
  }

  /// Expects the kernel's roots to be pow's: with β₂ = 1 the second moment does not change, and the parameter moves by
  /// the inverse of its root.
  private func expectRoots(_ numbers: [Double], _ set: InstructionSet) {
    let found = update(numbers, set) { (gradient: 1, secondMoment: $0, beta2: 1) }.parameters
    for (x, step) in zip(numbers, found) where !sameBits(step, 0 - 1 / (power(x, 0.5) + 1e-300)) {
      Issue.record("The root of \(x), \(x.bitPattern), moves the parameter by \(step).")
      return
    }
  }

  /// Roots at which the estimate of an inverse root is furthest off are those that would show a Newton step too few.
  @Test(
    "roots of zero, subnormal, huge and infinite numbers, near powers of two, and of two million between 1 and 4",
    arguments: InstructionSet.available)
  func roots(_ set: InstructionSet) {
    var numbers: [Double] = [0, .greatestFiniteMagnitude, .infinity]
    for exponent in -1074...1023 {
      let power = Double(sign: .plus, exponent: exponent, significand: 1)
      numbers += [power.nextDown, power, power.nextUp, 1.5 * power]
    }
    // A vector with one lane out of range takes another way than one with all.
    expectRoots(numbers.filter { $0 > 0x1p-90 && $0 < 0x1p90 }, set)
    expectRoots(numbers, set)
    var random = Shuffled(state: 44)
    expectRoots((0..<2_000_000).map { _ in 1 + 3 * Double(random.next() >> 11) * 0x1p-53 }, set)
  }

  @Test(
    "squares of zero, subnormal and huge numbers of either sign, near powers of two, are pow's too",
    arguments: InstructionSet.available)
  func edges(_ set: InstructionSet) {
    var edges: [Double] = [0, 0x1.8p-1064, .greatestFiniteMagnitude]
    for exponent in -1074...1023 {
      let power = Double(sign: .plus, exponent: exponent, significand: 1)
      edges += [
        power.nextDown, power, power.nextUp, power * 2.0.squareRoot(), power * 2.0.squareRoot().nextDown,
      ]
    }
    expectSquares(edges + edges.map { -$0 }, set)
  }

  /// Squares at chosen distances from the middle between two doubles, where `pow` may round either way: at the
  /// middle, at the distance beyond which it is not called, and around 0.4908 units in the last place from the
  /// nearest double, at which glibc's has been seen to err.
  @Test(
    "squares of the optimizer are pow's at several distances from the middle between two doubles",
    arguments: [0.5, 0.4999, 0.4912, 0.4908, 0.4904, 0.4851, 0.485, 0.4849, 0.484, 0.47, 0])
  func middles(distance: Double) {
    var random = Shuffled(state: distance.bitPattern), numbers: [Double] = []
    for step in 0..<1000 {
      // x is an integer m below 2⁵³ whose square has 106 bits. Rounding cuts off m² modulo 2⁵³.
      for sign in [1, -1] {
        let rest = UInt64(Double(sign) * distance * 0x1p53 + 0x1p53) &+ UInt64(8 * step)
        for m in rootsModulo(rest & 0x1F_FFFF_FFFF_FFF8 | 1) where Double(m) > 0x1.6A09E667F3BCDp52 {
          let scale = Double(sign: .plus, exponent: Int(random.next() % 400) - 250, significand: 1)
          let x = Double(m) * scale
          numbers.append(x)
          let error = abs((-x * x).addingProduct(x, x)) / (x * x).ulp
          #expect(abs(error - distance) < 1e-9)
        }
      }
    }
    #expect(numbers.count > 1000)
    for set in InstructionSet.available { expectSquares(numbers, set) }
  }

  /// The odd numbers below 2⁵³ whose squares are `rest` modulo 2⁵³, with `rest` 1 modulo 8: four, found bit by bit.
  private func rootsModulo(_ rest: UInt64) -> [UInt64] {
    var root: UInt64 = 1
    for bit in 3..<53 where (root &* root ^ rest) >> UInt64(bit) & 1 == 1 { root += 1 << UInt64(bit - 1) }
    let half: UInt64 = 1 << 52, all: UInt64 = 1 << 53
    return [root, all - root, root ^ half, (all - root) ^ half].map { $0 & (all - 1) }
  }

  /// A fast random generator: SplitMix64 (Steele, Lea and Flood, 2014).
  private struct Shuffled {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
      return z ^ z >> 31
    }
  }
}
