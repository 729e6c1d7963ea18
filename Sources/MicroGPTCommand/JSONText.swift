// Text in JSON (RFC 8259).

enum JSONText {
  /// A string in JSON's quotes: the quote, the backslash and control characters are escaped.
  ///
  /// - Parameter escapingControls: Whether to escape also what a terminal would act on and JSON need not escape, such as
  ///   U+009B and bidirectional overrides.
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
