// `microgpt sweep`: trains every combination of several values of hyperparameters, some at the same time, and lists them
// by their loss on held-out lines.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

struct Sweep: Presettable, Equatable {
  var presets = PresetOptions()
  var data = DataOptions()
  var reading = TextReading()
  /// The values of hyperparameters and of `--engine`, as they are written, by the option.
  var values: [String: [String]] = [:]
  var heldOut = 0.1
  /// The number of runs at the same time; `nil` is one on each core.
  var jobs: Int?
  var json = false
  var quiet = false

  static let name = "sweep"
  static let abstract = "Train with several settings and rank them by held-out loss."
  static let discussion = """
    Options of MODEL and TRAINING take values with commas between them; every combination is trained. The table of \
    runs begins with the lowest loss on lines held out, and the command line that repeats that run follows. Results \
    do not depend on --jobs.
    """
  static let examples: KeyValuePairs = [
    "Find a learning rate for two widths:":
      "microgpt sweep --learning-rate 0.003,0.01,0.03 --embedding 16,32",
    "See how much of a difference is due to chance:":
      "microgpt sweep --preset names --steps 500 --seed 1,2,3,4,5",
  ]

  /// The combinations of a sweep, at most.
  static let limit = 10_000

  static var options: KeyValuePairs<String, [Option<Self>]> {
    [
      "SETTINGS": .group(\.presets),
      "DATA": .group(\.data) + .group(\.reading),
      "MODEL": .varied(.hyperparameters(.model, in: \.configuration)),
      "TRAINING": .varied([Train.engineOption] + .hyperparameters(.training, in: \.configuration)),
      "RUNS": [
        .number(
          "--held-out", \.heldOut, .from(0, below: 1),
          "Share of the documents kept from training, or of a stream's end, to measure on"),
        .number(
          "--jobs", \.jobs, .atLeast(1), example: 2, "Runs at the same time; without it one on each core"),
      ],
      "OUTPUT": [
        .flag("--json", \.json, "Print one JSON object"),
        .flag("--quiet", \.quiet, "No remarks and no live line"),
      ],
    ]
  }

  var readsStandardInput: Bool { data.file == "-" }

  func validate() throws(UsageError) {
    if !presets.isEmpty { return }
    guard heldOut > 0 else {
      throw UsageError("'--held-out 0' leaves no lines to measure on. Give more, such as '--held-out 0.1'.")
    }
    _ = try SweepCombinations(self)
  }

  func run(given line: GivenOptions) throws { try completed(line).settings.trainAll() }

  private func trainAll() throws {
    let instructions = try InstructionSet.chosen(), combinations = try SweepCombinations(self)
    var source = try TextSource.find(data)
    Interruption.watch()
    let documents = try SweepDocuments(
      &source, reading, holdingOut: heldOut, seed: combinations.runs[0].configuration.seed)
    let count = min(jobs ?? Console.cores, combinations.runs.count)
    let memory = try combinations.requiredMemory(documents, jobs: count)
    if !quiet { Console.remark(try remarks(source, documents, combinations, jobs: count, memory: memory)) }
    let runs = SweepRuns(
      combinations, documents, instructions: instructions ?? .widest,
      progress: SweepProgress(combinations, isQuiet: quiet))
    let outcomes = try runs.train(jobs: count)
    let report = SweepReport(self, combinations, outcomes, instructions: instructions)
    if json || !outcomes.isEmpty {
      try Console.print(json ? report.json.text(escapingControls: Console.isTerminal) : report.text)
    }
    if let number = Interruption.number, outcomes.count < combinations.runs.count {
      Console.remark(
        "Stopped by a signal after \(grouped(outcomes.count)) of \(counted(combinations.runs.count, "run")).")
      throw Failure(code: 128 + number, nil)
    }
    if report.bestLine == nil {
      throw Failure(
        code: Failure.software,
        "No run has a finite loss: the parameters have grown too large. Lower --learning-rate or --init-std.")
    }
  }

  /// What a person should know before the first run.
  private func remarks(
    _ source: TextSource, _ documents: SweepDocuments, _ combinations: SweepCombinations, jobs: Int,
    memory: Int
  ) throws -> String {
    // The block that cuts the most is the one to warn of.
    let shortest = combinations.runs.min { $0.configuration.blockSize < $1.configuration.blockSize }!
    var lines = [
      shortest.remarks(source, try documents.of(shortest), memory: memory),
      "\(counted(combinations.runs.count, "run")), \(jobs == 1 ? "one" : "\(jobs)") at a time.",
    ]
    if let remark = combinations.remark { lines.append(remark) }
    return lines.joined(separator: "\n")
  }
}

extension Array {
  /// Options of train, each of which takes several values.
  fileprivate static func varied(_ options: [Option<Train>]) -> Self where Element == Option<Sweep> {
    options.map { $0.several(in: \.values) }
  }
}
