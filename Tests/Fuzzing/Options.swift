// Fuzz target: a command line, one word on each line of the input, parsed by the command's own parser.

@testable import CommandLineOptions
import MicroGPT
@testable import MicroGPTCommand

/// The command, and a subcommand for the features that its subcommands do not use.
nonisolated(unsafe) private let command = Command(
  name: "microgpt", abstract: MicroGPT.command.abstract,
  subcommands: MicroGPT.command.subcommands + [WithArguments.self])

/// Requires of any line that it gives settings that the library accepts, a page of help, or a message. Nothing runs.
func check(_ bytes: [UInt8]) {
  let words = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    .map { String(decoding: $0, as: UTF8.self) }
  do throws(UsageError) {
    switch try command.parse(words) {
    case .run(let settings, let given): checkSettings(settings, given, of: words)
    case .help(let page): require(page.hasPrefix("OVERVIEW: "), "help begins with '\(page.prefix(20))'")
    case .version: require(words.contains { $0.hasPrefix("--version") }, "the version of \(words)")
    case .manual: require(words.contains { $0.hasPrefix("--manual") }, "the manual page of \(words)")
    case .completionScript(let shell):
      let isNamed = words.contains { $0 == shell.rawValue || $0.hasSuffix("=" + shell.rawValue) }
      require(isNamed, "a script for \(shell) of \(words)")
    }
  } catch {
    // A message quotes a word, perhaps twice, and lists the nearest options.
    requireSentence(error, atMost: 1_000 + 3 * bytes.count)
  }
  checkHelp(words)
  checkFile(bytes)
}

/// Requires of any text that it gives settings of train, or a message.
private func checkFile(_ bytes: [UInt8]) {
  do throws(UsageError) {
    let text = try SettingsText(String(decoding: bytes, as: UTF8.self), name: "file")
    let (_, given) = try Train.settings([text], beneath: GivenOptions())
    require(given.names.count <= text.entries.count, "options that no line gives: \(given.names)")
  } catch {
    requireSentence(error, atMost: 1_000 + 3 * bytes.count)
  }
}

/// Settings are within the limits of the library, and those not given have their defaults.
private func checkSettings(_ settings: any Subcommand, _ given: GivenOptions, of words: [String]) {
  let names = given.names
  require(Set(names).count == names.count, "an option is given twice: \(names)")
  for name in names {
    // Options also have short forms and values after a sign, so that words begin with a name.
    require(
      words.contains { $0.hasPrefix(name) || name == "--count" && $0.hasPrefix("-n") },
      "'\(name)' is not in \(words)")
  }
  switch settings {
  case let train as Train:
    // The sizes of a resumed run and of given weights are in their file, and others may be in the file of settings.
    if train.presets.isEmpty, train.checkpoints.resume == nil, train.checkpoints.weights == nil {
      do throws(ConfigurationError) { try train.configuration.validate() } catch {
        require(false, "the library refuses what the parser has accepted: \(error)")
      }
    }
    let heldOut = train.measuring.heldOut
    require(heldOut >= 0 && heldOut < 1, "the share held out is \(heldOut)")
    let counts = [
      train.measuring.interval, train.measuring.patience, train.checkpoints.interval, train.checkpoints.limit,
    ]
    require(counts.allSatisfy { $0 ?? 1 >= 1 }, "a number of steps or evaluations is below 1: \(counts)")
    let temperature = train.sampling.temperature
    require(temperature.isFinite && temperature >= 0, "the temperature is \(temperature)")
    require(train.sampling.count >= 0, "the number of samples is \(train.sampling.count)")
    require(train.output.log != "-" && train.output.log != "", "the log is '\(train.output.log ?? "")'")
    if names.isEmpty { require(train == Train(), "a line without options changes settings") }
  case let sweep as Sweep:
    // Parsing has made them once.
    if sweep.presets.isEmpty {
      guard let combinations = try? SweepCombinations(sweep) else { return require(false, "no combinations") }
      require(1...Sweep.limit ~= combinations.runs.count, "a sweep has \(combinations.runs.count) runs")
      for run in combinations.runs {
        do throws(ConfigurationError) { try run.configuration.validate() } catch {
          require(false, "the library refuses what the parser has accepted: \(error)")
        }
      }
    }
  case let export as Export:
    let files = [export.onnx, export.config].compactMap { $0 }
    require(!export.model.isEmpty && !files.isEmpty, "an export lacks a file: \(export)")
    require(!files.contains("-") && !files.contains(""), "an export is written to \(files)")
  case let sample as Sample:
    require(!sample.model.isEmpty, "the model's file has no name")
    do throws(TokenFilterError) {
      _ = try TokenFilter(topK: sample.topK, topP: sample.topP, minP: sample.minP)
    } catch {
      require(false, "the library refuses what the parser has accepted: \(error)")
    }
    let temperature = sample.temperature ?? 0
    require(temperature.isFinite && temperature >= 0, "the temperature is \(temperature)")
    require(sample.count ?? 0 >= 0 && sample.length ?? 1 >= 1, "\(sample) has a number below its least")
  case let verify as Verify:
    if names.isEmpty { require(verify == Verify(), "a line without options changes settings") }
  case let eval as Eval:
    require(!eval.model.isEmpty && eval.lines >= 0, "the model or the lines are \(eval)")
    require(eval.model != "-" || eval.data.file != "-", "standard input is read twice")
  case let compare as Compare:
    require(!compare.logs.isEmpty && !compare.logs.contains(""), "a comparison lacks a log: \(compare)")
    require(compare.logs.count(where: { $0 == "-" }) < 2, "standard input is read twice")
    require(compare.width ?? 24 >= 24 && compare.height >= 6 && compare.html != "-", "the plot is \(compare)")
  case let trace as TraceCommand:
    require(!trace.document.isEmpty && trace.model != "", "a trace lacks its document: \(trace)")
    require(trace.model != "-" || trace.data != "-", "standard input is read twice")
    require(40...1000 ~= trace.width ?? 40 && trace.html != "-", "the output is \(trace)")
    if trace.model == nil {
      do throws(ConfigurationError) { try trace.configuration.validate() } catch {
        require(false, "the library refuses what the parser has accepted: \(error)")
      }
    }
  case let inspect as Inspect:
    require(!inspect.model.isEmpty && !(inspect.config && inspect.json), "the settings are \(inspect)")
  case let arguments as WithArguments:
    require(!arguments.text.isEmpty && 1...9 ~= arguments.count, "arguments are \(arguments)")
  default: require(settings is Names && names.isEmpty, "the settings are \(settings)")
  }
}

/// With `--help` at its end a line never runs, whatever its mistakes. After `--` it is an argument like others.
private func checkHelp(_ words: [String]) {
  if words.contains("--") { return }
  do throws(UsageError) {
    if case .help = try command.parse(words + ["--help"]) { return }
    require(false, "a request for help is not answered: \(words)")
  } catch {
    // The only mistake that help cannot be given despite.
    require(error.description.hasPrefix("Unknown subcommand"), "help is refused: \(error)")
  }
}

/// A subcommand with positional arguments and a short form.
private struct WithArguments: Subcommand, Equatable {
  var model: String?
  var text = ""
  var count = 1

  static let name = "trace"
  static let abstract = "Trace a text."
  static let discussion = ""
  static let examples: KeyValuePairs = ["Trace a name:": "microgpt trace emma"]
  static var arguments: [Argument<Self>] {
    [.optional("MODEL", \.model, "The model"), .required("TEXT", \.text, "The text")]
  }
  static var options: KeyValuePairs<String, [Option<Self>]> {
    ["OPTIONS": [.number("--count", \.count, .from(1, to: 9), "How often").short("-n")]]
  }

  // The defaults are for the package alone, which this target is not part of.
  func validate() {}
  func run(given: GivenOptions) { require(false, "the parser runs a subcommand") }
}
