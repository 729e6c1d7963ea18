import Foundation
import Testing

@testable import MicroGPT

/// The lines of microgpt.swift that a trace names.
@Suite struct AlgorithmStageTests {
  @Test("every stage's lines stand in microgpt.swift where it says", arguments: AlgorithmStage.allCases)
  func lines(_ stage: AlgorithmStage) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("microgpt.swift")
    let all = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    #expect(!stage.lines.isEmpty)
    for lines in stage.lines {
      #expect(!lines.code.isEmpty && lines.numbers.count == lines.code.count)
      try #require(lines.first >= 1 && lines.numbers.upperBound <= all.count)
      #expect(lines.code == Array(all[lines.first - 1..<lines.numbers.upperBound]))
    }
  }

  /// What a stage has to name, so that its lines are not only somewhere in the file.
  @Test(
    "the lines are those that do it",
    arguments: [
      (AlgorithmStage.tokens, ["let tokens = [bos]", "let alphabet ="]),
      (.embedding, ["tokenEmbedding[token], positionEmbedding[position]", "func rmsNorm"]),
      (
        .attention,
        ["layer.query", "layer.key", "layer.value", "softmax(keys", "layer.output", "func softmax"]
      ),
      (.mlp, ["layer.expand", "layer.contract", "func relu"]), (.logits, ["lmHead"]),
      (.loss, ["log(softmax(gpt", "let loss"]), (.backward, ["tape.backward", "gradient[a] += da * slope"]),
      (.adam, ["let t = ", "meanSquare[i] =", "tape.data[i] -="]),
    ])
  func meaning(_ stage: AlgorithmStage, _ words: [String]) {
    let code = stage.lines.flatMap(\.code).joined(separator: "\n")
    for word in words { #expect(code.contains(word), "\(stage): \(word)") }
  }
}
