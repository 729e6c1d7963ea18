// The options that keep a model and go on from one.

import CommandLineOptions

/// Where a run is saved, and what it starts from.
struct CheckpointOptions: OptionGroup, Equatable {
  /// The file to save to.
  var save: String?
  /// The steps from one save to the next, besides the one at the end.
  var interval: Int?
  /// The checkpoint of the run to go on with.
  var resume: String?
  /// The number of steps after which this sitting ends.
  var limit: Int?
  /// The model whose weights a new run starts from.
  var weights: String?

  /// The file that the run is saved to, if any: a resumed run's own, unless another one is named.
  var target: String? { save ?? resume }

  static var options: [Option<Self>] {
    [
      .text("--save", "FILE", \.save, "Keep the model and its run in FILE, as safetensors"),
      .number(
        "--save-every", \.interval, .atLeast(1), example: 100, "Save after every N steps, not only at the end"
      ),
      .text("--resume", "FILE", \.resume, "Go on with the run in FILE, with its options, and save it there"),
      .number(
        "--stop-after", \.limit, .atLeast(1), example: 100,
        "Save and stop after N more steps; --resume goes on"),
      .text("--init-from", "FILE", \.weights, "Begin a new run with the weights in FILE"),
    ]
  }

  /// - Throws: `UsageError` if options are missing that others need, or exclude each other.
  func validate() throws(UsageError) {
    if resume != nil, weights != nil {
      throw UsageError(
        "'--resume' goes on with a run and '--init-from' begins a new one. Leave one of them out.")
    }
    if save == "-" {
      throw UsageError("'--save -' is not a file: standard output is for the results. Name a file.")
    }
    if target == "-" {
      throw UsageError(
        "'--resume -' cannot be saved to. Add '--save model.safetensors'.")
    }
    for (option, isGiven) in [("--save-every", interval != nil), ("--stop-after", limit != nil)]
    where isGiven && target == nil {
      throw UsageError("'\(option)' needs a file to save to. Add '--save model.safetensors'.")
    }
  }
}
