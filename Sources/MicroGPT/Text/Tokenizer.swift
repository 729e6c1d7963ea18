// Characters to tokens and back: a character's token is its index among the corpus's distinct Unicode scalars, in
// order. One more token, BOS, stands before and after every document, but not in a stream.
//
//     let tokenizer = Tokenizer(corpus)        uchars = sorted(set(''.join(docs))); BOS = len(uchars)
//     tokenizer.encode(corpus[0])              [BOS] + [uchars.index(ch) for ch in doc] + [BOS]

/// The vocabulary of a corpus: every scalar that occurs in it, and BOS.
///
///     let tokenizer = Tokenizer(try Corpus(text: "emma\nava"))
///     tokenizer.characters  // ["a", "e", "m", "v"]
///     try tokenizer.encode("ava")  // [4, 0, 3, 0, 4]
///     tokenizer.decode([0, 3, 0])  // "ava"
///
/// A stream has no documents, hence its vocabulary no BOS.
public struct Tokenizer: Sendable, Equatable {
  /// The scalars that have tokens, each once, sorted by value, `[V - 1]`, of a stream `[V]`. A scalar's token is its
  /// index.
  public let characters: [Unicode.Scalar]
  /// Whether it is the vocabulary of a stream.
  public let isStream: Bool
  /// The tokens of U+0000 to U+00FF, or -1 for none, `[256]`.
  private let latinTokens: [Int32]

  /// The token that opens and closes every document, the last one. Of a stream no token has this number.
  public var bos: Int { characters.count }

  /// How many tokens there are, *V*: the characters and, unless it is a stream's vocabulary, BOS.
  public var vocabularySize: Int { characters.count + (isStream ? 0 : 1) }

  /// The token from which a model goes on to write a text: BOS or, of a stream, the end of a line. If its vocabulary has
  /// no `\n`, a stream starts with token 0, the lowest character.
  public var start: Int { isStream ? token(of: "\n") ?? 0 : bos }

  /// The vocabulary of the documents of `corpus`.
  ///
  /// - Complexity: O(*V*).
  public init(_ corpus: Corpus) {
    self.init(sorted: corpus.characters, isStream: corpus.isStream)
  }

  /// The vocabulary of `characters`, which may be in any order and repeat: tokens are assigned by value.
  ///
  /// To check that a restored vocabulary was in order, compare it with `characters`.
  ///
  /// - Complexity: O(*n*).
  public init(characters: [Unicode.Scalar], isStream: Bool = false) {
    self.init(sorted: ScalarSet(characters).sorted, isStream: isStream)
  }

  private init(sorted characters: [Unicode.Scalar], isStream: Bool) {
    var latinTokens = [Int32](repeating: -1, count: 256)
    for (token, scalar) in characters.enumerated() where scalar.value < 256 {
      latinTokens[Int(scalar.value)] = Int32(token)
    }
    (self.characters, self.isStream, self.latinTokens) = (characters, isStream, latinTokens)
  }

  /// The token of a character, or `nil` if it has none.
  ///
  /// - Complexity: O(1) up to U+00FF, O(log *V*) beyond.
  public func token(of character: Unicode.Scalar) -> Int? {
    if character.value < 256 {
      let token = latinTokens[Int(character.value)]
      return token < 0 ? nil : Int(token)
    }
    var low = 0
    var high = characters.count
    while low < high {
      let middle = (low + high) / 2
      if characters[middle] < character { low = middle + 1 } else { high = middle }
    }
    return low < characters.count && characters[low] == character ? low : nil
  }

  /// The tokens of a document of the corpus that the vocabulary comes from, with BOS at both ends.
  ///
  /// - Precondition: Every scalar is in the vocabulary; `encode(_:)` over a string throws instead.
  public func encode(_ document: Corpus.Document) -> [Int] {
    var tokens: [Int] = []
    encode(document, into: &tokens)
    return tokens
  }

  /// Encodes into an existing array, whose memory is reused and whose contents are overwritten.
  public func encode(_ document: Corpus.Document, into tokens: inout [Int]) {
    tokens.removeAll(keepingCapacity: true)
    tokens.reserveCapacity(document.utf8.count + 2)
    if !isStream { tokens.append(bos) }
    for scalar in document { tokens.append(knownToken(of: scalar)) }
    if !isStream { tokens.append(bos) }
  }

  /// Encodes a document of the corpus, BOS first, and BOS last if there is room, or a window of a stream; tokens that do
  /// not fit are left out.
  ///
  /// - Parameter tokens: Overwritten from the start.
  /// - Returns: The number of tokens written.
  /// - Precondition: Every scalar is in the vocabulary, and there is room for one token.
  func encode(_ document: Corpus.Document, into tokens: UnsafeMutableBufferPointer<Int32>) -> Int {
    var count = 0
    if !isStream {
      tokens[0] = Int32(bos)
      count = 1
    }
    document.utf8.withUnsafeBytes { bytes in
      var index = 0
      while index < bytes.count, count < tokens.count {
        tokens[count] = Int32(truncatingIfNeeded: knownToken(of: nextScalar(in: bytes, at: &index)!))
        count += 1
      }
    }
    if !isStream, count < tokens.count {
      tokens[count] = Int32(bos)
      count += 1
    }
    return count
  }

  /// The token of a character of the corpus that the vocabulary comes from.
  private func knownToken(of scalar: Unicode.Scalar) -> Int {
    guard let token = token(of: scalar) else {
      preconditionFailure("\(name(of: scalar)) is not in the vocabulary: is this another corpus?")
    }
    return token
  }

  /// Checks that all characters of a document are in the vocabulary.
  ///
  /// - Throws: `TokenizerError` at the first that is not.
  func check(_ document: some Sequence<Unicode.Scalar>) throws(TokenizerError) {
    for (index, scalar) in document.enumerated() where token(of: scalar) == nil {
      throw .unknownCharacter(scalar, position: index + 1)
    }
  }

  /// Whether all of these characters are in the vocabulary.
  func hasAll(_ characters: [Unicode.Scalar]) -> Bool { characters.allSatisfy { token(of: $0) != nil } }

  /// The first character of a corpus that is not in the vocabulary, and the number of its document, from 1.
  ///
  /// - Complexity: O(1) if there is none, else O(*n*) in the corpus's characters.
  public func firstUnknown(in corpus: Corpus) -> (character: Unicode.Scalar, document: Int)? {
    if hasAll(corpus.characters) { return nil }
    for (index, document) in corpus.enumerated() {
      if let character = document.first(where: { token(of: $0) == nil }) { return (character, index + 1) }
    }
    return nil
  }

  /// The tokens of a document from outside the corpus, with BOS at both ends, or of a part of a stream.
  ///
  /// - Throws: `TokenizerError` at the first character outside the vocabulary.
  public func encode(_ text: String) throws(TokenizerError) -> [Int] {
    let tokens = try encode(prompt: text)
    return isStream ? Array(tokens.dropFirst()) : tokens + [bos]
  }

  /// The tokens of a prompt, for the model to continue: `start` before it, nothing after it.
  ///
  /// - Throws: `TokenizerError` at the first character outside the vocabulary.
  public func encode(prompt: String) throws(TokenizerError) -> [Int] {
    var tokens = [start]
    for scalar in prompt.unicodeScalars {
      guard let token = token(of: scalar) else {
        throw .unknownCharacter(scalar, position: tokens.count)
      }
      tokens.append(token)
    }
    return tokens
  }

  /// The text of `tokens`; BOS is skipped.
  ///
  /// - Precondition: Every token is in 0..<`vocabularySize`.
  public func decode(_ tokens: [Int]) -> String {
    var text = ""
    for token in tokens where token != bos {
      precondition(
        characters.indices ~= token, "Token \(token) is outside a vocabulary of \(vocabularySize) tokens.")
      text.unicodeScalars.append(characters[token])
    }
    return text
  }

  /// The text of tokens without BOS.
  ///
  /// - Complexity: O(*n*); nothing is allocated for up to 15 bytes.
  func decode(_ tokens: Slice<UnsafeMutableBufferPointer<Int32>>) -> String {
    String(unsafeUninitializedCapacity: 4 * tokens.count) { text in
      var count = 0
      for token in tokens {
        for byte in UTF8.encode(characters[Int(token)])! {
          text[count] = byte
          count += 1
        }
      }
      return count
    }
  }
}

/// Why a text cannot be encoded.
public enum TokenizerError: Error, Equatable {
  /// The text has a character outside the vocabulary. Positions count from 1, in Unicode scalars.
  case unknownCharacter(Unicode.Scalar, position: Int)
  /// A part of a stream has no characters, so that there is nothing to predict.
  case empty
}

extension TokenizerError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .unknownCharacter(let scalar, let position):
      "Character \(position) of the text, \(name(of: scalar)), is not in the model's vocabulary. "
        + "Use only characters of the text that the model was trained on."
    case .empty:
      "The text has no characters. Give one or more."
    }
  }
}

/// A scalar as shown in messages: the character if it is visible, and its code point.
func name(of scalar: Unicode.Scalar) -> String {
  let digits = String(scalar.value, radix: 16, uppercase: true)
  let code = "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  return scalar.value < 0x20 || scalar.isPythonSpace ? code : "'\(scalar)' (\(code))"
}
