import Foundation
import Testing

/// The transcripts in the README and the guides against the command.
@Suite("Transcripts") struct TranscriptTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test(
    "every transcript is what its lines print, in their order",
    arguments: [
      "README.md", "Documentation/Guides/AskAModel.md", "Documentation/Guides/ChooseSettings.md",
      "Documentation/Guides/FirstMinutes.md", "Documentation/Guides/KeepAModel.md",
      "Documentation/Guides/MeasureAModel.md", "Documentation/Guides/OtherTexts.md",
      "Documentation/Guides/ReadARun.md", "Documentation/Guides/SeeItThink.md",
      "Documentation/Guides/TakeItElsewhere.md",
    ])
  func transcripts(file: String) throws {
    let root = TranscriptTests.root
    let text = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
    let sandbox = try Sandbox()
    // A document's lines read the repository's files and leave their own in the same folder.
    try FileManager.default.createSymbolicLink(
      atPath: "\(sandbox.folder)/Tests", withDestinationPath: root.appendingPathComponent("Tests").path)
    var count = 0
    for block in text.components(separatedBy: "```console\n").dropFirst() {
      let transcript = try #require(block.components(separatedBy: "```").first)
      try #require(transcript.hasPrefix("$ "), "A transcript begins with a command line.")
      for entry in ("\n" + transcript).components(separatedBy: "\n$ ").dropFirst() {
        let line = String(entry.prefix { $0 != "\n" }), printed = entry.dropFirst(line.count + 1)
        let ending = try sandbox.shell(
          "{ \(line.replacingOccurrences(of: "swift run -c release microgpt", with: "\"$microgpt\"")); } 2>&1",
          environment: ["MICROGPT_OFFLINE": nil])
        #expect(varying(ending.output).trimmed == varying(String(printed)).trimmed, "\(file): \(line)")
        count += 1
      }
    }
    #expect(count > 0, "\(file) has no transcript.")
  }

  @Test("every guide with a transcript is tested")
  func guides() throws {
    let folder = TranscriptTests.root.appendingPathComponent("Documentation/Guides")
    let guides = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { guide in
      try String(contentsOf: folder.appendingPathComponent(guide), encoding: .utf8).contains("```console")
    }
    #expect(
      guides.sorted() == [
        "AskAModel.md", "ChooseSettings.md", "FirstMinutes.md", "KeepAModel.md", "MeasureAModel.md",
        "OtherTexts.md", "ReadARun.md", "SeeItThink.md", "TakeItElsewhere.md",
      ])
  }

  /// The text without what differs from run to run: times, and the step at which a signal came.
  private func varying(_ text: String) -> String {
    timeless(text).replacing(#/signal after step [0-9,]+ of/#, with: "signal after step N of")
  }
}

extension String {
  fileprivate var trimmed: String { trimmingCharacters(in: .newlines) }
}
