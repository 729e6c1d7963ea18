import Foundation
import MicroGPT
import Testing

@testable import MicroGPTCommand

/// `--documents`, `--lowercase`, `--max-vocabulary` and what is said about a text.
@Suite("Reading a text") struct TextReadingTests {
  private static let small = "--layers 1 --embedding 4 --heads 2 --samples 3 --steps 4"
  private static let verse = "One two\nthree\n\nFOUR\n\n\nfive\nSIX\n"

  private static func sandbox(_ text: String = verse) throws -> Sandbox { try Sandbox(["input.txt": text]) }

  private static func checkpoint(_ sandbox: Sandbox, _ file: String = "m") throws -> Checkpoint {
    try Checkpoint(bytes: [UInt8](sandbox.bytes(file)))
  }

  @Test("paragraphs are documents, and the lines of a sample stand under each other")
  func paragraphs() throws {
    let sandbox = try TextReadingTests.sandbox()
    let ending = try sandbox.run(
      "\(TextReadingTests.small) --documents paragraphs --samples 60 --log log --save m --steps 150")
    #expect(ending.code == 0 && ending.output.hasPrefix("num docs: 3\nvocab size: 20\n"))
    #expect(ending.error.hasPrefix("Learning from 3 documents of input.txt.\n"))
    // The log has each text as it is; on standard output its lines are indented by the width of "sample 12: ".
    let last = try #require(sandbox.read("log").split(separator: "\n").last)
    let log = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
    let samples = try #require(log?["samples"] as? [String])
    #expect(samples.count == 60 && samples.contains { $0.contains("\n") })
    let expected = samples.enumerated().map { index, text in
      "sample \(index < 9 ? " " : "")\(index + 1): "
        + text.components(separatedBy: "\n").enumerated()
        .map {
          $0.offset == 0 || $0.element == "" ? $0.element : String(repeating: " ", count: 11) + $0.element
        }
        .joined(separator: "\n")
    }
    #expect(ending.output.hasSuffix("\n" + expected.joined(separator: "\n") + "\n"))
    #expect(try sandbox.run("sample m --samples 60").output == expected.joined(separator: "\n") + "\n")
  }

  @Test(
    "a stream is measured in characters, resumed, sampled and measured again", arguments: ["exact", "fast"])
  func stream(engine: String) throws {
    let text = String(repeating: "the cat sat on the mat\nthe dog sat on the log\n", count: 20)
    let sandbox = try TextReadingTests.sandbox(text)
    let line = "\(TextReadingTests.small) --documents stream --held-out 0.1 --engine \(engine) --block-size 8"
    let whole = try sandbox.run("\(line) --save whole --steps 60 --samples 4")
    #expect(whole.code == 0)
    #expect(whole.output.hasPrefix("num chars: 828\nheld-out chars: 92\nvocab size: 14\nnum params: 336\n"))
    #expect(
      whole.error.hasPrefix(
        "Learning from 828 characters of input.txt.\n92 characters are held out, to measure on.\n"))
    _ = try sandbox.run("\(line) --save m --steps 60 --samples 4 --stop-after 25")
    let resumed = try sandbox.run("--resume m")
    #expect(resumed.code == 0)
    #expect(try sandbox.bytes("m") == sandbox.bytes("whole"))
    // Samples are those of training, each fills the block, and --length goes on.
    let samples = try sandbox.run("sample m")
    #expect(whole.output.hasSuffix("\n" + samples.output))
    let long = try sandbox.run("sample m --samples 1 --length 100 --json --prompt the")
    let object = try JSONSerialization.jsonObject(with: Data(long.output.utf8)) as? [String: Any]
    let drawn = try #require(object?["text"] as? String)
    #expect(drawn.unicodeScalars.count == 100 && drawn.hasPrefix("the"))
    // The held-out loss is eval's, and that of the library on the text's end.
    let loss = try #require(whole.output.split(separator: "\n").first { $0.hasPrefix("held-out loss") })
    let measured = try sandbox.run("eval m --held-out")
    #expect(measured.output.hasPrefix("held-out windows: 12 of input.txt\ntokens: 91\n\(loss)\n"))
    let corpus = try Corpus(text: String(text.suffix(92)), as: .stream)
    let checkpoint = try TextReadingTests.checkpoint(sandbox)
    let evaluation = try checkpoint.model.evaluate(corpus, engine: checkpoint.state.arithmetic)
    #expect(measured.output.contains("held-out loss: \(fixed(evaluation.lossPerToken, 4))\n"))
    #expect(checkpoint.division == .stream && checkpoint.model.tokenizer.vocabularySize == 14)
    let contents = try sandbox.run("inspect m").output
    #expect(contents.contains("documents: stream\nheld out: 0.1 of the text, at its end\n"))
    #expect(contents.contains("vocab size: 14, \\u{A} "))
    #expect(contents.contains(" --documents stream "))
    // What needs lines says so.
    #expect(
      try sandbox.run("sample m --unique")
        == Ending(
          error:
            "Error: '--unique' compares lines, but 'm' has learned its text as a stream. Leave it out.\n",
          code: 64))
    #expect(
      try sandbox.run("--init-from m --documents lines --steps 1")
        == Ending(
          error: "Error: '--documents lines' does not suit the model, which has learned a stream. "
            + "Give '--documents stream', or train a new model.\n", code: 64))
    #expect(try sandbox.run("--init-from m --steps 1 --samples 0").output.hasPrefix("num chars: 920\n"))
  }

  @Test("another way to read the text is refused for a resumed run")
  func resumed() throws {
    let sandbox = try TextReadingTests.sandbox()
    _ = try sandbox.run("\(TextReadingTests.small) --documents paragraphs --save m --stop-after 2")
    for (option, message) in [
      (
        "--documents lines",
        "'--documents lines' is not the run's, which is '--documents paragraphs'. Leave it out: a resumed run keeps "
          + "its options."
      ),
      (
        "--lowercase",
        "'--lowercase' is not one of the run's options. Leave it out: a resumed run keeps its options."
      ),
    ] {
      #expect(try sandbox.run("--resume m \(option)") == Ending(error: "Error: \(message)\n", code: 64))
    }
    #expect(try sandbox.run("--resume m --documents paragraphs").code == 0)
  }

  @Test("--lowercase is Python's lower() for letters of any script, and kept in the file")
  func lowercase() throws {
    let sandbox = try TextReadingTests.sandbox("ÀB ǅ\nΣΑ\nİx\nstraẞe\n")
    let ending = try sandbox.run("\(TextReadingTests.small) --lowercase --save m")
    #expect(ending.code == 0)
    let checkpoint = try TextReadingTests.checkpoint(sandbox)
    // ''.join(sorted(set('ÀB ǅ ΣΑ İx straẞe'.lower())))
    #expect(
      checkpoint.model.tokenizer.characters == Array(" abeirstxßàǆ\u{307}ασ".unicodeScalars))
    #expect(checkpoint.isLowercase)
    #expect(try sandbox.run("sample m --unique --samples 5").code == 0)
    #expect(try sandbox.run("eval m").output.hasPrefix("docs: 4 of input.txt\n"))
    #expect(try sandbox.run("inspect m").output.contains("documents: lines, in lower case\n"))
    // Bytes that are not UTF-8 are reported, not repaired.
    try sandbox.write([0x41, 0x0A, 0xC3, 0x28], to: "input.txt")
    let error = try sandbox.run("--lowercase").error
    #expect(error.hasPrefix("Error: Line 2 of input.txt is not valid UTF-8."))
  }

  @Test("ASCII in lower case is what it is for every letter")
  func asciiLowercase() {
    let all = (0..<128).map { UInt8($0) }
    let lower = TextReading(isLowercase: true).prepared(all)
    #expect(lower == Array(String(decoding: all, as: UTF8.self).lowercased().utf8))
    #expect(TextReading().prepared(all) == all)
  }

  @Test("a vocabulary above its limit is refused with the rarest characters; one at the limit is not")
  func maxVocabulary() throws {
    let sandbox = try TextReadingTests.sandbox("aaab\nbbé\nAaaA水\n")
    #expect(try sandbox.run("\(TextReadingTests.small) --max-vocabulary 6").code == 0)
    #expect(
      try sandbox.run("--max-vocabulary 4")
        == Ending(
          error:
            "Error: The vocabulary of input.txt has 6 tokens, more than '--max-vocabulary 4' allows. The rarest "
            + "characters: 'é' (U+00E9) once, '水' (U+6C34) once. Remove such characters, or allow more, or add "
            + "--lowercase.\n", code: 65))
    #expect(
      try sandbox.run("--max-vocabulary 4 --lowercase").error
        == "Error: The vocabulary of input.txt has 5 tokens, more than '--max-vocabulary 4' allows. The rarest "
        + "characters: 'é' (U+00E9) once. Remove such characters, or allow more.\n")
  }

  @Test(
    "a byte-order mark is a character, as for Python, and the user is told", arguments: ["exact", "fast"])
  func byteOrderMark(engine: String) throws {
    let sandbox = try TextReadingTests.sandbox("\u{FEFF}emma\nava\n")
    let ending = try sandbox.run("\(TextReadingTests.small) --engine \(engine)")
    #expect(ending.output.hasPrefix("num docs: 2\nvocab size: 6\n"))
    #expect(
      ending.error.contains(
        "The text begins with a byte-order mark, which counts as a character, as in Python. Save it without one if "
          + "that is not meant.\n"))
    try sandbox.write("emma\n\u{FEFF}ava\n", to: "input.txt")
    #expect(try !sandbox.run("\(TextReadingTests.small)").error.contains("byte-order"))
  }

  @Test("a block that the user has chosen and no document fills is noted")
  func unfilledBlock() throws {
    let sandbox = try TextReadingTests.sandbox("emma\nolivia\n")
    func remarks(_ options: String) throws -> String {
      try sandbox.run("\(TextReadingTests.small) \(options)").error
    }
    let note =
      "No document is longer than 6 characters, so --block-size 20 is never filled: 7 is enough.\n"
    #expect(try remarks("--block-size 20").contains(note))
    #expect(try !remarks("--block-size 7").contains("never filled"))
    #expect(try !remarks("").contains("never filled"))
    #expect(try remarks("--block-size 6").contains("1 document is longer than --block-size 6 allows"))
    #expect(try !remarks("--block-size 20 --documents stream").contains("never filled"))
  }

  @Test("a stream that is too short, and one with unknown characters, are refused with what to do")
  func refusals() throws {
    let sandbox = try TextReadingTests.sandbox("a")
    #expect(
      try sandbox.run("--documents stream")
        == Ending(
          error:
            "Error: There is nothing to learn from in input.txt: it has fewer than two characters. Give a longer "
            + "text.\n", code: 65))
    try sandbox.write("abab", to: "input.txt")
    #expect(try sandbox.run("\(TextReadingTests.small) --documents stream --save m").code == 0)
    try sandbox.write("abc", to: "other.txt")
    #expect(
      try sandbox.run("eval m --data other.txt")
        == Ending(
          error:
            "Error: The text of other.txt has a character that is not in the vocabulary of m: ab. The first is 'c' (U+0063). "
            + "Give another text, or train a model on this one.\n", code: 65))
    try sandbox.write("abc", to: "input.txt")
    #expect(
      try sandbox.run("--documents stream --held-out 0.5")
        == Ending(
          error:
            "Error: input.txt has fewer than four characters, so none can be held out. Give a longer text, or leave "
            + "out --held-out.\n", code: 65))
  }
}
