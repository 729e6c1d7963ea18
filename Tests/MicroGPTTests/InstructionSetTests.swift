import Foundation
import Testing

@testable import MicroGPT

@Suite("Instruction sets")
struct InstructionSetTests {
  #if os(Linux) && arch(x86_64)
    @Test("the widest set is the one whose flags /proc/cpuinfo lists")
    func widest() throws {
      let text = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("flags") })
      let flags = Set(line.split(separator: " ").map(String.init))
      let avx2: Set = ["avx2", "fma", "bmi2"]
      let avx512 = avx2.union(["avx512f", "avx512vl", "avx512bw", "avx512dq", "avx512cd"])
      let expected: InstructionSet =
        avx512.isSubset(of: flags) ? .avx512 : avx2.isSubset(of: flags) ? .avx2 : .baseline
      #expect(InstructionSet.widest == expected)
    }
  #endif

  @Test("the available sets are the widest and all narrower ones, in order")
  func available() {
    let all: [InstructionSet] = [.baseline, .avx2, .avx512]
    #expect(InstructionSet.available == Array(all.prefix { $0 != .widest }) + [.widest])
    for (i, a) in all.enumerated() {
      for (j, b) in all.enumerated() { #expect((a < b) == (i < j)) }
    }
  }

  /// On a machine that has all sets, every test of the sets would pass even if `available` always returned one of
  /// them.
  @Test("every set's name is the one that MICROGPT_ISA takes")
  func names() {
    #expect(InstructionSet.allCases.map { $0.rawValue } == ["baseline", "avx2", "avx512"])
  }
}
