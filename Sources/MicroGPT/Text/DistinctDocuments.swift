// Which documents of a corpus are equal, found by hashing their bytes.

/// The distinct documents of a corpus, numbered in the order of their first occurrences.
struct DistinctDocuments {
  /// The number of each document's text, by the document's position.
  let numbers: [UInt32]
  /// The number of distinct documents.
  let count: Int

  /// - Complexity: O(*n*) in the corpus's bytes on average; 16 bytes of memory a distinct document, and 4 for each other.
  init(_ corpus: Corpus) {
    var table = FirstPositions()
    numbers = corpus.withDocuments { documents in
      [UInt32](unsafeUninitializedCapacity: documents.count) { numbers, count in
        for position in 0..<documents.count {
          let first = table.insert(position, documents)
          numbers[position] =
            first == position ? UInt32(truncatingIfNeeded: table.count &- 1) : numbers[first]
        }
        count = documents.count
      }
    }
    count = table.count
  }
}

/// A hash table of the first position of each text, with linear probing, at most three quarters full.
private struct FirstPositions {
  private(set) var count = 0
  private var table = [UInt32](repeating: free, count: 1024)
  /// An empty place.
  private static let free = UInt32.max

  /// Inserts a position, unless a document before has the same text.
  ///
  /// - Returns: The first position of the text.
  mutating func insert(_ position: Int, _ documents: Corpus.Documents) -> Int {
    let document = documents[position]
    var place = Int(truncatingIfNeeded: hash(document)) & (table.count - 1)
    while table[place] != FirstPositions.free {
      let first = Int(table[place])
      if equal(documents[first], document) { return first }
      place = (place + 1) & (table.count - 1)
    }
    table[place] = UInt32(truncatingIfNeeded: position)
    count += 1
    if count > table.count / 4 * 3 { grow(documents) }
    return position
  }

  private mutating func grow(_ documents: Corpus.Documents) {
    let former = table
    table = [UInt32](repeating: FirstPositions.free, count: former.count * 2)
    for position in former where position != FirstPositions.free {
      var place = Int(truncatingIfNeeded: hash(documents[Int(position)])) & (table.count - 1)
      while table[place] != FirstPositions.free { place = (place + 1) & (table.count - 1) }
      table[place] = position
    }
  }
}

private func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
  if left.count != right.count { return false }
  for index in 0..<left.count where left[index] != right[index] { return false }
  return true
}

/// A hash of bytes: each eight of them are mixed by a multiplication to 128 bits, whose halves are combined.
private func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  var hash = 0x9e37_79b9_7f4a_7c15 ^ UInt64(bytes.count), index = 0
  while bytes.count - index >= 8 {
    hash = mixed(hash, bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    index += 8
  }
  var last: UInt64 = 0
  while index < bytes.count {
    last = last << 8 | UInt64(bytes[index])
    index += 1
  }
  return mixed(hash, last)
}

private func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
  let (high, low) = (hash ^ word).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
  return high ^ low
}
