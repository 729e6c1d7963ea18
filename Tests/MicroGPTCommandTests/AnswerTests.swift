import Foundation
import Testing

@testable import MicroGPTCommand

/// Users' mistakes and the whole answer: exit code, one message on standard error, nothing on standard output.
@Suite("Answers") struct AnswerTests {
  @Test(
    "a newcomer's mistake is answered with what to write instead",
    arguments: [
      (
        "names.txt",
        "Unknown subcommand 'names.txt'. The subcommands are 'train', 'sweep', 'compare', 'sample', 'eval', 'trace', 'inspect', 'export', 'verify', 'names' and 'help'. "
          + "A file follows its subcommand or option, as in 'microgpt sample model.safetensors' or "
          + "'microgpt train --data cities.txt --steps 2000'."
      ),
      (
        "train names.txt",
        "Unexpected argument 'names.txt'. A file or a number follows its option, as in 'microgpt train "
          + "--data cities.txt --steps 2000'; one with spaces needs quotes."
      ),
      ("trian", "Unknown subcommand 'trian'. Did you mean 'train'?"),
      ("smaple", "Unknown subcommand 'smaple'. Did you mean 'sample'?"),
      ("version", "Unknown subcommand 'version'. Did you mean '--version'?"),
      ("--stpes 10", "Unknown option '--stpes'. Did you mean '--steps'?"),
      ("-steps 10", "Unknown option '-steps'. Did you mean '--steps'?"),
      ("—steps 10", "Unknown option '—steps'. Did you mean '--steps'?"),
      ("--n_embd 32", "Unknown option '--n_embd'. Did you mean '--embedding'?"),
      ("--lr 0.1", "Unknown option '--lr'. Did you mean '--lowercase', '--layers' or '--learning-rate'?"),
      ("--epochs 5", "Unknown option '--epochs'. See 'microgpt train --help' for the options it takes."),
      ("--steps", "'--steps' needs a value. Write '--steps N', where N is a whole number, 0 or more."),
      ("--steps ten", "'--steps ten' is not a whole number. Write digits only, as in '--steps 1000'."),
      ("--steps 10.5", "'--steps 10.5' is not a whole number. Write digits only, as in '--steps 1000'."),
      (
        "--temperature 0,7",
        "'--temperature 0,7' is not a decimal number. Write digits and a point, as in '--temperature 0.5'."
      ),
      ("--color yes", "'--color yes' is not one of the choices. Give never, auto or always."),
      ("--schedule flat", "'--schedule flat' is not one of the choices. Give linear, cosine or constant."),
      (
        "--quiet true",
        "'--quiet' takes no value, but was given 'true'. Write '--quiet' alone, or leave it out."
      ),
      (
        "--data my names.txt",
        "Unexpected argument 'names.txt'. A file or a number follows its option, as in 'microgpt train "
          + "--data cities.txt --steps 2000'; one with spaces needs quotes."
      ),
      (
        "--embedding 30",
        "'--embedding 30' is not a multiple of '--heads 4'. Give a multiple, such as '--embedding 28'."
      ),
      (
        "--heads 3",
        "'--embedding 16' is not a multiple of '--heads 3'. Give a multiple, such as '--embedding 15'."
      ),
      (
        "verify --steps 5",
        "'microgpt verify' takes no '--steps'; 'microgpt train' does. "
          + "Leave it out, or see 'microgpt verify --help'."
      ),
      ("--log -", "'--log -' is not a file: standard output is for the results. Name a file."),
      ("--log input.txt", "'--log input.txt' would overwrite the text to learn from. Name another file."),
    ])
  func newcomers(line: String, message: String) throws {
    #expect(try run(line) == Ending(error: "Error: \(message)\n", code: 64))
  }

  @Test(
    "a number outside its range is reported with the range",
    arguments: [
      ("--layers 0", "a whole number, 1 or more"), ("--embedding 0", "a whole number, 1 or more"),
      ("--heads 0", "a whole number, 1 or more"), ("--block-size 0", "a whole number, 1 or more"),
      ("--steps -1", "a whole number, 0 or more"), ("--samples -1", "a whole number, 0 or more"),
      ("--seed -1", "a whole number, 0 to 18446744073709551615"),
      ("--learning-rate -0.1", "a decimal number, 0 or more"),
      ("--weight-decay -1", "a decimal number, 0 or more"),
      ("--held-out 1", "a decimal number, 0 or more but less than 1"),
      ("--held-out -0.1", "a decimal number, 0 or more but less than 1"),
      ("--beta1 1", "a decimal number, 0 or more but less than 1"),
      ("--beta1 -0.1", "a decimal number, 0 or more but less than 1"),
      ("--beta2 1", "a decimal number, 0 or more but less than 1"),
      ("--beta2 -0.1", "a decimal number, 0 or more but less than 1"),
      ("--epsilon 0", "a decimal number, more than 0"), ("--init-std -1", "a decimal number, 0 or more"),
      ("--temperature -1", "a decimal number, 0 or more"),
    ])
  func ranges(line: String, range: String) throws {
    #expect(try run(line) == Ending(error: "Error: '\(line)' is out of range. Give \(range).\n", code: 64))
  }

  @Test(
    "a number that is not finite is reported with a finite example",
    arguments: [
      ("--learning-rate", "0.01"), ("--init-std", "0.08"), ("--temperature", "0.5"), ("--beta1", "0.85"),
      ("--beta2", "0.99"), ("--epsilon", "1e-08"),
    ])
  func finite(option: String, example: String) throws {
    for word in ["nan", "inf"] {
      let message =
        "'\(option) \(word)' is not a decimal number. Write digits and a point, as in '\(option) \(example)'."
      #expect(try run("\(option) \(word)") == Ending(error: "Error: \(message)\n", code: 64))
    }
    let message = "'\(option) 1e999' is too large. Give at most 1.7976931348623157e+308."
    #expect(try run("\(option) 1e999") == Ending(error: "Error: \(message)\n", code: 64))
  }

  @Test(
    "a model that needs more memory than this machine has is refused with both figures",
    arguments: [
      // A debug build takes other amounts of memory.
      ("--embedding 1000000", TrainTests.isDebug ? nil : "needs 288.0 TB of memory"),
      ("--embedding 4611686018427387904", "needs more memory than can be counted"),
      ("--block-size 9223372036854775807", "needs more memory than can be counted"),
      ("--layers 9223372036854775807 --steps 0", "needs more memory than can be counted"),
      ("--batch-size 9223372036854775807", "needs more memory than can be counted"),
    ])
  func memory(line: String, amount: String?) throws {
    guard let amount else { return }
    let available = size(try #require(Console.physicalMemory))
    #expect(
      try run(line)
        == Ending(
          error: "Error: This model \(amount), and this machine has \(available). "
            + "Choose a smaller --embedding, --layers, --block-size or --batch-size.\n", code: 64))
  }

  @Test(
    "a text that cannot be used is refused with the reason",
    arguments: [
      (
        [],
        "There is nothing to learn from in text.txt: it is empty. "
          + "Put a document on each line, such as a name."
      ),
      (
        Array(" \n\t\r\n\u{3000}\n".utf8),
        "There is nothing to learn from in text.txt: every line is blank. "
          + "Put a document on each line, such as a name."
      ),
      (
        Array("emma\nolivia\r\n".utf8) + [0xC3, 0x28],
        "Line 3 of text.txt is not valid UTF-8. Save the text with the encoding UTF-8 and try again."
      ),
      (
        [0xFF, 0xFE, 0x65, 0x00],
        "Line 1 of text.txt is not valid UTF-8. Save the text with the encoding UTF-8 and try again."
      ),
    ] as [([UInt8], String)])
  func data(bytes: [UInt8], message: String) throws {
    let sandbox = try Sandbox()
    try sandbox.write(bytes, to: "text.txt")
    let refusal = Ending(error: "Error: \(message)\n", code: 65)
    #expect(try sandbox.run("--data text.txt") == refusal)

    try FileManager.default.moveItem(
      atPath: "\(sandbox.folder)/text.txt", toPath: "\(sandbox.folder)/input.txt")
    let message = message.replacingOccurrences(of: "text.txt", with: "input.txt")
    #expect(try sandbox.run("--steps 5") == Ending(error: "Error: \(message)\n", code: 65))
  }

  @Test("standard input without a text is refused")
  func emptyInput() throws {
    #expect(
      try Sandbox().run("--data -")
        == Ending(
          error: "Error: There is nothing to learn from in standard input: it is empty. "
            + "Put a document on each line, such as a name.\n", code: 65))
  }

  @Test(
    "a file that cannot be opened is refused with its name",
    arguments: [
      ("missing.txt", "No such file or directory. Check its name and folder."),
      ("missing/names.txt", "No such file or directory. Check its name and folder."),
      ("input.txt/names.txt", "Not a directory. Check its name and folder."),
      (".", "Is a directory. Name a file, such as one inside."),
    ])
  func input(path: String, message: String) throws {
    #expect(
      try run("--data \(path)") == Ending(error: "Error: '\(path)' cannot be read: \(message)\n", code: 66))
  }

  @Test(
    "a log that cannot be created is refused before the run",
    arguments: [
      ("missing/run.jsonl", "No such file or directory"), ("input.txt/run.jsonl", "Not a directory"),
    ])
  func log(path: String, reason: String) throws {
    #expect(
      try run("--log \(path)")
        == Ending(
          error: "Error: '\(path)' cannot be created: \(reason). "
            + "Name a file in a folder that exists and can be written to.\n", code: 73))
  }

  @Test("a log that is a folder is refused before the run")
  func logFolder() throws {
    #expect(
      try run("--log .")
        == Ending(error: "Error: '.' is a folder. Name a file, such as one inside.\n", code: 73))
  }

  @Test("a mistake leaves the text and an existing log unchanged")
  func nothingHarmed() throws {
    let sandbox = try Sandbox(["input.txt": "emma\n", "run.jsonl": "earlier\n"])
    for line in ["--log ./input.txt", "--data run.jsonl --log run.jsonl", "--data . --log run.jsonl"] {
      #expect(try sandbox.run(line).code != 0)
    }
    #expect(try sandbox.read("input.txt") == "emma\n")
    #expect(try sandbox.read("run.jsonl") == "earlier\n")
  }

  private func run(_ line: String) throws -> Ending {
    try Sandbox(["input.txt": "emma\nolivia\nava\n"]).run(line)
  }
}

/// Failures during a run: the results so far are kept, and the message says what failed.
@Suite("Failures during a run") struct FailureTests {
  private let remark = "Learning from 3 documents of input.txt.\n"

  private func sandbox() throws -> Sandbox { try Sandbox(["input.txt": "emma\nolivia\nava\n"]) }

  @Test(
    "a full disk for the results is an error",
    .enabled(if: hasFullDevice, "This system has no /dev/full."),
    arguments: ["--steps 3", "--steps 3 --quiet", "--steps 0 --samples 0"])
  func fullOutput(line: String) throws {
    let ending = try sandbox().run(split(line), output: .write("/dev/full"))
    #expect(
      ending
        == Ending(
          error: (line.contains("quiet") ? "" : remark)
            + "Error: Writing to standard output failed: No space left on device. "
            + "What was written before is kept, the rest is lost.\n", code: 74))
  }

  @Test(
    "help, the version and a verdict that cannot be printed are errors too",
    .enabled(if: hasFullDevice, "This system has no /dev/full."), arguments: ["--help", "--version"])
  func fullAnswer(line: String) throws {
    let ending = try sandbox().run(split(line), output: .write("/dev/full"))
    #expect(
      ending
        == Ending(
          error: "Error: Writing to standard output failed: No space left on device. "
            + "What was written before is kept, the rest is lost.\n", code: 74))
  }

  @Test(
    "a full disk for the log loses the log, not the results",
    .enabled(if: hasFullDevice, "This system has no /dev/full."))
  func fullLog() throws {
    let sandbox = try sandbox(), line = "--steps 3 --samples 2"
    let whole = try sandbox.run(line), ending = try sandbox.run("\(line) --log /dev/full")
    #expect(ending.output == whole.output)
    #expect(
      timeless(ending.error)
        == timeless(whole.error) + "Error: Writing to '/dev/full' failed: No space left on device. "
        + "What was written before is kept, the rest is lost.\n")
    #expect(ending.code == 74)
  }

  @Test(
    "a learning rate that makes training diverge is reported with the step, and the log ends with the last loss"
  )
  func learningRate() throws {
    let sandbox = try sandbox()
    let ending = try sandbox.run("--learning-rate 1e300 --steps 5 --log run.jsonl")
    #expect(
      ending
        == Ending(
          output: """
            num docs: 3
            vocab size: 8
            num params: 3584
            step    1 /    5 | loss 2.0601
            step    2 /    5 | loss 2.0794

            """,
          error: remark + "Error: The loss of step 3 is not a finite number: the parameters have grown too "
            + "large. Lower --learning-rate, which is 1e+300, or --init-std, which is 0.08.\n",
          code: 70))
    #expect(try sandbox.read("run.jsonl").split(separator: "\n").count == 2)
  }

  @Test("initial parameters too large to compute with are reported with their option")
  func initialParameters() throws {
    let ending = try sandbox().run("--init-std 1e308 --steps 5")
    #expect(
      ending
        == Ending(
          output: "num docs: 3\nvocab size: 8\nnum params: 3584\n",
          error: remark + "Error: The loss of step 1 is not a finite number: the parameters have grown too "
            + "large. Lower --learning-rate, which is 0.01, or --init-std, which is 1e+308.\n",
          code: 70))
  }

  @Test("a model that cannot be sampled is refused with the options that made it")
  func sampling() throws {
    #expect(
      try sandbox().run("--init-std 1e308 --steps 0")
        == Ending(
          output:
            "num docs: 3\nvocab size: 8\nnum params: 3584\n\n--- inference (new, hallucinated names) ---\n",
          error: remark + "Error: The trained model computes no finite numbers: the parameters have "
            + "grown too large. Lower --learning-rate, which is 0.01, or --init-std, which is 1e+308.\n",
          code: 70))
  }

  @Test("equal documents cannot be held out")
  func heldOut() throws {
    let sandbox = try Sandbox(["input.txt": "ava\nava\n"])
    #expect(
      try sandbox.run("--held-out 0.5 --log run.jsonl")
        == Ending(
          error: "Error: No two documents of input.txt are different, so none can be held out. "
            + "Give a text with more, or leave out --held-out.\n", code: 65))
    #expect(throws: (any Error).self) { try sandbox.read("run.jsonl") }
  }

  @Test("a held-out loss that is not finite is reported, with the options that lower it")
  func heldOutLoss() throws {
    let ending = try sandbox().run("--held-out 0.5 --init-std 1e308 --steps 0 --quiet")
    #expect(ending.code == 70)
    #expect(
      ending.error
        == "Error: The held-out loss is not a finite number: the parameters have grown too large. "
        + "Lower --learning-rate, which is 0.01, or --init-std, which is 1e+308.\n")
  }

  @Test("a temperature too small to divide by is reported")
  func temperature() throws {
    #expect(
      try sandbox().run("--temperature 1e-320 --steps 0")
        == Ending(
          output:
            "num docs: 3\nvocab size: 8\nnum params: 3584\n\n--- inference (new, hallucinated names) ---\n",
          error: remark + "Error: '--temperature 1e-320' is too small to divide by. "
            + "Give more, such as 0.5, or 0 for the most probable character.\n",
          code: 70))
  }

  @Test("a run whose reader exits ends quietly")
  func closedPipe() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    for line in ["--steps 3", "--help", "--version"] {
      let ending = try sandbox().run(split(line), output: .descriptor(ends[1]))
      #expect(ending == Ending(error: line == "--steps 3" ? remark : ""))
    }
  }

  @Test("head takes its lines, and the run ends quietly")
  func head() throws {
    let ending = try sandbox().shell(
      #"{ "$microgpt" --embedding 4 --steps 3000 --block-size 1; echo "exit code $?" >&2; } | head -n 1"#)
    #expect(ending.output == "num docs: 3\n")
    let lines = ending.error.split(separator: "\n")
    #expect(lines.last == "exit code 0")
    #expect(!ending.error.contains("Error"))
  }
}

private let hasFullDevice = FileManager.default.fileExists(atPath: "/dev/full")

/// Unusual lines and texts that are not mistakes.
@Suite("Oddities") struct OddityTests {
  @Test("documents of one character, and a single document, are enough to learn from")
  func oneCharacter() throws {
    let sandbox = try Sandbox(["one.txt": "a", "three.txt": "a\nb\na\n"])
    for (file, count) in [("one.txt", "1 document"), ("three.txt", "3 documents")] {
      let ending = try sandbox.run("--data \(file) --steps 30 --samples 1 --temperature 0")
      #expect(ending.output.hasSuffix("sample  1: a\n"))
      #expect(ending.error.hasPrefix("Learning from \(count) of \(file).\n30 steps in "))
      #expect(ending.code == 0)
    }
  }

  @Test("lines longer than the block are cut, and one remark says so")
  func overlong() throws {
    let sandbox = try Sandbox(["input.txt": "seventeen letters\nsixteen letters!\nfifteen letters\nava\n"])
    let ending = try sandbox.run("--steps 4 --samples 0")
    #expect(
      timeless(ending.error) == """
        Learning from 4 documents of input.txt.
        2 documents are longer than --block-size 16 allows and will be cut.
        4 steps in T, N steps/s. Smoothed loss 2.47; 2.64 is guessing.

        """)
    #expect(ending.code == 0)
    #expect(
      try sandbox.run("--steps 0 --samples 0 --block-size 17").error == """
        Learning from 4 documents of input.txt.
        1 document is longer than --block-size 17 allows and will be cut.

        """)
    #expect(
      try sandbox.run("--steps 0 --samples 0 --block-size 18").error
        == "Learning from 4 documents of input.txt.\n")
  }

  @Test("without steps the initial parameters are sampled, and without samples none are printed")
  func nothing() throws {
    let sandbox = try Sandbox(["input.txt": "emma\nolivia\nava\n"])
    let remark = "Learning from 3 documents of input.txt.\n"
    let head = "num docs: 3\nvocab size: 8\nnum params: 3584\n"
    #expect(try sandbox.run("--steps 0 --samples 0") == Ending(output: head, error: remark))
    #expect(
      try sandbox.run("--steps 0 --samples 2")
        == Ending(
          output: head + """

            --- inference (new, hallucinated names) ---
            sample  1:\u{20}
            sample  2: vi

            """, error: remark))
    let ending = try sandbox.run("--steps 1 --samples 0")
    #expect(ending.output == head + "step    1 /    1 | loss 2.0601\n")
    #expect(
      timeless(ending.error)
        == remark + "1 step in T, N steps/s. Smoothed loss 2.06; 2.08 is guessing.\n")
  }

  @Test("temperature 0 takes the most probable character, whatever the seed of the samples")
  func temperature() throws {
    let sandbox = try Sandbox(["input.txt": "emma\n"])
    let lines = try sandbox.run("--steps 60 --temperature 0 --samples 3 --quiet").output
    #expect(
      lines == """
        num docs: 1
        vocab size: 4
        num params: 3456

        --- inference (new, hallucinated names) ---
        sample  1: emma
        sample  2: emma
        sample  3: emma

        """)
  }

  @Test("standard input may be the text, as a file and as a pipe longer than any buffer")
  func standardInput() throws {
    let sandbox = try Sandbox(["names.txt": "emma\nolivia\nava"])
    let file = try sandbox.run("--data names.txt --steps 3")
    let redirected = try sandbox.run(
      ["--data", "-", "--steps", "3"], input: "\(sandbox.folder)/names.txt")
    #expect(redirected.output == file.output)
    #expect(redirected.error.hasPrefix("Learning from 3 documents of standard input.\n"))

    try sandbox.write((1...40_000).map { "\($0)\n" }.joined(), to: "numbers.txt")
    #expect(
      try sandbox.shell(#"cat numbers.txt | "$microgpt" --data - --steps 0 --samples 0"#)
        == Ending(
          output: "num docs: 40000\nvocab size: 11\nnum params: 3680\n",
          error: "Learning from 40,000 documents of standard input.\n"))
  }

  @Test("quiet leaves out the steps and every remark, and nothing else")
  func quiet() throws {
    let sandbox = try Sandbox(["input.txt": "a line of more than sixteen characters\nava\n"])
    let loud = try sandbox.run("--steps 3 --samples 2"),
      quiet = try sandbox.run("--steps 3 --samples 2 --quiet")
    let rest = loud.output.split(separator: "\n", omittingEmptySubsequences: false).filter {
      !$0.hasPrefix("step ")
    }
    #expect(quiet == Ending(output: rest.joined(separator: "\n")))
  }

  @Test("the name and the version are one line of standard output")
  func version() throws {
    #expect(try Sandbox().run("--version") == Ending(output: "microgpt \(MicroGPT.version)\n"))
  }

  @Test("help goes to standard output", arguments: ["help", "--help", "train -h", "help verify"])
  func help(line: String) throws {
    #expect(try Sandbox().run(line) == Ending(output: try #require(try page(line)) + "\n"))
  }
}
