import Foundation
import Testing

/// The README's transcripts against the command.
@Suite struct ReadmeTests {
  @Test("every transcript in the README is what its command line prints")
  func transcripts() throws {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    let prompt = "$ swift run -c release microgpt "
    var count = 0
    for part in readme.components(separatedBy: "```console\n").dropFirst() {
      let lines = try #require(part.components(separatedBy: "```").first).components(separatedBy: "\n")
      try #require(lines[0].hasPrefix(prompt), "A transcript begins with '\(prompt)'.")
      let words = lines[0].dropFirst(prompt.count).split(separator: " ").map { word in
        word.hasPrefix("Tests/") ? root.appendingPathComponent(String(word)).path : String(word)
      }
      let ending = try Sandbox().run(words, environment: ["MICROGPT_OFFLINE": nil])
      #expect(ending.error + ending.output == lines.dropFirst().joined(separator: "\n"), "\(lines[0])")
      #expect(ending.code == 0)
      count += 1
    }
    #expect(count > 0, "The README has no transcript.")
  }
}
