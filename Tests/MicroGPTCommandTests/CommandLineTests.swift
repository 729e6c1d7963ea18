import Testing

@testable import CommandLineOptions
@testable import MicroGPTCommand

/// How a command line is parsed, and the messages for lines that cannot be.
@Suite("The command line") struct CommandLineTests {
  @Test(
    "train is the subcommand of a line that names none",
    arguments: ["", "--steps 10", "--quiet --steps 10", "--data - --steps=10"])
  func defaultSubcommand(line: String) throws {
    #expect(try settings(split(line)) as? Train == settings(["train"] + split(line)) as? Train)
    #expect(try settings(split(line)) is Train)
  }

  @Test("a value follows its option or an equals sign")
  func values() throws {
    #expect(try train("--steps", "10") == changed { $0.configuration.steps = 10 })
    #expect(try train("--steps=10") == changed { $0.configuration.steps = 10 })
    #expect(try train("--data=a=b.txt") == changed { $0.data.file = "a=b.txt" })
  }

  @Test("standard input, negative numbers, and anything after an equals sign are values despite a dash")
  func dashes() throws {
    #expect(try train("--data", "-") == changed { $0.data.file = "-" })
    #expect(try train("--data=-") == changed { $0.data.file = "-" })
    #expect(try train("--data", "-1.txt") == changed { $0.data.file = "-1.txt" })
    #expect(try train("--data=--quiet") == changed { $0.data.file = "--quiet" })
    #expect(refusal("--steps -1") == refusal("--steps=-1"))
  }

  @Test("a value keeps its spaces, and may be the name of a subcommand")
  func plainValues() throws {
    #expect(try train("--data", "my names.txt") == changed { $0.data.file = "my names.txt" })
    #expect(try train("--data", "verify") == changed { $0.data.file = "verify" })
    #expect(try train("--log", "help") == changed { $0.output.log = "help" })
  }

  @Test("the last of a repeated option wins, and the order of options is free")
  func repeated() throws {
    #expect(
      try train("--steps", "1", "--quiet", "--steps", "2", "--quiet")
        == changed {
          $0.configuration.steps = 2
          $0.output.quiet = true
        })
    #expect(try train("--heads", "2", "--steps", "3") == train("--steps", "3", "--heads", "2"))
  }

  @Test("two dashes end the options")
  func terminator() throws {
    #expect(try train("--steps", "10", "--") == changed { $0.configuration.steps = 10 })
    #expect(
      refusal("-- --steps 10")
        == "Unexpected '--steps': after '--' nothing is an option. Leave the '--' out.")
    #expect(
      refusal("train -- --help")
        == "Unexpected '--help': after '--' nothing is an option. Leave the '--' out.")
  }

  @Test(
    "--version is answered anywhere on the line",
    arguments: ["--version", "train --version", "--foo --version"])
  func version(line: String) throws {
    guard case .version = try MicroGPT.command.parse(split(line)) else {
      Issue.record("'\(line)' does not ask for the version")
      return
    }
  }

  @Test(
    "an unknown option suggests the nearest, whatever the number and kind of its dashes",
    arguments: [
      ("--stpes 10", "Unknown option '--stpes'. Did you mean '--steps'?"),
      ("--stpes=10", "Unknown option '--stpes'. Did you mean '--steps'?"),
      ("-steps 10", "Unknown option '-steps'. Did you mean '--steps'?"),
      ("—steps 10", "Unknown option '—steps'. Did you mean '--steps'?"),
      ("--Steps 10", "Unknown option '--Steps'. Did you mean '--steps'?"),
      ("--learning_rate 1", "Unknown option '--learning_rate'. Did you mean '--learning-rate'?"),
      ("-help", "Unknown option '-help'. Did you mean '--help'?"),
      (
        "-s 10",
        "Unknown option '-s'. Did you mean '--steps', '--schedule', '--seed', '--save', '--save-every', '--stop-after', '--samples' or '--streams'?"
      ),
      ("—help", "Unknown option '—help'. Did you mean '--help'?"),
      ("--epochs 5", "Unknown option '--epochs'. See 'microgpt train --help' for the options it takes."),
      ("-n 5", "Unknown option '-n'. See 'microgpt train --help' for the options it takes."),
      ("--=5", "Unknown option '--'. See 'microgpt train --help' for the options it takes."),
      ("verify --ofline", "Unknown option '--ofline'. Did you mean '--offline'?"),
      ("verify --lr 1", "Unknown option '--lr'. See 'microgpt verify --help' for the options it takes."),
      (
        "verify --steps 5",
        "'microgpt verify' takes no '--steps'; 'microgpt train' does. "
          + "Leave it out, or see 'microgpt verify --help'."
      ),
    ])
  func unknownOptions(line: String, message: String) {
    #expect(refusal(line) == message)
  }

  @Test(
    "an unknown subcommand suggests the nearest, or lists all subcommands",
    arguments: [
      ("trian --steps 5", "Unknown subcommand 'trian'. Did you mean 'train'?"),
      ("help verfy", "Unknown subcommand 'verfy'. Did you mean 'verify'?"),
      ("trian --help", "Unknown subcommand 'trian'. Did you mean 'train'?"),
      ("version", "Unknown subcommand 'version'. Did you mean '--version'?"),
      ("steps=10", "Unknown subcommand 'steps=10'. Did you mean '--steps'?"),
      (
        "names.txt",
        "Unknown subcommand 'names.txt'. The subcommands are 'train', 'sweep', 'compare', 'sample', 'eval', 'trace', 'inspect', 'export', 'verify', 'names' and 'help'. "
          + "A file follows its subcommand or option, as in 'microgpt sample model.safetensors' or "
          + "'microgpt train --data cities.txt --steps 2000'."
      ),
    ])
  func unknownSubcommands(line: String, message: String) {
    #expect(refusal(line) == message)
  }

  @Test(
    "a word that belongs to no option is unexpected",
    arguments: [
      (
        "train names.txt",
        "Unexpected argument 'names.txt'. A file or a number follows its option, as in "
          + "'microgpt train --data cities.txt --steps 2000'; one with spaces needs quotes."
      ),
      (
        "--quiet --data my names.txt",
        "Unexpected argument 'names.txt'. A file or a number follows its option, as in "
          + "'microgpt train --data cities.txt --steps 2000'; one with spaces needs quotes."
      ),
      (
        "verify 20",
        "Unexpected argument '20'. A file or a number follows its option, as in "
          + "'microgpt verify --data names.txt'; one with spaces needs quotes."
      ),
      ("train steps 10", "Unexpected argument 'steps'. Did you mean '--steps'?"),
      (
        "--steps 10 train",
        "Unexpected 'train'. A line has one subcommand and it comes first, as in 'microgpt train'."
      ),
      (
        "train verify",
        "Unexpected 'verify'. A line has one subcommand and it comes first, as in 'microgpt verify'."
      ),
      (
        "--quiet verify",
        "Unexpected 'verify'. A line has one subcommand and it comes first, as in 'microgpt verify'."
      ),
      (
        "train help",
        "Unexpected 'help'. A line has one subcommand and it comes first, as in 'microgpt help train'."
      ),
    ])
  func unexpectedArguments(line: String, message: String) {
    #expect(refusal(line) == message)
  }

  @Test(
    "a missing value is reported with its kind, and never taken from the next option",
    arguments: [
      (["--steps"], "'--steps' needs a value. Write '--steps N', where N is a whole number, 0 or more."),
      (["--steps="], "'--steps' needs a value. Write '--steps N', where N is a whole number, 0 or more."),
      (["--steps", ""], "'--steps' needs a value. Write '--steps N', where N is a whole number, 0 or more."),
      (["--color"], "'--color' needs a value. Write '--color WHEN', where WHEN is never, auto or always."),
      (["--data"], "'--data' needs a value. Write '--data FILE'."),
      (["--data", ""], "'--data' needs a value. Write '--data FILE'."),
      (
        ["--steps", "--quiet"],
        "'--steps' needs a value, but '--quiet' looks like an option. "
          + "Write '--steps N', where N is a whole number, 0 or more."
      ),
      (
        ["--steps", "--", "10"],
        "'--steps' needs a value, but '--' looks like an option. "
          + "Write '--steps N', where N is a whole number, 0 or more."
      ),
      (
        ["--learning-rate", "-inf"],
        "'--learning-rate' needs a value, but '-inf' looks like an option. "
          + "Write '--learning-rate X', where X is a decimal number, 0 or more."
      ),
      (
        ["--data", "-names.txt"],
        "'--data' needs a value, but '-names.txt' looks like an option. "
          + "Write '--data FILE'. If '-names.txt' is the value, write '--data=-names.txt'."
      ),
    ])
  func missingValues(words: [String], message: String) {
    #expect(refusal(words) == message)
  }

  @Test(
    "a flag takes no value, however one is written",
    arguments: [("--quiet=1", "1"), ("--quiet true", "true"), ("--quiet=", ""), ("--quiet=train", "train")])
  func flagValues(line: String, value: String) {
    #expect(
      refusal(line)
        == "'--quiet' takes no value, but was given '\(value)'. Write '--quiet' alone, or leave it out.")
  }

  @Test("any line of likely words is accepted, or refused with one line that ends a sentence")
  func randomLines() {
    let odd = [
      "train", "verify", "help", "--help", "--version", "--", "-", "-1", "10", "1e-3", "", "=", "--=", "---",
      "a b", "--steps=", "--steps=5", "-x", "—", "🙂", "-🙂", "--data=🙂", "never",
    ]
    let words = Train.options.flatMap(\.value).map(\.name) + odd
    var generator = SplitMix64(state: 42)
    for _ in 0..<2_000 {
      let count = Int.random(in: 0...5, using: &generator)
      let line = (0..<count).map { _ in words.randomElement(using: &generator)! }
      guard let message = refusal(line) else { continue }
      let endsSentence = message.hasSuffix(".") || message.hasSuffix("?")
      #expect(endsSentence && !message.contains("\n"), "\(line): \(message)")
    }
  }
}

/// A generator whose lines can be reproduced, unlike the system's.
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
