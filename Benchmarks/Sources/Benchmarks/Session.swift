// What the benchmarks share: the texts, the machine's speed, and the figures as lines of JSON.

import Foundation
import MicroGPT

/// A run of some benchmarks.
final class Session {
  let options: Options
  let set: InstructionSet
  /// The machine's speed at the start.
  let machine: Machine
  private var rows: [String] = []

  /// - Throws: `Failure` if this processor lacks the instruction set that MICROGPT_ISA names, or the JSON cannot be
  ///   written.
  init(_ options: Options) throws(Failure) {
    self.options = options
    let name = ProcessInfo.processInfo.environment["MICROGPT_ISA"] ?? ""
    guard let set = name.isEmpty ? .widest : InstructionSet.available.first(where: { $0.rawValue == name })
    else {
      let names = InstructionSet.available.map { $0.rawValue }.joined(separator: ", ")
      throw Failure(
        code: Failure.usage,
        "MICROGPT_ISA is '\(name)', which this processor does not have. It has \(names).")
    }
    self.set = set
    machine = Machine(set)
    if let json = options.json { try write("", to: json) }
    print(
      "\(set.rawValue): \(number(machine.floatRate / 1e9, 1)) GFLOP/s of floats, fused; "
        + "\(number(machine.doubleRate / 1e9, 1)) of doubles, not fused")
  }

  /// The names that most benchmarks learn: those of `--data`, or the built-in ones.
  private(set) lazy var names = Result { () throws(Failure) in
    guard let path = options.names else { return Corpus.names }
    return try corpus(path)
  }

  /// The name of that text in messages.
  var namesTitle: String { options.names.map { "'\($0)'" } ?? "The built-in text" }

  /// Calls `body` with the path of a file of the names, for other programs.
  func withNamesFile<R>(_ body: (String) throws -> R) throws -> R {
    if let path = options.names { return try body(path) }
    let path = NSTemporaryDirectory() + "microgpt-names-\(ProcessInfo.processInfo.processIdentifier).txt"
    try write(Corpus.namesText, to: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  /// The bytes of a file.
  func contents(_ path: String) throws(Failure) -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw Failure(code: Failure.input, "'\(path)' cannot be read. Name a file that is there.")
    }
  }

  func corpus(_ path: String) throws(Failure) -> Corpus {
    do {
      return try Corpus(utf8: contents(path))
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(code: Failure.data, "There is nothing to learn in '\(path)': \(error)")
    }
  }

  func write(_ text: String, to path: String) throws(Failure) {
    do {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw Failure(
        code: Failure.output, "'\(path)' cannot be written. Name a file in a folder that is there.")
    }
  }

  /// Records a figure for `--json`.
  func record(_ row: KeyValuePairs<String, JSONValue>) {
    rows.append("{" + row.map { "\"\($0)\": \($1.text)" }.joined(separator: ", ") + "}")
  }

  /// Writes what has been recorded.
  func end() throws(Failure) {
    if let json = options.json { try write(rows.map { $0 + "\n" }.joined(), to: json) }
  }
}

/// A value in a line of JSON.
struct JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
  let text: String

  init(stringLiteral value: String) { text = "\"\(value)\"" }
  init(integerLiteral value: Int) { text = "\(value)" }
  init(booleanLiteral value: Bool) { text = "\(value)" }

  static func text(_ value: String) -> JSONValue { JSONValue(stringLiteral: value) }
  static func count(_ value: Int) -> JSONValue { JSONValue(integerLiteral: value) }
  static func flag(_ value: Bool) -> JSONValue { JSONValue(booleanLiteral: value) }
  /// With three digits after the point, or more if these are too few.
  static func number(_ value: Double) -> JSONValue { JSONValue(digits: Benchmarks.number(value, 3)) }
  static func loss(_ value: Double) -> JSONValue { JSONValue(digits: Benchmarks.number(value, 6)) }

  /// A missing figure.
  static let null = JSONValue(digits: "null")

  private init(digits: String) { text = digits }
}
