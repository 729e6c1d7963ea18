// The part of protocol buffers' wire format that an ONNX file needs, written without a schema.
//
//     var message = ProtobufMessage()          08 96 01              field 1, a varint: 150
//     message.append(1, 150)                   12 07 74 65 73 ...    field 2, 7 bytes: "testing"
//     message.append(2, "testing")
//
// A message is a sequence of fields. A field is a key, its number times 8 plus its wire type, then a value: a varint (type
// 0), or a length and so many bytes (type 2), which are a text, bytes or another message. Fixed-width numbers and packed
// arrays are left out: no ONNX file has to have them. Source: https://protobuf.dev/programming-guides/encoding.

/// A message of protocol buffers, written field by field.
///
///     var message = ProtobufMessage()
///     message.append(1, 150)
///     message.append(2, "testing")
///     message.bytes.count  // 12
///
/// A field that is appended several times is repeated. Python's writer orders fields by their numbers; callers that want
/// its bytes append them in that order.
struct ProtobufMessage {
  /// The fields so far.
  private(set) var bytes: [UInt8] = []

  /// Appends a whole number, such as an `int64` or an enumeration's value. A negative one takes ten bytes.
  mutating func append(_ field: Int, _ value: Int) {
    appendVarint(UInt64(field) << 3)
    appendVarint(UInt64(bitPattern: Int64(value)))
  }

  /// Appends a text in UTF-8.
  mutating func append(_ field: Int, _ text: String) { append(field, Array(text.utf8)) }

  /// Appends a message as a field of this one.
  mutating func append(_ field: Int, _ message: ProtobufMessage) { append(field, message.bytes) }

  /// Appends bytes.
  mutating func append(_ field: Int, _ value: [UInt8]) {
    appendVarint(UInt64(field) << 3 | 2)
    appendVarint(UInt64(value.count))
    bytes += value
  }

  /// Appends seven bits a byte, the lowest first. The highest bit of a byte says that another one follows.
  private mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
