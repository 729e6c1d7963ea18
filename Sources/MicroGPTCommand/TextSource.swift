// Where the text comes from: the file that the user names, or the first of several that exists.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

/// A text and where it was found.
struct TextSource {
  /// The text, until it has become a corpus.
  private(set) var bytes: [UInt8]
  /// Its name in messages: a path, "standard input" or "the built-in names".
  let name: String
  /// Why this text was chosen, for the line that says so; empty if the user named it.
  let reason: String

  /// The text that the user names; else input.txt in the working folder, as in microgpt.py; else the makemore
  /// names, which are microgpt.py's data, from the cache or the network; else the built-in names.
  ///
  /// - Throws: `FileError` if a file exists but cannot be read.
  static func find(
    _ options: DataOptions, environment: (String) -> String? = Console.environment
  ) throws(FileError) -> TextSource {
    if let file = options.file {
      return TextSource(bytes: try readFile(file), name: file == "-" ? "standard input" : file, reason: "")
    }
    if fileExists("input.txt") {
      return TextSource(bytes: try readFile("input.txt"), name: "input.txt", reason: "")
    }
    var obstacle: String?
    if options.offline { obstacle = "--offline is set" }
    if let flag = environment("MICROGPT_OFFLINE"), flag != "", flag != "0" {
      obstacle = "MICROGPT_OFFLINE is set"
    }
    guard let cache = NamesCache(environment: environment) else {
      return builtIn("there is no input.txt, and no cache folder for the makemore names")
    }
    switch cache.names(offline: obstacle) {
    case .cached(let bytes):
      return TextSource(
        bytes: bytes, name: cache.path, reason: "the makemore names, as there is no input.txt")
    case .downloaded(let bytes):
      return TextSource(
        bytes: bytes, name: cache.path,
        reason: "the makemore names, just downloaded, as there is no input.txt")
    case .unavailable(let why):
      return builtIn("there is no input.txt, and the makemore names are not here: \(why)")
    }
  }

  /// The built-in names.
  static func builtIn(_ reason: String) -> TextSource {
    TextSource(bytes: Array(Corpus.namesText.utf8), name: "the built-in names", reason: reason)
  }

  /// The error of a text that is not the one of a run.
  ///
  /// - Parameters:
  ///   - model: The run's file.
  ///   - alternative: What else the user can do who has named this text.
  func isNotTheText(of model: String, _ options: DataOptions, or alternative: String? = nil) -> any Error {
    let problem = "is not the text of the run in '\(model)': the bytes have another SHA-256."
    if let file = options.file {
      return UsageError(
        "'--data \(file)' \(problem) Name that text\(alternative.map { ", or \($0)" } ?? "").")
    }
    return Failure(
      code: Failure.data, "The text that was found, \(name), \(problem) Name its text with --data.")
  }

  /// Whether it begins with a byte-order mark, which is a character like others, as it is for Python.
  let hasByteOrderMark: Bool

  init(bytes: consuming [UInt8], name: String, reason: String) {
    hasByteOrderMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    (self.name, self.reason) = (name, reason)
    self.bytes = bytes
  }

  /// The SHA-256 of its bytes, before they have become a corpus.
  var sha256: String {
    var digest = SHA256()
    digest.update(bytes)
    return digest.hexString
  }

  /// The documents of the text, to which its bytes are given away: they may be large.
  ///
  /// - Parameter purpose: What they are for, as the message about a text without any says it.
  mutating func takeCorpus(
    _ reading: TextReading = TextReading(), to purpose: String = "learn from",
    advice: String = "Put a document on each line, such as a name."
  ) throws(Failure) -> Corpus {
    var bytes: [UInt8] = []
    swap(&bytes, &self.bytes)
    let isEmpty = bytes.isEmpty
    do {
      return try Corpus(utf8: reading.prepared(consume bytes), as: reading.division)
    } catch {
      switch error {
      case .invalidUTF8(let line):
        throw Failure(
          code: Failure.data,
          "Line \(line) of \(name) is not valid UTF-8. Save the text with the encoding UTF-8 and try again.")
      case .empty:
        let problem = isEmpty ? "it is empty" : "every line is blank"
        let advice =
          reading.division == .paragraphs ? "Put paragraphs in it, with blank lines between them." : advice
        throw Failure(
          code: Failure.data,
          "There is nothing to \(purpose) in \(name): \(problem). \(advice)")
      case .tooShort:
        throw Failure(
          code: Failure.data,
          "There is nothing to \(purpose) in \(name): it has fewer than two characters. Give a longer text.")
      case .tooLong:
        throw Failure(code: Failure.data, "\(name) has more than 4 GB. Give a part of it.")
      }
    }
  }

  /// The line that says which text is learned.
  func remark(_ corpus: Corpus) -> String { "Learning from \(named(corpus))." }

  /// Documents of the text, with its name and why it was chosen.
  func named(_ corpus: Corpus) -> String {
    "\(amount(of: corpus)) of \(name)\(reason.isEmpty ? "" : " (\(reason))")"
  }
}

/// How much text it is: "32,033 documents", "1,115,394 characters".
func amount(of corpus: Corpus) -> String {
  corpus.isStream
    ? counted(corpus[0].count, "character") : counted(corpus.count, "document")
}
