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
    var documents = DocumentMarks()
    bytes.withUnsafeMutableBytes { documents.mark($0, by: division) }
    if documents.starts.isEmpty { throw .empty }
    self.init(bytes, starts: documents.starts, characters: documents.characters.sorted)
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

/// The documents that are found in a text.
private struct DocumentMarks {
  var starts: [UInt32] = []
  var characters = ScalarSet()

  /// Finds the documents, and puts `Corpus.terminator` behind each.
  ///
  /// - Parameter bytes: UTF-8 that ends with `\n`.
  mutating func mark(_ bytes: UnsafeMutableRawBufferPointer, by division: Corpus.Division) {
    // Enough for lines of 32 bytes, so that the starts are rarely copied to a larger array.
    starts.reserveCapacity(bytes.count / 32)
    /// The paragraph that goes on, from its first line that is not blank to the end of its last one.
    var paragraph = 0..<0
    var line = 0
    while line < bytes.count {
      var end = line
      while bytes[end] != UInt8(ascii: "\n") { end &+= 1 }
      let text = stripped(line..<end, of: UnsafeRawBufferPointer(bytes))
      if division == .lines {
        add(text, bytes)
      } else if !text.isEmpty {
        paragraph = (paragraph.isEmpty ? text.lowerBound : paragraph.lowerBound)..<text.upperBound
      } else {
        add(paragraph, bytes)
        paragraph = end..<end
      }
      line = end &+ 1
    }
    add(paragraph, bytes)
  }

  /// Adds a document, unless it is empty.
  private mutating func add(_ range: Range<Int>, _ bytes: UnsafeMutableRawBufferPointer) {
    if range.isEmpty { return }
    starts.append(UInt32(truncatingIfNeeded: range.lowerBound))
    characters.insert(utf8: UnsafeRawBufferPointer(rebasing: bytes[range]))
    // A line end or white space that belongs to no document.
    bytes[range.upperBound] = Corpus.terminator
  }
}
