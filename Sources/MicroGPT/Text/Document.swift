// One document of a corpus: characters, decoded from the text's bytes as they are asked for.

extension Corpus {
  /// The characters of a document.
  ///
  ///     let corpus = try Corpus(text: "emma\nolivia")
  ///     corpus[1].count  // 6
  ///     corpus[1].first  // "o"
  ///
  /// Nothing is copied: a document keeps the text of its corpus alive.
  public struct Document: Sendable {
    private let bytes: [UInt8]
    private let range: Range<Int>

    init(_ bytes: [UInt8], _ range: Range<Int>) { (self.bytes, self.range) = (bytes, range) }

    /// The document as UTF-8.
    public var utf8: ArraySlice<UInt8> { bytes[range] }
  }
}

extension Corpus.Document: Collection {
  /// The place of a character: that of its first byte in the text.
  public var startIndex: Int { range.lowerBound }
  /// The place behind the last character.
  public var endIndex: Int { range.upperBound }

  /// The place of the next character.
  public func index(after index: Int) -> Int {
    switch bytes[index] {
    case 0..<0x80: index + 1
    case 0..<0xE0: index + 2
    case 0..<0xF0: index + 3
    default: index + 4
    }
  }

  /// The character at a place.
  ///
  /// - Complexity: O(1).
  public subscript(index: Int) -> Unicode.Scalar {
    bytes.withUnsafeBytes { bytes in
      var index = index
      return nextScalar(in: bytes, at: &index)!
    }
  }

  /// The number of characters.
  ///
  /// - Complexity: O(*n*).
  public var count: Int {
    bytes.withUnsafeBufferPointer { bytes in
      var count = 0
      for index in range { count &+= bytes[index] & 0xC0 == 0x80 ? 0 : 1 }
      return count
    }
  }
}

extension Corpus.Document: Equatable {
  /// Whether both have the same characters.
  public static func == (left: Corpus.Document, right: Corpus.Document) -> Bool { left.utf8 == right.utf8 }
}
