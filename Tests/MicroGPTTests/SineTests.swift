import Testing

@testable import MicroGPT

/// `sin` and `cos`, by the fused operations and by the emulated ones, beside the C library's.
@Suite("Sine") struct SineTests {
  @Test("special values are those of IEEE 754", arguments: [Functions.current, .baseline])
  func specialValues(_ functions: Functions) {
    let sin = functions.sin, cos = functions.cos
    #expect(sin(0).bitPattern == 0 && sin(-0.0).bitPattern == 1 << 63 && cos(0) == 1 && cos(-0.0) == 1)
    #expect(sin(.leastNonzeroMagnitude) == .leastNonzeroMagnitude && cos(.leastNonzeroMagnitude) == 1)
    #expect(sin(-0x1p-1022) == -0x1p-1022 && cos(0x1p-30) == 1)
    #expect(sin(1) == 0.8414709848078965 && sin(-1) == -0.8414709848078965 && cos(1) == 0.5403023058681398)
    #expect(sin(.pi) == 1.2246467991473532e-16 && cos(.pi) == -1 && sin(.pi / 2) == 1)
    #expect(cos(.pi / 2) == 6.123233995736766e-17 && sin(100) == -0.5063656411097588)
  }

  @Test(
    "random angles have the C library's bits", .againstInstalledLibrary,
    arguments: ["a circle", "small", "up to ten million"])
  func random(_ range: String) {
    var count = RandomDoubles.count
    if range != "a circle" { count /= 4 }
    for (name, found, installed) in [
      ("sin", Functions.current.sin, InstalledLibrary.sin),
      ("cos", Functions.current.cos, InstalledLibrary.cos),
    ] {
      var random = RandomDoubles(stream: 120)
      switch range {
      case "a circle": expectSame(name, count, { _ in random.uniform(0..<2 * .pi) }, found, installed)
      case "small":
        expectSame(name, count, { i in random.binary(-40...0) * (i & 1 == 0 ? 1 : -1) }, found, installed)
      default: expectSame(name, count, { _ in random.uniform(-1e7..<1e7) }, found, installed)
      }
    }
  }

  /// Where the row of the table changes, before and after quarters of a circle are subtracted.
  @Test("angles around the table's rows and their limits have the C library's bits", .againstInstalledLibrary)
  func rows() {
    var angles: [Double] = []
    for k in 0...2 * 141 {
      let row = Double(k) / 256
      for n in 0...5 { angles += [row + Double(n) * .pi / 2, Double(n) * .pi / 2 - row] }
    }
    expectBoth("rows", neighborhood(of: angles + angles.map { -$0 }, steps: 10))
  }

  @Test("angles around the limits of every case have the C library's bits", .againstInstalledLibrary)
  func limits() {
    let limits: [Double] =
      [0.126, 1, .pi, 0.855469]
      + [0x3e40_0000, 0x3e50_0000, 0x3feb_6000, 0x4003_68fd].map { Double(bitPattern: $0 << 32) }
    let halfPi = Double.pi / 2
    // Where the cosine of the rest is taken, its argument may be near 0.126 too.
    let turned = [halfPi - 0.126, halfPi + 0.126, 2 * halfPi - 0.126, 2 * halfPi + 0.126]
    let numbers = neighborhood(of: limits + turned, steps: 1000) + specialNumbers.filter { abs($0) < 1e7 }
    expectBoth("limits", numbers + numbers.map { -$0 })
  }

  @Test(
    "angles around multiples of a quarter of a circle have the C library's bits", .againstInstalledLibrary)
  func quarters() {
    var random = RandomDoubles(stream: 121)
    let small = (0...1000).map { Double($0) * .pi / 2 }, odd = (0...1000).map { (Double($0) + 0.5) * .pi / 2 }
    let large = (0..<1000).map { _ in random.uniform(0..<6e6).rounded() * .pi / 2 }
    expectBoth("quarters", neighborhood(of: small + odd + large, steps: 10))
  }

  private func expectBoth(_ name: String, _ angles: [Double]) {
    for functions in [Functions.current, .baseline] {
      expectSame("sin of \(name)", angles, functions.sin, InstalledLibrary.sin)
      expectSame("cos of \(name)", angles, functions.cos, InstalledLibrary.cos)
    }
  }
}
