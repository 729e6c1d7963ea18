// The characters of tokens as UTF-8, for samplers that write a document's bytes.

/// Each token of a vocabulary as UTF-8.
struct TokenBytes {
  /// Up to four bytes, the first in the lowest place, and their number.
  private let characters: [(bytes: UInt32, count: Int)]

  init(_ tokenizer: Tokenizer) {
    characters = tokenizer.characters.map { scalar in
      var bytes: UInt32 = 0, count = 0
      for byte in UTF8.encode(scalar)! {
        bytes |= UInt32(byte) << UInt32(8 * count)
        count += 1
      }
      return (bytes, count)
    }
  }

  /// Calls `body` with the bytes of a token, in order.
  @inline(__always)
  func write(_ token: Int32, _ body: (UInt8) -> Void) {
    var (bytes, count) = characters[Int(token)]
    while count > 0 {
      body(UInt8(truncatingIfNeeded: bytes))
      (bytes, count) = (bytes &>> 8, count &- 1)
    }
  }

  /// Appends the bytes of a token.
  @inline(__always)
  func append(_ token: Int32, to text: inout [UInt8]) { write(token) { byte in text.append(byte) } }
}
