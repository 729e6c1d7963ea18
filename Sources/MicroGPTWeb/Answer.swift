// What the module hands to the worker: JSON, and behind it the arrays of numbers that the JSON refers to.
//
// In memory: the JSON's length and that of the whole as two 32-bit integers, the JSON as UTF-8, zeros up to a multiple of
// 8 bytes, then the arrays, each from a multiple of 8 bytes on. In the JSON an array is `{"$":"Float32Array","at":0,"count":3}`,
// with the byte at which it starts behind the JSON.

import MicroGPT

/// An answer that is being written.
package struct Answer {
  private var json: [UInt8] = []
  private var numbers: [UInt8] = []
  /// Whether something stands before the next value, so that a comma has to.
  private var needsComma = false

  package init() {}

  /// An answer with an error alone.
  package init(error: String) {
    self.init()
    object { $0.field("error", error) }
  }

  /// The answer as it is handed over.
  package var bytes: [UInt8] {
    let start = (8 + json.count + 7) / 8 * 8
    var bytes: [UInt8] = []
    bytes.reserveCapacity(start + numbers.count)
    append(UInt32(json.count), to: &bytes)
    append(UInt32(start + numbers.count), to: &bytes)
    bytes += json
    while bytes.count < start { bytes.append(0) }
    bytes += numbers
    return bytes
  }

  /// The JSON alone.
  package var text: String { String(decoding: json, as: UTF8.self) }

  // MARK: - Values

  package mutating func object(_ write: (inout Answer) -> Void) { nested("{", "}", write) }
  package mutating func array(_ write: (inout Answer) -> Void) { nested("[", "]", write) }

  package mutating func string(_ value: String) {
    comma()
    appendJSON(value, to: &json)
    needsComma = true
  }

  package mutating func number(_ value: Int) { plain("\(value)") }
  /// A number that is not finite is null.
  package mutating func number(_ value: Double) { plain(value.isFinite ? "\(value)" : "null") }
  package mutating func bool(_ value: Bool) { plain(value ? "true" : "false") }

  // MARK: - Members of an object

  package mutating func field(_ key: String, _ value: String) { name(key) { $0.string(value) } }
  package mutating func field(_ key: String, _ value: Int) { name(key) { $0.number(value) } }
  package mutating func field(_ key: String, _ value: Double) { name(key) { $0.number(value) } }
  package mutating func field(_ key: String, _ value: Bool) { name(key) { $0.bool(value) } }
  package mutating func object(_ key: String, _ write: (inout Answer) -> Void) {
    name(key) { $0.object(write) }
  }
  package mutating func array(_ key: String, _ write: (inout Answer) -> Void) {
    name(key) { $0.array(write) }
  }
  package mutating func field(_ key: String, _ strings: [String]) {
    name(key) { $0.array { array in for string in strings { array.string(string) } } }
  }

  package mutating func field(_ key: String, float32 values: [Float]) {
    reference(key, "Float32Array", values.count)
    for value in values { append(value.bitPattern, to: &numbers) }
    align()
  }

  package mutating func field(_ key: String, float64 values: [Double]) {
    reference(key, "Float64Array", values.count)
    for value in values {
      append(UInt32(truncatingIfNeeded: value.bitPattern), to: &numbers)
      append(UInt32(truncatingIfNeeded: value.bitPattern >> 32), to: &numbers)
    }
    align()
  }

  package mutating func field(_ key: String, int32 values: [Int]) {
    reference(key, "Int32Array", values.count)
    for value in values { append(UInt32(bitPattern: Int32(truncatingIfNeeded: value)), to: &numbers) }
    align()
  }

  // MARK: - Bytes

  private mutating func reference(_ key: String, _ type: String, _ count: Int) {
    let start = numbers.count
    object(key) { object in
      object.field("$", type)
      object.field("at", start)
      object.field("count", count)
    }
  }

  private mutating func name(_ key: String, _ write: (inout Answer) -> Void) {
    string(key)
    json.append(UInt8(ascii: ":"))
    needsComma = false
    write(&self)
  }

  private mutating func nested(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ write: (inout Answer) -> Void
  ) {
    comma()
    json.append(UInt8(ascii: open))
    needsComma = false
    write(&self)
    json.append(UInt8(ascii: close))
    needsComma = true
  }

  private mutating func plain(_ text: String) {
    comma()
    json += text.utf8
    needsComma = true
  }

  private mutating func comma() { if needsComma { json.append(UInt8(ascii: ",")) } }

  private mutating func align() { while numbers.count % 8 != 0 { numbers.append(0) } }
}

/// Appends a number, its low byte first. (Not a method: an answer that is being read cannot grow without being copied.)
private func append(_ value: UInt32, to bytes: inout [UInt8]) {
  for shift in stride(from: UInt32(0), to: 32, by: 8) {
    bytes.append(UInt8(truncatingIfNeeded: value >> shift))
  }
}
