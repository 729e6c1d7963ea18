import Testing

@testable import MicroGPT

@Suite("Settled squares") struct SettledSquaresTests {
  @Test("squares and roots are the power's to the last bit")
  func random() {
    var random = PythonRandom(seed: 47), otherThanNearest = 0
    for _ in 0..<200_000 {
      // Exponents within the range that is settled, and beyond.
      let exponent = Int(random.uniform() * 400) - 200
      let x = Double(sign: .plus, exponent: exponent, significand: 1 + random.uniform())
      let (even, half) = (power(x, 2), power(x, 0.5))
      guard MicroGPT.square(x) == even, MicroGPT.square(-x) == even, MicroGPT.root(x) == half else {
        Issue.record("Of \(x), \(x.bitPattern), come \(MicroGPT.square(x)) and \(MicroGPT.root(x)).")
        return
      }
      if even != x * x { otherThanNearest += 1 }
    }
    // A product is rounded correctly, which pow is not always.
    #expect(otherThanNearest > 20)
    for x in [0, -0.0, 0x1p-1074, 0x1p-500, 0x1p600, .infinity] {
      #expect(MicroGPT.square(x) == power(x, 2) && MicroGPT.root(x) == power(x, 0.5))
    }
  }
}
