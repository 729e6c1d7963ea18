import Foundation
import Testing

/// What crosses from one task to another, by the sources: the compiler checks each conformance that is declared.
@Suite struct SendableTests {
  /// Types that are not `Sendable`: classes with memory or a file of their own.
  static let others: Set<String> = [
    "Trainer", "Sampler", "BatchSampler", "OutputFile", "LockedFile",
  ]

  @Test("every public type is Sendable, as all errors are, or one of a few")
  func types() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var found: Set<String> = [], count = 0
    for folder in ["MicroGPT", "MicroGPTFiles"] {
      let folder = root.appendingPathComponent("Sources/\(folder)")
      let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects
      for file in files as? [URL] ?? [] where file.pathExtension == "swift" {
        let text = try String(contentsOf: file, encoding: .utf8)
        for match in text.matches(of: /public (?:final |indirect )*(?:class|struct|enum) (\w+)([^{]*)\{/) {
          count += 1
          // An actor is Sendable without saying so.
          if !match.2.contains(/\b(?:Sendable|Error)\b/) { found.insert(String(match.1)) }
        }
      }
    }
    #expect(count > 40)
    #expect(found == SendableTests.others)
  }
}
