// `compare --html`: the curves and the table as one page of HTML.

import Drawing
import MicroGPT

extension CompareReport {
  /// The page, which needs no other file.
  func page() -> [UInt8] {
    let isOne = runs.count == 1
    var page = Page(
      title: isOne ? "Losses of \(escaped(runs[0].log.name))" : "\(counted(runs.count, "run")) compared",
      lead:
        "Losses in nats, from the logs of \(code: "microgpt train --log"). Those of training are moving averages over about 50 steps."
    )
    if !isOne {
      var legend = Table(.text("Run"), .number("Steps"), .number("First loss"), .text("Log"))
      for run in runs {
        legend.row(Prose(String(run.mark)), steps(run), firstLoss(run), "\(data: escaped(run.log.name))")
      }
      page.table(legend)
    }
    page.heading("In training")
    page.figure(chart(.linear), caption: isOne ? nil : "\(ranking)")
    page.table(trainingTable)
    if let common, let worst {
      page.paragraph(
        "\(strong: "To \(fixed(common, 3))") is the step at which a run reached the loss that \(String(worst.mark)) ended with."
      )
    }
    if begun.contains(where: { ($0.losses.lastStep ?? 0) >= 100 }) {
      page.figure(
        chart(.logarithmic), heading: "From the first steps",
        caption:
          "The same curves. Each doubling of the steps takes the same room, which shows how a run begins.")
    }
    addHeldOut(to: &page)
    page.heading("What compares")
    page.paragraph(
      """
      Losses compare only between runs that learn from the same text with the same vocabulary, and those on held-out lines only \
      if the lines are the same. A log does not say what they were. Losses of training also vary by chance: two runs that \
      differ only in \(code: "--seed") show by how much.
      """)
    for remark in remarks + sameParameters { page.paragraph(Prose(remark)) }
    let words = ["microgpt", "compare"] + runs.map(\.log.name)
    return page.bytes(
      footer: runs.contains { $0.log.name == "standard input" }
        ? nil : "Made by \(code: escaped(words.map(quotedForShell).joined(separator: " "))).")
  }

  // The last column of a table takes the room that is left. Where all columns have numbers it is an empty one.

  /// The smoothed losses over each other.
  private func chart(_ scale: Scale) -> LineChart {
    let ends = begun.flatMap {
      [$0.losses.smoothed.points.first!.step, $0.losses.smoothed.points.last!.step]
    }
    let steps = ends.min()!...ends.max()!
    var chart = LineChart(
      title: scale == .linear ? "Smoothed losses by step" : "Smoothed losses by step, logarithmic", x: "step",
      y: "smoothed loss",
      begun.map { run in
        let all = run.losses.smoothed.plotted, means = TextPlot.averaged(all, over: 350, in: steps, scale)
        // A run that is much shorter than another one may have all its points in one place.
        let points = means.count > 1 ? means : all
        return LineChart.Series(key(run), color: run.index, .line(points.map { LineChart.Point($0.x, $0.y) }))
      })
    chart.xScale = scale
    if let common, let worst {
      chart.references = [.init(common, "\(fixed(common, 3)), where \(worst.mark) ended")]
    }
    return chart
  }

  private var trainingTable: Table {
    func row(_ run: ComparedRun) -> [Prose] {
      let losses = run.losses
      return [
        runs.count == 1 ? "\(data: escaped(run.log.name))" : Prose(String(run.mark)),
        Prose(shown(losses.last, 3)),
        Prose(shown(losses.lowest?.loss, 3)), Prose(shown(losses.lowest?.step)),
      ]
    }
    guard let common else {
      var table = Table(.text("Run"), .number("Last"), .number("Lowest"), .number("At step"), .text(""))
      for cells in ranked.map(row) { table.row(cells[0], cells[1], cells[2], cells[3], "") }
      return table
    }
    var table = Table(
      .text("Run"), .number("Last"), .number("Lowest"), .number("At step"), .number("To \(fixed(common, 3))"),
      .text(""))
    for run in ranked {
      let cells = row(run)
      table.row(
        cells[0], cells[1], cells[2], cells[3], Prose(shown(run.losses.smoothed.step(reaching: common))), "")
    }
    return table
  }

  /// Adds the losses on held-out documents, if there are any.
  private func addHeldOut(to page: inout Page) {
    let measured = ranked.filter { $0.losses.lastHeldOut != nil }
    if measured.isEmpty { return }
    page.heading("On lines held out")
    if measured.contains(where: { $0.losses.heldOut.count > 1 }) {
      page.figure(
        LineChart(
          title: "Held-out losses by step", x: "step", y: "held-out loss",
          runs.filter { $0.losses.heldOut.count > 0 }.map { run in
            let points = points(run.losses.heldOut)
            return LineChart.Series(
              key(run), color: run.index, points.count > 60 ? .line(points) : .marked(points))
          }))
    }
    var table = Table(.text("Run"), .number("Last"), .number("Lowest"), .number("At step"), .text(""))
    for run in measured {
      let (last, lowest) = (run.losses.lastHeldOut, run.losses.lowestHeldOut)
      table.row(
        runs.count == 1 ? "\(data: escaped(run.log.name))" : Prose(String(run.mark)),
        Prose(shown(last?.loss, 4)), Prose(shown(lowest?.loss, 4)), Prose(shown(lowest?.step)), "")
    }
    page.table(table)
  }

  private var begun: [ComparedRun] { runs.filter { $0.losses.smoothed.count > 0 } }

  private var ranking: String {
    "The table begins with the run " + (isMeasured ? "of the lowest held-out loss." : "that ended lowest.")
  }

  private func points(_ curve: LossCurve) -> [LineChart.Point] {
    curve.points.map { LineChart.Point($0.step, $0.loss) }
  }

  /// What the key calls a run.
  private func key(_ run: ComparedRun) -> String {
    runs.count == 1 ? escaped(run.log.name) : "\(run.mark) \(escaped(run.log.name))"
  }

  private func steps(_ run: ComparedRun) -> Prose {
    guard let first = run.losses.first, let last = run.losses.lastStep else { return "none" }
    return Prose(first.step == 1 ? grouped(last) : "\(grouped(first.step)) to \(grouped(last))")
  }

  private func firstLoss(_ run: ComparedRun) -> Prose { Prose(shown(run.losses.first?.loss, 3)) }
}
