import Foundation
import Testing

@testable import MicroGPT

extension Trait where Self == ConditionTrait {
  /// For tests whose golden values hold under the reference's C library alone.
  static var referenceLibrary: Self {
    .enabled(
      if: CLibrary.roundsAsReference,
      "This C library rounds differently from the one that the golden values are from.")
  }
}

@Suite struct CLibraryTests {
  /// Whether the C library is glibc on a processor for which it selects its functions with FMA.
  static var isReference: Bool {
    #if canImport(Glibc) && arch(x86_64)
      let processor = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
      let tunables = ProcessInfo.processInfo.environment["GLIBC_TUNABLES"] ?? ""
      return processor.contains(" fma ") && processor.contains(" avx2 ") && !tunables.contains("hwcaps")
    #else
      return false
    #endif
  }

  // python3 -c '
  // import math, struct
  // h = 0xcbf29ce484222325
  // text = open("Sources/MicroGPT/Arithmetic/CLibrary.swift").read()
  // for i in eval("[" + text.split("indices = [")[1].rstrip("}\n ")):
  //     x = (i * 0.6180339887498949) % 1.0 * 10 + 0.001
  //     for y in (math.exp(x), math.log(x), x**2, x**-0.5, math.sin(x), math.cos(x)):
  //         for b in struct.pack("<d", y): h = ((h ^ b) * 0x100000001b3) & (2**64 - 1)
  // print(hex(h))'
  @Test("glibc with FMA has the fingerprint that Python computes with it", .enabled(if: isReference))
  func reference() {
    #expect(CLibrary.fingerprint() == 0xeb10_65a6_7d23_3c19)
    #expect(CLibrary.roundsAsReference)
  }

  @Test("a library counts as the reference's by its fingerprint alone")
  func fingerprint() {
    #expect(CLibrary.roundsAsReference == (CLibrary.fingerprint() == 0xeb10_65a6_7d23_3c19))
    // The hash of no bytes, if nothing were computed.
    #expect(CLibrary.fingerprint() != 0xcbf2_9ce4_8422_2325)
  }
}
