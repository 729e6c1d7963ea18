import Foundation
import MicroGPTFiles
import Testing

@testable import MicroGPT
@testable import MicroGPTCommand

/// The log alone; TrainTests compare whole logs with their runs.
@Suite("The training log") struct TrainingLogTests {
  private let sandbox: Sandbox
  private var path: String { sandbox.folder + "/run.jsonl" }

  init() throws { sandbox = try Sandbox() }

  @Test("a whole log is an object per step, one for the held-out loss and one for the samples")
  func whole() throws {
    let log = try TrainingLog(path: path)
    try log.step(1, loss: 3.3659669475848504)
    try log.step(2, loss: 1e-05)
    try log.heldOut(Evaluation(loss: 2.5, lossPerToken: 2.25, documents: 3))
    try log.begin(parametersSHA256: "abcd")
    try log.sample("emma")
    try log.sample("\"é\"")
    try log.end()
    #expect(
      try sandbox.read("run.jsonl") == #"""
        {"step": 1, "loss": 3.3659669475848504}
        {"step": 2, "loss": 1e-05}
        {"held_out_loss": 2.5, "held_out_loss_per_token": 2.25, "held_out_documents": 3}
        {"parameters_sha256": "abcd", "samples": ["emma", "\"é\""]}

        """#)
  }

  @Test("a run without steps and samples has a log too")
  func empty() throws {
    let log = try TrainingLog(path: path)
    try log.begin(parametersSHA256: "abcd")
    try log.end()
    #expect(try sandbox.read("run.jsonl") == "{\"parameters_sha256\": \"abcd\", \"samples\": []}\n")
  }

  @Test("the log of a run that fails has all steps, and every line of it is JSON", arguments: [0, 1, 2])
  func failed(samples: Int) throws {
    let log = try TrainingLog(path: path)
    try log.step(1, loss: 3.5)
    if samples > 0 { try log.begin(parametersSHA256: "abcd") }
    for _ in 1..<max(samples, 1) { try log.sample("emma") }
    try log.flush()
    let last = [
      "", "{\"parameters_sha256\": \"abcd\", \"samples\": []}\n",
      "{\"parameters_sha256\": \"abcd\", \"samples\": [\"emma\"]}\n",
    ]
    #expect(try sandbox.read("run.jsonl") == "{\"step\": 1, \"loss\": 3.5}\n" + last[samples])
  }

  @Test("a long run's steps reach the file while it runs")
  func growing() throws {
    let log = try TrainingLog(path: path)
    for number in 1...10_000 { try log.step(number, loss: 2.5) }
    let bytes = try sandbox.read("run.jsonl").utf8.count
    #expect((200_000...).contains(bytes))
    try log.flush()
    #expect(try sandbox.read("run.jsonl").split(separator: "\n").count == 10_000)
  }

  @Test("every loss is logged in digits that parse back to the same double")
  func digits() throws {
    let losses = [
      Double.leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1, 1.0 / 3, 2.0.nextUp, 1e16, 123_456_789,
    ]
    let log = try TrainingLog(path: path)
    for (index, loss) in losses.enumerated() { try log.step(index + 1, loss: loss) }
    try log.flush()
    let logged = try sandbox.read("run.jsonl").split(separator: "\n").map { line in
      try #require(Double(line.dropLast().split(separator: " ").last ?? ""))
    }
    #expect(logged == losses)
  }

  @Test("a log that exists is replaced, and one that cannot be created is an error")
  func creating() throws {
    try sandbox.write("earlier, and longer than what follows\n", to: "run.jsonl")
    let log = try TrainingLog(path: path)
    try log.begin(parametersSHA256: "abcd")
    try log.end()
    #expect(try sandbox.read("run.jsonl") == "{\"parameters_sha256\": \"abcd\", \"samples\": []}\n")
    let missing = sandbox.folder + "/missing/run.jsonl"
    #expect(throws: FileError(.create, path: missing, code: ENOENT)) { try TrainingLog(path: missing) }
  }

  @Test(
    "quotes, backslashes and control characters are escaped, and nothing else",
    arguments: [
      ("emma", #""emma""#), ("", #""""#), (#"say "hi""#, #""say \"hi\"""#), (#"a\b"#, #""a\\b""#),
      ("a\tb\u{0}\u{1f}", #""a\u0009b\u0000\u001f""#), ("é 🙂 \u{7f}\u{2028}", "\"é 🙂 \u{7f}\u{2028}\""),
    ])
  func quoting(text: String, json: String) throws {
    #expect(TrainingLog.quoted(text) == json)
    let decoded = try JSONDecoder().decode([String].self, from: Data("[\(json)]".utf8))
    #expect(decoded.map { Array($0.utf8) } == [Array(text.utf8)])
  }
}
