// How a text becomes documents: its lines, its paragraphs, or one stream of characters.

extension Corpus {
  /// How a text is divided into documents.
  public enum Division: String, Sendable, CaseIterable {
    /// Each line is a document, without white space at its ends; blank ones are dropped. So the reference has it.
    case lines
    /// Lines up to the next blank one are a document, without white space at its ends. Within it line ends are `\n`.
    case paragraphs
    /// The whole text is one document without beginning or end, of which the model reads windows. Line ends are `\n`.
    case stream
  }

  /// The documents of a file's bytes, decoded as UTF-8 as strictly as by Python: no surrogates, no overlong forms,
  /// nothing above U+10FFFF.
  ///
  /// The corpus keeps the bytes. If nothing else refers to them they are not copied.
  ///
  /// - Throws: `CorpusError` if the bytes are not UTF-8, there are 2³² of them or more, or there is no document.
  /// - Complexity: O(*n*).
  public init(utf8 bytes: consuming [UInt8], as division: Division = .lines) throws(CorpusError) {
    var bytes = consume bytes
    guard bytes.count < UInt32.max else { throw .tooLong }
    let survey = bytes.withUnsafeBytes { UTF8Survey($0) }
    if let line = survey.invalidLine { throw .invalidUTF8(line: line) }
    if survey.hasReturns {
      let count = bytes.withUnsafeMutableBytes { normalizeLineEnds($0) }
      bytes.removeLast(bytes.count - count)
    }
    if division == .stream {
      let stream = StreamPart(of: bytes, isASCII: survey.isASCII)
      guard stream.characters.count >= 2 else { throw .tooShort }
      var characters = ScalarSet()
      bytes.withUnsafeBytes { characters.insert(utf8: $0) }
      self.init(bytes, starts: [0], characters: characters.sorted, stream: stream)
      return
    }
    // Room for the mark behind a last line that has no end.
    bytes.append(UInt8(ascii: "\n"))
    let starts = bytes.withUnsafeMutableBytes { documentStarts(in: $0, by: division) }
    if starts.isEmpty { throw .empty }
    var characters = ScalarSet()
    bytes.withUnsafeBytes { characters.insert(utf8: $0) }
    self.init(bytes, starts: starts, characters: characters.sorted)
  }

  /// The documents of a file's bytes; see `init(utf8:as:)`. The bytes are copied.
  ///
  /// - Throws: `CorpusError` if the bytes are not UTF-8, there are 2³² of them or more, or there is no document.
  /// - Complexity: O(*n*).
  public init(utf8 bytes: UnsafeRawBufferPointer, as division: Division = .lines) throws(CorpusError) {
    try self.init(utf8: [UInt8](bytes), as: division)
  }

  /// The documents of a text.
  ///
  /// - Throws: `CorpusError` if there is no document.
  /// - Complexity: O(*n*).
  public init(text: String, as division: Division = .lines) throws(CorpusError) {
    try self.init(utf8: [UInt8](text.utf8), as: division)
  }
}

/// Finds the documents of a text, and overwrites all bytes that belong to none with `Corpus.terminator`.
///
/// - Parameter bytes: UTF-8 that ends with `\n`.
/// - Returns: Where each document starts.
private func documentStarts(
  in bytes: UnsafeMutableRawBufferPointer, by division: Corpus.Division
) -> [UInt32] {
  let text = UnsafeRawBufferPointer(bytes), newline = UInt8(ascii: "\n")
  return [UInt32](unsafeUninitializedCapacity: placeCount(of: newline, in: text)) { starts, count in
    var marks = DocumentMarks(bytes, starts)
    var line = 0
    if division == .lines {
      forEachPlace(of: newline, in: text) { end in
        marks.add(stripped(line..<end, of: text))
        line = end &+ 1
      }
    } else {
      /// The paragraph that goes on, from its first line that is not blank to the end of its last one.
      var paragraph = 0..<0
      forEachPlace(of: newline, in: text) { end in
        let content = stripped(line..<end, of: text)
        if content.isEmpty {
          marks.add(paragraph)
          paragraph = end..<end
        } else {
          paragraph = (paragraph.isEmpty ? content.lowerBound : paragraph.lowerBound)..<content.upperBound
        }
        line = end &+ 1
      }
      marks.add(paragraph)
    }
    marks.fill(to: bytes.count)
    count = marks.count
  }
}

/// The documents that have been found in a text.
private struct DocumentMarks {
  private let bytes: UnsafeMutableRawBufferPointer
  private let starts: UnsafeMutableBufferPointer<UInt32>
  private(set) var count = 0
  /// Up to here every byte is one of a document, or a terminator.
  private var filled = 0

  init(_ bytes: UnsafeMutableRawBufferPointer, _ starts: UnsafeMutableBufferPointer<UInt32>) {
    (self.bytes, self.starts) = (bytes, starts)
  }

  /// Adds a document, unless it is empty.
  ///
  /// - Precondition: It lies behind those before it.
  @inline(__always)
  mutating func add(_ document: Range<Int>) {
    if document.isEmpty { return }
    fill(to: document.lowerBound)
    starts.initializeElement(at: count, to: UInt32(truncatingIfNeeded: document.lowerBound))
    count &+= 1
    filled = document.upperBound
    // At least the end of its last line follows.
    fill(to: filled &+ 1)
  }

  /// Overwrites the bytes behind the last document.
  @inline(__always)
  mutating func fill(to end: Int) {
    while filled < end {
      bytes[filled] = Corpus.terminator
      filled &+= 1
    }
  }
}
