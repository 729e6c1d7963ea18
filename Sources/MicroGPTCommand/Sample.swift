// `microgpt sample`: prints new lines from a model that `train --save` has kept. Without options it is what training
// printed at its end.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

struct Sample: Subcommand, Equatable {
  typealias Streams = Checkpoint.Sampling.Streams

  /// The model's file, `-` for standard input.
  var model = ""
  var prompt: String?
  /// A file of prompts, `-` for standard input.
  var prompts: String?
  // Settings that are `nil` are the file's.
  var count: Int?
  var temperature: Double?
  var topK: Int?
  var topP: Double?
  var minP: Double?
  var length: Int?
  var seed: UInt64?
  var streams: Streams?
  var engine: Arithmetic?
  /// Megabytes for prefixes.
  var memory: Int?
  var unique = false
  var data = DataOptions()
  var json = false
  var explain = false

  static let name = "sample"
  static let abstract = "Print new lines from a kept model."
  static let discussion = """
    Without options it prints what training printed at its end, every time. A file that has weights alone is sampled \
    20 times at temperature 0.5 with seed 42. If several of --top-k, --top-p and --min-p are given, they apply in this \
    order. Results go to standard output, remarks to standard error.
    """
  static let examples: KeyValuePairs = [
    "Print what training printed:": "microgpt sample model.safetensors",
    "Print others, that begin with em:": "microgpt sample model.safetensors --prompt em --seed 1",
    "See how each character is chosen:": "microgpt sample model.safetensors --samples 1 --explain",
    "Print only lines that the model has not read:": "microgpt sample model.safetensors --unique",
    "Print a million:":
      "microgpt sample model.safetensors --samples 1000000 --streams many",
  ]
  static var arguments: [Argument<Self>] {
    [
      .required(
        "MODEL", \.model, "The file that 'train --save' has written, or one of weights (- is standard input)")
    ]
  }

  static var options: KeyValuePairs<String, [Option<Self>]> {
    [
      "LINES": [
        .text("--prompt", "TEXT", \.prompt, "Begin every line with TEXT"),
        .text("--prompts", "FILE", \.prompts, "Print --samples lines for each line of FILE"),
        .number("--samples", \.count, .atLeast(0), example: 20, "Lines to print, for each prompt"),
        .number(
          "--length", \.length, .atLeast(1), example: 100,
          "Characters in a line at most; beyond its block the model sees only the last ones"),
      ],
      "PROBABILITIES": [
        .number(
          "--temperature", \.temperature, .atLeast(0), example: 0.5,
          "Sampling temperature; 0 always takes the most probable character"),
        .number("--top-k", \.topK, .atLeast(1), example: 5, "Draw from the N most probable characters"),
        .number(
          "--top-p", \.topP, .above(0, to: 1), example: 0.9,
          "Draw from the most probable characters that together reach probability X"),
        .number(
          "--min-p", \.minP, .from(0, to: 1), example: 0.1,
          "Draw from those at least X times as probable as the most probable"),
      ],
      "RANDOM NUMBERS": [
        .number(
          "--seed", \.seed, .from(0, to: .max), example: 42,
          "Seed of the random numbers; without it they go on from training's"),
        .choice(
          "--streams", "HOW", \.streams,
          "microgpt.py's one stream, or one for each line, many at a time and faster"),
        .choice(
          "--engine", "NAME", \.engine, "Arithmetic; one stream is exact unless this says fast"),
        .number(
          "--memory", \.memory, .from(0, to: 4096), example: 8,
          "Megabytes in which one stream looks up beginnings of lines that it has computed; 8 if not given"),
      ],
      "NEW LINES": [
        .flag(
          "--unique", \.unique, "Leave out lines of the text that the model has learned, and repeated ones"),
        .text(
          "--data", "FILE", \.data.file,
          "The text that it has learned, if train would not find it (- is standard input)"),
        .flag("--offline", \.data.offline, "Never download; so does MICROGPT_OFFLINE=1"),
      ],
      "OUTPUT": [
        .flag("--json", \.json, "Print a JSON object for each line"),
        .flag("--explain", \.explain, "Show the most probable characters at each place, and the chosen one"),
      ],
    ]
  }

  func validate() throws(UsageError) {
    if prompt != nil, prompts != nil {
      throw UsageError("'--prompt' and '--prompts' exclude each other. Give one of them.")
    }
    if !unique, data != DataOptions() {
      throw UsageError("'--data' and '--offline' find the text for '--unique'. Add it, or leave them out.")
    }
    try checkStandardInput(model, prompts, data.file)
  }

  func run(given: GivenOptions) throws {
    let instructions = try InstructionSet.chosen() ?? .widest
    let saved = try SavedModel(model)
    let plan = try SamplingPlan(self, saved)
    let known = unique ? try KnownLines(saved, data) : nil
    let results = Console.output()
    Interruption.watch()
    do {
      let printer = SamplePrinter(self, plan, saved.model, known, instructions, results)
      let stop = try printer.run()
      try results.flush()
      if let summary = printer.summary { Console.remark(summary) }
      if let stop {
        Console.remark("Stopped by a signal after \(counted(stop.lines, "line")).")
        throw Failure(code: 128 + stop.signal, nil)
      }
    } catch {
      // Keep what was drawn before the error.
      try? results.flush()
      throw error
    }
  }
}
