// What `compare` prints: a plot, its legend, and a table of the runs, the best one first.

import CommandLineOptions
import Drawing
import MicroGPT

/// A run among those that are compared.
struct ComparedRun {
  /// The character that stands for it in the plot and the table.
  let mark: Character
  /// Its place among the logs on the line, from 0.
  let index: Int
  let log: LoggedRun

  var losses: RunLosses { log.losses }

  /// The marks of the runs, in the order of their logs.
  static let marks = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

  /// The name of its log, in a message.
  var shownName: String { log.name == "standard input" ? log.name : "'\(escaped(log.name))'" }
}

/// Runs beside each other.
struct CompareReport {
  /// The runs, in the order of their logs.
  let runs: [ComparedRun]
  /// The runs, the best one first.
  let ranked: [ComparedRun]
  /// Whether all runs that have steps were measured on held-out documents.
  let isMeasured: Bool
  /// The last smoothed loss of the run in which it is highest, which all have reached; `nil` if there is only one run, or
  /// none with enough steps.
  let common: Double?
  private let isLogarithmic: Bool

  init(_ logs: [LoggedRun], isLogarithmic: Bool) {
    self.isLogarithmic = isLogarithmic
    let runs = zip(ComparedRun.marks, logs.enumerated()).map {
      ComparedRun(mark: $0, index: $1.offset, log: $1.element)
    }
    self.runs = runs
    let begun = runs.filter { $0.losses.smoothed.count > 0 }
    let isMeasured = begun.allSatisfy { $0.losses.lowestHeldOut != nil }
    self.isMeasured = isMeasured
    func rank(_ run: ComparedRun) -> Double {
      (isMeasured ? run.losses.lowestHeldOut?.loss : run.losses.last) ?? .infinity
    }
    ranked = runs.sorted { rank($0) == rank($1) ? $0.index < $1.index : rank($0) < rank($1) }
    let settled = begun.filter { $0.losses.lowest != nil }
    common = settled.count > 1 ? settled.compactMap(\.losses.last).max() : nil
  }

  /// Whether no run has a loss.
  var isEmpty: Bool { runs.allSatisfy { $0.losses.smoothed.count == 0 } }

  /// The plot, the legend and the table.
  func text(width: Int, height: Int, isColored: Bool) -> String {
    let plot = plot.lines(width: width, height: height, isColored: isColored)
    return (plot + [""] + legend(isColored: isColored) + [""] + table + notes).joined(separator: "\n")
  }

  /// The smoothed losses over each other.
  private var plot: TextPlot {
    TextPlot(
      curves: runs.map { .init(mark: runs.count > 1 ? $0.mark : nil, points: $0.losses.smoothed.plotted) },
      title: isLogarithmic ? "Smoothed loss by step, logarithmic" : "Smoothed loss by step",
      scale: isLogarithmic ? .logarithmic : .linear)
  }

  /// What each mark stands for, and where the run begins and ends.
  private func legend(isColored: Bool) -> [String] {
    runs.map { run in
      let mark = isColored ? TextPlot.colored("\(run.mark)", curve: run.index) : "\(run.mark)"
      var facts = "no steps"
      if let first = run.losses.first, let last = run.losses.lastStep {
        facts = "steps \(grouped(first.step)) to \(grouped(last)), first loss \(fixed(first.loss, 3))"
      }
      return "\(mark)  \(escaped(run.log.name)): \(facts)"
    }
  }

  /// Numbers to the right under their headers.
  private var table: [String] {
    let hasHeldOut = runs.contains { $0.losses.lastHeldOut != nil }
    var header = ["run", "last", "lowest", "at step"]
    if let common { header.append("to \(fixed(common, 3))") }
    if hasHeldOut { header += ["held-out", "lowest", "at step"] }
    let rows = ranked.map { run in
      let losses = run.losses
      var row = [
        "\(run.mark)", shown(losses.last, 3), shown(losses.lowest?.loss, 3), shown(losses.lowest?.step),
      ]
      if let common { row.append(shown(losses.smoothed.step(reaching: common))) }
      if hasHeldOut {
        let lowest = losses.lowestHeldOut
        row += [shown(losses.lastHeldOut?.loss, 4), shown(lowest?.loss, 4), shown(lowest?.step)]
      }
      return row
    }
    let widths = header.indices.map { column in ([header] + rows).map { $0[column].utf8.count }.max()! }
    return ([header] + rows).map { row in
      row[0] + String(repeating: " ", count: widths[0] - row[0].utf8.count) + "  "
        + zip(row, widths).dropFirst().map { padded($0, $1, with: " ") }.joined(separator: "  ")
    }
  }

  /// A figure of a table, or a dash if there is none.
  func shown(_ loss: Double?, _ decimals: Int) -> String {
    loss.map { $0 < 1e6 ? fixed($0, decimals) : short($0) } ?? "-"
  }
  func shown(_ step: Int?) -> String { step.map(grouped) ?? "-" }

  /// The run whose last smoothed loss all have reached.
  var worst: ComparedRun? { runs.first { $0.losses.lowest != nil && $0.losses.last == common } }

  /// What the table alone does not say.
  private var notes: [String] {
    var notes = sameParameters
    if let common, let worst {
      notes.insert(
        "'to \(fixed(common, 3))' is the step at which a run reached the loss that \(worst.mark) ended with.",
        at: 0)
    }
    return notes.isEmpty ? [] : [""] + notes
  }

  /// Which runs have come to the same model.
  var sameParameters: [String] {
    var hashes: [String] = []
    for case let hash? in runs.map(\.log.parametersSHA256) where !hashes.contains(hash) {
      hashes.append(hash)
    }
    return hashes.compactMap { hash in
      let marks = runs.filter { $0.log.parametersSHA256 == hash }.map { String($0.mark) }
      return marks.count > 1 ? "\(list(marks, "and")) ended with the same parameters." : nil
    }
  }

  /// What a person should know about the logs.
  var remarks: [String] {
    var remarks: [String] = []
    for run in runs {
      if run.log.isTorn { remarks.append("The last line of \(run.shownName) is torn off and is left out.") }
      if let step = run.losses.firstNotFinite {
        let isOne = run.losses.notFinite == 1
        remarks.append(
          "\(isOne ? "1 loss" : "\(grouped(run.losses.notFinite)) losses") of \(run.shownName) \(isOne ? "is" : "are") not "
            + "finite and left out, \(isOne ? "" : "the first ")at step \(grouped(step)).")
      }
    }
    // A model that has learned nothing guesses, and guessing costs the logarithm of the vocabulary's size.
    let first = runs.filter { $0.losses.first?.step == 1 }
    if let least = first.min(by: { $0.losses.first!.loss < $1.losses.first!.loss }),
      let most = first.max(by: { $0.losses.first!.loss < $1.losses.first!.loss }),
      most.losses.first!.loss - least.losses.first!.loss > 0.3
    {
      remarks.append(
        "The first losses of \(least.mark) and \(most.mark) are far apart. If that is due to vocabularies of different "
          + "sizes, their losses do not compare.")
    }
    return remarks
  }

  /// One object, with every digit.
  var json: JSONText {
    func step(_ step: Int?) -> JSONText { step.map { .integer($0) } ?? .null }
    func curve(_ curve: LossCurve) -> JSONText {
      .array(curve.bins.map { .array([.integer($0.last), .number($0.mean)]) })
    }
    return .object([
      ("common_loss", .number(common ?? .nan)),
      (
        "runs",
        .array(
          ranked.map { run in
            let losses = run.losses
            return .object([
              ("log", .string(run.log.name)), ("first_step", step(losses.first?.step)),
              ("last_step", step(losses.lastStep)), ("first_loss", .number(losses.first?.loss ?? .nan)),
              ("last_smoothed_loss", .number(losses.last ?? .nan)),
              ("lowest_smoothed_loss", .number(losses.lowest?.loss ?? .nan)),
              ("lowest_smoothed_loss_step", step(losses.lowest?.step)),
              ("common_loss_step", step(common.flatMap { losses.smoothed.step(reaching: $0) })),
              ("held_out_loss", .number(losses.lastHeldOut?.loss ?? .nan)),
              ("lowest_held_out_loss", .number(losses.lowestHeldOut?.loss ?? .nan)),
              ("lowest_held_out_loss_step", step(losses.lowestHeldOut?.step)),
              ("parameters_sha256", .optional(run.log.parametersSHA256)),
              ("smoothed_losses", curve(losses.smoothed)), ("held_out_losses", curve(losses.heldOut)),
            ])
          })
      ),
    ])
  }
}
