// Fuzz target: the bytes of a text, read as a corpus, then its vocabulary, tokens, shuffled order and split.
//
// Each is compared with a slow and plain version of itself that uses Swift's strings and Unicode tables.

@testable import MicroGPT

/// Requires of any bytes that they are refused exactly if they are no text, or give the documents of a plain reader.
func check(_ bytes: [UInt8]) {
  let text = String(decoding: bytes, as: UTF8.self)
  // Where bytes are not UTF-8, decoding has replaced them.
  let isValid = text.utf8.elementsEqual(bytes), expected = documents(text)
  do throws(CorpusError) {
    let corpus = try Corpus(utf8: bytes)
    require(isValid, "invalid UTF-8 is accepted")
    require(corpus.map { Array($0) } == expected, "the documents are not those of the text")
    checkTokens(corpus)
    checkOrder(corpus)
    checkSplit(corpus, share: (Double(bytes[0]) + 0.5) / 256, seed: UInt64(bytes.count))
  } catch {
    requireSentence(error, atMost: 200)
    switch error {
    case .invalidUTF8(let line):
      let breaks = bytes.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
      require(!isValid && 1...1 + breaks ~= line, "line \(line) is said to be no UTF-8")
    case .empty: require(isValid && expected.isEmpty, "a text with documents is said to have none")
    }
  }
}

/// The documents of a text, read plainly.
private func documents(_ text: String) -> [[Unicode.Scalar]] {
  func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || 0x1C...0x1F ~= scalar.value
  }
  return text.unicodeScalars.split { $0 == "\n" || $0 == "\r" }.compactMap { line in
    let start = line.drop(while: isSpace).reversed().drop(while: isSpace)
    return start.isEmpty ? nil : Array(start.reversed())
  }
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
private func checkBuffer(_ tokenizer: Tokenizer, _ document: ArraySlice<Unicode.Scalar>, _ tokens: [Int]) {
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
private func checkOrder(_ corpus: Corpus) {
  var first = PythonRandom(seed: UInt64(corpus.count)), second = first
  let shuffled = corpus.shuffled(using: &first)
  require(shuffled == corpus.shuffled(using: &second), "the same seed gives two orders")
  require(sortedDocuments(shuffled) == sortedDocuments(corpus), "shuffling changes documents")
  do throws(CorpusError) {
    let texts = shuffled.indices.map { shuffled.text(at: $0) }
    let copy = try Corpus(documents: texts), lines = try Corpus(text: texts.joined(separator: "\n"))
    require(copy == shuffled && lines == shuffled, "the documents of a corpus give another corpus")
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
