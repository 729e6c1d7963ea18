// What a sweep prints at its end: a table of its runs, the lowest held-out loss first, and the best one's command line.

import MicroGPT

/// The outcomes of a sweep, ranked.
struct SweepReport {
  private let sweep: Sweep
  private let combinations: SweepCombinations
  /// The lowest loss first, those without one last; equal ones in the order of the combinations.
  private let outcomes: [SweepOutcome]
  private let instructions: InstructionSet?

  init(
    _ sweep: Sweep, _ combinations: SweepCombinations, _ outcomes: [SweepOutcome],
    instructions: InstructionSet?
  ) {
    (self.sweep, self.combinations, self.instructions) = (sweep, combinations, instructions)
    self.outcomes = outcomes.sorted {
      let (loss, other) = ($0.losses?.heldOut ?? .infinity, $1.losses?.heldOut ?? .infinity)
      return loss == other ? $0.index < $1.index : loss < other
    }
  }

  /// The table, an empty line and the best one's command line.
  var text: String {
    var lines = table
    if let bestLine { lines += ["", bestLine] }
    return lines.joined(separator: "\n")
  }

  /// Numbers to the right under their headers; the time is last and to the left.
  private var table: [String] {
    let header = ["held-out loss", "training"] + combinations.varied.map(\.name) + ["parameters"]
    let rows =
      [header]
      + outcomes.map { outcome in
        let run = combinations.runs[outcome.index]
        return [
          outcome.losses.map { fixed($0.heldOut, 4) } ?? "not finite",
          outcome.losses.map { $0.training.map { fixed($0, 4) } ?? "-" } ?? "",
        ] + combinations.varied.map { $0.text(run) } + [grouped(outcome.parameterCount)]
      }
    let widths = header.indices.map { column in rows.map { $0[column].utf8.count }.max()! }
    return zip(rows, ["time"] + outcomes.map { duration($0.seconds) }).map { row, time in
      (zip(row, widths).map { padded($0, $1, with: " ") } + [time]).joined(separator: "  ")
    }
  }

  /// The run with the lowest loss.
  private var best: Train? {
    outcomes.first { $0.losses != nil }.map { combinations.runs[$0.index] }
  }

  /// The command line that repeats the best run. The fast arithmetic's bits depend on the instructions.
  var bestLine: String? {
    guard let best else { return nil }
    var words = ["microgpt", "train"] + optionWords(best.configuration, best.engine)
    words += optionWords(best.reading)
    words += ["--held-out", "\(best.measuring.heldOut)"]
    if let file = best.data.file { words += optionWords("--data", file) }
    if best.data.offline { words.append("--offline") }
    let line = words.map(quotedForShell).joined(separator: " ")
    guard let instructions, best.engine == .fast else { return line }
    return "MICROGPT_ISA=\(instructions.rawValue) \(line)"
  }

  /// One object, with every digit.
  var json: JSONText {
    .object([
      ("held_out", .number(sweep.heldOut)),
      (
        "runs",
        .array(
          outcomes.map { outcome in
            let run = combinations.runs[outcome.index]
            return .object([
              ("held_out_loss", .number(outcome.losses?.heldOut ?? .nan)),
              ("training_loss", .number((outcome.losses?.training ?? nil) ?? .nan)),
              ("engine", .string(run.engine.rawValue)),
              ("configuration", .object(Hyperparameter.all.map { ($0.key, $0.json(in: run.configuration)) })),
              ("parameters", .integer(outcome.parameterCount)), ("seconds", .number(outcome.seconds)),
            ])
          })
      ), ("best_command", .optional(bestLine)),
    ])
  }
}
