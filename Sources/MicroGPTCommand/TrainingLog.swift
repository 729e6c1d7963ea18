// A run as JSON Lines: an object a step, and a last one with the parameters' hash and the samples.

import MicroGPT
import MicroGPTFiles

/// The log of a run, written as it goes.
struct TrainingLog {
  private let file: OutputFile
  /// Samples in the last object, or `nil` before it has begun.
  private var samples: Int?

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

  /// Begins the last object, whose samples follow one by one: however many there are, none is kept.
  mutating func begin(parametersSHA256: String) throws(FileError) {
    try file.write("{\"parameters_sha256\": \"\(parametersSHA256)\", \"samples\": [")
    samples = 0
  }

  /// Adds a sample to the last object.
  mutating func sample(_ text: String) throws(FileError) {
    try file.write((samples! > 0 ? ", " : "") + TrainingLog.quoted(text))
    samples! += 1
  }

  /// Ends the last object and closes the file.
  mutating func end() throws(FileError) {
    try file.write("]}\n")
    samples = nil
    try file.close()
  }

  /// Sees off what has been added, when there will be no end. An object that has begun is ended all the
  /// same, so that every line can be read.
  mutating func flush() throws(FileError) {
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
