import Testing

@testable import MicroGPT

@Suite struct TokenizerTests {
  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let tokenizer = Tokenizer(try Corpus(text: "emma\nava"))
    #expect(tokenizer.characters == ["a", "e", "m", "v"])
    #expect(try tokenizer.encode("ava") == [4, 0, 3, 0, 4])
    #expect(tokenizer.decode([0, 3, 0]) == "ava")
  }

  @Test("BOS is the last token and is at both ends of a document")
  func beginningOfSequence() throws {
    let corpus = try Corpus(text: "emma\nava")
    let tokenizer = Tokenizer(corpus)
    #expect(tokenizer.bos == 4)
    #expect(tokenizer.vocabularySize == 5)
    #expect(tokenizer.encode(corpus[0]) == [4, 1, 2, 2, 0, 4])
  }

  @Test("the vocabulary is sorted by scalar value, and composed and decomposed letters differ")
  func vocabularyOfScalars() throws {
    // python3 -c 'print(ascii(sorted(set("E\u0301mile" "\u00c9mile" "\U0001f600\uffff\u6c34~ x"))))'
    let tokenizer = Tokenizer(try Corpus(text: "E\u{301}mile\n\u{C9}mile\n\u{1F600}\u{FFFF}\u{6C34}~ x"))
    let golden: [Unicode.Scalar] = [
      " ", "E", "e", "i", "l", "m", "x", "~", "\u{C9}", "\u{301}", "\u{6C34}", "\u{FFFF}", "\u{1F600}",
    ]
    #expect(tokenizer.characters == golden)
    #expect(try tokenizer.encode("E\u{301}\u{C9}") == [13, 1, 9, 8, 13])
  }

  @Test("a prompt has no BOS at its end")
  func promptIsOpen() throws {
    let tokenizer = Tokenizer(try Corpus(text: "emma\nava"))
    #expect(try tokenizer.encode(prompt: "em") == [4, 1, 2])
    #expect(try tokenizer.encode(prompt: "") == [4])
    #expect(try tokenizer.encode("") == [4, 4])
  }

  @Test(
    "an unknown character is reported with its position",
    arguments: [
      ("avb", "b", 3, "Character 3 of the text, 'b' (U+0062), is"),
      ("\u{E9}", "\u{E9}", 1, "Character 1 of the text, '\u{E9}' (U+00E9), is"),
      ("ava\n", "\n", 4, "Character 4 of the text, U+000A, is"),
      ("a va", " ", 2, "Character 2 of the text, U+0020, is"),
      ("em\u{1F600}", "\u{1F600}", 3, "Character 3 of the text, '\u{1F600}' (U+1F600), is"),
    ] as [(String, Unicode.Scalar, Int, String)])
  func unknownCharacter(text: String, scalar: Unicode.Scalar, position: Int, message: String) throws {
    let tokenizer = Tokenizer(try Corpus(text: "emma\nava"))
    let error = TokenizerError.unknownCharacter(scalar, position: position)
    #expect(throws: error) { try tokenizer.encode(text) }
    #expect(throws: error) { try tokenizer.encode(prompt: text) }
    #expect(
      error.description == message
        + " not in the model's vocabulary. Use only characters of the text that the model was trained on.")
  }

  @Test("decoding skips BOS and inverts encoding", arguments: ["emma", "", "mavem"])
  func decodingTakesEncodingBack(text: String) throws {
    let tokenizer = Tokenizer(try Corpus(text: "emma\nava"))
    #expect(tokenizer.decode(try tokenizer.encode(text)) == text)
  }

  @Test("encoding into an array overwrites its contents")
  func encodingOverwrites() throws {
    let corpus = try Corpus(text: "emma\nava")
    let tokenizer = Tokenizer(corpus)
    var tokens = Array(0..<100)
    for document in corpus {
      tokenizer.encode(document, into: &tokens)
      #expect(tokens == tokenizer.encode(document))
    }
  }

  @Test("a vocabulary is restored from its characters, in any order")
  func restoring() throws {
    let tokenizer = Tokenizer(try Corpus(text: "emma\nava\n\u{6C34}"))
    #expect(Tokenizer(characters: tokenizer.characters) == tokenizer)
    #expect(Tokenizer(characters: tokenizer.characters.reversed() + ["a"]) == tokenizer)
    #expect(Tokenizer(characters: []).vocabularySize == 1)
  }

  @Test("every token is its character's index in the sorted set", arguments: 0..<20)
  func tokensEqualPlaces(seed: UInt64) {
    // Scalars from ASCII to the last plane, some ranges dense and some sparse.
    var random = PythonRandom(seed: seed)
    var scalars: [Unicode.Scalar] = []
    for _ in 0..<300 {
      let width = 5 + random.choice(weights: Array(repeating: 1, count: 17))
      if let scalar = Unicode.Scalar(random.bits(min(width, 21))) { scalars.append(scalar) }
    }
    let tokenizer = Tokenizer(characters: scalars)
    let sorted = Set(scalars).sorted()
    #expect(tokenizer.characters == sorted)
    for probe in 0..<0x3000 {
      guard let scalar = Unicode.Scalar(UInt32(probe)) else { continue }
      #expect(tokenizer.token(of: scalar) == sorted.firstIndex(of: scalar))
    }
    for (index, scalar) in sorted.enumerated() { #expect(tokenizer.token(of: scalar) == index) }
  }
}
