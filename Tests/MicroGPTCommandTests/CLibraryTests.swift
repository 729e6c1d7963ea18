import MicroGPT
import MicroGPTFiles
import Testing

@testable import MicroGPTCommand

/// `microgpt verify --against-libm`: the C library beside the library's own functions.
@Suite("microgpt verify --against-libm") struct CLibraryTests {
  private static let names = [
    "exp", "log", "sin", "cos", "pow -2.0", "pow -1.5", "pow -1.0", "pow -0.5", "pow 0.5", "pow 2.0",
  ]

  /// What a comparison writes.
  private func report(_ comparison: CLibraryComparison) throws -> String {
    let sandbox = try Sandbox(), file = try OutputFile(creating: sandbox.folder + "/report")
    try comparison.report(to: file)
    return try sandbox.read("report")
  }

  /// A function that gives another number for half of its arguments, or for none.
  private func function(_ name: String, isEqual: Bool) -> CLibraryFunction {
    CLibraryFunction(
      name: name, argument: { .random(in: 1..<2, using: &$0) }, ours: { $0 },
      theirs: { isEqual || $0 < 1.5 ? $0 : $0.nextUp })
  }

  @Test("equal functions have a line each, and CPython then trains as the reference does")
  func equal() throws {
    let functions = [function("exp", isEqual: true), function("pow -1.5", isEqual: true)]
    #expect(
      try report(CLibraryComparison(functions: functions, count: 12_000))
        == """
        Results of this machine's C library that are not the reference's, bit for bit:

          exp       0 of 12,000
          pow -1.5  0 of 12,000

        CPython, where it computes with this C library, trains as the reference does.

        """)
  }

  @Test("results that differ in one bit are counted, and what they mean is said")
  func different() throws {
    let functions = [function("exp", isEqual: true), function("log", isEqual: false)]
    let text = try report(CLibraryComparison(functions: functions, count: 10_000))
    let count = try #require(text.firstMatch(of: /log  ([0-9],[0-9]{3}) of 10,000/)?.1)
    #expect((4500...5500).contains(try #require(Int(count.filter { $0 != "," }))))
    #expect(
      text.replacing(count, with: "N")
        == """
        Results of this machine's C library that are not the reference's, bit for bit:

          exp  0 of 10,000
          log  N of 10,000

        CPython, where it computes with this C library, gives other last digits than the reference. microgpt has
        functions of its own and gives the reference's: see 'microgpt verify'.

        """)
  }

  /// Whether the C library is glibc on x86-64 with FMA.
  private static let isReference: Bool = {
    #if canImport(Glibc) && arch(x86_64)
      CLibraryFunction.all.allSatisfy { $0.differences(of: 1000) == 0 }
    #else
      false
    #endif
  }()

  /// The function of each line and how many results differ.
  private func counts(_ output: String) throws -> [(name: String, different: Int)] {
    try output.matches(of: /(?m)^  (\S+(?: \S+)?) +([0-9,]+) of [0-9,]+0,000$/).map { match in
      (String(match.1), try #require(Int(match.2.filter { $0 != "," })))
    }
  }

  @Test(
    "no result of glibc with FMA differs, and nothing is trained",
    .enabled(if: isReference, "This is not glibc on x86-64 with FMA."))
  func reference() throws {
    let sandbox = try Sandbox(), ending = try sandbox.run("verify --against-libm")
    #expect(ending.code == 0 && ending.error == "")
    let counts = try counts(ending.output)
    #expect(counts.map(\.name) == CLibraryTests.names)
    #expect(counts.allSatisfy { $0.different == 0 })
    #expect(ending.output.hasSuffix(" trains as the reference does.\n"))
    #expect(try sandbox.files() == [])
  }

  /// glibc then takes its functions for processors without FMA.
  @Test(
    "differences of glibc without FMA are counted, and are no failure",
    .enabled(if: isReference, "This is not glibc on x86-64 with FMA."))
  func withoutFMA() throws {
    let ending = try Sandbox().run(
      "verify --against-libm", environment: ["GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-AVX2"])
    #expect(ending.code == 0 && ending.error == "")
    let counts = try counts(ending.output)
    #expect(counts.map(\.name) == CLibraryTests.names)
    // One result of a thousand in some, and less in others.
    #expect(counts.allSatisfy { $0.different < 100_000 } && counts.contains { $0.different > 0 })
    #expect(ending.output.hasSuffix("gives the reference's: see 'microgpt verify'.\n"))
  }
}
