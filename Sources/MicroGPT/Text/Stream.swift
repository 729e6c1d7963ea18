// A stream: a text as one run of characters, read in windows.

/// A part of a text that is a stream, and where in its bytes each character stands.
struct StreamPart: Sendable {
  /// The characters of the part, counted from the text's first one.
  let characters: Range<Int>
  /// The same part in bytes.
  let bytes: Range<Int>
  /// The place of every 256th character of the text; empty if every character is one byte.
  private let marks: [UInt32]

  private static let interval = 256

  /// The whole of a text.
  init(of text: [UInt8], isASCII: Bool) {
    var marks: [UInt32] = [], count = text.count
    if !isASCII {
      count = 0
      text.withUnsafeBufferPointer { text in
        for index in text.indices where text[index] & 0xC0 != 0x80 {
          if count % StreamPart.interval == 0 { marks.append(UInt32(truncatingIfNeeded: index)) }
          count += 1
        }
      }
    }
    (characters, bytes, self.marks) = (0..<count, 0..<text.count, marks)
  }

  private init(_ characters: Range<Int>, _ bytes: Range<Int>, _ marks: [UInt32]) {
    (self.characters, self.bytes, self.marks) = (characters, bytes, marks)
  }

  /// A part of this part: characters counted from its first one.
  ///
  /// - Complexity: O(1) for a part of at most some hundred characters, else O(*n*).
  func part(_ range: Range<Int>, of text: [UInt8]) -> StreamPart {
    let first = characters.lowerBound + range.lowerBound, last = first + range.count
    let start = place(of: first, in: text)
    let end =
      range.count <= StreamPart.interval
      ? place(of: last, from: start, first, in: text) : place(of: last, in: text)
    return StreamPart(first..<last, start..<end, marks)
  }

  /// Where a character of the text starts.
  private func place(of character: Int, in text: [UInt8]) -> Int {
    if marks.isEmpty { return character }
    // The place behind the last character may lack a mark of its own.
    let mark = min(character / StreamPart.interval, marks.count - 1)
    return place(of: character, from: Int(marks[mark]), mark * StreamPart.interval, in: text)
  }

  /// Where a character starts, looked for from another one.
  private func place(of character: Int, from start: Int, _ first: Int, in text: [UInt8]) -> Int {
    if marks.isEmpty { return start + character - first }
    return text.withUnsafeBufferPointer { text in
      var place = start, passed = first
      while passed < character {
        place += 1
        while place < text.count, text[place] & 0xC0 == 0x80 { place += 1 }
        passed += 1
      }
      return place
    }
  }
}

extension Corpus {
  /// Whether the text is one stream, which has neither beginning nor end.
  public var isStream: Bool { stream != nil }

  /// The number of pieces of which a loss is computed: a stream's windows one after the other, else the documents.
  public func pieceCount(blockSize: Int) -> Int {
    stream.map { ($0.characters.count - 2) / blockSize + 1 } ?? count
  }

  /// What ``Evaluation/Document/index`` counts: a document, or a window of a stream with the characters that a block
  /// predicts, after the last one of the window before.
  ///
  /// - Complexity: O(*n*) in the piece's bytes.
  public func piece(_ index: Int, blockSize: Int) -> Document {
    guard let stream else { return self[index] }
    let start = index * blockSize
    return window(start..<Swift.min(start + blockSize + 1, stream.characters.count), stream)
  }

  /// What training reads: document number `index`, the first following the last; of a stream a window with the characters
  /// that a block predicts, drawn from the seed and the index alone, so that nothing needs saving.
  ///
  /// A stream's windows begin anywhere with the same probability, up to 2⁻³² of it. A stream that is shorter than a
  /// window is read whole.
  func draw(_ index: Int, blockSize: Int, seed: UInt64) -> Document {
    guard let stream else { return beginning(index % count, of: blockSize) }
    let length = Swift.min(blockSize + 1, stream.characters.count)
    // The samples that a program draws from the same seed have the streams from 0 on.
    let bits = SplitMix64(seed: seed).bits(stream: .max, place: UInt64(index))
    let start = Int(bits.multipliedFullWidth(by: UInt64(stream.characters.count - length + 1)).high)
    return window(start..<start + length, stream)
  }

  private func window(_ range: Range<Int>, _ stream: StreamPart) -> Document {
    Document(bytes, stream.part(range, of: bytes).bytes)
  }

  /// A part of a stream.
  func part(_ range: Range<Int>) -> Corpus {
    Corpus(bytes, starts: [0], characters: characters, stream: stream?.part(range, of: bytes))
  }
}
