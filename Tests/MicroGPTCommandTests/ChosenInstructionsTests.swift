import CommandLineOptions
import MicroGPT
import Testing

@testable import MicroGPTCommand

/// The effect of MICROGPT_ISA on a run, and the message for a wrong one.
@Suite("MICROGPT_ISA") struct ChosenInstructionsTests {
  private func chosen(_ name: String?, _ available: [InstructionSet]) throws(UsageError) -> InstructionSet? {
    try InstructionSet.chosen(environment: { $0 == "MICROGPT_ISA" ? name : nil }, available: available)
  }

  @Test("the name of an available instruction set selects it", arguments: InstructionSet.allCases)
  func named(set: InstructionSet) throws {
    #expect(try chosen(set.rawValue, InstructionSet.allCases) == set)
  }

  @Test("no name selects none", arguments: [nil, ""])
  func unnamed(name: String?) throws {
    #expect(try chosen(name, InstructionSet.available) == nil)
  }

  @Test(
    "an unknown or missing instruction set is reported with the available ones",
    arguments: [
      ("sse", [.baseline], "MICROGPT_ISA is 'sse'. Set it to baseline, or not at all."),
      (
        "AVX2", InstructionSet.allCases,
        "MICROGPT_ISA is 'AVX2'. Set it to baseline, avx2 or avx512, or not at all."
      ),
      (
        "avx512", [.baseline, .avx2],
        "MICROGPT_ISA is 'avx512', which this processor does not have. "
          + "Set it to baseline or avx2, or not at all."
      ),
    ] as [(String, [InstructionSet], String)])
  func wrong(name: String, available: [InstructionSet], message: String) {
    #expect(throws: UsageError(message)) { try chosen(name, available) }
  }

  @Test(
    "the command refuses a wrong name before it does anything",
    arguments: ["--log run.jsonl", "verify", "verify --data missing.txt"])
  func refusal(line: String) throws {
    let sandbox = try Sandbox(["input.txt": "emma\n", "run.jsonl": "earlier\n"])
    let names = InstructionSet.available.map { $0.rawValue }
    let known = (names.count > 1 ? names.dropLast().joined(separator: ", ") + " or " : "") + names.last!
    #expect(
      try sandbox.run(line, environment: ["MICROGPT_ISA": "mmx"])
        == Ending(
          error: "Error: MICROGPT_ISA is 'mmx'. Set it to \(known), or not at all.\n", code: 64))
    #expect(try sandbox.read("run.jsonl") == "earlier\n")
  }

  /// A debug build trains by plain loops, which are the same on every processor.
  private static var hasVersions: Bool {
    #if DEBUG
      false
    #else
      InstructionSet.available.contains(.avx2)
    #endif
  }

  @Test(
    "the fast arithmetic's bits depend on the instruction set",
    .enabled(if: hasVersions, "This build or processor has one version of each kernel only."))
  func effect() throws {
    let sandbox = try Sandbox()
    func losses(_ name: String) throws -> String {
      let line = "--engine fast --steps 20 --samples 0 --quiet --log \(name).jsonl"
      #expect(try sandbox.run(line, environment: ["MICROGPT_ISA": name]).code == 0)
      return try sandbox.read("\(name).jsonl")
    }
    // Only AVX2 has a fused multiply-add, with one rounding.
    #expect(try losses("baseline") != losses("avx2"))
    #expect(try losses("") == losses(InstructionSet.widest.rawValue))
  }
}
