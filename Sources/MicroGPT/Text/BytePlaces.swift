// Where a byte occurs in a text, found 64 bytes at a time.
//
// A loop that runs to the end of each line is left when the processor does not expect it, and lines are short: most of the
// time would go into wrong guesses. So the places in 64 bytes become the bits of a word, which are taken one by one.

/// Calls `body` with every place of `byte`, in order.
///
/// `body` may change the bytes up to the place that it is given.
@inline(__always)
func forEachPlace(of byte: UInt8, in bytes: UnsafeRawBufferPointer, _ body: (Int) -> Void) {
  var start = 0
  while start < bytes.count {
    var places = places(of: byte, in: bytes, from: start)
    while places != 0 {
      body(start &+ places.trailingZeroBitCount)
      places &= places &- 1
    }
    start &+= 64
  }
}

/// The number of places of `byte`.
func placeCount(of byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Int {
  var count = 0, start = 0
  while bytes.count &- start >= 64 {
    // Eight counts of at most eight side by side; the product's upper byte adds them up.
    var counts: UInt64 = 0
    for part in 0..<8 { counts &+= marks(of: byte, in: bytes, at: start &+ 8 &* part) }
    count &+= Int((counts &* 0x0101_0101_0101_0101) &>> 56)
    start &+= 64
  }
  for index in start..<bytes.count where bytes[index] == byte { count &+= 1 }
  return count
}

/// Which of the 64 bytes from `start` on are `byte`, a bit each, the first the least significant.
@inline(__always)
private func places(of byte: UInt8, in bytes: UnsafeRawBufferPointer, from start: Int) -> UInt64 {
  var places: UInt64 = 0
  if bytes.count &- start < 64 {
    for index in start..<bytes.count where bytes[index] == byte { places |= 1 &<< UInt64(index &- start) }
    return places
  }
  for part in 0..<8 {
    // The product's upper byte collects the eight marks. It moves down as others follow.
    let collected = marks(of: byte, in: bytes, at: start &+ 8 &* part) &* 0x0102_0408_1020_4080
    places = places &>> 8 | collected & 0xFF00_0000_0000_0000
  }
  return places
}

/// Eight bytes from `index` on, the first the least significant: 1 where the text has `byte`, else 0.
@inline(__always)
private func marks(of byte: UInt8, in bytes: UnsafeRawBufferPointer, at index: Int) -> UInt64 {
  let ones: UInt64 = 0x0101_0101_0101_0101, low = ones &* 0x7F
  let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
  let others = word ^ ones &* UInt64(byte)
  // Adding carries into the high bit of each byte from all bits but that one; it is 0 where all bits are.
  return ~((others & low &+ low) | others | low) &>> 7
}
