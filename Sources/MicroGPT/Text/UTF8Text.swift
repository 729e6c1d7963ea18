// UTF-8 as Python reads it: strictly decoded, line ends normalized, white space by `str.strip()`.

/// What a text's bytes are, which decides how they can be read.
struct UTF8Survey {
  /// Whether every character is one byte.
  let isASCII: Bool
  /// Whether there is a carriage return.
  let hasReturns: Bool
  /// The line of the first bytes that are not UTF-8, from 1, if there are any. A line ends with `\n`, `\r\n` or `\r`.
  var invalidLine: Int?

  /// - Complexity: O(*n*), a vector of bytes at a time if all are ASCII, else eight at a time while they are.
  init(_ bytes: UnsafeRawBufferPointer) {
    var union: UInt8 = 0, returns: UInt8 = 0
    for index in 0..<bytes.count {
      union |= bytes[index]
      returns |= bytes[index] == UInt8(ascii: "\r") ? 1 : 0
    }
    (isASCII, hasReturns) = (union < 0x80, returns != 0)
    if isASCII { return }
    var index = 0
    while index < bytes.count {
      if bytes.count - index >= 8,
        bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      {
        index += 8
        continue
      }
      let start = index
      guard nextScalar(in: bytes, at: &index) != nil else {
        invalidLine = 1 + UTF8Survey.lineEnds(UnsafeRawBufferPointer(rebasing: bytes[..<start]))
        return
      }
    }
  }

  private static func lineEnds(_ bytes: UnsafeRawBufferPointer) -> Int {
    var count = 0
    for (index, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "\n") && !(index > 0 && bytes[index - 1] == UInt8(ascii: "\r"))
        || byte == UInt8(ascii: "\r")
      {
        count += 1
      }
    }
    return count
  }
}

/// Turns `\r\n` and lone `\r` into `\n`, in place, as Python does when it reads a text file.
///
/// - Returns: The number of bytes that are left.
func normalizeLineEnds(_ bytes: UnsafeMutableRawBufferPointer) -> Int {
  var written = 0, index = 0
  while index < bytes.count {
    var byte = bytes[index]
    index += 1
    if byte == UInt8(ascii: "\r") {
      byte = UInt8(ascii: "\n")
      if index < bytes.count, bytes[index] == UInt8(ascii: "\n") { index += 1 }
    }
    bytes[written] = byte
    written += 1
  }
  return written
}

/// The range without white space at its ends, as Python's `str.strip()` has it.
///
/// - Precondition: The range's bytes are UTF-8.
@inline(__always)
func stripped(_ range: Range<Int>, of bytes: UnsafeRawBufferPointer) -> Range<Int> {
  // Nearly every line of nearly every text.
  if range.isEmpty || isVisible(bytes[range.lowerBound]) && isVisible(bytes[range.upperBound &- 1]) {
    return range
  }
  return withoutSpace(range, of: bytes)
}

/// Whether a byte is an ASCII character that is no white space.
@inline(__always)
private func isVisible(_ byte: UInt8) -> Bool { 0x21..<0x80 ~= byte }

private func withoutSpace(_ range: Range<Int>, of bytes: UnsafeRawBufferPointer) -> Range<Int> {
  var (start, end) = (range.lowerBound, range.upperBound)
  while start < end {
    var next = start
    guard nextScalar(in: bytes, at: &next)!.isPythonSpace else { break }
    start = next
  }
  while start < end {
    var last = end - 1
    while bytes[last] & 0xC0 == 0x80 { last -= 1 }
    var next = last
    guard nextScalar(in: bytes, at: &next)!.isPythonSpace else { break }
    end = last
  }
  return start..<end
}

extension Unicode.Scalar {
  /// Whether Python's `str.strip()` strips it: Unicode's White_Space, and the four separators of ASCII.
  /// Written out, because Embedded Swift would link Unicode's tables for the property.
  var isPythonSpace: Bool {
    switch value {
    case 0x21...0x84: false  // nearly every scalar of nearly every text
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A: true
    case 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }
}

/// Reads the scalar at `index` and advances `index`, or returns `nil` if the bytes are not UTF-8.
///
/// A lead byte says how many bytes follow, each of which adds six bits. A value below `least` is an overlong form.
/// `Unicode.Scalar` itself rejects surrogates and values above U+10FFFF. Source: Unicode 16, section 3.9, table 3-7.
@inline(__always)
func nextScalar(in bytes: UnsafeRawBufferPointer, at index: inout Int) -> Unicode.Scalar? {
  let lead = bytes[index]
  index += 1
  var value: UInt32
  let following: Int
  let least: UInt32
  switch lead {
  case 0x00..<0x80: return Unicode.Scalar(lead)
  case 0xC0..<0xE0: (value, following, least) = (UInt32(lead & 0x1F), 1, 0x80)
  case 0xE0..<0xF0: (value, following, least) = (UInt32(lead & 0x0F), 2, 0x800)
  case 0xF0..<0xF8: (value, following, least) = (UInt32(lead & 0x07), 3, 0x10000)
  default: return nil
  }
  guard bytes.count - index >= following else { return nil }
  for _ in 0..<following {
    guard bytes[index] & 0xC0 == 0x80 else { return nil }
    value = value << 6 | UInt32(bytes[index] & 0x3F)
    index += 1
  }
  return value >= least ? Unicode.Scalar(value) : nil
}
