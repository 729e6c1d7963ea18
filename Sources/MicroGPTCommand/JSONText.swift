// What `--json` prints: one object on one line.

/// A JSON value (RFC 8259).
enum JSONText {
  case string(String)
  /// `null` if it is not finite, since JSON has no such number; otherwise with digits that parse back to the same double.
  case number(Double)
  case integer(Int)
  /// A number by its digits, such as one that an `Int` cannot hold.
  case digits(String)
  case bool(Bool)
  case null
  case array([JSONText])
  /// Its members, in this order.
  case object([(key: String, value: JSONText)])

  /// The value as text, without line breaks.
  var text: String { text(escapingControls: false) }

  /// The value as text, without line breaks.
  ///
  /// - Parameter escapingControls: Whether to escape also what a terminal would act on and JSON need not escape, such as
  ///   U+009B and bidirectional overrides.
  func text(escapingControls: Bool) -> String {
    switch self {
    case .string(let text): JSONText.quoted(text, escapingControls: escapingControls)
    case .number(let number): number.isFinite ? "\(number)" : "null"
    case .integer(let number): "\(number)"
    case .digits(let digits): digits
    case .bool(let isTrue): isTrue ? "true" : "false"
    case .null: "null"
    case .array(let values):
      "[" + values.map { $0.text(escapingControls: escapingControls) }.joined(separator: ", ") + "]"
    case .object(let members):
      "{"
        + members.map { "\(JSONText.quoted($0.key)): \($0.value.text(escapingControls: escapingControls))" }
        .joined(separator: ", ") + "}"
    }
  }

  /// A string, or `null` if there is none.
  static func optional(_ text: String?) -> JSONText { text.map { .string($0) } ?? .null }

  /// A string in JSON's quotes: the quote, the backslash and control characters are escaped.
  static func quoted(_ text: String, escapingControls: Bool = false) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\0"..<" ": quoted += escape(scalar)
      case _ where escapingControls && isUnsafe(scalar): quoted += escape(scalar)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    "\\u" + padded(String(scalar.value, radix: 16), 4, with: "0")
  }
}
