// The live line: progress and loss, redrawn in place on a terminal.

/// What the live line shows.
struct Progress: Equatable {
  let step, steps: Int
  let loss, smoothedLoss: Double
  let stepsPerSecond, secondsLeft: Double

  /// The line for a terminal of `columns` columns, at least 1; it always fits without wrapping.
  ///
  /// With fewer columns the time left is dropped first, then the speed, then the step's own loss. The bar takes
  /// the rest of the line.
  func line(columns: Int, color: Bool) -> String {
    let digits = String(steps).utf8.count
    let parts = [
      "\(padded(step, digits))/\(steps)", "loss \(fixed(smoothedLoss, 3))", "this step \(fixed(loss, 3))",
      "\(grouped(Int(min(stepsPerSecond, 1e9)))) steps/s", "\(duration(secondsLeft)) left",
    ]
    // Without room for a bar a number is shown whole or not at all.
    return progressLine(parts, columns: columns, color: color) { steps == 0 ? $0 : step * $0 / steps }
      ?? ["\(step)/\(steps)", "\(step)"].first { $0.utf8.count <= columns - 1 } ?? ""
  }
}

/// A bar and the parts that fit beside it, the first at least; `nil` if there is no room for both.
///
/// - Parameter done: How much of a bar of this width is full.
func progressLine(
  _ parts: [String], columns: Int, color: Bool, done: (_ width: Int) -> Int
) -> String? {
  var parts = parts
  let space = columns - 1  // The last column stays free: some terminals wrap as soon as it is written.
  func length() -> Int { parts.reduce(0) { $0 + 2 + $1.utf8.count } }
  while parts.count > 1, length() + 6 > space { parts.removeLast() }
  let text = parts.map { "  " + $0 }.joined()
  let width = min(40, space - text.utf8.count)
  guard width >= 4 else { return nil }
  let count = done(width)
  let full = String(repeating: "█", count: count), empty = String(repeating: "░", count: width - count)
  return color ? "\u{1b}[32m\(full)\u{1b}[0m\u{1b}[2m\(empty)\u{1b}[0m\(text)" : full + empty + text
}

/// Draws the live line on the terminal.
struct LiveLine {
  private let color: Bool
  private let write: (String) -> Void
  private var drawn = -Double.infinity
  /// Seconds between two drawings, so that there are at most ten a second.
  private static let interval = 0.1

  init(color: Bool, write: @escaping (String) -> Void = Console.write) {
    self.color = color
    self.write = write
  }

  /// Draws the line, unless it has just been drawn. The progress is computed only if needed.
  mutating func show(at seconds: Double, _ progress: () -> Progress) {
    show(at: seconds) { [color] columns in progress().line(columns: columns, color: color) }
  }

  /// Draws a line for a terminal of as many columns as it is given, unless one has just been drawn.
  mutating func show(at seconds: Double, _ line: (_ columns: Int) -> String) {
    guard seconds - drawn >= LiveLine.interval else { return }
    drawn = seconds
    write("\r\u{1b}[K" + line(Console.columns))
  }

  /// Erases the line.
  mutating func clear() {
    if drawn > -.infinity { write("\r\u{1b}[K") }
    drawn = -.infinity
  }
}

/// An exponential moving average of the losses: about the last fifty steps count.
struct SmoothedLoss {
  private(set) var value = 0.0
  private var weight = 0.0
  private static let decay = 0.98

  mutating func add(_ loss: Double) {
    // Dividing by the sum of the weights corrects the bias of the first values, as Adam's bias correction does.
    let sum = value * weight * SmoothedLoss.decay + loss * (1 - SmoothedLoss.decay)
    weight = weight * SmoothedLoss.decay + (1 - SmoothedLoss.decay)
    value = sum / weight
  }
}
