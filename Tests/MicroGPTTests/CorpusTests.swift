import Testing

@testable import MicroGPT

@Suite struct CorpusTests {
  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    do {
      let corpus = try Corpus(text: "emma\n\n  olivia\r\nava")
      #expect(corpus.count == 3)
      #expect(corpus.text(at: 1) == "olivia")
    }
    do {
      var random = PythonRandom(seed: 42)
      let corpus = try Corpus(text: "emma\nolivia\nava\nisabella").shuffled(using: &random)
      #expect(corpus.indices.map { corpus.text(at: $0) } == ["ava", "olivia", "isabella", "emma"])
    }
    do {
      let names = try Corpus(text: "emma\nbo\nava")
      let short = names.documents { $0.count < 4 }!
      #expect(short.indices.map { short.text(at: $0) } == ["bo", "ava"])
      #expect(names.documents { $0.isEmpty } == nil)
    }
  }

  // python3 -c 'import io; text = io.TextIOWrapper(io.BytesIO("TEXT".encode()), encoding="utf-8").read()
  // print(ascii([line.strip() for line in text.strip().split("\n") if line.strip()]))'
  @Test(
    "a text is split and stripped as in Python",
    arguments: [
      ("emma\r\nolivia\r\n", ["emma", "olivia"]),
      ("emma\rolivia\rava", ["emma", "olivia", "ava"]),
      ("a\n\r\nb\r\r\nc\n\rd", ["a", "b", "c", "d"]),
      ("\u{FEFF}emma\nava", ["\u{FEFF}emma", "ava"]),
      ("\u{1C}emma\u{1F}\nin\u{1C}side\n\u{1D}\u{1E}\n", ["emma", "in\u{1C}side"]),
      ("\u{85}emma\u{85}\nne\u{85}xt", ["emma", "ne\u{85}xt"]),
      ("\u{2028}emma\u{2029}\nli\u{2028}ne", ["emma", "li\u{2028}ne"]),
      ("\u{0B}emma\u{0B}\nfe\u{0B}ed\u{0C}", ["emma", "fe\u{0B}ed"]),
      ("\u{A0}emma\u{3000}\nno\u{A0}break", ["emma", "no\u{A0}break"]),
      ("\u{200B}emma\u{180E}\n\u{FEFF}ava\u{FEFF}", ["\u{200B}emma\u{180E}", "\u{FEFF}ava\u{FEFF}"]),
      ("E\u{301}mile\n\u{C9}mile", ["E\u{301}mile", "\u{C9}mile"]),
      ("\n\n emma \n \t\n\nava\n\n", ["emma", "ava"]),
      ("emma", ["emma"]),
      ("a\0b\n\0", ["a\0b", "\0"]),
      (
        "\u{1F468}\u{200D}\u{1F469}\n\u{10FFFF}\n\u{6C34}",
        ["\u{1F468}\u{200D}\u{1F469}", "\u{10FFFF}", "\u{6C34}"]
      ),
    ])
  func cutsAsPython(text: String, golden: [String]) throws {
    let corpus = try Corpus(text: text)
    // Compared as scalars: to String ==, "E" with U+0301 is "É".
    #expect(corpus.map(Array.init) == golden.map { Array($0.unicodeScalars) })
    #expect(try Corpus(utf8: Array(text.utf8)) == corpus)
    #expect(try Corpus(documents: golden) == corpus)
  }

  // python3 -c 'import io; b = b"BYTES"
  // try: b.decode()
  // except UnicodeDecodeError as e:
  //   print(1 + io.TextIOWrapper(io.BytesIO(b[:e.start]), encoding="utf-8").read().count("\n"))'
  @Test(
    "bytes that are not UTF-8 are refused, with their line",
    arguments: [
      ([0xFF], 1),
      ([0x6F, 0x6B, 0x0A, 0x80], 2),
      ([0x61, 0x0D, 0x0A, 0x62, 0x0D, 0x63, 0x0A, 0xC0, 0x80], 4),
      ([0x0A, 0x0A, 0xED, 0xA0, 0x80], 3),
      ([0xE0, 0x9F, 0xBF], 1),
      ([0x61, 0x0A, 0xF0, 0x8F, 0xBF, 0xBF], 2),
      ([0xF4, 0x90, 0x80, 0x80], 1),
      ([0xF5, 0x80, 0x80, 0x80], 1),
      ([0x61, 0x0A, 0x62, 0x0A, 0x63, 0xE2, 0x82], 3),
      ([0xE2, 0x82, 0x0A, 0xAC], 1),
      ([0x0D, 0xC3, 0x28], 2),
      ([0xE2, 0x80, 0xA8, 0xC2, 0x85, 0x0B, 0x1C, 0xF8, 0x88, 0x80, 0x80, 0x80], 1),
      ([0x61, 0x0D, 0x0A, 0x0D, 0x0A, 0xC1, 0xBF], 3),
      ([0xF0, 0x9F, 0x98], 1),
    ] as [([UInt8], Int)])
  func invalidBytes(bytes: [UInt8], line: Int) {
    #expect(throws: CorpusError.invalidUTF8(line: line)) { try Corpus(utf8: bytes) }
  }

  @Test("a text without documents is refused", arguments: ["", "\n", " \r\n\t\r\u{1C}\u{85}\u{2028}"])
  func emptyText(text: String) {
    #expect(throws: CorpusError.empty) { try Corpus(text: text) }
    #expect(throws: CorpusError.empty) { try Corpus(utf8: Array(text.utf8)) }
    #expect(throws: CorpusError.empty) { try Corpus(documents: [String]()) }
  }

  @Test("errors say what is wrong, where, and what to do")
  func descriptions() {
    #expect(
      CorpusError.invalidUTF8(line: 3).description
        == "Line 3 of the text is not valid UTF-8. Save the text with the encoding UTF-8 and try again.")
    #expect(
      CorpusError.empty.description
        == "The text has no documents: it is empty, or every line is blank. "
        + "Give a text with one document on each line.")
  }

  @Test("documents given one by one are unchanged")
  func documentsStay() throws {
    let corpus = try Corpus(documents: [" a\n", "", "\r"])
    #expect(corpus.map(Array.init) == [[" ", "a", "\n"], [], ["\r"]])
  }

  @Test("corpora are equal if their documents and the order are")
  func equality() throws {
    let corpus = try Corpus(text: "emma\nava")
    #expect(try Corpus(text: "\r\nemma \r\r ava") == corpus)
    #expect(try Corpus(text: "ava\nemma") != corpus)
    #expect(try Corpus(text: "emm\naava") != corpus)
    #expect(try Corpus(text: "emma\nava\nava") != corpus)
    #expect(try Corpus(text: "E\u{301}") != Corpus(text: "\u{C9}"))
  }

  @Test("shuffling moves documents as it moves a list of them", arguments: [1, 2, 3, 64, 1_000])
  func shuffleEqualsListShuffle(count: Int) throws {
    let documents = (0..<count).map { "document \($0)" }
    var corpus = try Corpus(documents: documents)
    var random = PythonRandom(seed: 5)
    var listRandom = random
    // Twice, so that the second shuffle starts from another order than the text's.
    for _ in 0..<2 {
      var list = corpus.indices.map { corpus.text(at: $0) }
      listRandom.shuffle(&list)
      let expected = try Corpus(documents: list)
      var copy = random
      #expect(corpus.shuffled(using: &copy) == expected)
      corpus.shuffle(using: &random)
      #expect(corpus == expected)
      #expect(random == listRandom)
    }
  }

  @Test("the order before a shuffle is found again", arguments: [1, 2, 3, 64, 1_000])
  func unshuffled(count: Int) throws {
    let given = try Corpus(documents: (0..<count).map { "document \($0)" })
    var random = PythonRandom(seed: 5), corpus = given
    corpus.shuffle(using: &random)
    #expect(corpus.unshuffled(from: PythonRandom(seed: 5)) == given)
    // Also where the order before was not the text's.
    let before = random, once = corpus
    corpus.shuffle(using: &random)
    #expect(corpus.unshuffled(from: before) == once)
  }

  @Test("the characters of a corpus are those of its documents, without what is stripped", arguments: 0..<100)
  func characters(seed: UInt64) throws {
    let pieces = ["a", "b", "\n", " ", "\t", "\r\n", "\u{A0}", "\u{3000}", "\u{E9}", "\u{1F600}"]
    var random = PythonRandom(seed: seed)
    // Few enough pieces for texts that lack some of the white space, or have it at the ends only.
    for length in [1, 2, 3, 5, 8, 100] {
      let text = (0..<length).map { _ in pieces[Int(random.uniform() * 10)] }.joined()
      for division in [Corpus.Division.lines, .paragraphs] {
        guard let corpus = try? Corpus(text: text, as: division) else { continue }
        #expect(corpus.characters == Set(corpus.joined()).sorted())
      }
    }
  }

  @Test("white space is Unicode's, and the four separators of ASCII")
  func whiteSpace() {
    // python3 -c 'print([hex(i) for i in range(0x110000) if chr(i).isspace()])' prints the same 29.
    var found = 0
    for value in 0...UInt32(0x10FFFF) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let expected = scalar.properties.isWhitespace || 0x1C...0x1F ~= value
      if scalar.isPythonSpace != expected { Issue.record("U+\(String(value, radix: 16))") }
      if scalar.isPythonSpace { found += 1 }
    }
    #expect(found == 29)
  }

  @Test("any text is split as by its plain specification", arguments: 0..<200)
  func equalsSpecification(seed: UInt64) throws {
    // Pieces that matter for splitting, in any order; then the same with a byte changed at random.
    let pieces = [
      "a", "bc", "\n", "\n", "\r", "\r\n", " ", "\t", "\u{0B}", "\u{1C}", "\u{85}", "\u{A0}", "\u{2028}",
      "\u{3000}", "\u{FEFF}", "\u{301}", "\u{6C34}", "\u{1F600}", "\u{10FFFF}", "\u{E000}", "\u{D7FF}",
    ]
    var random = PythonRandom(seed: seed)
    for length in 0..<40 {
      var text = ""
      for _ in 0..<length { text += pieces[random.choice(weights: pieces.map { _ in 1 })] }
      var bytes = Array(text.utf8)
      #expect(result { () throws(CorpusError) in try Corpus(utf8: bytes) } == specification(bytes))
      if !bytes.isEmpty {
        bytes[random.choice(weights: bytes.map { _ in 1 })] = UInt8(random.bits(8))
        #expect(result { () throws(CorpusError) in try Corpus(utf8: bytes) } == specification(bytes))
      }
    }
  }

  private func result(_ make: () throws(CorpusError) -> Corpus) -> Result<[[Unicode.Scalar]], CorpusError> {
    Result(catching: make).map { $0.map(Array.init) }
  }

  @Test("the hash is that of the documents' bytes with a line feed after each", arguments: [1, 100, 2000])
  func hash(count: Int) throws {
    let documents = (0..<count).map { "\($0) é\u{FFFF}😀" } + ["", String(repeating: "a", count: 5000)]
    var digest = SHA256()
    digest.update(Array(documents.map { $0 + "\n" }.joined().utf8))
    #expect(try Corpus(documents: documents).sha256 == digest.hexString)
  }

  /// What the reference does to a file's bytes, one Python call after the other; slow.
  private func specification(_ bytes: [UInt8]) -> Result<[[Unicode.Scalar]], CorpusError> {
    // Decoding replaces invalid UTF-8 by U+FFFD; if it changes nothing, the bytes were valid.
    guard Array(String(decoding: bytes, as: UTF8.self).utf8) == bytes else {
      var valid = bytes.count
      while !startsValidly(bytes, valid) { valid -= 1 }
      return .failure(.invalidUTF8(line: lines(of: bytes.prefix(valid)).count))
    }
    let documents = lines(of: bytes[...]).map { line in
      Array(line.drop { $0.isPythonSpace }.reversed().drop { $0.isPythonSpace }.reversed())
    }.filter { !$0.isEmpty }
    return documents.isEmpty ? .failure(.empty) : .success(documents)
  }

  private func startsValidly(_ bytes: [UInt8], _ count: Int) -> Bool {
    Array(String(decoding: bytes[..<count], as: UTF8.self).utf8) == Array(bytes[..<count])
  }

  /// `text.replace("\r\n", "\n").replace("\r", "\n").split("\n")`.
  private func lines(of bytes: ArraySlice<UInt8>) -> [[Unicode.Scalar]] {
    var scalars: [Unicode.Scalar] = []
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      if scalar == "\n", scalars.last == "\r" { scalars.removeLast() }
      scalars.append(scalar)
    }
    return scalars.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r" }.map(Array.init)
  }
}
