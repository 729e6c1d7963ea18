// `train --plot`: the losses of a sitting as a curve of text, on standard error.

import Drawing
import MicroGPT
import MicroGPTFiles

/// The losses of a sitting, to be drawn when its steps are done.
struct SittingPlot {
  private var losses = RunLosses()
  private let isColored: Bool

  /// `nil` unless the options ask for a plot.
  init?(_ options: OutputOptions) {
    if !options.plot { return nil }
    isColored = options.color.isOn(unless: !Console.showsColors(Console.isErrorTerminal))
  }

  /// Adds a step and, if the model was measured after it, the loss on the held-out documents.
  mutating func add(_ step: Trainer.Step, heldOut: Evaluation?) {
    losses.add(step.loss, heldOut: heldOut?.loss, at: step.number)
  }

  /// Draws the plot, after the lines of the steps.
  func show(after results: OutputFile) throws(FileError) {
    if losses.smoothed.count == 0 { return }
    try results.flush()
    Console.remark(text(width: Console.errorWidth))
  }

  /// The plot in lines of at most so many columns.
  func text(width: Int) -> String {
    let isMeasured = losses.heldOut.count > 0
    var plot = TextPlot(
      curves: [.init(mark: isMeasured ? "T" : nil, points: losses.smoothed.plotted)],
      title: "Smoothed loss by step")
    if isMeasured {
      plot.curves.append(.init(mark: "H", points: losses.heldOut.plotted))
      plot.title += ", in training (T) and held out (H)"
    }
    return plot.lines(width: width, height: Compare.plotHeight, isColored: isColored)
      .joined(separator: "\n")
  }
}

extension LossCurve {
  /// Its points as a plot takes them.
  var plotted: [(x: Double, y: Double)] { points.map { (x: $0.step, y: $0.loss) } }
}

extension Console {
  /// Whether there is a terminal, and it shows colors.
  static func showsColors(_ isTerminal: Bool) -> Bool { isTerminal && environment("TERM") != "dumb" }
}
