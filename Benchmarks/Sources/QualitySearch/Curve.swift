// The chart: training loss against CPU seconds, one line for each setting, as SVG.

import Foundation
import MicroGPT

/// A line of the chart or, if it has a single point, a dot.
struct Curve {
  let title: String
  /// CPU seconds since the process started, and the mean loss of the last 100 steps.
  let points: [(seconds: Double, loss: Double)]
  /// Its color on a light page and on a dark one.
  let light, dark: String

  /// Runs a winner and samples its loss about 200 times, at equal distances on a logarithmic axis.
  init(_ winner: Winner, corpus: Corpus, startSeconds: Double, light: String, dark: String) throws {
    let trainer = try Trainer(
      corpus: corpus, configuration: winner.setting.configuration(steps: winner.steps, seed: 42),
      engine: winner.arithmetic)
    let ratio = max(1.01, pow(Double(winner.steps) / 100, 1.0 / 200)), start = processSeconds()
    var points: [(Double, Double)] = [], window: [Double] = [], next = 100.0
    while let step = try trainer.step() {
      window.append(step.loss)
      if window.count > 100 { window.removeFirst() }
      if Double(step.number) >= next || step.number == winner.steps {
        points.append((startSeconds + processSeconds() - start, window.reduce(0, +) / Double(window.count)))
        next *= ratio
      }
    }
    (self.points, title, self.light, self.dark) = (points, winner.title, light, dark)
  }

  init(dot title: String, seconds: Double, loss: Double, light: String, dark: String) {
    (points, self.title, self.light, self.dark) = ([(seconds, loss)], title, light, dark)
  }
}

/// The axes, and the position of a point between them.
struct Chart {
  let curves: [Curve]
  let seconds = 0.005...100.0
  let losses = 1.77...2.83
  private let left = 64.0, top = 64.0, width = 790.0, height = 420.0

  private func x(_ value: Double) -> Double {
    left + width * log(value / seconds.lowerBound) / log(seconds.upperBound / seconds.lowerBound)
  }

  private func y(_ value: Double) -> Double {
    top + height * (losses.upperBound - value) / (losses.upperBound - losses.lowerBound)
  }

  var svg: String {
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 920 560\" font-size=\"13\" "
        + "font-family=\"-apple-system, Segoe UI, Helvetica, DejaVu Sans, sans-serif\">",
      "<title>Training loss against CPU seconds on one core</title>", style,
      "<rect class=\"paper\" width=\"920\" height=\"560\"/>",
      text(left, 28, "Training loss within seconds, on one core", "class=\"ink\" font-size=\"17\""),
      text(
        left, 48, "makemore names; mean of the last 100 steps, in nats a token, against CPU seconds",
        "class=\"soft\""),
    ]
    for tenth in stride(from: 18, through: 28, by: 1) {
      let loss = Double(tenth) / 10, place = point(y(loss))
      let isMarked = tenth == 20
      lines.append(
        "<path class=\"\(isMarked ? "mark" : "grid")\" d=\"M\(point(left)) \(place)h\(point(width))\"/>")
      lines.append(
        text(left - 8, y(loss) + 4.5, String(format: "%.1f", loss), "class=\"soft\" text-anchor=\"end\""))
    }
    for (value, name) in [(0.01, "0.01"), (0.1, "0.1"), (1, "1"), (3, "3"), (10, "10"), (100, "100")] {
      lines.append("<path class=\"grid\" d=\"M\(point(x(value))) \(point(top))v\(point(height))\"/>")
      lines.append(
        text(x(value), top + height + 20, name, "class=\"soft\" text-anchor=\"middle\""))
    }
    lines.append(
      text(
        left + width / 2, top + height + 42, "CPU seconds since the process started",
        "class=\"soft\" text-anchor=\"middle\""))
    for (index, curve) in curves.enumerated() where curve.points.count > 1 {
      let path = curve.points.map { "\(point(x($0.seconds))) \(point(y($0.loss)))" }.joined(separator: "L")
      lines.append("<path class=\"line c\(index)\" d=\"M\(path)\"/>")
    }
    for (index, curve) in curves.enumerated() {
      let end = curve.points[curve.points.count - 1]
      lines.append(
        "<circle class=\"dot d\(index)\" cx=\"\(point(x(end.seconds)))\" cy=\"\(point(y(end.loss)))\" r=\"4\"/>"
      )
    }
    return (lines + labels() + ["</svg>", ""]).joined(separator: "\n")
  }

  /// The labels: that of a line below its end, where no line can be, and that of a dot above all lines.
  private func labels() -> [String] {
    var taken: [(left: Double, right: Double, y: Double)] = [], labels: [String] = []
    for (index, curve) in curves.enumerated() {
      let end = curve.points[curve.points.count - 1], isDot = curve.points.count == 1
      let name = "\(curve.title): \(String(format: "%.2f", end.loss))"
      let length = Double(name.count) * 7.2
      // Losses fall, so the chart is empty below and to the left of a line's end, and above and to the right of all
      // ends.
      let right = min(max(x(end.seconds) + (isDot ? length - 4 : 6), left + 6 + length), left + width + 40)
      var place = isDot ? y(end.loss) - 92 : y(end.loss) + 20
      while taken.contains(where: { abs($0.y - place) < 17 && $0.left < right && right - length < $0.right })
      {
        place += isDot ? -2 : 2
      }
      taken.append((right - length, right, place))
      if isDot {
        labels.append(
          "<path class=\"leader\" d=\"M\(point(x(end.seconds))) \(point(y(end.loss) - 6))V\(point(place + 5))\"/>"
        )
      }
      labels.append(text(right, place, name, "class=\"label t\(index)\" text-anchor=\"end\""))
    }
    return labels
  }

  /// Colors for light and for dark pages: the reader's preference decides.
  private var style: String {
    func rules(_ color: (Curve) -> String) -> String {
      curves.enumerated().map { ".c\($0){stroke:\(color($1))}.d\($0),.t\($0){fill:\(color($1))}" }.joined()
    }
    return """
      <style>
      .paper{fill:#ffffff}.ink{fill:#1f2328}.soft{fill:#59636e}.grid{stroke:#d8dee4;stroke-width:1}
      .mark{stroke:#8c959f;stroke-width:1.5;stroke-dasharray:4 3}.leader{stroke:#59636e;stroke-width:1}
      .line{fill:none;stroke-width:2;stroke-linejoin:round}.label{font-weight:600;paint-order:stroke;stroke:#ffffff;stroke-width:4px}
      \(rules(\.light))
      @media (prefers-color-scheme: dark){
      .paper{fill:#0d1117}.ink{fill:#f0f6fc}.soft{fill:#9198a1}.grid{stroke:#2a313c}.mark{stroke:#6e7681}
      .leader{stroke:#9198a1}
      .label{stroke:#0d1117}
      \(rules(\.dark))
      }
      </style>
      """
  }

  private func text(_ x: Double, _ y: Double, _ content: String, _ attributes: String) -> String {
    "<text x=\"\(point(x))\" y=\"\(point(y))\" \(attributes)>\(content)</text>"
  }

  private func point(_ value: Double) -> String { String(format: "%.1f", value) }
}
