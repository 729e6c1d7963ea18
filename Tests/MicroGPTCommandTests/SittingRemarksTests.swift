import Foundation
import Testing

@testable import MicroGPTCommand

/// How a sitting tells to go on, and its remarks on the run.
@Suite("Sittings") struct SittingRemarksTests {
  /// Words that a shell or the command could read as something else.
  private static let words = [
    "model.safetensors", "a b", " ", "'", "''", "it's", "'quoted'", "\"", "\\", "\\'", "$HOME", "`id`",
    "$(id)", "*", "?", "[a]", "{a,b}", "~", "~root", "#a", "!!", "a;b", "a&b", "a|b", "a>b", "<a", "(a)",
    "a\nb", "a\tb", "a\r\nb", "é 🙂", "'\u{301}", "it'\u{301}s", "a=b", "=a", "-a", "--data", "-1", "—a", "%s",
    "a,b@c:d+e/f._-%",
  ]

  /// The words that a shell reads in a line.
  private func read(_ line: String) throws -> [String] {
    let ending = try Sandbox().shell("microgpt() { printf '%s\\0' \"$@\"; }; microgpt \(line)")
    #expect(ending.error == "" && ending.code == 0)
    return ending.output.unicodeScalars.split(separator: "\0", omittingEmptySubsequences: false)
      .dropLast().map { String($0) }
  }

  @Test("a shell reads every quoted word as it was")
  func quoting() throws {
    let words = SittingRemarksTests.words + ["", "-"]
    let found = try read(words.map(quotedForShell).joined(separator: " "))
    // As bytes, because strings compare characters.
    #expect(found.map { Array($0.utf8) } == words.map { Array($0.utf8) })
  }

  @Test(
    "a word without special characters has no quotes",
    arguments: [
      ("model.safetensors", "model.safetensors"), ("../a_b-c/1%2,3@4:5+6=7", "../a_b-c/1%2,3@4:5+6=7"),
      ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("", "''"), ("é", "'é'"),
    ])
  func plainWords(word: String, quoted: String) { #expect(quotedForShell(word) == quoted) }

  @Test("the line that goes on with a run names its files, and no options that the checkpoint has")
  func resumingLine() {
    let plain = changed { $0.checkpoints.save = "other" }
    #expect(plain.resumingLine("model") == "microgpt train --resume model")
    let full = changed {
      ($0.data.file, $0.data.offline, $0.output.log) = ("my names.txt", true, "-log")
      $0.configuration.steps = 7
    }
    #expect(
      full.resumingLine("-m'")
        == #"microgpt train '--resume=-m'\''' --data 'my names.txt' --offline --log=-log"#)
  }

  @Test("the command reads that line as it was meant, whatever the names")
  func readBack() throws {
    for word in SittingRemarksTests.words {
      let given = changed { ($0.data.file, $0.output.log) = (word, word + "g") }
      let line = given.resumingLine(word).dropFirst("microgpt ".count)
      var expected = given
      expected.checkpoints.resume = word
      #expect(try settings(read(String(line))) as? Train == expected, "\(word)")
    }
  }

  private static let text = "emma\nolivia\nava\nmia\nzoe\nlea\nida\n"

  /// The remarks without what varies from run to run and the smoothed loss.
  private func remarks(_ text: String) -> String {
    timeless(text).replacing(#/Smoothed loss [0-9.]+/#, with: "Smoothed loss N")
  }

  @Test("a first loss far above that of guessing is remarked on, one near it is not")
  func firstLoss() throws {
    let sandbox = try Sandbox(["input.txt": SittingRemarksTests.text]), options = "--steps 1 --samples 0"
    let ending = try sandbox.run("\(options) --init-std 1 --save model.safetensors")
    #expect(
      remarks(ending.error).replacing(#/loss is [0-9.]+/#, with: "loss is N") == """
        Learning from 7 documents of input.txt.
        The first loss is N, and guessing gives 2.30. Lower --init-std, which is 1.0.
        1 step in T, N steps/s. Smoothed loss N; 2.30 is guessing.
        Saved in model.safetensors.

        """)
    #expect(try !sandbox.run(options).error.contains("guessing gives"))
    #expect(try sandbox.run("\(options) --init-std 1 --quiet").error == "")
    #expect(
      try sandbox.run("\(options) --init-from model.safetensors").error.contains(
        ", and guessing gives 2.30. The weights of --init-from have learned another kind of text.\n"))
  }

  @Test("a model that is worse than guessing is remarked on after fifty steps, not before")
  func worseThanGuessing() throws {
    let sandbox = try Sandbox(["input.txt": SittingRemarksTests.text])
    let size = "--samples 0 --embedding 4 --block-size 4"
    let remark =
      "The model is worse than guessing. Lower --learning-rate, which is 0.0, or --init-std, which is 1.0.\n"
    let options = "\(size) --learning-rate 0 --init-std 1"
    #expect(try sandbox.run("\(options) --steps 50").error.hasSuffix(" is guessing.\n" + remark))
    #expect(try sandbox.run("\(options) --steps 49").error.hasSuffix(" is guessing.\n"))
    #expect(try sandbox.run("\(options) --steps 50 --quiet").error == "")
    #expect(try sandbox.run("\(size) --steps 50").error.hasSuffix(" is guessing.\n"))
  }

  @Test("a run that is measured on the way tells the lowest loss and its file, a quiet one tells nothing")
  func lowest() throws {
    let sandbox = try Sandbox(["input.txt": SittingRemarksTests.text])
    let options = "--steps 12 --samples 0 --held-out 0.3 --eval-every 5 --learning-rate 0 --embedding 4"
    let start = """
      Learning from 5 documents of input.txt.
      2 documents are held out, to measure on.
      12 steps in T, N steps/s. Smoothed loss N; 2.30 is guessing.

      """
    let saved = try sandbox.run("\(options) --save model.safetensors")
    let loss = try #require(saved.output.firstMatch(of: #/\nheld-out loss: ([0-9.]+) /#)?.1)
    #expect(
      remarks(saved.error) == start + """
        Lowest held-out loss \(loss) after step 5, saved in model.best.safetensors.
        Saved in model.safetensors.

        """)
    let measured = saved.output.matches(of: #/step +([0-9]+) .* \| held-out loss ([0-9.]+)\n/#)
    #expect(measured.map(\.1) == ["5", "10"] && measured.map(\.2) == [loss, loss])
    let lowest = "Lowest held-out loss \(loss) after step 5.\n"
    #expect(try remarks(sandbox.run(options).error) == start + lowest)
    #expect(
      try sandbox.run("\(options) --patience 1").error.hasSuffix(
        "Stopped after step 10 of 12: no lower held-out loss in 1 evaluation.\n" + lowest))
    #expect(try sandbox.run("\(options) --patience 1 --quiet").error == "")
  }

  @Test("a resumed run may have any number of steps to go, the greatest too")
  func greatestLimit() throws {
    let sandbox = try Sandbox(["input.txt": SittingRemarksTests.text])
    let first = try sandbox.run("--steps 5 --stop-after 2 --samples 0 --embedding 4 --save model.safetensors")
    #expect(first.code == 0)
    #expect(
      first.error.hasSuffix(
        """
        Stopped after step 2 of 5, saved in model.safetensors. To go on:
          microgpt train --resume model.safetensors

        """))
    let next = try sandbox.run("--resume model.safetensors --stop-after \(Int.max)")
    #expect(next.code == 0 && next.error.hasSuffix("\nSaved in model.safetensors.\n"), "\(next.error)")
  }

  @Test("a model from standard input is used, and errors call it that")
  func standardInput() throws {
    let sandbox = try Sandbox(["input.txt": SittingRemarksTests.text])
    #expect(try sandbox.run("--steps 1 --samples 0 --embedding 4 --save model.safetensors").code == 0)
    let used = try sandbox.shell("\"$microgpt\" --init-from - --steps 0 --samples 0 < model.safetensors")
    #expect(used.code == 0, "\(used.error)")
    for options in ["--init-from -", "--resume - --save other.safetensors"] {
      let refused = try sandbox.shell("\"$microgpt\" \(options) < input.txt")
      #expect(refused.code == 65 && refused.error.contains(" standard input cannot be used. "), "\(refused)")
    }
  }
}
