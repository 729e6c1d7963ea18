/// Options whose values are numbers: how they are written, which are accepted, and the errors for others.
extension Option where Owner: Settings {
  /// A whole number. A leading `+` is allowed, as in Swift's own conversions.
  package static func number<Value: FixedWidthInteger>(
    _ name: String, _ path: @autoclosure @escaping () -> WritableKeyPath<Owner, Value>,
    _ limits: @autoclosure @escaping () -> Limits<Value>, _ help: String
  ) -> Self {
    number(name, get: { $0[keyPath: path()] }, set: { $0[keyPath: path()] = $1 }, limits(), help)
  }

  /// A whole number in a property that is accessed by two closures.
  package static func number<Value: FixedWidthInteger>(
    _ name: String, get: @escaping (Owner) -> Value, set: @escaping (inout Owner, Value) -> Void,
    _ limits: @autoclosure @escaping () -> Limits<Value>, _ help: String
  ) -> Self {
    number(name, initial: get(Owner()), set, limits(), example: get(Owner()), help, .whole, "N")
  }

  /// A whole number without a default. Errors show `example` as a model.
  package static func number<Value: FixedWidthInteger>(
    _ name: String, _ path: @autoclosure @escaping () -> WritableKeyPath<Owner, Value?>,
    _ limits: @autoclosure @escaping () -> Limits<Value>, example: Value, _ help: String
  ) -> Self {
    number(
      name, initial: nil, { $0[keyPath: path()] = $1 }, limits(), example: example, help, .whole, "N")
  }

  /// A finite decimal number without a default.
  package static func number(
    _ name: String, _ path: @autoclosure @escaping () -> WritableKeyPath<Owner, Double?>,
    _ limits: @autoclosure @escaping () -> Limits<Double>, example: Double, _ help: String
  ) -> Self {
    number(
      name, initial: nil, { $0[keyPath: path()] = $1 }, limits(), example: example, help, .decimal, "X")
  }

  /// A finite decimal number, such as `0.01`, `.5` or `1e-3`.
  package static func number(
    _ name: String, _ path: @autoclosure @escaping () -> WritableKeyPath<Owner, Double>,
    _ limits: @autoclosure @escaping () -> Limits<Double>, _ help: String
  ) -> Self {
    number(name, get: { $0[keyPath: path()] }, set: { $0[keyPath: path()] = $1 }, limits(), help)
  }

  /// A finite decimal number in a property that is accessed by two closures.
  package static func number(
    _ name: String, get: @escaping (Owner) -> Double, set: @escaping (inout Owner, Double) -> Void,
    _ limits: @autoclosure @escaping () -> Limits<Double>, _ help: String
  ) -> Self {
    number(name, initial: get(Owner()), set, limits(), example: get(Owner()), help, .decimal, "X")
  }

  private static func number<Value>(
    _ name: String, initial: @autoclosure @escaping () -> Value?,
    _ set: @escaping (inout Owner, Value) -> Void, _ limits: @autoclosure @escaping () -> Limits<Value>,
    example: @autoclosure @escaping () -> Value, _ help: String,
    _ notation: @autoclosure @escaping () -> Notation<Value>, _ placeholder: String
  ) -> Self {
    Self(
      name: name, placeholder: placeholder, help: help,
      value: OptionValue(limits(), notation(), initial: initial())
    ) { (owner, text) throws(UsageError) in
      let limits = limits(), notation = notation()
      // Double also reads 0x10, nan and inf, which are more often mistakes than intended.
      guard text.allSatisfy(notation.characters.contains), Double(text) != nil else {
        let meant = Double(text.filter { $0 != "_" }).flatMap { notation.read(plain($0)) }
        let example = meant.flatMap { limits.contain($0) ? $0 : nil } ?? example()
        throw UsageError(
          "'\(name) \(text)' is not \(notation.name). "
            + "Write \(notation.advice), as in '\(name) \(plain(example))'.")
      }
      let value = notation.read(text)
      if value == nil, text.first != "-" {
        throw UsageError("'\(name) \(text)' is too large. Give at most \(plain(notation.greatest)).")
      }
      guard let value, limits.contain(value) else {
        let expected = OptionValue(limits, notation, initial: nil).expected
        throw UsageError("'\(name) \(text)' is out of range. Give \(expected).")
      }
      set(&owner, value)
    }
  }
}

extension OptionValue {
  /// A number within limits.
  fileprivate init<Value>(_ limits: Limits<Value>, _ notation: Notation<Value>, initial: Value?) {
    self.init(
      expected: "\(notation.name), \(limits.words)",
      facts: limits.words + (initial.map { "; default: \(plain($0))" } ?? ""))
  }
}

/// How a kind of number is written.
private struct Notation<Value> {
  let name: String
  let advice: String
  let characters: String
  let greatest: Value
  /// Returns nil beyond the range of the type.
  let read: (String) -> Value?
}

extension Notation where Value: FixedWidthInteger {
  static var whole: Self {
    Notation(
      name: "a whole number", advice: "digits only", characters: "+-0123456789",
      greatest: .max, read: Value.init(_:))
  }
}

extension Notation<Double> {
  static var decimal: Self {
    Notation(
      name: "a decimal number", advice: "digits and a point", characters: "+-.0123456789eE",
      greatest: Double.greatestFiniteMagnitude, read: { Double($0).flatMap { $0.isFinite ? $0 : nil } })
  }
}

/// The numbers an option accepts, and their description in help and errors.
package struct Limits<Value: Comparable> {
  let contain: (Value) -> Bool
  private let describe: () -> String

  private init(words: @autoclosure @escaping () -> String, contain: @escaping (Value) -> Bool) {
    (describe, self.contain) = (words, contain)
  }

  /// The limits as help says them.
  var words: String { describe() }

  package static func atLeast(_ low: Value) -> Self { Self(words: "\(plain(low)) or more") { $0 >= low } }
  package static func above(_ low: Value) -> Self { Self(words: "more than \(plain(low))") { $0 > low } }
  package static func above(_ low: Value, to high: Value) -> Self {
    Self(words: "more than \(plain(low)), at most \(plain(high))") { $0 > low && $0 <= high }
  }
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
