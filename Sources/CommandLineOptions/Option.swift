/// Command-line options, each declared once beside the setting it fills.
///
/// A subcommand is a struct: its properties are the settings, their initial values the defaults, and one table
/// says how each is written, limited and explained. Parsing, errors and help all read that table. The
/// conventions are swift-argument-parser's, ready to be replaced by it: a row of the table becomes an `@Option`
/// or `@Flag` on the same property. Left out: positional arguments, bundled flags (`-abc`), shell completion.
package protocol Subcommand {
  static var name: String { get }
  /// One line, and an optional paragraph, for help.
  static var abstract: String { get }
  static var discussion: String { get }
  /// The options, under the headings that help groups them by.
  static var options: KeyValuePairs<String, [Option<Self>]> { get }
  /// What each example does, then its command line. Errors quote the first to show a value in its place.
  static var examples: KeyValuePairs<String, String> { get }
  init()
  /// Refuses settings that are right one by one but wrong together.
  func validate() throws(UsageError)
  func run() throws
}

extension Subcommand {
  package static var discussion: String { "" }
  package func validate() throws(UsageError) {}
}

/// A command line that cannot be run: what is wrong, where, and what to write instead.
///
/// A sentence and not an enum, as swift-argument-parser's `ValidationError` is, because no code tells these
/// mistakes apart: they are for the person who typed them.
package struct UsageError: Error, Equatable, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}

/// One row of a subcommand's table.
package struct Option<Settings: Subcommand> {
  let name: String
  var short: String?
  /// What stands for the value in help; a flag has none.
  var placeholder: String?
  /// What the value must be, such as "a whole number, 0 or more"; empty where any text will do.
  var expected = ""
  let help: String
  /// The limits and the default, which help shows in parentheses.
  var facts: String?
  let read: (inout Settings, String) throws(UsageError) -> Void

  /// The same option with a short form, such as `-s`, beside its long one.
  package func short(_ name: String) -> Self {
    var option = self
    option.short = name
    return option
  }

  package static func flag(_ name: String, _ path: WritableKeyPath<Settings, Bool>, _ help: String) -> Self {
    Self(name: name, help: help) { settings, _ in settings[keyPath: path] = true }
  }

  package static func text(
    _ name: String, _ placeholder: String, _ path: WritableKeyPath<Settings, String?>, _ help: String
  ) -> Self {
    Self(name: name, placeholder: placeholder, help: help) { $0[keyPath: path] = $1 }
  }

  /// One of the words of an enumeration.
  package static func choice<Value: CaseIterable & RawRepresentable<String>>(
    _ name: String, _ placeholder: String, _ path: WritableKeyPath<Settings, Value>, _ help: String
  ) -> Self {
    let words = list(Value.allCases.map(\.rawValue), "or")
    let facts = "\(words); default: \(Settings()[keyPath: path].rawValue)"
    return Self(name: name, placeholder: placeholder, expected: words, help: help, facts: facts) {
      (settings, text) throws(UsageError) in
      guard let value = Value(rawValue: text) else {
        throw UsageError("'\(name) \(text)' is not one of the choices. Give \(words).")
      }
      settings[keyPath: path] = value
    }
  }

  /// A whole number. A leading `+` is allowed, as in Swift's own conversions.
  package static func number<Value: FixedWidthInteger>(
    _ name: String, _ path: WritableKeyPath<Settings, Value>, _ limits: Limits<Value>, _ help: String
  ) -> Self {
    let notation = Notation(
      name: "a whole number", placeholder: "N", advice: "digits only", characters: "+-0123456789",
      greatest: .max, read: Value.init(_:))
    return number(name, path, limits, help, notation)
  }

  /// A finite decimal number, such as `0.01`, `.5` or `1e-3`.
  package static func number(
    _ name: String, _ path: WritableKeyPath<Settings, Double>, _ limits: Limits<Double>, _ help: String
  ) -> Self {
    let notation = Notation(
      name: "a decimal number", placeholder: "X", advice: "digits and a point", characters: "+-.0123456789eE",
      greatest: Double.greatestFiniteMagnitude, read: { Double($0).flatMap { $0.isFinite ? $0 : nil } })
    return number(name, path, limits, help, notation)
  }

  private static func number<Value>(
    _ name: String, _ path: WritableKeyPath<Settings, Value>, _ limits: Limits<Value>, _ help: String,
    _ notation: Notation<Value>
  ) -> Self {
    let initial = Settings()[keyPath: path]
    let expected = "\(notation.name), \(limits.words)"
    let facts = "\(limits.words); default: \(plain(initial))"
    return Self(
      name: name, placeholder: notation.placeholder, expected: expected, help: help, facts: facts
    ) { (settings, text) throws(UsageError) in
      // Double also reads 0x10, nan and inf, which are slips more often than intentions.
      guard text.allSatisfy(notation.characters.contains), Double(text) != nil else {
        let meant = Double(text.filter { $0 != "_" }).flatMap { notation.read(plain($0)) }
        let example = meant.flatMap { limits.contain($0) ? $0 : nil } ?? initial
        throw UsageError(
          "'\(name) \(text)' is not \(notation.name). "
            + "Write \(notation.advice), as in '\(name) \(plain(example))'.")
      }
      let value = notation.read(text)
      if value == nil, text.first != "-" {
        throw UsageError("'\(name) \(text)' is too large. Give at most \(plain(notation.greatest)).")
      }
      guard let value, limits.contain(value) else {
        throw UsageError("'\(name) \(text)' is out of range. Give \(expected).")
      }
      settings[keyPath: path] = value
    }
  }
}

/// How a kind of number is written.
private struct Notation<Value> {
  let name: String
  let placeholder: String
  let advice: String
  let characters: String
  let greatest: Value
  /// Gives nil beyond the range of the type.
  let read: (String) -> Value?
}

/// The numbers an option accepts, and the words that say so in help and in errors.
package struct Limits<Value: Comparable> {
  let words: String
  let contain: (Value) -> Bool

  package static func atLeast(_ low: Value) -> Self { Self(words: "\(plain(low)) or more") { $0 >= low } }
  package static func above(_ low: Value) -> Self { Self(words: "more than \(plain(low))") { $0 > low } }
  package static func from(_ low: Value, to high: Value) -> Self {
    Self(words: "\(plain(low)) to \(plain(high))") { $0 >= low && $0 <= high }
  }
  package static func from(_ low: Value, below high: Value) -> Self {
    Self(words: "\(plain(low)) or more but less than \(plain(high))") { $0 >= low && $0 < high }
  }
}

/// A number as a person writes it: `0`, not `0.0`.
private func plain<Value>(_ number: Value) -> String {
  let text = "\(number)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// `a, b or c`
package func list(_ words: [String], _ conjunction: String) -> String {
  let start = words.dropLast().joined(separator: ", ")
  return start.isEmpty ? words.joined() : "\(start) \(conjunction) \(words[words.count - 1])"
}
