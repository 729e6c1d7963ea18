// Text that may hold anything, made safe to show on a terminal.

import MicroGPT

/// The text with its control characters and bidirectional overrides as escapes, such as `\u{1B}`: on a terminal they
/// would move the cursor, change colors or reverse what follows.
func escaped(_ text: String) -> String {
  var safe = ""
  for scalar in text.unicodeScalars {
    if isUnsafe(scalar) {
      safe += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    } else {
      safe.unicodeScalars.append(scalar)
    }
  }
  return safe
}

/// The same with line ends as they are.
func escapedLines(_ text: String) -> String {
  text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    .map { escaped(String($0)) }.joined(separator: "\n")
}

/// A character and its code point, as messages name it: 'C' (U+0043).
func named(_ character: Unicode.Scalar) -> String {
  let code = String(character.value, radix: 16, uppercase: true)
  return "'\(escaped(String(character)))' (U+\(padded(code, 4, with: "0")))"
}

extension Tokenizer {
  /// The characters that it knows, sorted: all of them, unless there are hundreds.
  var shown: String {
    let text = String(String.UnicodeScalarView(characters.prefix(200)))
    return escaped(text) + (characters.count > 200 ? " and \(grouped(characters.count - 200)) more" : "")
  }
}

/// Whether a terminal would act on the character rather than show it.
func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7f..<0xa0: true  // C0, DEL and C1
  // Bidirectional marks, overrides and isolates.
  case 0x61c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
  default: false
  }
}
