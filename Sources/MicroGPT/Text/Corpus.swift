// The documents that a model learns from: a text's lines, split and stripped exactly as in the reference's Python.
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
/// decomposed accents.
///
/// The scalars of all documents are in one array, in the order of the text; a document is a range of it. Shuffling
/// moves ranges, not text.
public struct Corpus: Sendable {
  /// Every document's scalars, in the order of the text, with nothing between them.
  private(set) var scalars: [Unicode.Scalar] = []
  /// The range of each document in `scalars`, in the documents' current order.
  private var ranges: [Range<Int>] = []

  /// The documents of a file's bytes, decoded as UTF-8 as strictly as by Python: no surrogates, no overlong forms,
  /// nothing above U+10FFFF.
  ///
  /// - Throws: `CorpusError` if the bytes are not UTF-8, or if every line is blank.
  /// - Complexity: O(*n*).
  public init(utf8 bytes: UnsafeRawBufferPointer) throws(CorpusError) {
    scalars.reserveCapacity(bytes.count)
    var line = 1
    var index = 0
    while index < bytes.count {
      guard let scalar = nextScalar(in: bytes, at: &index) else { throw .invalidUTF8(line: line) }
      switch scalar {
      case "\n":
        endLine()
        line += 1
      case "\r":
        endLine()
        line += 1
        if index < bytes.count, bytes[index] == UInt8(ascii: "\n") { index += 1 }
      default:
        // Leading white space is never appended; trailing white space is removed when the line ends.
        if scalars.count > openStart || !scalar.isPythonSpace { scalars.append(scalar) }
      }
    }
    endLine()
    if ranges.isEmpty { throw .empty }
  }

  /// The documents of a file's bytes; see `init(utf8:)` over memory that the caller holds.
  ///
  /// - Throws: `CorpusError` if the bytes are not UTF-8, or if every line is blank.
  /// - Complexity: O(*n*).
  public init(utf8 bytes: [UInt8]) throws(CorpusError) {
    self = try bytes.withUnsafeBytes { bytes in
      Result { () throws(CorpusError) -> Corpus in try Corpus(utf8: bytes) }
    }.get()
  }

  /// The documents of a text.
  ///
  /// - Throws: `CorpusError.empty` if every line is blank.
  /// - Complexity: O(*n*).
  public init(text: String) throws(CorpusError) {
    var text = text
    self = try text.withUTF8 { bytes in
      Result { () throws(CorpusError) -> Corpus in try Corpus(utf8: UnsafeRawBufferPointer(bytes)) }
    }.get()
  }

  /// The given documents, unchanged: nothing is cut, stripped or dropped.
  ///
  /// - Throws: `CorpusError.empty` if there are none.
  /// - Complexity: O(*n*).
  public init(documents: some Sequence<String>) throws(CorpusError) {
    for document in documents {
      let start = scalars.count
      scalars.append(contentsOf: document.unicodeScalars)
      ranges.append(start..<scalars.count)
    }
    if ranges.isEmpty { throw .empty }
  }

  /// Puts the documents in the order in which `random.shuffle(docs)` puts a Python list.
  ///
  /// - Complexity: O(*n*) in the number of documents, not in their length.
  public mutating func shuffle(using random: inout PythonRandom) {
    random.shuffle(&ranges)
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

  /// The document at a position of the current order, as a string.
  ///
  /// - Complexity: O(*n*) in the document's length.
  public func text(at position: Int) -> String { String(String.UnicodeScalarView(self[position])) }

  /// The SHA-256, in hexadecimal, of the documents in their current order as UTF-8, each followed by a line feed: of
  /// the bytes of `'\n'.join(docs + [''])` in Python. Equal for equal documents.
  ///
  /// - Complexity: O(*n*) in the characters.
  public var sha256: String {
    var digest = SHA256(), bytes: [UInt8] = []
    for document in self {
      for scalar in document {
        if scalar.isASCII { bytes.append(UInt8(scalar.value)) } else { bytes += UTF8.encode(scalar)! }
      }
      bytes.append(UInt8(ascii: "\n"))
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
  public func documents(where isIncluded: (ArraySlice<Unicode.Scalar>) -> Bool) -> Corpus? {
    let corpus = selecting { isIncluded(self[$0]) }
    return corpus.ranges.isEmpty ? nil : corpus
  }

  /// The documents at the positions that `isSelected` accepts, in the current order.
  func selecting(_ isSelected: (Int) -> Bool) -> Corpus {
    var corpus = self
    corpus.ranges = indices.filter(isSelected).map { ranges[$0] }
    return corpus
  }

  /// Where in `scalars` the line being read starts: after the last document. Valid only until a shuffle.
  private var openStart: Int { ranges.last?.upperBound ?? 0 }

  /// Turns the line being read into a document, unless it is blank.
  private mutating func endLine() {
    let start = openStart
    while scalars.count > start, scalars[scalars.count - 1].isPythonSpace { scalars.removeLast() }
    if scalars.count > start { ranges.append(start..<scalars.count) }
  }
}

/// The documents in order, each as its scalars.
extension Corpus: RandomAccessCollection {
  /// Always 0.
  public var startIndex: Int { 0 }

  /// The number of documents; a corpus has at least one.
  public var endIndex: Int { ranges.count }

  /// The document at a position of the current order.
  ///
  /// - Complexity: O(1), nothing is copied.
  public subscript(position: Int) -> ArraySlice<Unicode.Scalar> { scalars[ranges[position]] }
}

extension Corpus: Equatable {
  /// Whether both hold the same documents, scalar for scalar, in the same order.
  public static func == (left: Corpus, right: Corpus) -> Bool {
    left.count == right.count && left.indices.allSatisfy { left[$0] == right[$0] }
  }
}

/// Why a text cannot be used.
public enum CorpusError: Error, Equatable {
  /// The bytes are not UTF-8. Lines count from 1 and end where documents do.
  case invalidUTF8(line: Int)
  /// There is no document.
  case empty
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
    }
  }
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
