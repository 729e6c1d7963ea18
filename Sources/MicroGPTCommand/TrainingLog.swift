// A run as JSON Lines: one object per step, and a last one with the parameters' hash and the samples.

import MicroGPT
import MicroGPTFiles

/// The log of a run, written while it runs.
///
/// A class, because it owns the file, which is written once, in order.
final class TrainingLog {
  private let file: OutputFile
  /// The number of samples in the last object, or `nil` unless that is open.
  private var samples: Int?

  /// Creates a log at `path`.
  ///
  /// - Throws: `FileError` if it cannot be created.
  init(path: String) throws(FileError) { file = try OutputFile(creating: path) }

  /// Adds a step: `{"step": 1, "loss": 3.3659669475848504}`, with digits that parse back to the same double.
  func step(_ number: Int, loss: Double) throws(FileError) {
    try file.write("{\"step\": \(number), \"loss\": \(loss)}\n")
  }

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
    try file.write((count > 0 ? ", " : "") + TrainingLog.quoted(text))
    samples = count + 1
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

  /// A string in JSON's quotes (RFC 8259): the quote, the backslash and control characters are escaped.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\0"..<" ":
        let hex = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
