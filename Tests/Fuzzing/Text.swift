// Fuzz target: the bytes of a text, read as lines, paragraphs and a stream, then its vocabulary, tokens, shuffled order,
// split and windows.
//
// Each is compared with a slow and plain version of itself that uses Swift's strings and Unicode tables.

@testable import MicroGPT

/// Requires of any bytes that they are refused exactly if they are no text, or give the documents of a plain reader.
func check(_ bytes: [UInt8]) {
  let text = String(decoding: bytes, as: UTF8.self)
  // Where bytes are not UTF-8, decoding has replaced them.
  let isValid = text.utf8.elementsEqual(bytes), lines = lines(text)
  for division in Corpus.Division.allCases {
    let expected = documents(lines, division)
    do throws(CorpusError) {
      let corpus = try Corpus(utf8: bytes, as: division)
      require(isValid, "invalid UTF-8 is accepted")
      require(corpus.map { Array($0) } == expected, "the documents are not those of the text")
      if division == .stream {
        checkStream(corpus, expected[0], share: (Double(bytes[0]) + 0.5) / 256)
      } else {
        checkTokens(corpus)
        checkOrder(corpus, division)
        checkSplit(corpus, share: (Double(bytes[0]) + 0.5) / 256, seed: UInt64(bytes.count))
      }
    } catch {
      requireSentence(error, atMost: 200)
      switch error {
      case .invalidUTF8(let line):
        let breaks = bytes.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        require(!isValid && 1...1 + breaks ~= line, "line \(line) is said to be no UTF-8")
      case .empty:
        require(
          isValid && division != .stream && expected.isEmpty, "a text with documents is said to have none")
      case .tooShort:
        require(isValid && division == .stream && expected[0].count < 2, "a stream is said to be short")
      case .tooLong: require(false, "a short text is said to be too long")
      }
    }
  }
}

/// The lines of a text, which end with \n, \r\n or \r.
private func lines(_ text: String) -> [[Unicode.Scalar]] {
  var lines: [[Unicode.Scalar]] = [[]], isReturn = false
  for scalar in text.unicodeScalars {
    if scalar == "\r" || scalar == "\n" && !isReturn { lines.append([]) }
    if scalar != "\r" && scalar != "\n" { lines[lines.count - 1].append(scalar) }
    isReturn = scalar == "\r"
  }
  return lines
}

/// The documents of lines, put together plainly.
private func documents(_ lines: [[Unicode.Scalar]], _ division: Corpus.Division) -> [[Unicode.Scalar]] {
  func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || 0x1C...0x1F ~= scalar.value
  }
  func stripped(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    Array(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }
  switch division {
  case .lines: return lines.map(stripped).filter { !$0.isEmpty }
  case .paragraphs:
    return lines.split { $0.allSatisfy(isSpace) }.map { stripped(Array($0.joined(separator: ["\n"]))) }
  case .stream: return [Array(lines.joined(separator: ["\n"]))]
  }
}

/// Windows are parts of the stream, and a split cuts it in two.
private func checkStream(_ corpus: Corpus, _ text: [Unicode.Scalar], share: Double) {
  let tokenizer = Tokenizer(corpus)
  require(tokenizer.vocabularySize == Set(text).count, "the vocabulary is not the distinct characters")
  for blockSize in [1, 3, 300] {
    var read = [text[0]]
    for index in 0..<corpus.pieceCount(blockSize: blockSize) {
      read += corpus.piece(index, blockSize: blockSize).dropFirst()
      let window = corpus.draw(index, blockSize: blockSize, seed: UInt64(text.count))
      require(window.count == min(blockSize + 1, text.count), "a window is too short or too long")
      require(
        tokenizer.decode(tokenizer.encode(window)).unicodeScalars.elementsEqual(window), "tokens are others")
    }
    require(read == text, "the windows are not the stream")
  }
  guard let halves = try? corpus.split(holdingOut: share, seed: 1) else {
    require(text.count < 4, "a stream is not split")
    return
  }
  require(Array(halves.training[0]) + Array(halves.heldOut[0]) == text, "the halves are not the stream")
  require(halves.heldOut[0].count >= 2 && halves.training[0].count >= 2, "a half has nothing to predict")
}

/// Every character has one token, and tokens give the documents back.
private func checkTokens(_ corpus: Corpus) {
  let tokenizer = Tokenizer(corpus), size = tokenizer.vocabularySize
  let characters = Set(corpus.flatMap { $0.map(\.value) }).sorted()
  require(tokenizer.characters.map(\.value) == characters, "the vocabulary is not the sorted characters")
  require(Tokenizer(characters: tokenizer.characters) == tokenizer, "the vocabulary is not restored")
  for (token, value) in characters.enumerated() {
    require(tokenizer.token(of: Unicode.Scalar(value)!) == token, "U+\(value) does not have token \(token)")
    if let next = Unicode.Scalar(value + 1),
      token + 1 == characters.count || characters[token + 1] > value + 1
    {
      require(tokenizer.token(of: next) == nil, "U+\(value + 1) has a token")
    }
  }
  for (index, document) in corpus.enumerated() {
    let tokens = tokenizer.encode(document), text = corpus.text(at: index)
    require(tokens.count == document.count + 2, "\(document.count) characters have \(tokens.count) tokens")
    require(tokens.first == size - 1 && tokens.last == size - 1, "BOS is not at both ends")
    require(tokens.dropFirst().dropLast().allSatisfy { 0..<size - 1 ~= $0 }, "a token is out of range")
    require(tokenizer.decode(tokens).utf8.elementsEqual(text.utf8), "decoding gives another text")
    do throws(TokenizerError) {
      let copy = try tokenizer.encode(text)
      require(copy == tokens, "a string has other tokens than the document")
      try tokenizer.check(document)
    } catch {
      require(false, "a character of the corpus is unknown: \(error)")
    }
    checkBuffer(tokenizer, document, tokens)
  }
}

/// A buffer receives the tokens that fit into it.
private func checkBuffer(_ tokenizer: Tokenizer, _ document: Corpus.Document, _ tokens: [Int]) {
  for room in Set([1, tokens.count / 2, tokens.count - 1, tokens.count, tokens.count + 1]) where room > 0 {
    // Writing to a buffer is checked against its bounds.
    let buffer = UnsafeMutableBufferPointer<Int32>.allocate(capacity: room)
    defer { buffer.deallocate() }
    let count = tokenizer.encode(document, into: buffer)
    require(
      count == min(room, tokens.count), "\(count) of \(tokens.count) tokens are written to \(room) places")
    require(buffer[..<count].elementsEqual(tokens[..<count].map { Int32($0) }), "a buffer has other tokens")
    guard count == tokens.count else { continue }
    let text = tokenizer.decode(buffer[1..<count - 1])
    require(text.unicodeScalars.elementsEqual(document), "decoding a buffer gives another text")
  }
}

/// Shuffling keeps the documents, and depends on the seed alone.
private func checkOrder(_ corpus: Corpus, _ division: Corpus.Division) {
  var first = PythonRandom(seed: UInt64(corpus.count)), second = first
  let shuffled = corpus.shuffled(using: &first)
  require(shuffled == corpus.shuffled(using: &second), "the same seed gives two orders")
  require(sortedDocuments(shuffled) == sortedDocuments(corpus), "shuffling changes documents")
  do throws(CorpusError) {
    let texts = shuffled.indices.map { shuffled.text(at: $0) }
    let copy = try Corpus(documents: texts)
    let text = texts.joined(separator: division == .lines ? "\n" : "\n\n")
    require(
      try Corpus(text: text, as: division) == shuffled && copy == shuffled,
      "the documents of a corpus give another corpus")
    require(copy.sha256 == shuffled.sha256, "equal documents have two hashes")
  } catch {
    require(false, "the documents of a corpus are refused: \(error)")
  }
}

/// The halves of a split are a partition: each document is in one, and its copies are in the same.
private func checkSplit(_ corpus: Corpus, share: Double, seed: UInt64) {
  let distinct = Set(corpus.map { $0.map(\.value) }).count
  do throws(SplitError) {
    let (training, heldOut) = try corpus.split(holdingOut: share, seed: seed)
    require(distinct > 1, "equal documents are split")
    let learned = Set(training.map { $0.map(\.value) }), kept = Set(heldOut.map { $0.map(\.value) })
    require(learned.isDisjoint(with: kept), "a document is in both halves")
    require(kept.count == max(1, Int(share * Double(distinct))), "\(kept.count) of \(distinct) are held out")
    require(training.count + heldOut.count == corpus.count, "documents are lost")
    require(learned.union(kept).count == distinct && !learned.isEmpty, "documents are lost or new")
    let expected = corpus.filter { kept.contains($0.map(\.value)) }
    require(heldOut.elementsEqual(expected), "the held-out documents are not in the order of the corpus")
    require(Tokenizer(training) == Tokenizer(corpus), "a half has another vocabulary")
  } catch {
    requireSentence(error, atMost: 200)
    require(distinct < 2, "different documents are not split")
  }
}

private func sortedDocuments(_ corpus: Corpus) -> [[UInt32]] {
  corpus.map { $0.map(\.value) }.sorted { $0.lexicographicallyPrecedes($1) }
}
