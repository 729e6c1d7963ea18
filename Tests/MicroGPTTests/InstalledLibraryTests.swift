import Foundation
import Testing

@testable import MicroGPT

extension Trait where Self == ConditionTrait {
  /// For tests that compare the library's functions with the C library's.
  static var againstInstalledLibrary: Self {
    .enabled(
      if: InstalledLibrary.roundsAsReference,
      "This C library is not glibc 2.28 or later on a processor with a fused multiply-add.")
  }
}

@Suite("Installed library") struct InstalledLibraryTests {
  /// Whether the C library is glibc on a processor for which it selects its functions with FMA.
  private static var isReference: Bool {
    #if canImport(Glibc) && arch(x86_64)
      let processor = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
      let tunables = ProcessInfo.processInfo.environment["GLIBC_TUNABLES"] ?? ""
      return processor.contains(" fma ") && processor.contains(" avx2 ") && !tunables.contains("hwcaps")
    #else
      return false
    #endif
  }

  // A fingerprint of something else would skip every comparison with the C library.
  @Test("glibc with FMA is recognized as such", .enabled(if: isReference, "This is not glibc with FMA."))
  func reference() { #expect(InstalledLibrary.roundsAsReference) }
}
