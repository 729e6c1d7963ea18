import Foundation
import Testing

extension OneScreen {
  /// What "one screen" means.
  @Suite struct FormTests {
    @Test(
      "a file has at most its promised number of lines, none wider than 110 columns",
      arguments: [(OneScreenFile.scalar, 200), (.matrix, 220)])
    func size(file: OneScreenFile, lineCount: Int) throws {
      let text = try file.source().text
      #expect(text.unicodeScalars.last == "\n")
      let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      #expect(lines.count <= lineCount)
      for (index, line) in lines.enumerated() {
        #expect(line.count <= 110, "line \(index + 1) of \(file.rawValue)")
      }
    }

    @Test("nothing is imported but Foundation", arguments: OneScreenFile.allCases)
    func imports(file: OneScreenFile) throws {
      let code = try file.source().text.split(separator: "\n").filter { !$0.hasPrefix("//") }
      #expect(code.filter { $0.contains(/\bimport\b/) } == ["import Foundation"])
    }

    @Test("a file compiles without a warning", arguments: OneScreenFile.allCases, Optimization.allCases)
    func diagnostics(file: OneScreenFile, optimization: Optimization) async throws {
      let diagnostics = try await file.source().compiled(optimization).diagnostics
      #expect(diagnostics == "")
    }

    @Test("both files have the same data set, tokenizer and random numbers")
    func sharedSections() throws {
      let scalar = try OneScreenFile.scalar.source().sharedSections()
      let matrix = try OneScreenFile.matrix.source().sharedSections()
      #expect(firstDifference(Array(scalar.utf8), Array(matrix.utf8)) == nil)
    }

    @Test(
      "code that a document quotes is in the files",
      arguments: ["Documentation/Backpropagation.md", "Documentation/Exactness.md"])
    func quotations(name: String) throws {
      let document = try String(contentsOf: repository.appending(path: name), encoding: .utf8)
      let text = try OneScreenFile.allCases.map { try $0.source().text }.joined(separator: "\n")
      let lines: Set<Substring> = Set(text.split(separator: "\n").map { $0.drop { $0 == " " } })
      let blocks = document.split(separator: "\n```swift\n").dropFirst()
      #expect(!blocks.isEmpty)
      for block in blocks {
        let quoted = block.prefix(upTo: try #require(block.firstRange(of: "\n```")).lowerBound)
        for line in quoted.split(separator: "\n").map({ $0.drop { $0 == " " } }) {
          #expect(lines.contains(line), "'\(line)' stands in neither file.")
        }
      }
    }

    @Test("the poster of a file shows every line of it", arguments: OneScreenFile.allCases)
    func poster(file: OneScreenFile) throws {
      let name = file.rawValue.replacing(".swift", with: ".svg")
      let picture = try String(
        contentsOf: repository.appending(path: "Documentation/Pictures/\(name)"), encoding: .utf8)
      var shown = picture.split(separator: "\n").filter { $0.hasPrefix("<text ") }
        .map { $0.replacing(/<[^>]*>/, with: "") }.joined(separator: "\n")
      for (escaped, character) in [
        ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&amp;", "&"),
      ] {
        shown = shown.replacing(escaped, with: character)
      }
      let lines = try file.source().text.split(separator: "\n").joined(separator: "\n")
      #expect(
        firstDifference(Array(shown.utf8), Array(lines.utf8)) == nil,
        "Scripts/poster \(file.rawValue) > Documentation/Pictures/\(name)")
    }
  }
}
