// A run as JSON Lines: one object per step, and a last one with the parameters' hash and the samples.

import MicroGPT
import MicroGPTFiles

/// The log of a run, written while it runs: what has been added reaches the file within about half a second.
///
/// A class, because it owns the file, which is written once, in order.
final class TrainingLog {
  private let file: OutputFile
  private var flushing = PeriodicFlush(every: 0.5)
  /// The number of samples in the last object, or `nil` unless that is open.
  private var samples: Int?

  /// Creates a log at `path`.
  ///
  /// - Throws: `FileError` if it cannot be created.
  init(path: String) throws(FileError) { file = try OutputFile(creating: path) }

  /// Continues the log at `path` after a step; rows of later steps and a torn last line are removed.
  ///
  /// - Parameter loss: The loss of that step, if it is known; another run's log has another.
  /// - Returns: `nil` if the file is not a log that has this step, or that begins with the one after it.
  /// - Throws: `FileError` if it cannot be read or opened.
  init?(continuing path: String, after step: Int, loss: Double? = nil) throws(FileError) {
    guard let length = TrainingLog.length(of: try readFile(path), through: step, loss: loss) else {
      return nil
    }
    file = try OutputFile(continuing: path, after: length)
  }

  /// The number of bytes up to the end of a step's row, or `nil` if these are not the rows of a log with that step.
  static func length(of bytes: [UInt8], through step: Int, loss: Double? = nil) -> Int? {
    // An empty log, or one that begins with the step after it. When a process is killed its last line may be torn off.
    if zip(bytes, rowStart(step + 1)).allSatisfy({ $0 == $1 }) { return 0 }
    // The log of a run without steps has only its last objects.
    if step == 0,
      ["held_out_loss", "parameters_sha256"].contains(where: { bytes.starts(with: "{\"\($0)\": ".utf8) })
    {
      return 0
    }
    var length = 0, last: Int?
    while last != step {
      guard let end = bytes[length...].firstIndex(of: UInt8(ascii: "\n")),
        let number = stepNumber(bytes[length..<end]), last == nil || number - 1 == last
      else { return nil }
      if number == step, let loss {
        let rest = bytes[length..<end].dropFirst(rowStart(step).count)
        guard rest.starts(with: "\(loss)}".utf8) || rest.starts(with: "\(loss),".utf8) else { return nil }
      }
      (last, length) = (number, end + 1)
    }
    return length
  }

  /// How a step's row begins.
  private static func rowStart(_ step: Int) -> [UInt8] { Array("{\"step\": \(step), \"loss\": ".utf8) }

  /// The step of a row, if it is one.
  private static func stepNumber(_ row: ArraySlice<UInt8>) -> Int? {
    let digits = row.dropFirst("{\"step\": ".utf8.count).prefix {
      UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
    }
    guard let number = Int(String(decoding: digits, as: UTF8.self)), row.starts(with: rowStart(number)),
      row.last == UInt8(ascii: "}")
    else { return nil }
    return number
  }

  /// Adds a step: `{"step": 1, "loss": 3.3659669475848504}`, with digits that parse back to the same double, and if the
  /// model was measured after it, the loss on the held-out documents.
  func step(_ number: Int, loss: Double, heldOut: Evaluation? = nil) throws(FileError) {
    let measured =
      heldOut.map { ", \"held_out_loss\": \($0.loss), \"held_out_loss_per_token\": \($0.lossPerToken)" } ?? ""
    try file.write("{\"step\": \(number), \"loss\": \(loss)\(measured)}\n")
    try flushing.flush(file)
  }

  /// Waits until the disk has what has been added: before a checkpoint is saved, so that a log never ends before the
  /// step that its run can be resumed from.
  func synchronize() throws(FileError) { try file.synchronize() }

  /// Adds the loss on the held-out documents.
  func heldOut(_ evaluation: Evaluation) throws(FileError) {
    try file.write(
      "{\"held_out_loss\": \(evaluation.loss), \"held_out_loss_per_token\": \(evaluation.lossPerToken), "
        + "\"held_out_documents\": \(evaluation.documents)}\n")
  }

  /// Begins the last object. Its samples are written one by one and not kept in memory.
  func begin(parametersSHA256: String) throws(FileError) {
    try file.write("{\"parameters_sha256\": \"\(parametersSHA256)\", \"samples\": [")
    samples = 0
  }

  /// Adds a sample to the last object.
  ///
  /// - Precondition: The last object has begun.
  func sample(_ text: String) throws(FileError) {
    guard let count = samples else { preconditionFailure("The last object has not begun.") }
    try file.write((count > 0 ? ", " : "") + JSONText.quoted(text))
    samples = count + 1
    try flushing.flush(file)
  }

  /// Ends the last object and closes the file.
  func end() throws(FileError) {
    try file.write("]}\n")
    samples = nil
    try file.close()
  }

  /// Writes what has been added, for a run that fails. An object that has begun is ended, so that every line is
  /// valid JSON.
  func flush() throws(FileError) {
    if samples != nil { try file.write("]}\n") }
    samples = nil
    try file.flush()
  }
}
