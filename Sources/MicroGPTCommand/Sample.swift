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
  // Settings that are `nil` are the file's.
  var count: Int?
  var temperature: Double?
  var seed: UInt64?
  var streams: Streams?
  var engine: Arithmetic?

  static let name = "sample"
  static let abstract = "Print new lines from a model that is kept in a file."
  static let discussion = """
    Without options it prints what training printed at its end, every time. A file that has weights alone is sampled \
    20 times at temperature 0.5 with seed 42. Results go to standard output, remarks to standard error.
    """
  static let examples: KeyValuePairs = [
    "Print what training printed:": "microgpt sample model.safetensors",
    "Print others, that begin with em:": "microgpt sample model.safetensors --prompt em --seed 1",
    "Print a million:":
      "microgpt sample model.safetensors --samples 1000000 --streams many",
  ]
  static var arguments: [Argument<Self>] {
    [.required("MODEL", \.model, "File of train --save, or of weights; - for standard input")]
  }

  static var options: KeyValuePairs<String, [Option<Self>]> {
    [
      "SAMPLING": [
        .text("--prompt", "TEXT", \.prompt, "Begin every line with TEXT"),
        .number("--samples", \.count, .atLeast(0), example: 20, "Lines to print"),
        .number(
          "--temperature", \.temperature, .atLeast(0), example: 0.5,
          "Sampling temperature; 0 always takes the most probable character"),
      ],
      "RANDOM NUMBERS": [
        .number(
          "--seed", \.seed, .from(0, to: .max), example: 42,
          "Begin with these random numbers, not with those after training"),
        .choice(
          "--streams", "HOW", \.streams,
          "microgpt.py's one stream, or one for each line, many at a time and faster"),
        .choice(
          "--engine", "NAME", \.engine, "Arithmetic of many streams; one stream is always exact"),
      ],
    ]
  }

  func run(given: GivenOptions) throws {
    let instructions = try InstructionSet.chosen() ?? .widest
    let saved = try SavedModel(model)
    let plan = try SamplingPlan(self, saved)
    let results = Console.output()
    do { try print(plan, saved.model, instructions, results) } catch {
      // Keep what was drawn before the error.
      try? results.flush()
      throw error
    }
  }

  /// Draws and prints one line after the other, so that a million take no more memory than twenty.
  private func print(
    _ plan: SamplingPlan, _ model: Model, _ instructions: InstructionSet, _ results: OutputFile
  ) throws {
    var draws = try SampleDraws(plan, model, instructions), line = SampleLine(), flushing = PeriodicFlush()
    var number = 1
    line.begin(number)
    while try draws.next(appendingTo: &line.bytes) {
      line.end()
      try results.write(line.bytes)
      try flushing.flush(results)
      number += 1
      line.begin(number)
    }
    try results.flush()
  }
}
