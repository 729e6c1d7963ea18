// Progress on standard output: a bar that is redrawn on a terminal, a line for each tenth elsewhere.

import Foundation
import MicroGPT

struct ProgressBar {
  private let isTerminal = isatty(STDOUT_FILENO) == 1
  /// The last tenth that has been printed.
  private var tenth = 0

  mutating func show(_ progress: BackgroundTrainer.Progress) {
    let text = String(format: "%3.0f %%  loss %.2f", 100 * progress.fraction, progress.loss)
    if isTerminal {
      let full = Int(30 * progress.fraction)
      let bar = String(repeating: "█", count: full) + String(repeating: "░", count: 30 - full)
      print("\r\(bar) \(text)", terminator: progress.fraction == 1 ? "\n" : "")
    } else if Int(10 * progress.fraction) > tenth {
      tenth = Int(10 * progress.fraction)
      print(text)
    }
    fflush(nil)
  }
}
