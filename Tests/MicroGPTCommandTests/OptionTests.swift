import MicroGPT
import Testing

@testable import CommandLineOptions
@testable import MicroGPTCommand

/// How the value of an option is read: every kind, its limits and its complete messages.
@Suite("The options of train") struct OptionTests {
  @Test("a subcommand without options has the defaults its properties declare")
  func defaults() throws {
    #expect(try train() == Train())
    #expect(try settings(["verify"]) as? Verify == Verify())
  }

  /// A value for every option, and the resulting settings.
  static let everyOption: [([String], Train)] = [
    (["--preset", "names"], changed { $0.presets.preset = .names }),
    (["--config", "a.conf"], changed { $0.presets.file = "a.conf" }),
    (["--data", "a.txt"], changed { $0.data.file = "a.txt" }),
    (["--documents", "stream"], changed { $0.reading.division = .stream }),
    (["--lowercase"], changed { $0.reading.isLowercase = true }),
    (["--max-vocabulary", "70"], changed { $0.reading.vocabularyLimit = 70 }),
    (["--offline"], changed { $0.data.offline = true }),
    (["--layers", "2"], changed { $0.configuration.layers = 2 }),
    (["--embedding", "32"], changed { $0.configuration.embedding = 32 }),
    (["--heads", "2"], changed { $0.configuration.heads = 2 }),
    (["--block-size", "8"], changed { $0.configuration.blockSize = 8 }),
    (["--engine", "fast"], changed { $0.engine = .fast }),
    (["--batch-size", "3"], changed { $0.configuration.batchSize = 3 }),
    (["--steps", "10"], changed { $0.configuration.steps = 10 }),
    (["--learning-rate", "0.1"], changed { $0.configuration.learningRate = 0.1 }),
    (["--schedule", "cosine"], changed { $0.configuration.schedule = .cosine }),
    (["--weight-decay", "0.1"], changed { $0.configuration.weightDecay = 0.1 }),
    (["--held-out", "0.1"], changed { $0.measuring.heldOut = 0.1 }),
    (
      ["--eval-every", "5", "--held-out", "0.1"],
      changed { ($0.measuring.interval, $0.measuring.heldOut) = (5, 0.1) }
    ),
    (
      ["--patience", "2", "--eval-every", "5", "--held-out", "0.1"],
      changed { $0.measuring = MeasuringOptions(heldOut: 0.1, interval: 5, patience: 2) }
    ),
    (["--save", "a.safetensors"], changed { $0.checkpoints.save = "a.safetensors" }),
    (
      ["--save-every", "5", "--save", "a"],
      changed { ($0.checkpoints.interval, $0.checkpoints.save) = (5, "a") }
    ),
    (["--resume", "a.safetensors"], changed { $0.checkpoints.resume = "a.safetensors" }),
    (
      ["--stop-after", "5", "--save", "a"], changed { ($0.checkpoints.limit, $0.checkpoints.save) = (5, "a") }
    ),
    (["--init-from", "a.safetensors"], changed { $0.checkpoints.weights = "a.safetensors" }),
    (["--force"], changed { $0.output.force = true }),
    (["--beta1", "0.5"], changed { $0.configuration.beta1 = 0.5 }),
    (["--beta2", "0.5"], changed { $0.configuration.beta2 = 0.5 }),
    (["--epsilon", "1"], changed { $0.configuration.epsilon = 1 }),
    (["--init-std", "1"], changed { $0.configuration.initialStandardDeviation = 1 }),
    (["--seed", "7"], changed { $0.configuration.seed = 7 }),
    (["--temperature", "1"], changed { $0.sampling.temperature = 1 }),
    (["--samples", "3"], changed { $0.sampling.count = 3 }),
    (["--streams", "many"], changed { $0.sampling.streams = .many }),
    (["--log", "a.jsonl"], changed { $0.output.log = "a.jsonl" }),
    (["--report", "a.html"], changed { $0.output.report = "a.html" }),
    (["--quiet"], changed { $0.output.quiet = true }),
    (["--plot"], changed { $0.output.plot = true }),
    (["--color", "never"], changed { $0.output.color = .never }),
  ]

  @Test("every option of train sets its own property and no other, and is recorded as given")
  func everyOption() throws {
    for (words, expected) in OptionTests.everyOption {
      #expect(try settings(words) as? Train == expected, "\(words)")
      #expect(expected != Train())
      #expect(try given(words.joined(separator: " ")) == words.filter { $0.hasPrefix("--") })
    }
    let names = Train.options.flatMap(\.value).map(\.name)
    #expect(OptionTests.everyOption.map { $0.0[0] }.sorted() == names.sorted())
  }

  @Test("an option counts as given whatever its value, and others do not")
  func givenOptions() throws {
    #expect(try given("") == [])
    #expect(try given("train --steps 1000") == ["--steps"])
    #expect(try given("--quiet --seed=1 --quiet --seed 2") == ["--quiet", "--seed"])
    #expect(GivenOptions(["--seed"]).contains("--seed") && !GivenOptions(["--seed"]).contains("--steps"))
  }

  @Test("the hyperparameters are options with the library's names, defaults, ranges and help")
  func hyperparameters() throws {
    #expect(Train().configuration == Configuration())
    let options = Train.options.flatMap(\.value)
    for parameter in Hyperparameter.all {
      let option = try #require(options.first { $0.name == parameter.option })
      #expect(option.help == parameter.help)
      let start = try #require(option.facts?.split(separator: "default: ").last)
      var configuration = Configuration()
      try parameter.set(String(start), in: &configuration)
      #expect(configuration == Configuration(), "\(option.name)")
      if case .number(let range, _) = parameter.kind {
        for text in ["-1", "-0", "0", "5e-324", "0.5", "1", "2"] {
          let isAccepted = refusal([parameter.option, text]) == nil
          #expect(isAccepted == range.contains(try #require(Double(text))), "\(option.name) \(text)")
        }
      }
    }
  }

  @Test(
    "decimal numbers are read as Swift reads them",
    arguments: [
      ("1e-3", 0.001), (".5", 0.5), ("5.", 5), ("+1", 1), ("0", 0), ("-0", 0), ("1E2", 100),
      ("0.1000000000000000055511151231257827", 0.1), ("1.7976931348623157e308", .greatestFiniteMagnitude),
    ])
  func decimals(text: String, value: Double) throws {
    #expect(try train("--temperature", text) == changed { $0.sampling.temperature = value })
  }

  @Test(
    "whole numbers range from their lower limit to the largest of their type",
    arguments: [("0", 0), ("+10", 10), ("-0", 0), ("007", 7), ("9223372036854775807", Int.max)])
  func wholeNumbers(text: String, value: Int) throws {
    #expect(try train("--steps", text) == changed { $0.configuration.steps = value })
  }

  @Test("a seed is any unsigned 64-bit integer", arguments: [0, 1, UInt64.max])
  func seeds(seed: UInt64) throws {
    #expect(try train("--seed", "\(seed)") == changed { $0.configuration.seed = seed })
  }

  @Test("limits are included or excluded as stated")
  func limits() throws {
    #expect(try train("--beta1", "0") == changed { $0.configuration.beta1 = 0 })
    #expect(
      try train("--beta1", "0.9999999999999999") == changed { $0.configuration.beta1 = 1 - .ulpOfOne / 2 })
    #expect(try train("--epsilon", "5e-324") == changed { $0.configuration.epsilon = .leastNonzeroMagnitude })
    #expect(try train("--layers", "1") == changed { $0.configuration.layers = 1 })
  }

  @Test("the default that help shows, given as a value, is the default")
  func shownDefaults() throws {
    for option in Train.options.flatMap(\.value) {
      guard let facts = option.facts, let range = facts.range(of: "default: ") else { continue }
      let start = facts[range.upperBound...]
      var settings = Train()
      try option.read(&settings, String(start))
      #expect(settings == Train(), "\(option.name) \(start)")
    }
  }

  @Test(
    "text that is no whole number is refused with the most likely number or the default",
    arguments: [
      ("ten", "1000"), ("10.0", "10"), ("1e3", "1000"), ("1_000", "1000"), ("2_5", "25"), ("0x10", "16"),
      ("1,000", "1000"), ("10.5", "1000"), ("-1.0", "1000"), ("nan", "1000"), ("inf", "1000"),
      ("1e99", "1000"),
      ("10k", "1000"), ("=", "1000"), (" 10", "1000"), ("1-2", "1000"), ("+", "1000"), ("١٠", "1000"),
      ("−10", "1000"),
    ])
  func notWhole(text: String, example: String) {
    #expect(
      refusal("--steps", text)
        == "'--steps \(text)' is not a whole number. Write digits only, as in '--steps \(example)'.")
  }

  @Test(
    "text that is no decimal number is refused with the most likely number or the default",
    arguments: [
      ("hot", "0.5"), ("nan", "0.5"), ("inf", "0.5"), ("infinity", "0.5"), ("0x10", "16"),
      ("1_000.5", "1000.5"),
      ("0,7", "0.5"), ("50%", "0.5"), ("1/2", "0.5"), ("1e", "0.5"), (".", "0.5"), ("e", "0.5"),
      ("1.2.3", "0.5"),
    ])
  func notDecimal(text: String, example: String) {
    #expect(
      refusal("--temperature", text)
        == "'--temperature \(text)' is not a decimal number. "
        + "Write digits and a point, as in '--temperature \(example)'.")
  }

  @Test(
    "a number out of range is refused with its range",
    arguments: [
      ("--steps -1", "a whole number, 0 or more"),
      ("--steps -99999999999999999999", "a whole number, 0 or more"),
      ("--layers 0", "a whole number, 1 or more"),
      ("--seed -1", "a whole number, 0 to 18446744073709551615"),
      ("--learning-rate -1", "a decimal number, 0 or more"),
      ("--learning-rate -.5", "a decimal number, 0 or more"),
      ("--learning-rate -1e400", "a decimal number, 0 or more"),
      ("--weight-decay -1", "a decimal number, 0 or more"),
      ("--held-out 1", "a decimal number, 0 or more but less than 1"),
      ("--beta1 1", "a decimal number, 0 or more but less than 1"),
      ("--beta2 -0.1", "a decimal number, 0 or more but less than 1"),
      ("--epsilon 0", "a decimal number, more than 0"),
      ("--epsilon 1e-400", "a decimal number, more than 0"),
    ])
  func outOfRange(line: String, expected: String) {
    #expect(refusal(line) == "'\(line)' is out of range. Give \(expected).")
  }

  @Test(
    "a number too large for its type is refused with the largest",
    arguments: [
      ("--steps 9223372036854775808", "9223372036854775807"),
      ("--steps \(String(repeating: "9", count: 400))", "9223372036854775807"),
      ("--seed 18446744073709551616", "18446744073709551615"),
      ("--learning-rate 1e400", "1.7976931348623157e+308"),
    ])
  func tooLarge(line: String, greatest: String) {
    #expect(refusal(line) == "'\(line)' is too large. Give at most \(greatest).")
  }

  @Test(
    "a word that is not a choice is refused with the choices",
    arguments: ["yes", "Always", "auto,never"])
  func choices(word: String) {
    #expect(
      refusal("--color", word)
        == "'--color \(word)' is not one of the choices. Give never, auto or always.")
  }

  @Test("every word of a choice is accepted", arguments: OutputOptions.Color.allCases)
  func words(color: OutputOptions.Color) throws {
    #expect(try train("--color", color.rawValue) == changed { $0.output.color = color })
  }

  @Test("settings that do not fit together are refused, without overflow at the extremes")
  func together() {
    #expect(
      refusal("--embedding 30")
        == "'--embedding 30' is not a multiple of '--heads 4'. Give a multiple, such as '--embedding 28'.")
    #expect(
      refusal("--heads 17")
        == "'--embedding 16' is not a multiple of '--heads 17'. Give a multiple, such as '--embedding 17'.")
    #expect(
      refusal("--embedding 9223372036854775807 --heads 2")
        == "'--embedding 9223372036854775807' is not a multiple of '--heads 2'. "
        + "Give a multiple, such as '--embedding 9223372036854775806'.")
  }

  /// The options whose numbers may be left out, with the examples in their messages.
  static let optionalNumbers = [
    ("--save-every", 100), ("--stop-after", 100), ("--eval-every", 100), ("--patience", 5),
  ]

  @Test(
    "a number without a default is nil until it is given, and help shows only its range",
    arguments: optionalNumbers)
  func optionalNumber(name: String, example: Int) throws {
    func numbers(_ settings: Train) -> [Int] {
      [
        settings.checkpoints.interval, settings.checkpoints.limit, settings.measuring.interval,
        settings.measuring.patience,
      ].compactMap { $0 }
    }
    let option = try #require(Train.options.flatMap(\.value).first { $0.name == name })
    #expect(option.facts == "1 or more")
    #expect(numbers(Train()) == [])
    for number in [1, 7, Int.max] {
      var settings = Train()
      try option.read(&settings, "\(number)")
      #expect(numbers(settings) == [number])
    }
  }

  @Test(
    "a number without a default is refused with its range, the most likely number or an example",
    arguments: optionalNumbers)
  func optionalNumberMessages(name: String, example: Int) {
    for (text, number) in [
      ("many", example), ("1.5", example), ("nan", example), ("0.0", example), ("-1e3", example),
      ("1e3", 1000), ("2_5", 25), ("10.0", 10),
    ] {
      #expect(
        refusal(name, text)
          == "'\(name) \(text)' is not a whole number. Write digits only, as in '\(name) \(number)'.")
    }
    for text in ["0", "-1", "-99999999999999999999"] {
      #expect(
        refusal(name, text) == "'\(name) \(text)' is out of range. Give a whole number, 1 or more.")
    }
    #expect(
      refusal(name, "9223372036854775808")
        == "'\(name) 9223372036854775808' is too large. Give at most 9223372036854775807.")
    #expect(
      refusal([name])
        == "'\(name)' needs a value. Write '\(name) N', where N is a whole number, 1 or more.")
  }

  @Test(
    "options that save and measure are refused without those that they need",
    arguments: [
      (
        "--resume a --init-from b",
        "'--resume' goes on with a run and '--init-from' begins a new one. Leave one of them out."
      ),
      (
        "--init-from b --resume a --save c",
        "'--resume' goes on with a run and '--init-from' begins a new one. Leave one of them out."
      ),
      ("--save-every 5", "'--save-every' needs a file to save to. Add '--save model.safetensors'."),
      (
        "--stop-after 5 --init-from a",
        "'--stop-after' needs a file to save to. Add '--save model.safetensors'."
      ),
      (
        "--stop-after 5 --save-every 5",
        "'--save-every' needs a file to save to. Add '--save model.safetensors'."
      ),
      ("--save -", "'--save -' is not a file: standard output is for the results. Name a file."),
      (
        "--save - --resume a",
        "'--save -' is not a file: standard output is for the results. Name a file."
      ),
      ("--resume -", "'--resume -' cannot be saved to. Add '--save model.safetensors'."),
      ("--eval-every 5", "'--eval-every' needs lines to measure on. Add '--held-out 0.1'."),
      ("--eval-every 5 --held-out 0", "'--eval-every' needs lines to measure on. Add '--held-out 0.1'."),
      ("--patience 2 --eval-every 5", "'--eval-every' needs lines to measure on. Add '--held-out 0.1'."),
      ("--patience 2", "'--patience' counts evaluations. Add '--eval-every 100'."),
      ("--patience 2 --held-out 0.1", "'--patience' counts evaluations. Add '--eval-every 100'."),
    ])
  func missingOptions(line: String, message: String) {
    #expect(refusal(line) == message)
  }

  @Test(
    "options that are in the file of a run or of weights are not asked for again",
    arguments: [
      "--resume a --save-every 5 --stop-after 5", "--resume a --save b", "--resume - --save b",
      "--init-from -", "--resume a --patience 2", "--resume a --eval-every 5", "--resume a --embedding 30",
      "--init-from a --embedding 30", "--init-from a --save b --save-every 5",
      "--held-out 0.1 --eval-every 5 --patience 2",
    ])
  func enoughOptions(line: String) { #expect(refusal(line) == nil) }

  @Test("a run is saved to the file that is named, or to the one that it goes on from")
  func target() throws {
    #expect(try train("--steps", "1")?.checkpoints.target == nil)
    #expect(try train("--init-from", "a")?.checkpoints.target == nil)
    #expect(try train("--save", "a")?.checkpoints.target == "a")
    #expect(try train("--resume", "a")?.checkpoints.target == "a")
    #expect(try train("--resume", "a", "--save", "b")?.checkpoints.target == "b")
  }

  @Test(
    "the best checkpoint's file is named after the newest's, if the model is measured on the way",
    arguments: [
      ("model.safetensors", "model.best.safetensors"),
      ("a.b/model.safetensors", "a.b/model.best.safetensors"), ("model", "model.best"),
      ("a.b/model", "a.b/model.best"), ("model.bin", "model.bin.best"),
      (".safetensors", ".best.safetensors"),
    ])
  func bestPath(path: String, best: String) throws {
    #expect(try train("--save", path)?.bestPath == nil)
    #expect(try train("--save", path, "--held-out", "0.1")?.bestPath == nil)
    #expect(try train("--held-out", "0.1", "--eval-every", "5")?.bestPath == nil)
    #expect(try train("--save", path, "--held-out", "0.1", "--eval-every", "5")?.bestPath == best)
  }
}
