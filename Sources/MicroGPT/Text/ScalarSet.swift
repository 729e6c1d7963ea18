// The distinct characters of a text.

/// A set of Unicode scalars.
struct ScalarSet {
  /// Whether each byte has been seen in a text, `[256]`; the first 128 are the ASCII characters of the set. A byte each,
  /// because most texts have no others and each character of a text is inserted.
  private var bytes = [Bool](repeating: false, count: 256)
  /// One bit for each code point, without hashing or sorting; empty until there is one that is not ASCII.
  private var bits: [UInt64] = []

  /// The scalars of `characters`, each of which may occur many times.
  init(_ characters: some Sequence<Unicode.Scalar>) {
    for scalar in characters { insert(scalar) }
  }

  init() {}

  mutating func insert(_ scalar: Unicode.Scalar) {
    if scalar.isASCII { bytes[Int(scalar.value)] = true } else { insertWide(scalar) }
  }

  /// Inserts all characters of a text.
  ///
  /// - Parameter text: UTF-8, between which there may be `Corpus.terminator`.
  mutating func insert(utf8 text: UnsafeRawBufferPointer) {
    bytes.withUnsafeMutableBufferPointer { bytes in
      for index in 0..<text.count { bytes[Int(text[index])] = true }
    }
    guard bytes[0x80..<Int(Corpus.terminator)].contains(true) else { return }
    var index = 0
    while index < text.count {
      if text[index] < 0x80 || text[index] == Corpus.terminator {
        index += 1
      } else {
        insertWide(nextScalar(in: text, at: &index)!)
      }
    }
  }

  private mutating func insertWide(_ scalar: Unicode.Scalar) {
    if bits.isEmpty { bits = [UInt64](repeating: 0, count: 0x110000 / 64) }
    bits[Int(scalar.value >> 6)] |= 1 << UInt64(scalar.value & 63)
  }

  /// The scalars by value.
  var sorted: [Unicode.Scalar] {
    var scalars: [Unicode.Scalar] = []
    for value in 0..<UInt8(128) where bytes[Int(value)] { scalars.append(Unicode.Scalar(value)) }
    for (index, word) in bits.enumerated() where word != 0 {
      for bit in 0..<64 where word >> UInt64(bit) & 1 == 1 {
        if let scalar = Unicode.Scalar(UInt32(index * 64 + bit)) { scalars.append(scalar) }
      }
    }
    return scalars
  }
}
