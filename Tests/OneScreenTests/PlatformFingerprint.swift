// How this machine rounds exp, log and pow. The golden bits hold for glibc on x86-64 with FMA. glibc selects
// its functions by processor, and other variants and libraries sometimes differ in the last bit.

import Foundation
import MicroGPT
import Testing

/// A digest of exp, log and pow at 64 arguments each.
///
/// The arguments are chosen to tell variants apart: glibc without FMA gives another exp at two of them,
/// another log at one and another pow at two.
enum PlatformFingerprint {
  /// A Python program that prints the fingerprint: `/usr/bin/python3 -c PROGRAM`.
  static let program = """
    import hashlib, math, struct
    values = [math.exp(-(184405 + k) / 10000) for k in range(64)]
    values += [math.log((178225 + k) / 10000) for k in range(64)]
    values += [((187700 + k) / 10000) ** (-1, 2, 0.5, -0.5)[k % 4] for k in range(64)]
    print(hashlib.sha256(struct.pack("<192d", *values)).hexdigest())
    """

  /// What that program printed where the golden runs were made.
  static let golden = "67a276aeced3b528ae5aa179a268ed5a5b7feefefd42fd64c970c7a2482c9be5"

  /// The fingerprint of this machine.
  static let current: String = {
    var values = (0..<64).map { exp(Double(-(184405 + $0)) / 10000) }
    values += (0..<64).map { log(Double(178225 + $0) / 10000) }
    values += (0..<64).map { power(Double(187700 + $0) / 10000, [-1, 2, 0.5, -0.5][$0 % 4]) }
    return SHA256.hexString(of: values)
  }()

  static let isGolden = current == golden
  static let difference: Comment =
    "exp, log or pow round differently here than in glibc on x86-64 with FMA, whose bits are expected."

  /// The C library's pow. Not inlined, so that the compiler cannot replace it for a constant exponent.
  @inline(never) private static func power(_ x: Double, _ e: Double) -> Double { pow(x, e) }
}

extension SHA256 {
  /// The digest of numbers as little-endian doubles.
  static func hexString(of values: [Double]) -> String {
    var digest = SHA256()
    for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { digest.update($0) } }
    return digest.hexString
  }
}

extension OneScreen {
  @Suite struct PlatformFingerprintTests {
    // Bits are compared only where the fingerprint is the golden one, so a wrong fingerprint would skip them.
    @Test(
      "the fingerprint is what python3 computes on this machine",
      .enabled(if: inPath("python3") != nil, "There is no python3 in PATH."))
    func agreesWithPython() async throws {
      let python = try #require(inPath("python3"))
      let finished = try await Workshop.open.run(python, ["-c", PlatformFingerprint.program])
      #expect(finished.errors == "")
      #expect(String(decoding: finished.output, as: UTF8.self) == PlatformFingerprint.current + "\n")
    }
  }
}
