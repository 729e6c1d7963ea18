// A run as its log tells it: what `train --log` has written, read in one pass.

import MicroGPT
import MicroGPTFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A run, read from its log.
///
/// A log may begin in the middle of a run, as that of a run that was resumed, and end there: a process that is killed may
/// leave its last line torn. Keys that are not known are passed over.
struct LoggedRun {
  /// The file, or "standard input".
  let name: String
  private(set) var losses = RunLosses()
  /// The hash of the parameters at the end of the run, if the log has it.
  private(set) var parametersSHA256: String?
  /// Whether the last line is torn off, and left out.
  private(set) var isTorn = false

  /// - Parameter path: The log, `-` for standard input.
  /// - Throws: `FileError` if the file cannot be read, `LogError` if it is not a log.
  init(_ path: String) throws {
    name = path == "-" ? "standard input" : path
    let lines = try LineReader(path)
    var number = 0
    while var line = try lines.next() {
      number += 1
      if number == 1, lines.bytes[line].starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
      if lines.bytes[line].last == UInt8(ascii: "\r") { line = line.dropLast() }
      if let (step, loss) = LoggedRun.commonRow(lines.bytes, line) {
        try add(loss, heldOut: nil, at: step, line: number)
      } else if !line.isEmpty {
        do { try read(Array(lines.bytes[line]), line: number) } catch let error as JSONError {
          // What a killed process leaves: the beginning of an object, perhaps of the first.
          guard !lines.isTerminated, losses.lastStep != nil || lines.bytes[line].first == UInt8(ascii: "{")
          else { throw LogError(path: name, line: number, .json(error)) }
          isTorn = true
        }
      }
    }
  }

  private mutating func add(_ loss: Double, heldOut: Double?, at step: Int, line: Int) throws(LogError) {
    if let last = losses.lastStep, step <= last {
      throw LogError(path: name, line: line, .order(step: step, after: last))
    }
    losses.add(loss, heldOut: heldOut, at: step)
  }
}

extension LoggedRun {
  /// The step and the loss of a row that is written as `train` writes most of them, without a tree or a string: a log may
  /// have millions.
  ///
  /// - Parameters:
  ///   - bytes: The bytes of the file, or of a piece of it.
  ///   - line: The row.
  /// - Returns: `nil` if it is another row, or none.
  static func commonRow(_ bytes: [UInt8], _ line: Range<Int>) -> (step: Int, loss: Double)? {
    bytes.withUnsafeBytes { bytes in
      let row = UnsafeRawBufferPointer(rebasing: bytes[line])
      func has(_ text: StaticString, at offset: Int) -> Bool {
        row.count - offset >= text.utf8CodeUnitCount
          && memcmp(row.baseAddress! + offset, text.utf8Start, text.utf8CodeUnitCount) == 0
      }
      guard has("{\"step\": ", at: 0), row.last == UInt8(ascii: "}") else { return nil }
      var offset = 9, step = 0
      while offset < 27, offset < row.count, row[offset] &- 48 < 10 {
        step = step * 10 + Int(row[offset] - 48)
        offset += 1
      }
      // Another number of digits, or a leading zero.
      guard offset > 9, offset < 27, row[9] > 48 || offset == 10, has(", \"loss\": ", at: offset) else {
        return nil
      }
      offset += 10
      // The digits that a double is written in, which strtod reads to the nearest; it also reads what is not JSON.
      let digits = row[offset..<(row.count - 1)]
      guard let first = digits.first, first &- 48 < 10,
        first > 48 || digits.dropFirst().first == UInt8(ascii: "."),
        digits.last! &- 48 < 10, digits.allSatisfy({ $0 &- 48 < 10 || ".e+-".utf8.contains($0) })
      else { return nil }
      let start = row.baseAddress! + offset
      var end: UnsafeMutablePointer<CChar>?
      let loss = strtod(start.assumingMemoryBound(to: CChar.self), &end)
      return end.map { start.distance(to: UnsafeRawPointer($0)) } == digits.count ? (step, loss) : nil
    }
  }

  /// Reads any other row, or a last object.
  ///
  /// - Throws: `JSONError` if it is not an object of JSON, and then nothing of it counts; `LogError` if it is none of a
  ///   log.
  fileprivate mutating func read(_ bytes: [UInt8], line: Int) throws {
    var json = JSONReader(bytes), isFirst = true
    if bytes.allSatisfy({ " \t".utf8.contains($0) }) { return }
    var step: Int?, loss: Double?, heldOut: Double?, sha256: String?
    try json.beginObject()
    while let key = try json.nextKey(&isFirst) {
      switch key {
      case "step": step = try json.wholeNumber()
      case "loss": loss = try json.number()
      case "held_out_loss": heldOut = try json.number()
      case "parameters_sha256": sha256 = try json.string()
      default: try json.skipValue()
      }
    }
    try json.finish()
    if let step, let loss {
      try add(loss, heldOut: heldOut, at: step, line: line)
    } else if heldOut != nil || sha256 != nil, step == nil, loss == nil {
      if let heldOut { losses.addHeldOut(heldOut) }
      parametersSHA256 = sha256 ?? parametersSHA256
    } else {
      throw LogError(
        path: name, line: line, step != nil ? .lacks("loss") : loss != nil ? .lacks("step") : .unknown)
    }
  }
}

/// Why a file cannot be read as a log.
struct LogError: Error, Equatable, CustomStringConvertible {
  enum Reason: Equatable {
    /// A line is not an object of JSON, or has a value of another type.
    case json(JSONError)
    /// A row has a step and no loss, or a loss and no step.
    case lacks(String)
    /// An object has none of the keys of a log.
    case unknown
    /// A step does not come after the one before it.
    case order(step: Int, after: Int)
  }

  /// The file, or "standard input".
  let path: String
  /// The number of the line, from 1.
  let line: Int
  let reason: Reason

  init(path: String, line: Int, _ reason: Reason) {
    (self.path, self.line, self.reason) = (path, line, reason)
  }

  /// What is wrong, where, and what to do.
  var description: String {
    let file = FileError.streams.contains(path) ? path : "'\(path)'", line = grouped(line)
    let advice = "Name a file that 'microgpt train --log FILE' has written."
    return switch reason {
    case .json(let error): "\(file) is not a log at line \(line): \(error) \(advice)"
    case .lacks(let key): "\(file) is not a log: the row in line \(line) lacks '\(key)'. \(advice)"
    case .unknown:
      "\(file) is not a log: the object in line \(line) has no step, no held-out loss and no parameters' hash. "
        + advice
    case .order(let step, let last):
      "\(file) has step \(grouped(step)) in line \(line), after step \(grouped(last)). A log has the steps of one run "
        + "in their order. Make a file of each run."
    }
  }
}
