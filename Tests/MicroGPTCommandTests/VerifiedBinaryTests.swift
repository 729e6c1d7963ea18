import Foundation
import Testing

@testable import MicroGPT
@testable import MicroGPTCommand

#if os(Linux)
  /// `microgpt verify` of a build that computes other bits: a copy of the program with a changed figure, which
  /// `verify` cannot distinguish from a wrong run.
  @Suite("microgpt verify, of a wrong build") struct VerifiedBinaryTests {
    private static let figures = GoldenFigures.builtInNames

    /// The output and exit code of `verify` in a copy of the program in which one text replaces another.
    private func verify(replacing old: String, with new: String) throws -> Ending {
      let sandbox = try Sandbox()
      var program = try Data(contentsOf: URL(fileURLWithPath: Sandbox.command))
      let place = try #require(
        program.range(of: Data(old.utf8)), "The program does not have the text '\(old)'.")
      #expect(program[place.upperBound...].range(of: Data(old.utf8)) == nil)
      program.replaceSubrange(place, with: Data(new.utf8))
      try sandbox.write(program, to: "bytes")
      // Copied by another process: a file that this one has open for writing cannot be executed, and a child that
      // another test starts at this moment may keep it open.
      return try sandbox.shell("cat bytes >wrong && chmod +x wrong && ./wrong verify")
    }

    /// The same digits, except the last.
    private func changed(_ digits: String) -> String {
      digits.dropLast() + (digits.hasSuffix("0") ? "1" : "0")
    }

    @Test("another loss is a failure")
    func loss() throws {
      let bits = VerifiedBinaryTests.figures.lossBits.split(separator: "\n").first!.prefix(16)
      let ending = try verify(replacing: String(bits), with: changed(String(bits)))
      #expect(ending.output.hasPrefix("First difference: step 1 has loss "), "\(ending.output)")
      #expect(ending.code == 1)
    }

    @Test("other parameters are a failure")
    func parameters() throws {
      let hash = VerifiedBinaryTests.figures.parametersSHA256
      let ending = try verify(replacing: hash, with: changed(hash))
      #expect(
        ending.output.hasPrefix(
          "First difference: the parameters after the last step have SHA-256 \(hash), "),
        "\(ending.output)")
      #expect(ending.code == 1)
    }
  }
#endif
