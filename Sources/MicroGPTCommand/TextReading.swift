// How a text is read: as it is or in lower case, divided into lines, paragraphs or not at all, with a vocabulary that may
// have a limit.

import CommandLineOptions
import MicroGPT

/// How to read a text.
struct TextReading: OptionGroup, Equatable {
  var division = Corpus.Division.lines
  var isLowercase = false
  /// The largest vocabulary, if it has a limit.
  var vocabularyLimit: Int?

  static var options: [Option<Self>] {
    [
      .choice(
        "--documents", "HOW", \.division, "What a document is; a stream is the whole text, read in windows"),
      .flag("--lowercase", \.isLowercase, "Read the text in lower case"),
      .number(
        "--max-vocabulary", \.vocabularyLimit, .atLeast(1), example: 100,
        "Refuse a text with a larger vocabulary, and show its rarest characters"),
    ]
  }

  /// The text in lower case, where the reading says so. Bytes that are not UTF-8 stay as they are.
  func prepared(_ bytes: consuming [UInt8]) -> [UInt8] {
    var bytes = consume bytes
    guard isLowercase else { return bytes }
    var isASCII = true
    for index in bytes.indices {
      if bytes[index] >= 0x80 { isASCII = false }
      if 0x41...0x5A ~= bytes[index] { bytes[index] |= 0x20 }
    }
    if isASCII { return bytes }
    let text = String(decoding: bytes, as: UTF8.self)
    return text.utf8.elementsEqual(bytes) ? Array(text.lowercased().utf8) : bytes
  }

  /// Checks the vocabulary of a text against the limit.
  ///
  /// - Throws: `Failure` that names the rarest characters.
  func check(_ corpus: Corpus, of source: TextSource) throws(Failure) {
    let size = Tokenizer(corpus).vocabularySize
    guard let limit = vocabularyLimit, size > limit else { return }
    var counts: [Unicode.Scalar: Int] = [:]
    for document in corpus { for character in document { counts[character, default: 0] += 1 } }
    let hasCapitals = counts.keys.contains { $0.properties.lowercaseMapping != String($0) }
    let rarest = counts.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    let shown = rarest.prefix(min(size - limit, 10))
      .map { "\(named($0.key)) \($0.value == 1 ? "once" : "\(grouped($0.value)) times")" }
    throw Failure(
      code: Failure.data,
      "The vocabulary of \(source.name) has \(counted(size, "token")), more than '--max-vocabulary \(limit)' allows. "
        + "The rarest characters: \(shown.joined(separator: ", ")). Remove such characters, or allow more"
        + (isLowercase || !hasCapitals ? "." : ", or add --lowercase."))
  }
}

extension Checkpoint {
  /// How the run's text is read.
  var reading: TextReading { TextReading(division: division, isLowercase: isLowercase) }
}
