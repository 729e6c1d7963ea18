import Testing

@testable import MicroGPT

/// The digests are CPython's on x86-64 Linux with FMA, and hold on every platform.
@Suite("Functions") struct FunctionsTests {
  // python3 -c 'import math, random, struct, hashlib; f = math.exp; random.seed(1)
  // values = [f(10 * random.random()) for _ in range(10000)]
  // print(hashlib.sha256(struct.pack("<10000d", *values)).hexdigest())'
  // and the same for the others.
  @Test(
    "the functions give CPython's bits",
    arguments: [
      ("exp", "7f1c0a2d21e0bc44fb00109cd545e6ded780aec6687e2bda46c1a0a4ec683e3c"),
      ("log", "29ee802ca72f2fc85dc7b528a8f48f8763f3aadf8a65d03e746fff832fd699be"),
      ("sin", "e9a63240f420612b10ce91ec6f589d7fcc97286bd680ea8f240960e330050e2f"),
      ("cos", "aafd579c87dd0134f95a5f1296bce2912229ebcae5f62e131072488d1091eea7"),
      ("sqrt", "4aa6e23260c7dd321c3505ea0af7ee8ad178768227f4f9f2853fba6b3e091858"),
    ])
  func functionsMatchPython(name: String, golden: String) {
    for functions in [Functions.current, .baseline] {
      let digest = digest(ofValuesOf: { x in
        switch name {
        case "exp": functions.exp(x)
        case "log": functions.log(x)
        case "sin": functions.sin(x)
        case "cos": functions.cos(x)
        default: sqrt(x)
        }
      })
      #expect(digest == golden)
    }
  }

  // python3 -c 'import random, struct, hashlib; e = -1; random.seed(1)
  // values = [(10 * random.random()) ** e for _ in range(10000)]
  // print(hashlib.sha256(struct.pack("<10000d", *values)).hexdigest())'
  // and the same for the others.
  @Test(
    "power gives CPython's bits",
    arguments: [
      (-1.0, "85f46dc80d5b1c77cb99c5386397b723d934d99973696f79e3775e2cc518ee41"),
      (0.5, "b70503f2c9e1b457cc3d5c76cdcb8c3a10b4ed68bf5a75a8e81ccc4a4f1815cd"),
      (-0.5, "c9a006bad5c81225b81352aafa320ab929f05200e5f400c4a2b23ae8eaf0bcfc"),
      (2.0, "c6330c02c53540d6eba8a609c69337a46b640338e6d5914df16e781088729c27"),
      (-2.0, "bbf75cd285269e7c4d1e25f3c6962db41f2346c3b7ca5054d48f104bbf8fc331"),
    ])
  func powerMatchesPython(exponent: Double, golden: String) {
    for functions in [Functions.current, .baseline] {
      #expect(digest(ofValuesOf: { functions.power($0, exponent) }) == golden)
    }
  }

  // python3 -c 'import random; random.seed(0); x = [4 * random.random() for _ in range(100000)]
  // print(sum(v ** 2 != v * v for v in x), sum(v ** -1 != 1 / v for v in x))'
  @Test("power is not folded: it differs from x * x and 1 / x as often as Python's does")
  func powerIsNotFolded() {
    var random = PythonRandom(seed: 0)
    var squares = 0
    var reciprocals = 0
    for _ in 0..<100_000 {
      let x = random.uniform() * 4
      // Literal constant exponents, because the optimizer folds those.
      if power(x, 2) != x * x { squares += 1 }
      if power(x, -1) != 1 / x { reciprocals += 1 }
    }
    #expect(squares == 85)
    #expect(reciprocals == 78)
  }

  /// On x86-64 these are two ways of computing, with the instruction and without it. Elsewhere they are one.
  @Test(
    "functions for every processor equal those for this processor",
    arguments: ["exp", "log", "sin", "cos", "pow"])
  func baseline(_ name: String) {
    var random = RandomDoubles(stream: 160)
    let count = RandomDoubles.slowCount * 2, (every, this) = (Functions.baseline, Functions.current)
    switch name {
    case "exp": expectSame(name, count, { _ in random.uniform(-740..<710) }, every.exp, this.exp)
    case "log": expectSame(name, count, { _ in random.any() }, every.log, this.log)
    case "sin": expectSame(name, count, { _ in random.uniform(-10..<10) }, every.sin, this.sin)
    case "cos": expectSame(name, count, { _ in random.uniform(-10..<10) }, every.cos, this.cos)
    default:
      for exponent in PowerTests.exponents + [3.7] {
        expectSame(
          "x^\(exponent)", count, { _ in random.binary(-200...200) }, { every.power($0, exponent) },
          { this.power($0, exponent) })
      }
      // Subnormal and overflowing results.
      expectSame(
        "2^x", count, { _ in random.uniform(-1080..<1030) }, { every.power(2.5, $0) }, { this.power(2.5, $0) }
      )
    }
  }

  @Test("the functions of the library are those of this processor")
  func dispatch() {
    #expect(exp(-1) == Functions.current.exp(-1) && power(3, -0.5) == Functions.current.power(3, -0.5))
    #if arch(x86_64)
      if InstructionSet.widest != .baseline {
        let (fused, current) = (Functions.fused.exp, Functions.current.exp)
        #expect(unsafeBitCast(fused, to: Int.self) == unsafeBitCast(current, to: Int.self))
        #expect(unsafeBitCast(fused, to: Int.self) != unsafeBitCast(Functions.baseline.exp, to: Int.self))
      }
    #endif
  }

  /// The SHA-256 of `function` at 10,000 arguments below ten, as little-endian doubles.
  private func digest(ofValuesOf function: (Double) -> Double) -> String {
    var random = PythonRandom(seed: 1)
    var digest = SHA256()
    for _ in 0..<10_000 { digest.update(littleEndian: function(10 * random.uniform()).bitPattern) }
    return digest.hexString
  }
}

extension SHA256 {
  /// Adds an integer's bytes, the least significant first.
  mutating func update(littleEndian value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { update($0) }
  }
}
