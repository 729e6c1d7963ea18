// The part of JSON (RFC 8259) that the header of a safetensors file uses: objects, arrays, strings and whole numbers; and
// what the rows of a log add to it: other numbers, and values that are skipped.
//
// The reader is a cursor: its caller asks for the value that must come next. There is no tree of values and no recursion,
// so memory depends only on the values that the caller keeps, however deep or long the input is.

/// Reads JSON text in one pass.
///
///     var json = JSONReader(Array(#"{"shape": [27, 16]}"#.utf8))
///     var isFirst = true
///     try json.beginObject()
///     try json.nextKey(&isFirst)  // "shape"
///     try json.wholeNumbers()  // [27, 16]
///     try json.nextKey(&isFirst)  // nil
///     try json.finish()
package struct JSONReader {
  private let bytes: [UInt8]
  private let end: Int
  /// Where the next byte is read, from the start of `bytes`.
  package private(set) var offset: Int

  /// A reader of these bytes, or of a range of them.
  package init(_ bytes: [UInt8], in range: Range<Int>? = nil) {
    self.bytes = bytes
    (offset, end) = (range?.lowerBound ?? 0, range?.upperBound ?? bytes.count)
  }

  /// Reads the opening brace of an object.
  package mutating func beginObject() throws(JSONError) { try begin("{", "an object") }

  /// Reads up to the value of an object's next member.
  ///
  /// - Parameter isFirst: `true` before the first member; `false` is written.
  /// - Returns: The member's key, or `nil` at the closing brace.
  package mutating func nextKey(_ isFirst: inout Bool) throws(JSONError) -> String? {
    guard try nextItem(&isFirst, closedBy: "}") else { return nil }
    guard try peek() == UInt8(ascii: "\"") else {
      throw .syntax(expected: "a key in quotes", found: bytes[offset], offset: offset)
    }
    let key = try string()
    try expect(":")
    return key
  }

  /// Reads an array of whole numbers.
  mutating func wholeNumbers() throws(JSONError) -> [Int] {
    try begin("[", "an array")
    var numbers: [Int] = [], isFirst = true
    while try nextItem(&isFirst, closedBy: "]") { numbers.append(try wholeNumber()) }
    return numbers
  }

  /// Reads a whole number, 0 or more, which has no sign, fraction, exponent or leading zero.
  package mutating func wholeNumber() throws(JSONError) -> Int {
    let first = try peek(), start = offset
    guard first == UInt8(ascii: "-") || JSONReader.isDigit(first) else { throw wrongType("a whole number") }
    var number = Count(0)
    while offset < end, JSONReader.isDigit(bytes[offset]) {
      number = number * 10 + Count(Int(bytes[offset] & 15))
      offset += 1
    }
    let next = offset < end ? bytes[offset] : UInt8(ascii: " ")
    let hasLeadingZero = offset - start > 1 && first == UInt8(ascii: "0")
    guard offset > start, !hasLeadingZero, !".eE+-".utf8.contains(next) else {
      throw .notWhole(offset: start)
    }
    guard let value = number.value else { throw .numberTooLarge(offset: start) }
    return value
  }

  /// Reads a string.
  package mutating func string() throws(JSONError) -> String {
    guard try peek() == UInt8(ascii: "\"") else { throw wrongType("a string") }
    offset += 1
    var text = ""
    while true {
      guard offset < end else { throw .endsEarly(offset: end) }
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        offset += 1
        return text
      case UInt8(ascii: "\\"): text.unicodeScalars.append(try escape())
      case 0..<0x20: throw .controlCharacter(offset: offset)
      default: text.unicodeScalars.append(try scalar())
      }
    }
  }

  /// Reads a number.
  ///
  /// Not a number or infinite are those that Python writes so, which are not JSON, `null`, which is what other programs
  /// write instead, and those beyond the range of a double.
  package mutating func number() throws(JSONError) -> Double {
    let first = try peek(), start = offset
    for (word, value) in JSONReader.wordsOfNumbers where hasWord(word) { return value }
    guard first == UInt8(ascii: "-") || JSONReader.isDigit(first) else { throw wrongType("a number") }
    try skipNumber()
    guard let value = Double(spelled: String(decoding: bytes[start..<offset], as: UTF8.self)) else {
      throw .syntax(expected: "a number", found: first, offset: start)
    }
    return value
  }

  private static let wordsOfNumbers: [(StaticString, Double)] = [
    ("null", .nan), ("NaN", .nan), ("Infinity", .infinity), ("-Infinity", -.infinity),
  ]

  /// Reads up to the end of a value of any type. Memory grows by a bit with each array or object in another.
  package mutating func skipValue() throws(JSONError) {
    // Of those that are open, innermost last: whether it is an object, and whether no item of it was read.
    var open: [(isObject: Bool, isFirst: Bool)] = []
    repeat {
      if let inner = open.last {
        let isItem: Bool
        if inner.isObject {
          isItem = try nextKey(&open[open.count - 1].isFirst) != nil
        } else {
          isItem = try nextItem(&open[open.count - 1].isFirst, closedBy: "]")
        }
        if !isItem {
          open.removeLast()
          continue
        }
      }
      switch try peek() {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        open.append((bytes[offset] == UInt8(ascii: "{"), true))
        offset += 1
      case UInt8(ascii: "\""): _ = try string()
      case _ where hasWord("true") || hasWord("false"): break
      default: _ = try number()
      }
    } while !open.isEmpty
  }

  /// Reads a word if it comes next.
  private mutating func hasWord(_ word: StaticString) -> Bool {
    let isNext = word.withUTF8Buffer { end - offset >= $0.count && bytes[offset...].starts(with: $0) }
    if isNext { offset += word.utf8CodeUnitCount }
    return isNext
  }

  /// Reads up to the end of a number: a minus sign, digits without a leading zero, a fraction, an exponent.
  private mutating func skipNumber() throws(JSONError) {
    func digits(_ reader: inout JSONReader) throws(JSONError) {
      let start = reader.offset
      while reader.offset < reader.end, JSONReader.isDigit(reader.bytes[reader.offset]) { reader.offset += 1 }
      if reader.offset > start { return }
      guard start < reader.end else { throw .endsEarly(offset: start) }
      throw .syntax(expected: "a digit", found: reader.bytes[start], offset: start)
    }
    func has(_ characters: String, _ reader: inout JSONReader) -> Bool {
      let isNext = reader.offset < reader.end && characters.utf8.contains(reader.bytes[reader.offset])
      if isNext { reader.offset += 1 }
      return isNext
    }
    _ = has("-", &self)
    if has("0", &self) {
      if offset < end, JSONReader.isDigit(bytes[offset]) {
        throw .syntax(expected: "no digit after a leading zero", found: bytes[offset], offset: offset)
      }
    } else {
      try digits(&self)
    }
    if has(".", &self) { try digits(&self) }
    if has("eE", &self) {
      _ = has("+-", &self)
      try digits(&self)
    }
  }

  /// Checks that only spaces are left.
  package mutating func finish() throws(JSONError) {
    while offset < end {
      guard bytes[offset] == UInt8(ascii: " ") else { throw .textAfterEnd(offset: offset) }
      offset += 1
    }
  }

  /// The next byte that is not white space.
  private mutating func peek() throws(JSONError) -> UInt8 {
    while offset < end {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return bytes[offset]
      }
    }
    throw .endsEarly(offset: end)
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(JSONError) {
    guard try peek() == UInt8(ascii: character) else {
      throw .syntax(expected: "'\(character)'", found: bytes[offset], offset: offset)
    }
    offset += 1
  }

  private mutating func begin(_ character: Unicode.Scalar, _ type: String) throws(JSONError) {
    guard try peek() == UInt8(ascii: character) else { throw wrongType(type) }
    offset += 1
  }

  /// Reads the comma before an item of an object or array, or its end.
  private mutating func nextItem(
    _ isFirst: inout Bool, closedBy closing: Unicode.Scalar
  ) throws(JSONError) -> Bool {
    if try peek() == UInt8(ascii: closing) {
      offset += 1
      return false
    }
    if !isFirst {
      guard bytes[offset] == UInt8(ascii: ",") else {
        throw .syntax(expected: "',' or '\(closing)'", found: bytes[offset], offset: offset)
      }
      offset += 1
    }
    isFirst = false
    return true
  }

  /// Reads a character of a string.
  private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
    var next = offset
    let scalar = bytes.withUnsafeBytes { nextScalar(in: $0, at: &next) }
    guard let scalar, next <= end else { throw .invalidUTF8(offset: offset) }
    offset = next
    return scalar
  }

  /// Reads an escape; of a character above U+FFFF, both surrogates.
  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    let start = offset
    offset += 1
    guard offset < end else { throw .endsEarly(offset: end) }
    let letter = bytes[offset]
    offset += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw .badEscape(offset: start)
    }
    let unit = try fourDigits(start)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard unit < 0xDC00, end - offset >= 6, bytes[offset] == UInt8(ascii: "\\"),
      bytes[offset + 1] == UInt8(ascii: "u")
    else { throw .loneSurrogate(offset: start) }
    offset += 2
    let low = try fourDigits(start)
    guard 0xDC00..<0xE000 ~= low,
      let scalar = Unicode.Scalar(0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF)
    else { throw .loneSurrogate(offset: start) }
    return scalar
  }

  /// Reads the four digits of an escape that begins at `start`.
  private mutating func fourDigits(_ start: Int) throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard offset < end else { throw .endsEarly(offset: end) }
      guard let digit = hexDigitValue(bytes[offset]) else { throw .badEscape(offset: start) }
      value = value << 4 | digit
      offset += 1
    }
    return value
  }

  /// The error of a value that is not of the type expected here.
  private func wrongType(_ expected: String) -> JSONError {
    let found: String
    switch bytes[offset] {
    case UInt8(ascii: "{"): found = "an object"
    case UInt8(ascii: "["): found = "an array"
    case UInt8(ascii: "\""): found = "a string"
    case UInt8(ascii: "t"), UInt8(ascii: "f"): found = "true or false"
    case UInt8(ascii: "n"): found = "null"
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): found = "a number"
    case let byte: return .syntax(expected: expected, found: byte, offset: offset)
    }
    return .wrongType(expected: expected, found: found, offset: offset)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
}

/// The value of a hexadecimal digit in ASCII, in either case.
func hexDigitValue(_ byte: UInt8) -> UInt32? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
  case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
  default: nil
  }
}

/// Words as eight hexadecimal digits each, in lower case.
func hexDigits(of words: [UInt32]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(unsafeUninitializedCapacity: 8 * words.count) { text in
    for (i, word) in words.enumerated() {
      for j in 0..<8 { text[8 * i + j] = digits[Int(word >> UInt32(28 - 4 * j) & 15)] }
    }
    return 8 * words.count
  }
}

/// Appends a string in quotes, escaped as Python's `json.dumps(text, ensure_ascii=False)` does it.
package func appendJSON(_ text: String, to output: inout [UInt8]) {
  var text = text
  output.append(UInt8(ascii: "\""))
  text.withUTF8 { bytes in
    // Bytes that need no escape are appended together.
    var plain = 0
    for (i, byte) in bytes.enumerated()
    where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
      output += bytes[plain..<i]
      output += jsonEscape(of: byte).utf8
      plain = i + 1
    }
    output += bytes[plain...]
  }
  output.append(UInt8(ascii: "\""))
}

/// What stands for a quote, a backslash or a control character in a JSON string.
private func jsonEscape(of byte: UInt8) -> String {
  switch byte {
  case UInt8(ascii: "\""): "\\\""
  case UInt8(ascii: "\\"): "\\\\"
  case 0x08: "\\b"
  case 0x09: "\\t"
  case 0x0A: "\\n"
  case 0x0C: "\\f"
  case 0x0D: "\\r"
  default: (byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16)
  }
}

/// Why JSON text cannot be read. Offsets count bytes from the start of the file.
public enum JSONError: Error, Equatable {
  /// The text ends within a value.
  case endsEarly(offset: Int)
  /// A byte that begins no value, or is the wrong separator.
  case syntax(expected: String, found: UInt8, offset: Int)
  /// A value of the wrong type.
  case wrongType(expected: String, found: String, offset: Int)
  /// A string's bytes are not UTF-8.
  case invalidUTF8(offset: Int)
  /// A string has a character below U+0020 that is not escaped.
  case controlCharacter(offset: Int)
  /// A backslash that begins no escape.
  case badEscape(offset: Int)
  /// Half of a pair of surrogates.
  case loneSurrogate(offset: Int)
  /// A number that is negative, has a fraction or an exponent, or a leading zero.
  case notWhole(offset: Int)
  /// A whole number beyond `Int`.
  case numberTooLarge(offset: Int)
  /// A key occurs twice in an object. The offset is the end of the object.
  case duplicateKey(String, offset: Int)
  /// An object has an unknown key. The offset is after the key.
  case unknownKey(String, expected: String, offset: Int)
  /// An object lacks a key. The offset is the end of the object.
  case missingKey(String, offset: Int)
  /// Something other than spaces follows the value.
  case textAfterEnd(offset: Int)
}

extension JSONError: CustomStringConvertible {
  /// What is wrong, and where.
  public var description: String {
    switch self {
    case .endsEarly(let offset):
      "The JSON text breaks off at byte \(offset)."
    case .syntax(let expected, let found, let offset):
      "The JSON text needs \(expected) at byte \(offset), but has \(shown(byte: found))."
    case .wrongType(let expected, let found, let offset):
      "The JSON text needs \(expected) at byte \(offset), but has \(found)."
    case .invalidUTF8(let offset):
      "The JSON string is not UTF-8 at byte \(offset)."
    case .controlCharacter(let offset):
      "The JSON string has a control character at byte \(offset), which has to be escaped."
    case .badEscape(let offset):
      "The JSON string has a backslash at byte \(offset) that begins no escape."
    case .loneSurrogate(let offset):
      "The JSON string has half of a surrogate pair at byte \(offset)."
    case .notWhole(let offset):
      "The JSON number at byte \(offset) has to be a whole one, 0 or more, with digits only."
    case .numberTooLarge(let offset):
      "The JSON number at byte \(offset) is too large."
    case .duplicateKey(let key, let offset):
      "The JSON object that ends before byte \(offset) has the key \(excerpt(key)) twice."
    case .unknownKey(let key, let expected, let offset):
      "The JSON object has the key \(excerpt(key)) before byte \(offset), but only \(expected) are known."
    case .missingKey(let key, let offset):
      "The JSON object that ends before byte \(offset) lacks the key \(excerpt(key))."
    case .textAfterEnd(let offset):
      "The JSON text has ended, but byte \(offset) is not a space."
    }
  }
}

/// A byte as messages show it: in quotes if it is printable ASCII, else by its number.
private func shown(byte: UInt8) -> String {
  0x21..<0x7F ~= byte ? "'\(Unicode.Scalar(byte))'" : "byte 0x" + String(byte, radix: 16)
}

/// A text from a file as messages show it: in quotes, cut at 60 characters, with control characters spelled out.
func excerpt(_ text: String) -> String {
  var shown = "'", count = 0
  for scalar in text.unicodeScalars {
    if count == 60 { return shown + "'..." }
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
      shown += "U+" + String(scalar.value, radix: 16, uppercase: true)
    default: shown.unicodeScalars.append(scalar)
    }
    count += 1
  }
  return shown + "'"
}
