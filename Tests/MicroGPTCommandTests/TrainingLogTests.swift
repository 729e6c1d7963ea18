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
    try log.heldOut(evaluation(2.5, 2.25))
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

  @Test("a step after which the model was measured has both losses, with digits that parse back")
  func measured() throws {
    let log = try TrainingLog(path: path)
    try log.step(1, loss: 3.5)
    try log.step(
      2, loss: 2.25, heldOut: evaluation(3.3659669475848504, 1e-05))
    try log.flush()
    #expect(
      try sandbox.read("run.jsonl") == """
        {"step": 1, "loss": 3.5}
        {"step": 2, "loss": 2.25, "held_out_loss": 3.3659669475848504, "held_out_loss_per_token": 1e-05}

        """)
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

  @Test("a slow run's steps and samples reach the file before a buffer is full")
  func following() throws {
    let log = try TrainingLog(path: path)
    func wait(for text: String, _ add: () throws -> Void) throws {
      let deadline = Date(timeIntervalSinceNow: 60)
      var added = 0
      while try !sandbox.read("run.jsonl").contains(text), Date() < deadline {
        try add()
        added += 1
        usleep(2000)
      }
      #expect(try sandbox.read("run.jsonl").contains(text))
      #expect(added < 1500)  // 64 KB are at least 2,000 rows or samples.
    }
    var number = 0
    try wait(for: "\"step\": 1,") {
      number += 1
      try log.step(number, loss: 2.5)
    }
    try log.begin(parametersSHA256: "abcd")
    try wait(for: "emma") { try log.sample("emma") }
  }

  @Test("what is synchronized is in the file")
  func synchronizing() throws {
    let log = try TrainingLog(path: path)
    for number in 1...3 {
      try log.step(number, loss: 2.5)
      try log.synchronize()
      #expect(try sandbox.read("run.jsonl").split(separator: "\n").count == number)
    }
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
    #expect(JSONText.quoted(text) == json)
    let decoded = try JSONDecoder().decode([String].self, from: Data("[\(json)]".utf8))
    #expect(decoded.map { Array($0.utf8) } == [Array(text.utf8)])
  }

  /// Rows of the steps in a range, every third with a loss on the held-out documents.
  private static func rows(_ steps: ClosedRange<Int>) -> String {
    steps.map { step in
      let measured =
        step.isMultiple(of: 3) ? ", \"held_out_loss\": 2.25, \"held_out_loss_per_token\": 2.125" : ""
      return "{\"step\": \(step), \"loss\": \(Double(step) + 0.5)\(measured)}\n"
    }.joined()
  }

  private static let end = """
    {"held_out_loss": 2.5, "held_out_loss_per_token": 2.25, "held_out_documents": 3}
    {"parameters_sha256": "abcd", "samples": ["emma"]}

    """

  /// The row that `continued` adds after a step.
  private static func next(_ step: Int) -> String { "{\"step\": \(step + 1), \"loss\": 9.5}\n" }

  /// What a log is after it has been continued by one row; `nil` if it is refused.
  private func continued(_ text: some Sequence<UInt8>, after step: Int) throws -> String? {
    try sandbox.write(text, to: "run.jsonl")
    guard let log = try TrainingLog(continuing: path, after: step) else {
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: path)) == Data(text), "A refused file has changed.")
      return nil
    }
    try log.step(step + 1, loss: 9.5)
    try log.flush()
    return try sandbox.read("run.jsonl")
  }

  @Test(
    "a log goes on after the step, and what it has of later steps is removed",
    arguments: [0, 1, 3, 9, 10, 11, 12])
  func continuing(step: Int) throws {
    let kept = step == 0 ? "" : TrainingLogTests.rows(1...step)
    for last in step...step + 3 {
      let later = last == step ? "" : TrainingLogTests.rows(step + 1...last)
      // Without a row before it, each of these would be the beginning of another file.
      let ends =
        last == 0
        ? ["", TrainingLogTests.end] : ["", TrainingLogTests.end, "{\"step\": 12", "{", "\n", "\0\0\0"]
      for end in ends {
        #expect(
          try continued((kept + later + end).utf8, after: step) == kept + TrainingLogTests.next(step),
          "\(later)\(end)")
      }
    }
  }

  @Test("wherever the last line is torn off, the rows before it are kept")
  func torn() throws {
    let text = TrainingLogTests.rows(1...4)
    for length in 0...text.utf8.count {
      let bytes = text.utf8.prefix(length)
      #expect(try continued(bytes, after: 0) == TrainingLogTests.next(0))
      for step in [1, 3] {
        let kept = TrainingLogTests.rows(1...step)
        if length >= kept.utf8.count {
          #expect(try continued(bytes, after: step) == kept + TrainingLogTests.next(step), "\(length)")
        } else if length > "{\"step\": ".utf8.count {
          #expect(try continued(bytes, after: step) == nil, "\(length)")
        }
      }
    }
  }

  @Test("a log that a resumed run began goes on after each of its steps and the one before")
  func begunLater() throws {
    let text = TrainingLogTests.rows(8...12) + TrainingLogTests.end
    #expect(try continued(text.utf8, after: 7) == TrainingLogTests.next(7))
    #expect(try continued("{\"step\": 8, \"lo".utf8, after: 7) == TrainingLogTests.next(7))
    for step in 8...12 {
      #expect(
        try continued(text.utf8, after: step)
          == TrainingLogTests.rows(8...step) + TrainingLogTests.next(step))
    }
    for step in [0, 6, 13] { #expect(try continued(text.utf8, after: step) == nil, "\(step)") }
  }

  @Test("an empty log goes on after any step", arguments: [0, 7])
  func continuingEmpty(step: Int) throws {
    #expect(try continued([], after: step) == TrainingLogTests.next(step))
  }

  @Test(
    "a file that is not the log of a run with the step is refused and left as it is",
    arguments: [
      "emma\n", "emma", "e", "\n", "\n" + rows(1...9), end, "{}\n", "[]\n" + rows(1...9),
      rows(1...2) + "emma\n" + rows(3...9), rows(1...2) + "\n" + rows(3...9),
      rows(1...2) + end + rows(3...9),
      // Rows that are missing, there twice or in another order.
      rows(1...2) + rows(4...9), rows(1...3) + rows(3...9), rows(2...3) + rows(1...9), rows(7...9),
      rows(1...4), rows(1...4) + end, rows(1...4) + "{\"step\": 5, \"loss\": 5.5}",
      // Rows of another kind.
      "{\"step\": 1, \"accuracy\": 0.5}\n" + rows(2...9), "{\"step\": 1}\n" + rows(2...9),
      "{\"step\": 01, \"loss\": 1}\n" + rows(2...9), "{\"step\": 1x, \"loss\": 1}\n" + rows(2...9),
      "{\"step\": -1, \"loss\": 1}\n{\"step\": 0, \"loss\": 1}\n" + rows(1...9),
      "{\"step\": , \"loss\": 1}\n" + rows(1...9), " " + rows(1...9),
      rows(1...9).replacing("}", with: "},"), rows(1...9).replacing("\n", with: "\r\n"),
      "{\"step\": 9223372036854775807, \"loss\": 1}\n{\"step\": 9223372036854775808, \"loss\": 1}\n",
      "{\"step\": 9223372036854775807, \"loss\": 1}\n" + rows(1...9),
    ])
  func refused(text: String) throws {
    #expect(try continued(text.utf8, after: 5) == nil)
  }

  @Test(
    "before the first step too another file is refused and left as it is",
    arguments: [
      "emma\n", "emma", "\n", "\0", "{}", "{\"steps\": 1", "{\"step\": 1, \"accuracy\": 1}", rows(2...9),
    ])
  func refusedAtStart(text: String) throws {
    #expect(try continued(text.utf8, after: 0) == nil)
  }

  @Test("bytes that are no text are refused and left as they are", arguments: [0, 5])
  func refusedBytes(step: Int) throws {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 31) }
    #expect(try continued(bytes, after: step) == nil)
  }

  @Test("a log to be continued that cannot be read is an error")
  func continuingMissing() throws {
    #expect(throws: FileError(.read, path: path, code: ENOENT)) {
      try TrainingLog(continuing: path, after: 1)
    }
    #expect(throws: FileError(.read, path: sandbox.folder, code: EISDIR)) {
      try TrainingLog(continuing: sandbox.folder, after: 1)
    }
  }

  @Test("a log in pieces is that of a run that never stopped, whatever was logged after the last save")
  func pieces() throws {
    try sandbox.write("", to: "run.jsonl")
    func add(_ steps: some Sequence<Int>, after saved: Int) throws {
      let log = try #require(try TrainingLog(continuing: path, after: saved))
      let heldOut = evaluation(2.25, 2.125)
      for step in steps {
        try log.step(step, loss: Double(step) + 0.5, heldOut: step.isMultiple(of: 3) ? heldOut : nil)
      }
      try log.synchronize()
    }
    var saved = 0
    for (lost, next) in [(0, 1), (3, 9), (1, 10), (20, 29), (1, 30)] {
      try add((saved + 1)..<(saved + 1 + lost), after: saved)
      try add((saved + 1)...next, after: saved)
      saved = next
    }
    let log = try #require(try TrainingLog(continuing: path, after: 30))
    try log.heldOut(evaluation(2.5, 2.25))
    try log.begin(parametersSHA256: "abcd")
    try log.sample("emma")
    try log.end()
    #expect(try sandbox.read("run.jsonl") == TrainingLogTests.rows(1...30) + TrainingLogTests.end)
  }
}

/// An evaluation with these losses.
private func evaluation(_ loss: Double, _ lossPerToken: Double) -> Evaluation {
  Evaluation(
    loss: loss, lossPerToken: lossPerToken, documents: 3, tokens: 12, characters: 9, cutDocuments: 0)
}
