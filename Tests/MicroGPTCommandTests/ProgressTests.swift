import Testing

@testable import MicroGPTCommand

/// The live line as text, and when it is drawn.
@Suite("The live line") struct ProgressTests {
  private let progress = Progress(
    step: 312, steps: 1000, loss: 2.7315, smoothedLoss: 2.6128, stepsPerSecond: 10812, secondsLeft: 63.6)

  @Test(
    "narrow terminals drop the least important numbers first, and the bar takes the rest, up to 40 columns",
    arguments: [
      (1, ""), (2, ""), (4, "312"), (8, "312"), (9, "312/1000"), (10, "312/1000"), (15, "312/1000"),
      (16, "█░░░   312/1000"), (20, "██░░░░░░   312/1000"), (29, "█████░░░░░░░░░░░░   312/1000"),
      (30, "█░░░░░   312/1000  loss 2.613"), (40, "████░░░░░░░░░░░░   312/1000  loss 2.613"),
      (41, "█████░░░░░░░░░░░░   312/1000  loss 2.613"),
      (60, "█████░░░░░░░░░░░░░░   312/1000  loss 2.613  this step 2.732"),
      (80, "██░░░░░░   312/1000  loss 2.613  this step 2.732  10,812 steps/s  1:04 min left"),
      (
        120,
        "████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░   312/1000  loss 2.613  this step 2.732  10,812 steps/s  "
          + "1:04 min left"
      ),
      (
        200,
        "████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░   312/1000  loss 2.613  this step 2.732  10,812 steps/s  "
          + "1:04 min left"
      ),
    ])
  func columns(columns: Int, line: String) {
    #expect(progress.line(columns: columns, color: false) == line)
  }

  @Test("colors add only their codes to the line")
  func color() {
    #expect(
      progress.line(columns: 40, color: true)
        == "\u{1b}[32m████\u{1b}[0m\u{1b}[2m░░░░░░░░░░░░\u{1b}[0m   312/1000  loss 2.613")
    #expect(progress.line(columns: 10, color: true) == "312/1000")
  }

  @Test("the bar is empty before the first step and full after the last")
  func ends() {
    func bar(_ step: Int, _ steps: Int) -> String {
      let progress = Progress(
        step: step, steps: steps, loss: 1, smoothedLoss: 1, stepsPerSecond: 1, secondsLeft: 0)
      return String(progress.line(columns: 30, color: false).prefix { $0 != " " })
    }
    #expect(bar(0, 1000) == "░░░░░░")
    #expect(bar(999, 1000) == "█████░")
    #expect(bar(1000, 1000) == "██████")
    #expect(bar(0, 0) == "████████████")
  }

  @Test("no line reaches the last column, whatever its numbers", arguments: 1...200)
  func lastColumn(columns: Int) {
    let extremes = [
      progress,
      Progress(step: 1, steps: 1, loss: 0, smoothedLoss: 0, stepsPerSecond: 1e300, secondsLeft: 0),
      Progress(
        step: 123_456_789, steps: 9_999_999_999, loss: 1e300, smoothedLoss: 1e300, stepsPerSecond: 0.001,
        secondsLeft: 1e300),
    ]
    for progress in extremes {
      let line = progress.line(columns: columns, color: false)
      #expect(line.count <= columns - 1, "\(line)")
      #expect(!line.hasSuffix(" "), "\(line)")
    }
  }

  @Test("the line is drawn at once and then ten times a second at most, and erased once")
  func drawing() {
    let written = Written()
    var live = LiveLine(color: false) { written.texts.append($0) }
    live.clear()
    #expect(written.texts == [])

    var asked = 0
    for hundredth in 0..<100 {
      live.show(at: 5 + Double(hundredth) / 100) {
        asked += 1
        return progress
      }
    }
    #expect(asked == written.texts.count)
    #expect((9...10).contains(asked))
    #expect(written.texts.allSatisfy { $0.hasPrefix("\r\u{1b}[K") && !$0.contains("\n") })

    live.clear()
    live.clear()
    #expect(written.texts.count == asked + 1)
    #expect(written.texts.last == "\r\u{1b}[K")
  }

  private final class Written {
    var texts: [String] = []
  }
}

@Suite("The smoothed loss") struct SmoothedLossTests {
  @Test("it is the mean of the losses so far, each weighing 0.98 times the next")
  func definition() {
    let losses = (0..<300).map { 3.3 - Double($0 * 37 % 100) / 100 }
    var smoothed = SmoothedLoss()
    for (step, loss) in losses.enumerated() {
      smoothed.add(loss)
      var weight = 1.0, sum = 0.0, weights = 0.0
      for earlier in losses[...step].reversed() {
        sum += weight * earlier
        weights += weight
        weight *= 0.98
      }
      #expect(abs(smoothed.value - sum / weights) < 1e-12, "step \(step + 1)")
    }
  }

  @Test("the first loss is its own mean, and the mean of equal losses is that loss")
  func constant() {
    var smoothed = SmoothedLoss()
    for _ in 0..<1000 {
      smoothed.add(2.5)
      #expect(abs(smoothed.value - 2.5) < 1e-12)
    }
  }
}
