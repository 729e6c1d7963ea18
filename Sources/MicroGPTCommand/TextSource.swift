// Where the text comes from, when the user says and when not.

import MicroGPT
import MicroGPTFiles

/// A text and where it was found.
struct TextSource {
  let bytes: [UInt8]
  /// As messages name it: a path, "standard input" or "the built-in names".
  let name: String
  /// Why it is this one, for the one line that says so; empty where the user asked for it.
  let reason: String

  /// The text that the user names; else input.txt in the working folder, as the reference does; else the
  /// reference's own names, from the cache or the network; else the built-in names.
  ///
  /// - Throws: `FileError` if a file is there but cannot be read.
  static func find(
    data: String?, offline: Bool, environment: (String) -> String? = Console.environment
  ) throws(FileError) -> TextSource {
    if let data {
      return TextSource(bytes: try readFile(data), name: data == "-" ? "standard input" : data, reason: "")
    }
    if fileExists("input.txt") {
      return TextSource(bytes: try readFile("input.txt"), name: "input.txt", reason: "")
    }
    var obstacle: String?
    if offline { obstacle = "--offline is set" }
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

  private static func builtIn(_ reason: String) -> TextSource {
    TextSource(bytes: Array(Corpus.namesText.utf8), name: "the built-in names", reason: reason)
  }

  /// The documents of the text.
  func corpus() throws(Failure) -> Corpus {
    do {
      return try Corpus(utf8: bytes)
    } catch {
      switch error {
      case .invalidUTF8(let line):
        throw Failure(
          code: Failure.data,
          "Line \(line) of \(name) is not valid UTF-8. Save the text with the encoding UTF-8 and try again.")
      case .empty:
        throw Failure(
          code: Failure.data,
          "There is nothing to learn from in \(name): \(bytes.isEmpty ? "it is empty" : "every line is blank"). "
            + "Put a document on each line, such as a name.")
      }
    }
  }

  /// The line that says which text it is.
  func remark(_ corpus: Corpus) -> String {
    "Learning from \(counted(corpus.count, "document")) of \(name)\(reason.isEmpty ? "" : " (\(reason))")."
  }
}
