import Foundation
import Testing

/// The library's documentation against the tests: every example in it is run.
@Suite struct DocumentationTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// A source file of the library, and the examples in its doc comments.
  struct File: CustomTestStringConvertible, Sendable {
    let name: String
    let examples: [String]

    var testDescription: String { name }

    /// The lines of examples are those indented by four more columns, after a blank comment line.
    init(_ url: URL) {
      name = url.deletingPathExtension().lastPathComponent
      var examples: [String] = [], isOpen = false
      for line in (try? String(contentsOf: url, encoding: .utf8))?.split(separator: "\n") ?? [] {
        let line = line.drop { $0 == " " }
        if line == "///" {
          isOpen = true
        } else if isOpen, line.hasPrefix("///     ") {
          examples.append(String(line.dropFirst(8)))
        } else {
          isOpen = false
        }
      }
      self.examples = examples
    }
  }

  static let files = {
    let folder = root.appendingPathComponent("Sources/MicroGPT")
    let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects
    return (all as? [URL] ?? []).filter { $0.pathExtension == "swift" }.map(File.init)
      .filter { !$0.examples.isEmpty }.sorted { $0.name < $1.name }
  }()

  @Test("there are examples")
  func thereAreExamples() {
    #expect(DocumentationTests.files.count >= 9)
    #expect(DocumentationTests.files.contains { $0.name == "Trainer" && $0.examples.count == 10 })
  }

  @Test("an example in a doc comment is in the tests of its file, with its result", arguments: files)
  func examples(file: File) throws {
    let tests = try String(
      contentsOf: DocumentationTests.root.appendingPathComponent(
        "Tests/MicroGPTTests/\(file.name)Tests.swift"), encoding: .utf8)
    for line in file.examples {
      // "code  // result", or a remark, which the tests need not have.
      let parts = line.split(separator: "  // ", maxSplits: 1).map(String.init)
      #expect(tests.contains(parts[0]), "The tests do not have the line.")
      if parts.count == 2, let first = parts[1].first, first.isNumber || "\"[".contains(first) {
        #expect(tests.contains(parts[1]), "The tests do not have the result.")
      }
    }
  }

  @Test("the first page shows the shortest program of the examples, which has fewer than ten lines")
  func firstPage() throws {
    let page = try String(
      contentsOf: DocumentationTests.root.appendingPathComponent(
        "Sources/MicroGPT/MicroGPT.docc/MicroGPT.md"), encoding: .utf8)
    let program = try String(
      contentsOf: DocumentationTests.root.appendingPathComponent(
        "Examples/Names/Sources/Minimal/main.swift"), encoding: .utf8)
    #expect(page.contains("\n```swift\n\(program)```\n"))
    #expect(program.split(separator: "\n").count < 10)
  }
}
