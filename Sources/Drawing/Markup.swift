// Bytes of HTML and SVG. What the program spells out goes in as it is; everything that comes from data is escaped, which
// the types see to: only literals can be added without escaping.

/// HTML or SVG as it is built, piece by piece.
///
///     var markup = Markup()
///     markup.raw("<p>")
///     markup.text("a < b")
///     markup.raw("</p>")  // <p>a &lt; b</p>
public struct Markup: Sendable, Equatable {
  /// What has been added, as UTF-8.
  public private(set) var bytes: [UInt8] = []

  /// An empty text.
  public init() {}

  /// Makes room for bytes to come.
  public mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }

  /// Adds markup that stands in the program.
  public mutating func raw(_ literal: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  /// Adds other markup, such as that of a part which was built by itself.
  public mutating func add(_ other: Markup) { bytes.append(contentsOf: other.bytes) }

  /// Adds a byte of ASCII.
  mutating func byte(_ byte: UInt8) { bytes.append(byte) }

  /// Adds text, escaped for elements and for attributes in double quotes.
  ///
  /// Control characters and bidirectional overrides become visible, such as `\u{1B}`: HTML has no place for the first, and
  /// the second would reverse what follows.
  public mutating func text(_ text: String) {
    for scalar in text.unicodeScalars { add(scalar) }
  }

  private mutating func add(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "&": raw("&amp;")
    case "<": raw("&lt;")
    case ">": raw("&gt;")
    case "\"": raw("&quot;")
    case "'": raw("&#39;")
    case "\n", "\t": bytes.append(UInt8(scalar.value))
    case _ where isInvisible(scalar):
      raw("\\u{")
      bytes.append(contentsOf: String(scalar.value, radix: 16, uppercase: true).utf8)
      raw("}")
    default: bytes.append(contentsOf: UTF8.encode(scalar)!)
    }
  }
}

/// Whether a character controls what is around it instead of being seen.
func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7f..<0xa0: true  // C0, DEL and C1
  case 0x61c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true  // bidirectional marks and overrides
  case 0x2028, 0x2029, 0xfeff: true
  case 0xfdd0...0xfdef: true  // not characters, like the last two of every plane
  case let value where value & 0xfffe == 0xfffe: true
  default: false
  }
}

extension Unicode.Scalar {
  /// The character as a label that can be seen: a space as ␣, the end of a line as ⏎, an accent over ◌, a control character
  /// by its number, such as U+001B.
  public var label: String {
    switch self {
    case " ": return "␣"
    case "\n": return "⏎"
    case "\t": return "⇥"
    default: break
    }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .spacingMark: return "◌" + String(self)
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .unassigned, .privateUse:
      let digits = String(value, radix: 16, uppercase: true)
      return "U+" + String(repeating: "0", count: max(4 - digits.count, 0)) + digits
    default: return String(self)
    }
  }
}
