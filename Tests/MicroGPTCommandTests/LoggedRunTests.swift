import Foundation
import MicroGPTFiles
import Testing

@testable import MicroGPT
@testable import MicroGPTCommand

/// Logs as they are found: whole, torn, continued, of other programs, and files that are none.
@Suite("Logs that are read") struct LoggedRunTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  private func read(_ bytes: some Sequence<UInt8>) throws -> LoggedRun {
    try sandbox.write(bytes, to: "run.jsonl")
    return try LoggedRun("\(sandbox.folder)/run.jsonl")
  }

  private func read(_ text: String) throws -> LoggedRun { try read(text.utf8) }

  /// Why a text is not a log.
  private func refusal(_ text: String) throws -> LogError? {
    do {
      _ = try read(text)
      return nil
    } catch let error as LogError { return error }
  }

  private static let whole = #"""
    {"step": 1, "loss": 3.5}
    {"step": 2, "loss": 3.25, "held_out_loss": 3.75, "held_out_loss_per_token": 3.5}
    {"step": 3, "loss": 2.875}
    {"held_out_loss": 3.625, "held_out_loss_per_token": 3.5, "held_out_documents": 3}
    {"parameters_sha256": "abcd", "samples": ["emma", "\"]}{é"]}

    """#

  private func expectWhole(_ run: LoggedRun, sourceLocation: SourceLocation = #_sourceLocation) {
    var smoothed = SmoothedLoss()
    for loss in [3.5, 3.25, 2.875] { smoothed.add(loss) }
    let losses = run.losses
    #expect(losses.first == .init(loss: 3.5, step: 1), sourceLocation: sourceLocation)
    #expect(losses.last == smoothed.value && losses.lastStep == 3, sourceLocation: sourceLocation)
    #expect(losses.lastHeldOut == .init(loss: 3.625, step: 3), sourceLocation: sourceLocation)
    #expect(losses.heldOut.points.map(\.loss) == [3.75, 3.625], sourceLocation: sourceLocation)
    #expect(run.parametersSHA256 == "abcd" && !run.isTorn, sourceLocation: sourceLocation)
  }

  @Test(
    "a whole log has its losses and the hash; line ends, a mark at the start and blank lines do not matter")
  func whole() throws {
    let text = LoggedRunTests.whole
    expectWhole(try read(text))
    expectWhole(try read(text.replacing("\n", with: "\r\n")))
    expectWhole(try read("\u{FEFF}" + text))
    expectWhole(try read("\n\n" + text.replacing("\n", with: "\n \t\n")))
    expectWhole(try read(text.dropLast().utf8))
  }

  @Test("other spaces, another order of keys and keys that are not known do not matter")
  func otherJSON() throws {
    expectWhole(
      try read(
        #"""
        {"loss":3.5,"step":1}
          { "time" : [1, {"a": null}], "step" : 2 , "loss" : 325e-2, "held_out_loss":3.75 , "x": "}" }
        {"st\u0065p": 3, "loss": 2.875, "lr": 1e-3}
        {"held_out_loss": 3.625}
        {"samples": [], "parameters_sha256": "abcd", "note": true}
        """#))
  }

  @Test("a log that is cut anywhere has the rows before the cut")
  func torn() throws {
    let bytes = Array(LoggedRunTests.whole.utf8)
    let ends = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }
    for length in 0...bytes.count {
      let run = try read(bytes[..<length])
      // A line is whole without its line feed.
      let rows = ends.count { $0 <= length }
      #expect(run.losses.lastStep == (rows == 0 ? nil : min(rows, 3)), "\(length) bytes")
      #expect(run.losses.lastHeldOut?.loss == (rows < 2 ? nil : rows < 4 ? 3.75 : 3.625))
      #expect(run.parametersSHA256 == (rows < 5 ? nil : "abcd"))
      let isWhole = length == 0 || ends.contains { length == $0 || length == $0 + 1 }
      #expect(run.isTorn == !isWhole, "\(length) bytes")
    }
    // What a file system may leave of a machine that lost its power.
    #expect(try read(bytes + [0, 0, 0]).isTorn)
  }

  @Test("a log may begin in the middle of a run, lack steps, and go on after its end")
  func parts() throws {
    let run = try read(
      LoggedRunTests.whole + "{\"step\": 7, \"loss\": 2}\n{\"step\": 1000000, \"loss\": 1}\n")
    #expect(run.losses.lastStep == 1_000_000 && run.losses.smoothed.count == 5)
    let late = try read("{\"step\": 401, \"loss\": 2.5}\n")
    #expect(late.losses.first == .init(loss: 2.5, step: 401))
  }

  @Test("an empty log, and one without steps, has no losses")
  func empty() throws {
    #expect(try read("").losses.lastStep == nil)
    let run = try read("{\"parameters_sha256\": \"abcd\", \"samples\": []}\n")
    #expect(run.losses.last == nil && run.parametersSHA256 == "abcd")
  }

  @Test("losses that are not finite are left out, however they are written")
  func notFinite() throws {
    let words = ["NaN", "Infinity", "-Infinity", "null", "1e999"]
    let rows = words.enumerated().map { "{\"step\": \($0 + 2), \"loss\": \($1)}\n" }
    let run = try read("{\"step\": 1, \"loss\": 3}\n" + rows.joined() + "{\"step\": 7, \"loss\": 3}\n")
    #expect(run.losses.notFinite == 5 && run.losses.firstNotFinite == 2)
    #expect(abs(run.losses.last! - 3) < 1e-12 && run.losses.smoothed.count == 2)
  }

  @Test("every loss that train writes is read to the same double; a debug build tries some")
  func digits() throws {
    var generator = SystemRandomNumberGenerator()
    var losses = [
      0, 1e-5, 5e-324.nextUp, 0.1, 1.0 / 3, 2.0.nextUp, 1e16, 123_456_789, .greatestFiniteMagnitude,
    ]
    while losses.count < (_isDebugAssertConfiguration() ? 500 : 100_000) {
      losses.append(Double.random(in: 0..<5, using: &generator))
      let any = Double(bitPattern: .random(in: .min ... .max, using: &generator))
      if any.isFinite { losses.append(any.magnitude) }
    }
    // Each is the first of its log.
    for loss in losses.prefix(50) {
      #expect(try read("{\"step\": 12, \"loss\": \(loss)}\n").losses.first == .init(loss: loss, step: 12))
    }
    for loss in losses {
      let row = Array("{\"step\": 123456, \"loss\": \(loss)}".utf8)
      let read = LoggedRun.commonRow(row, 0..<row.count)
      #expect(read?.loss == loss && read?.step == 123_456, "\(loss)")
    }
  }

  @Test("the quick reader of rows leaves to the other what is not a row as train writes most")
  func quick() {
    for row in [
      "", "{", "{\"step\": 1, \"loss\": 2.5", "{\"step\": 1, \"loss\": 2.5} ",
      "{\"step\": 01, \"loss\": 2.5}",
      "{\"step\": -1, \"loss\": 2.5}", "{\"step\": 1, \"loss\": 02.5}", "{\"step\": 1, \"loss\": .5}",
      "{\"step\": 1, \"loss\": 2.}", "{\"step\": 1, \"loss\": 2.5.5}", "{\"step\": 1, \"loss\": 0x1p3}",
      "{\"step\": 1, \"loss\": }", "{\"step\": 1, \"loss\": null}", "{\"step\": 1, \"loss\": 2,5}",
      "{\"step\": 1, \"loss\": -}", "{\"step\": 1234567890123456789, \"loss\": 2.5}",
      "{\"step\": , \"loss\": 2.5}",
      "{\"step\": 1, \"loss\": 2.5, \"held_out_loss\": 3}",
    ] {
      #expect(LoggedRun.commonRow(Array(row.utf8), 0..<row.utf8.count) == nil, "\(row)")
    }
    // Only the row is read, whatever stands around it.
    let bytes = Array("12{\"step\": 7, \"loss\": 2.5}99}".utf8)
    let row = LoggedRun.commonRow(bytes, 2..<(bytes.count - 3))
    #expect(row?.step == 7 && row?.loss == 2.5)
  }

  @Test(
    "what is not a log is refused with its line",
    arguments: [
      ("emma\n", 1, .json(.syntax(expected: "an object", found: 0x65, offset: 0))),
      ("emma", 1, .json(.syntax(expected: "an object", found: 0x65, offset: 0))),
      ("{\"step\": 1, \"loss\": 2}\n{\"step\": 2,\n", 2, .json(.endsEarly(offset: 11))),
      (
        "{\"step\": 1, \"loss\": 2}\n\n[1]\n", 3,
        .json(.wrongType(expected: "an object", found: "an array", offset: 0))
      ),
      ("{\"step\": 1, \"loss\": 2} x\n", 1, .json(.textAfterEnd(offset: 23))),
      ("{\"step\": 1.5, \"loss\": 2}\n", 1, .json(.notWhole(offset: 9))),
      (
        "{\"step\": 1, \"loss\": \"2\"}\n", 1,
        .json(.wrongType(expected: "a number", found: "a string", offset: 20))
      ),
      ("{\"step\": 1}\n", 1, .lacks("loss")), ("{\"loss\": 1}\n", 1, .lacks("step")),
      ("{}\n", 1, .unknown), ("{\"model\": \"gpt\"}\n", 1, .unknown),
      ("{\"step\": 2, \"loss\": 2}\n{\"step\": 2, \"loss\": 2}\n", 2, .order(step: 2, after: 2)),
      ("{\"step\": 9, \"loss\": 2}\n{\"loss\": 1, \"step\": 1}\n", 2, .order(step: 1, after: 9)),
    ] as [(String, Int, LogError.Reason)])
  func refused(text: String, line: Int, reason: LogError.Reason) throws {
    #expect(try refusal(text) == LogError(path: "\(sandbox.folder)/run.jsonl", line: line, reason))
  }

  @Test("messages say what is wrong, where, and what to do")
  func messages() {
    let advice = "Name a file that 'microgpt train --log FILE' has written."
    func message(_ reason: LogError.Reason, _ path: String = "a.jsonl") -> String {
      LogError(path: path, line: 1234, reason).description
    }
    #expect(
      message(.json(.endsEarly(offset: 7)))
        == "'a.jsonl' is not a log at line 1,234: The JSON text breaks off at byte 7. \(advice)")
    #expect(
      message(.lacks("loss")) == "'a.jsonl' is not a log: the row in line 1,234 lacks 'loss'. \(advice)")
    #expect(
      message(.unknown, "standard input")
        == "standard input is not a log: the object in line 1,234 has no step, no held-out loss and no "
        + "parameters' hash. \(advice)")
    #expect(
      message(.order(step: 1, after: 1000))
        == "'a.jsonl' has step 1 in line 1,234, after step 1,000. A log has the steps of one run in their order. "
        + "Make a file of each run.")
    #expect(Failure(LogError(path: "a", line: 1, .unknown)).code == 65)
  }
}
