// The module's functions for the worker, in C's calling convention. Texts come in by `web_input`, answers go out by
// `web_answer`. Those that return a count return -1 if there is an error, which the answer holds then.

import CMicroGPTWeb
import MicroGPT

// A Worker has one thread.
nonisolated(unsafe) private var session: Session?
nonisolated(unsafe) private var verification: Verification?
nonisolated(unsafe) private var input: [UInt8] = []
nonisolated(unsafe) private var answer: UnsafeMutableRawBufferPointer?

/// Room for `count` bytes of input, for the next call.
@_expose(wasm, "web_input") @c(web_input)
public func webInput(_ count: Int32) -> UnsafeMutableRawPointer {
  input = [UInt8](repeating: 0, count: max(1, Int(count)))
  return input.withUnsafeMutableBytes { $0.baseAddress! }
}

/// The last answer, which begins with its size.
@_expose(wasm, "web_answer") @c(web_answer)
public func webAnswer() -> UnsafeMutableRawPointer? { answer?.baseAddress }

/// Begins a run. The input is `settingsCount` bytes of settings, then `textCount` of text; -1 for the built-in names.
@_expose(wasm, "web_start") @c(web_start)
public func webStart(_ settingsCount: Int32, _ textCount: Int32) -> Int32 {
  let end = Int(settingsCount)
  let text = textCount < 0 ? nil : Array(input[end..<end + Int(textCount)])
  return answering { () throws(PageError) in
    let settings = try Settings(lines: Array(input[..<end]))
    input = []
    session = nil
    let started = try Session(settings, text: text)
    session = started
    return started.facts
  }
}

/// Takes up to `count` steps, or repeats as many of those that a rewinding has before it.
///
/// - Returns: How many.
@_expose(wasm, "web_train") @c(web_train)
public func webTrain(_ count: Int32) -> Int32 {
  counting { session throws(PageError) in
    if session.remaining > 0 {
      let before = session.remaining
      try session.replay(Int(count))
      return before - session.remaining
    }
    return try session.advance(Int(count))
  }
}

/// Goes to an earlier step, or forward again; `web_train` goes the rest of the way.
///
/// - Returns: How many steps that is.
@_expose(wasm, "web_rewind") @c(web_rewind)
public func webRewind(_ step: Int32) -> Int32 {
  counting { session throws(PageError) in
    try session.rewind(to: Int(step))
    return session.remaining
  }
}

/// The steps that `web_train` has left of a rewinding.
@_expose(wasm, "web_remaining") @c(web_remaining)
public func webRemaining() -> Int32 { counting { $0.remaining } }

/// The step at which the run stands.
@_expose(wasm, "web_step") @c(web_step)
public func webStep() -> Int32 { counting { $0.step } }

/// Draws samples; a frame has them. A temperature that is not a number stands for that of the settings.
@_expose(wasm, "web_sample") @c(web_sample)
public func webSample(_ count: Int32, _ temperature: Double) -> Int32 {
  counting { session throws(PageError) in
    try session.sample(Int(count), temperature: temperature.isNaN ? nil : temperature)
    return Int(count)
  }
}

/// Answers with a frame. The input is a text of one's own, `textCount` bytes; -1 for none. The strips are gradients unless
/// `ofGradients` is 0.
@_expose(wasm, "web_frame") @c(web_frame)
public func webFrame(
  _ document: Int32, _ textCount: Int32, _ position: Int32, _ ofGradients: Int32, _ lossSince: Int32,
  _ sampleSince: Int32
) -> Int32 {
  let text = ownText(textCount)
  return answering { () throws(PageError) in
    try current().frame(
      document: Int(document), text: text, position: Int(position),
      strips: ofGradients == 0 ? .value : .gradient, lossSince: Int(lossSince), sampleSince: Int(sampleSince))
  }
}

/// Answers with a line's panel. `program` is 0 for microgpt.swift and 1 for microgpt_matrix.swift; the rest is as in
/// `web_frame`.
@_expose(wasm, "web_line") @c(web_line)
public func webLine(
  _ program: Int32, _ line: Int32, _ document: Int32, _ textCount: Int32, _ position: Int32
) -> Int32 {
  let text = ownText(textCount)
  return answering { () throws(PageError) in
    try current().detail(
      program == 0 ? .microgpt : .matrix, line: Int(line), document: Int(document), text: text,
      position: Int(position)
    ).answer
  }
}

/// Begins the verification: the reference's run on the built-in names.
///
/// - Returns: Its steps.
@_expose(wasm, "web_verify") @c(web_verify)
public func webVerify() -> Int32 {
  verification = try? Verification(.builtInNames, corpus: .names)
  return Int32(verification?.steps ?? 0)
}

/// Takes up to `count` steps of the verification. After the last one it answers with the result.
///
/// - Returns: The steps taken so far, or -1 if there is an answer: the result or an error.
@_expose(wasm, "web_verify_advance") @c(web_verify_advance)
public func webVerifyAdvance(_ count: Int32) -> Int32 {
  guard let running = verification else { return -1 }
  do throws(TrainingError) {
    guard let verdict = try running.advance(Int(count)) else { return Int32(running.completedSteps) }
    var result = Answer()
    result.object {
      $0.field("result", verdict.description)
      $0.field("isEqual", !verdict.isFailure)
    }
    hand(over: result)
  } catch {
    hand(over: Answer(error: error.description))
  }
  verification = nil
  return -1
}

private func current() throws(PageError) -> Session {
  guard let session else { throw PageError(sentence: "There is no run yet. Start one first.") }
  return session
}

private func ownText(_ count: Int32) -> String? {
  count < 0 ? nil : String(decoding: input.prefix(Int(count)), as: UTF8.self)
}

private func answering(_ compute: () throws(PageError) -> Answer) -> Int32 {
  do throws(PageError) {
    hand(over: try compute())
    return 0
  } catch {
    hand(over: Answer(error: error.sentence))
    return -1
  }
}

private func counting(_ compute: (Session) throws(PageError) -> Int) -> Int32 {
  do throws(PageError) { return Int32(truncatingIfNeeded: try compute(try current())) } catch {
    hand(over: Answer(error: error.sentence))
    return -1
  }
}

private func hand(over written: Answer) {
  let bytes = written.bytes
  answer?.deallocate()
  let room = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
  room.copyBytes(from: bytes)
  answer = room
}
