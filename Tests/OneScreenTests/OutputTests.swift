import Foundation
import Testing

extension OneScreen {
  /// Standard output, byte for byte. It shows four decimals, so it is the same with every accurate C library;
  /// `BitTests` compares the last bits.
  @Suite struct OutputTests {
    @Test(
      "over names.txt a file prints what the reference printed",
      .enabled(if: Shared.isPresent, Shared.absence),
      arguments: OneScreenFile.allCases, Optimization.allCases)
    func names(file: OneScreenFile, optimization: Optimization) async throws {
      let finished = try await file.source().run(optimization, input: Shared.bytes("names.txt"))
      expect(finished, prints: try Shared.bytes("golden/names-1000.stdout"))
    }

    // Without optimization a run of 1,000 steps takes most of a minute, so there it has 40.
    @Test(
      "over a text of oddities a file prints what the reference printed",
      arguments: OneScreenFile.allCases, Optimization.allCases)
    func oddities(file: OneScreenFile, optimization: Optimization) async throws {
      let isShort = optimization == .none
      let source = isShort ? try file.source().training(steps: 40) : try file.source()
      let finished = try await source.run(optimization, input: Fixtures.bytes("oddities.txt"))
      let golden = try Fixtures.run(isShort ? "oddities-40.json" : "oddities-1000.json")
      expect(finished, prints: golden.output)
    }

    @Test(
      "over a few lines of Unicode a file prints what the reference printed",
      .enabled(if: Shared.isPresent, Shared.absence),
      arguments: OneScreenFile.allCases, Optimization.allCases)
    func unicode(file: OneScreenFile, optimization: Optimization) async throws {
      let source = try file.source().training(steps: 25)
        .replacing("for sample in 1...20 {", with: "for sample in 1...10 {")
      let finished = try await source.run(optimization, input: Shared.bytes("golden/unicode.txt"))
      expect(finished, prints: try Shared.run("golden/unicode-25.json").output)
    }

    @Test(
      "the expected output is what the reference prints",
      .enabled(if: Shared.isPresent, Shared.absence))
    func expectation() throws {
      let built = try Shared.run("golden/names-1000.json").output
      let printed = try Shared.bytes("golden/names-1000.stdout")
      #expect(firstDifference(built, printed) == nil)
    }

    private func expect(
      _ finished: Finished, prints golden: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(finished.status == 0, sourceLocation: sourceLocation)
      #expect(finished.errors == "", sourceLocation: sourceLocation)
      #expect(firstDifference(finished.output, golden) == nil, sourceLocation: sourceLocation)
    }
  }
}
