import Testing

@testable import MicroGPT

/// The tables of the functions, computed again: what a table claims to hold, and the bits that Python computes for it.
@Suite("Tables of functions") struct TablesTests {
  private func digest(_ bits: some Sequence<UInt64>) -> String {
    var digest = SHA256()
    for word in bits { digest.update(littleEndian: word) }
    return digest.hexString
  }

  // python3 -c 'import hashlib, struct; from decimal import *; getcontext().prec = 60
  // double = lambda x: float(x); bits = lambda x: struct.unpack("<Q", struct.pack("<d", x))[0]; words = []
  // for j in range(128):
  //     exact = Decimal(2) ** (Decimal(j) / 128); scale = float(exact)
  //     words += [bits(float((exact - Decimal(scale)) / Decimal(scale))), bits(scale) - (j << 45)]
  // print(hashlib.sha256(struct.pack("<256Q", *words)).hexdigest())'
  @Test("powers of two and what they lack are Python's")
  func powersOfTwo() {
    let words = (0..<256).map { ExponentialTable.powers[$0] }
    #expect(digest(words) == "a4014caf214c2bab90ea0fdf3f57941e0235ae04dc2282a6c2f72e7a480c87e4")
    for j in 0..<128 {
      let scale = Double(bitPattern: words[2 * j + 1] &+ UInt64(j) << 45)
      let exact = Pair.exponential(.ln2 * Pair(Double(j) / 128))
      #expect(scale == exact.high)
      #expect(abs(Double(bitPattern: words[2 * j]) - exact.low / exact.high) < 0x1p-100)
    }
  }

  // python3 -c 'import hashlib, struct; from fractions import Fraction as F; numbers = []
  // for k in range(141):
  //     x, terms = F(k, 128), [F(1)]
  //     for n in range(1, 40): terms.append(terms[-1] * x / n)
  //     for first in (1, 0):
  //         value = sum(t if i % 4 == first else -t for i, t in enumerate(terms) if i % 2 == first)
  //         numbers += [float(value), float(value - F(float(value)))]
  // print(hashlib.sha256(struct.pack("<564d", *numbers)).hexdigest())'
  @Test("sines and cosines and what they lack are Python's")
  func sines() {
    #expect(
      digest((0..<564).map { SineTable.rows[$0].bitPattern })
        == "50070856ada0b72e5f018f06e69ae3d49481ee332c981a7375482de1fd2c13d2")
  }

  // python3 -c 'import hashlib, re, struct; from decimal import *; getcontext().prec = 80; numbers = []
  // text = open("Sources/MicroGPT/Mathematics/LogarithmTable.swift").read().split("table([")[1]
  // for inverse in [float.fromhex(x) for x in re.findall(r"-?0x[0-9a-f.]+p[-+]\d+|\b0\b", text)][::2]:
  //     numbers += [inverse, round(-Decimal(inverse).ln() * 2**43) / 2**43]
  // print(hashlib.sha256(struct.pack("<256d", *numbers)).hexdigest())'
  @Test("the logarithms of the table for log are those of the numbers beside them")
  func logarithms() {
    #expect(
      digest((0..<256).map { LogarithmTable.rows[$0].bitPattern })
        == "0aa99d057e06495926d19ff3e165900a52b5a9f39043f5cea0ad35a9e5080b21")
    for row in 0..<128 {
      let inverse = LogarithmTable.rows[2 * row], logarithm = LogarithmTable.rows[2 * row + 1]
      let center = Double(bitPattern: 0x3fe6_0000_0000_0000 + UInt64(row) << 45 + 1 << 44)
      #expect(abs(inverse * center - 1) < 0x1p-23, "row \(row)")
      // It has so few bits that a multiple of ln 2 can be added without rounding, and yet little is rounded off.
      let exact = -Pair.logarithm(inverse)
      #expect(logarithm == (exact.high * 0x1p43).rounded() * 0x1p-43, "row \(row)")
      #expect(abs((exact - Pair(logarithm)).high) < 0x1p-66, "row \(row)")
    }
  }

  // python3 -c 'import hashlib, re, struct; from decimal import *; getcontext().prec = 80; numbers = []
  // text = open("Sources/MicroGPT/Mathematics/PowerTable.swift").read().split("table([")[1]
  // for inverse in [float.fromhex(x) for x in re.findall(r"-?0x[0-9a-f.]+p[-+]\d+|\b0\b", text)][::3]:
  //     exact = -Decimal(inverse).ln(); high = round(exact * 2**43) / 2**43
  //     numbers += [inverse, high, float(exact - Decimal(high))]
  // print(hashlib.sha256(struct.pack("<384d", *numbers)).hexdigest())'
  @Test("the logarithms of the table for pow are those of the numbers beside them, in two parts")
  func preciseLogarithms() {
    #expect(
      digest((0..<384).map { PowerTable.rows[$0].bitPattern })
        == "082f52ec135ce35a006c424df3279fc7d61a8128d97c6a234e6962c6275ef052")
    for row in 0..<128 {
      let inverse = PowerTable.rows[3 * row], high = PowerTable.rows[3 * row + 1],
        low = PowerTable.rows[3 * row + 2]
      let center = Double(bitPattern: 0x3fe6_9555_0000_0000 + UInt64(row) << 45 + 1 << 44)
      #expect(abs(inverse * center - 1) < 0x1p-8, "row \(row)")
      let exact = -Pair.logarithm(inverse)
      #expect(high == (exact.high * 0x1p43).rounded() * 0x1p-43, "row \(row)")
      #expect(abs((exact - Pair(high) - Pair(low)).high) < 0x1p-97, "row \(row)")
    }
  }

  @Test("ln 2 and π/2 in parts are the numbers that they are parts of")
  func parts() {
    for (high, low) in [
      (LogarithmTable.ln2High, LogarithmTable.ln2Low), (PowerTable.ln2High, PowerTable.ln2Low),
      (-128 * ExponentialTable.high, -128 * ExponentialTable.low),
    ] {
      #expect(abs((Pair.ln2 - Pair(high, low)).high) < 0x1p-92)
    }
    // A product with a binary exponent of eleven bits is exact.
    #expect(LogarithmTable.ln2High * 0x1p42 == (LogarithmTable.ln2High * 0x1p42).rounded())
    #expect(ExponentialTable.high * 0x1p43 == (ExponentialTable.high * 0x1p43).rounded())
    #expect(ExponentialTable.inverse == (Pair(128) / .ln2).high)
    // π from Machin's formula: 16·atan(1/5) - 4·atan(1/239).
    func arctangent(_ inverse: Double) -> Pair {
      var sum = Pair(0), power = Pair(1) / Pair(inverse)
      for n in 0..<40 {
        let term = power / Pair(Double(2 * n + 1))
        sum = n % 2 == 0 ? sum + term : sum - term
        power = power / Pair(inverse * inverse)
      }
      return sum
    }
    let halfPi = Pair(8) * arctangent(5) - Pair(2) * arctangent(239)
    typealias Table = SineTable
    #expect(Table.halfPi == halfPi.high && abs(Table.halfPiRest - halfPi.low) < 0x1p-104)
    #expect(
      abs((halfPi - Pair(Table.part1) - Pair(Table.part2) - Pair(Table.part3)).high - Table.part4) < 0x1p-102)
    #expect(Table.inverseHalfPi == (Pair(1) / halfPi).high)
  }
}
