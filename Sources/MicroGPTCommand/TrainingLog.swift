// A run as JSON Lines: an object a step, and a last one with the parameters' hash and the samples.

import MicroGPT
import MicroGPTFiles

/// The log of a run, written as it goes.
struct TrainingLog {
  private let file: OutputFile

  /// A new log at `path`.
  ///
  /// - Throws: `FileError` if it cannot be made.
  init(path: String) throws(FileError) { file = try OutputFile(creating: path) }

  /// Adds a step: `{"step": 1, "loss": 3.3659669475848504}`, in digits that parse back to the same double.
  func step(_ number: Int, loss: Double) throws(FileError) {
    try file.write("{\"step\": \(number), \"loss\": \(loss)}\n")
  }

  /// Adds how the run does on documents held out.
  func heldOut(_ found: Evaluation) throws(FileError) {
    try file.write(
      "{\"held_out_loss\": \(found.loss), \"held_out_loss_per_token\": \(found.lossPerToken), "
        + "\"held_out_documents\": \(found.documents)}\n")
  }

  /// Adds the last object and closes the file.
  func end(parametersSHA256: String, samples: [String]) throws(FileError) {
    let list = samples.map(TrainingLog.quoted).joined(separator: ", ")
    try file.write("{\"parameters_sha256\": \"\(parametersSHA256)\", \"samples\": [\(list)]}\n")
    try file.close()
  }

  /// Sees off what has been added, when there will be no end.
  func flush() throws(FileError) { try file.flush() }

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
