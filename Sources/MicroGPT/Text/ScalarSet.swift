// The distinct characters of a text.

/// A set of Unicode scalars.
struct ScalarSet {
  /// Whether each ASCII character is in the set, `[128]`: a byte each, because most texts have no others and each
  /// character of a text is inserted.
  private var ascii = [Bool](repeating: false, count: 128)
  /// One bit for each code point, without hashing or sorting; empty until there is one that is not ASCII.
  private var bits: [UInt64] = []

  /// The scalars of `characters`, each of which may occur many times.
  init(_ characters: some Sequence<Unicode.Scalar>) {
    for scalar in characters { insert(scalar) }
  }

  init() {}

  mutating func insert(_ scalar: Unicode.Scalar) {
    if scalar.isASCII { ascii[Int(scalar.value)] = true } else { insertWide(scalar) }
  }

  /// Inserts all characters of a part of a text.
  ///
  /// - Precondition: It is UTF-8.
  mutating func insert(utf8 bytes: UnsafeRawBufferPointer) {
    var index = 0
    ascii.withUnsafeMutableBufferPointer { ascii in
      while index < bytes.count, bytes[index] < 0x80 {
        ascii[Int(bytes[index])] = true
        index += 1
      }
    }
    while index < bytes.count { insert(nextScalar(in: bytes, at: &index)!) }
  }

  private mutating func insertWide(_ scalar: Unicode.Scalar) {
    if bits.isEmpty { bits = [UInt64](repeating: 0, count: 0x110000 / 64) }
    bits[Int(scalar.value >> 6)] |= 1 << UInt64(scalar.value & 63)
  }

  /// The scalars by value.
  var sorted: [Unicode.Scalar] {
    var scalars: [Unicode.Scalar] = []
    for value in 0..<UInt8(128) where ascii[Int(value)] { scalars.append(Unicode.Scalar(value)) }
    for (index, word) in bits.enumerated() where word != 0 {
      for bit in 0..<64 where word >> UInt64(bit) & 1 == 1 {
        if let scalar = Unicode.Scalar(UInt32(index * 64 + bit)) { scalars.append(scalar) }
      }
    }
    return scalars
  }
}
