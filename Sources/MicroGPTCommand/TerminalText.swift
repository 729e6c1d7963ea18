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

/// The columns that a text takes on a terminal: marks on the character before them take none, wide characters two.
func displayWidth(_ text: String) -> Int {
  text.unicodeScalars.reduce(0) { width, scalar in
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: width
    default: width + (isWide(scalar) ? 2 : 1)
    }
  }
}

/// Whether the character takes two columns: East Asian scripts and their signs, and pictographs.
private func isWide(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
    0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1f9ff,
    0x20000...0x3fffd:
    true
  default: false
  }
}
