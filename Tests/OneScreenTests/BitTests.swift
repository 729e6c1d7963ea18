import Foundation
import MicroGPT
import Testing

extension OneScreen {
  /// Every loss and every parameter, to the last bit. Printed output hides differences: where the compiler
  /// turns a square into x * x, 422 of 1,000 losses over names.txt differ, but no printed line does.
  @Suite struct BitTests {
    @Test(
      "over names.txt every loss and parameter has the reference's bits",
      .enabled(if: Shared.isPresent, Shared.absence),
      .enabled(if: PlatformFingerprint.isGolden, PlatformFingerprint.difference),
      arguments: OneScreenFile.allCases, [Optimization.speed, .unchecked])
    func names(file: OneScreenFile, optimization: Optimization) async throws {
      let bits = try await bits(of: file.source(), optimization, input: Shared.bytes("names.txt"))
      expect(bits, equal: try Shared.run("golden/names-1000.json"))
    }

    @Test(
      "over a text of oddities every loss and parameter has the reference's bits",
      .enabled(if: PlatformFingerprint.isGolden, PlatformFingerprint.difference),
      arguments: OneScreenFile.allCases, [Optimization.speed, .unchecked])
    func oddities(file: OneScreenFile, optimization: Optimization) async throws {
      let bits = try await bits(of: file.source(), optimization, input: Fixtures.bytes("oddities.txt"))
      expect(bits, equal: try Fixtures.run("oddities-1000.json"))
    }

    @Test(
      "a power that the optimizer folds is noticed",
      .enabled(if: PlatformFingerprint.isGolden, PlatformFingerprint.difference),
      arguments: OneScreenFile.allCases)
    func foldedPower(file: OneScreenFile) async throws {
      let source = try file.source().replacing("@inline(never) func power(", with: "func power(")
      let bits = try await bits(of: source, .speed, input: Fixtures.bytes("oddities.txt"))
      let golden = try Fixtures.run("oddities-1000.json")
      try #require(bits.losses.count == golden.losses.count)
      try #require(bits.parameters.count == golden.parameterCount)
      #expect(firstDifference(bits.losses, golden.losses) != nil || bits.digest != golden.parametersDigest)
    }

    /// The losses and parameters of a run.
    private struct Bits {
      let losses: [Double]
      let parameters: [Double]

      /// The SHA-256 of the parameters as little-endian doubles.
      var digest: String { SHA256.hexString(of: parameters) }
    }

    private func expect(
      _ bits: Bits, equal golden: GoldenRun, sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(firstDifference(bits.losses, golden.losses) == nil, sourceLocation: sourceLocation)
      #expect(bits.parameters.count == golden.parameterCount, sourceLocation: sourceLocation)
      #expect(bits.digest == golden.parametersDigest, sourceLocation: sourceLocation)
    }

    /// Describes the first step whose loss differs in any bit, or nil if there is none.
    private func firstDifference(_ found: [Double], _ expected: [Double]) -> String? {
      if found.count != expected.count { return "\(found.count) losses, expected \(expected.count)" }
      func exact(_ x: Double) -> String { "\(x) (0x\(String(x.bitPattern, radix: 16)))" }
      let step = found.indices.first { found[$0].bitPattern != expected[$0].bitPattern }
      return step.map { "step \($0 + 1): loss \(exact(found[$0])), expected \(exact(expected[$0]))" }
    }

    /// Runs a copy that prints the bit patterns of its losses and, at the end, of its parameters.
    private func bits(
      of source: SourceText, _ optimization: Optimization, input: [UInt8]
    ) async throws -> Bits {
      let loss: String, parameters: String
      switch try #require(OneScreenFile(rawValue: source.name)) {
      case .scalar: (loss, parameters) = ("loss.data", "tape.data[1..<tape.leafCount]")
      case .matrix: (loss, parameters) = ("loss", "(0..<count).map { parameters[$0] }")
      }
      let copy =
        try source
        .replacing(
          #"print(String(format: "step %4d / %4d | loss %.4f", step + 1, steps, \#(loss)))"#,
          with: #"print("loss", String(\#(loss).bitPattern, radix: 16))"#
        )
        .appending(
          #"for value in \#(parameters) { print("parameter", String(value.bitPattern, radix: 16)) }"#)
      let finished = try await copy.run(optimization, input: input)
      try #require(finished.status == 0, "\(finished.errors)")

      var values: [Substring: [Double]] = [:]
      for line in String(decoding: finished.output, as: UTF8.self).split(separator: "\n") {
        let words = line.split(separator: " ")
        guard words.count == 2, let bits = UInt64(words[1], radix: 16) else { continue }
        values[words[0], default: []].append(Double(bitPattern: bits))
      }
      return Bits(losses: values["loss", default: []], parameters: values["parameter", default: []])
    }
  }
}
