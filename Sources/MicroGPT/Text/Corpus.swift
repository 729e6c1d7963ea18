// The documents that a model learns from, in their order.
//
//     let corpus = try Corpus(utf8: bytes)     docs = [line.strip() for line in open(path, encoding='utf-8')
//                                                      .read().strip().split('\n') if line.strip()]
//     corpus.shuffle(using: &random)           random.shuffle(docs)
//
// It works on bytes and Unicode scalars throughout. Swift's `Character` and `String ==` group scalars where Python
// does not ("\r\n" is one character, "E" with U+0301 equals "É"), which would give other documents and another
// vocabulary.

/// An ordered list of documents: the lines of a text without white space at their ends, blank ones dropped.
///
///     let corpus = try Corpus(text: "emma\n\n  olivia\r\nava")
///     corpus.count  // 3
///     corpus.text(at: 1)  // "olivia"
///
/// A line ends with `\n`, `\r\n` or a lone `\r`, and with nothing else. White space is what Python's `str.strip()`
/// strips: Unicode's White_Space and U+001C to U+001F. Everything else is kept, including a byte-order mark and
/// decomposed accents. ``Division`` has other ways to divide a text.
///
/// The text stays as it came, in UTF-8, with a mark behind each document; a document is the place where it starts.
/// Shuffling and splitting move places, not text, so that a corpus takes little more memory than its text.
public struct Corpus: Sendable {
  /// The text as UTF-8. Behind each document, and wherever else a byte belongs to none, stands `terminator`.
  let bytes: [UInt8]
  /// Where each document starts in `bytes`, in the documents' current order.
  private var starts: [UInt32]
  /// The part of the text that is the one document of a stream; `nil` for all other divisions.
  let stream: StreamPart?
  /// The distinct characters of the text's documents, sorted by value: also those of documents that a split or a filter
  /// has left out.
  public let characters: [Unicode.Scalar]

  /// A byte that UTF-8 never contains.
  static let terminator: UInt8 = 0xFF

  /// Documents of a text, or a part of a stream.
  init(_ bytes: [UInt8], starts: [UInt32], characters: [Unicode.Scalar], stream: StreamPart? = nil) {
    (self.bytes, self.starts, self.characters, self.stream) = (bytes, starts, characters, stream)
  }

  /// The given documents, unchanged: nothing is cut, stripped or dropped.
  ///
  /// - Throws: `CorpusError` if there are none, or they have 2³² bytes or more.
  /// - Complexity: O(*n*).
  public init(documents: some Sequence<String>) throws(CorpusError) {
    var bytes: [UInt8] = [], starts: [UInt32] = [], characters = ScalarSet()
    for document in documents {
      guard let start = UInt32(exactly: bytes.count) else { throw .tooLong }
      starts.append(start)
      bytes += document.utf8
      bytes.append(Corpus.terminator)
      for scalar in document.unicodeScalars { characters.insert(scalar) }
    }
    if starts.isEmpty { throw .empty }
    self.init(bytes, starts: starts, characters: characters.sorted)
  }

  /// Puts the documents in the order in which `random.shuffle(docs)` puts a Python list.
  ///
  /// - Complexity: O(*n*) in the number of documents, not in their length.
  public mutating func shuffle(using random: inout PythonRandom) {
    random.shuffle(&starts)
  }

  /// The same documents in the order in which `random.shuffle(docs)` puts a Python list.
  ///
  ///     var random = PythonRandom(seed: 42)
  ///     let corpus = try Corpus(text: "emma\nolivia\nava\nisabella").shuffled(using: &random)
  ///     corpus.indices.map { corpus.text(at: $0) }  // ["ava", "olivia", "isabella", "emma"]
  ///
  /// - Complexity: O(*n*).
  public func shuffled(using random: inout PythonRandom) -> Corpus {
    var corpus = self
    corpus.shuffle(using: &random)
    return corpus
  }

  /// The documents in the order in which they were before `shuffle(using:)` drew from a generator.
  ///
  /// - Parameter random: The generator as it was then.
  /// - Complexity: O(*n*).
  func unshuffled(from random: PythonRandom) -> Corpus {
    var random = random, positions = Array(0..<UInt32(truncatingIfNeeded: count))
    random.shuffle(&positions)
    var original = self
    for index in 0..<positions.count { original.starts[Int(positions[index])] = starts[index] }
    return original
  }

  /// The document at a position of the current order, as a string.
  ///
  /// - Complexity: O(*n*) in the document's length.
  public func text(at position: Int) -> String { String(decoding: self[position].utf8, as: UTF8.self) }

  /// The SHA-256, in hexadecimal, of the documents in their current order as UTF-8, each followed by a line feed: of
  /// the bytes of `'\n'.join(docs + [''])` in Python. Equal for equal documents. That of a stream is its text's, without
  /// another line feed.
  ///
  /// - Complexity: O(*n*) in the characters.
  public var sha256: String {
    var digest = SHA256(), bytes: [UInt8] = []
    for document in self {
      bytes += document.utf8
      if stream == nil { bytes.append(UInt8(ascii: "\n")) }
      // Short documents are hashed together, as every update has its cost.
      if bytes.count >= 4096 {
        digest.update(bytes)
        bytes.removeAll(keepingCapacity: true)
      }
    }
    digest.update(bytes)
    return digest.hexString
  }

  /// The documents that a condition accepts, in the current order; `nil` if it accepts none.
  ///
  ///     let names = try Corpus(text: "emma\nbo\nava")
  ///     let short = names.documents { $0.count < 4 }!
  ///     short.indices.map { short.text(at: $0) }  // ["bo", "ava"]
  ///
  /// - Complexity: O(*n*) calls of `isIncluded`; the text is not copied.
  public func documents(where isIncluded: (Document) -> Bool) -> Corpus? {
    let corpus = selecting(0) { isIncluded(self[$0]) }
    return corpus.isEmpty ? nil : corpus
  }

  /// The documents' bytes by position, without references that are counted: for loops over millions of them.
  struct Documents {
    fileprivate let bytes: UnsafeRawBufferPointer
    fileprivate let starts: UnsafeBufferPointer<UInt32>

    /// The number of documents.
    var count: Int { starts.count }

    /// The bytes of a document.
    subscript(position: Int) -> UnsafeRawBufferPointer {
      let start = Int(starts[position])
      var end = start
      while bytes[end] != Corpus.terminator { end &+= 1 }
      return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }
  }

  /// Calls `body` with the documents' bytes.
  ///
  /// - Precondition: This is not a stream.
  func withDocuments<Result>(_ body: (Documents) -> Result) -> Result {
    bytes.withUnsafeBytes { bytes in
      starts.withUnsafeBufferPointer { starts in body(Documents(bytes: bytes, starts: starts)) }
    }
  }

  /// The documents at the positions that `isSelected` accepts, in the current order.
  ///
  /// - Parameter expected: Their number, if it is known.
  func selecting(_ expected: Int, _ isSelected: (Int) -> Bool) -> Corpus {
    var selected: [UInt32] = []
    selected.reserveCapacity(expected)
    for position in indices where isSelected(position) { selected.append(starts[position]) }
    return Corpus(bytes, starts: selected, characters: characters, stream: stream)
  }
}

extension Corpus {
  /// A document or, of a long one, a part that has at least its first `length` characters.
  ///
  /// - Parameter length: 1 or more.
  /// - Complexity: O(`length`), however long the document is.
  func beginning(_ position: Int, of length: Int) -> Document {
    let start = Int(starts[position])
    let range = bytes.withUnsafeBufferPointer { bytes in
      var end = start
      let limit = start + Swift.min(4 * Swift.min(length, bytes.count), bytes.count - start)
      while end < limit, bytes[end] != Corpus.terminator { end &+= 1 }
      // Not within a character.
      while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end &-= 1 }
      return start..<end
    }
    return Document(bytes, range)
  }
}

/// The documents in order, each as its characters.
extension Corpus: RandomAccessCollection {
  /// Always 0.
  public var startIndex: Int { 0 }

  /// The number of documents; a corpus has at least one.
  public var endIndex: Int { starts.count }

  /// The document at a position of the current order.
  ///
  /// - Complexity: O(*n*) in the document's bytes, whose end is looked for; nothing is copied.
  public subscript(position: Int) -> Document {
    if let stream { return Document(bytes, stream.bytes) }
    let start = Int(starts[position])
    let end = bytes.withUnsafeBufferPointer { bytes in
      var end = start
      while bytes[end] != Corpus.terminator { end &+= 1 }
      return end
    }
    return Document(bytes, start..<end)
  }
}

extension Corpus: Equatable {
  /// Whether both hold the same documents, character for character, in the same order.
  public static func == (left: Corpus, right: Corpus) -> Bool {
    left.isStream == right.isStream && left.count == right.count
      && left.indices.allSatisfy { left[$0] == right[$0] }
  }
}

/// Why a text cannot be used.
public enum CorpusError: Error, Equatable {
  /// The bytes are not UTF-8. Lines count from 1 and end where documents do.
  case invalidUTF8(line: Int)
  /// There is no document.
  case empty
  /// A stream has fewer than two characters, so that there is nothing to predict.
  case tooShort
  /// The text has 2³² bytes or more.
  case tooLong
}

extension CorpusError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .invalidUTF8(let line):
      "Line \(line) of the text is not valid UTF-8. Save the text with the encoding UTF-8 and try again."
    case .empty:
      "The text has no documents: it is empty, or every line is blank. "
        + "Give a text with one document on each line."
    case .tooShort:
      "The text has fewer than two characters, so there is nothing to predict. Give a longer text."
    case .tooLong:
      "The text has more than 4 GB. Give a part of it."
    }
  }
}
