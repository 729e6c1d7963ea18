// The options that measure a model on documents that it does not learn from.

import CommandLineOptions

/// The held-out documents and when the model is measured on them.
struct MeasuringOptions: OptionGroup, Equatable {
  /// The share of the documents that is held out from training.
  var heldOut = 0.0
  /// The steps from one evaluation to the next.
  var interval: Int?
  /// The number of evaluations without a lower loss after which training stops.
  var patience: Int?

  static var options: [Option<Self>] {
    [
      .number(
        "--held-out", \.heldOut, .from(0, below: 1),
        "Share of the documents kept from training, or of a stream's end, to measure on"),
      .number(
        "--eval-every", \.interval, .atLeast(1), example: 100,
        "Measure on held-out lines every N steps, not only at the end"),
      .number(
        "--patience", \.patience, .atLeast(1), example: 5, "Stop after N measurements without a lower loss"),
    ]
  }

  /// - Throws: `UsageError` if options are missing that others need.
  func validate() throws(UsageError) {
    if interval != nil, heldOut == 0 {
      throw UsageError("'--eval-every' needs lines to measure on. Add '--held-out 0.1'.")
    }
    if patience != nil, interval == nil {
      throw UsageError("'--patience' counts evaluations. Add '--eval-every 100'.")
    }
  }
}
