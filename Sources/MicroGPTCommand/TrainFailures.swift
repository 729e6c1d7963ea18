// Numerical failures of a run, explained by the command's options: which one to change, and its value.

import MicroGPT

extension Train {
  /// The failure to report for an error of the library; any other error unchanged.
  func explained(_ error: any Error) -> any Error {
    switch error {
    case TrainingError.lossNotFinite(let step, _):
      parametersTooLarge("The loss of step \(step) is not a finite number")
    case TrainingStateError.otherCorpus:
      Failure(
        code: Failure.data, "The run to resume learns from other lines than these. Name its text with --data."
      )
    case HeldOutLossError.notFinite:
      parametersTooLarge("The held-out loss is not a finite number")
    case CheckpointError.state(.number):
      parametersTooLarge("The model stopped being finite, so it is not saved")
    case SamplerError.notFinite:
      parametersTooLarge("The trained model computes no finite numbers")
    case SamplerError.temperature:
      Failure(
        code: Failure.software,
        "'--temperature \(sampling.temperature)' is too small to divide by. Give more, such as 0.5, or 0 for "
          + "the most probable character.")
    default: error
    }
  }

  func parametersTooLarge(_ problem: String) -> Failure {
    Failure(
      code: Failure.software,
      "\(problem): the parameters have grown too large. \(adviceToLower)")
  }

  /// Which option to lower if parameters grow too large.
  var adviceToLower: String {
    let rate = "--learning-rate, which is \(configuration.learningRate)"
    if checkpoints.weights != nil { return "Lower \(rate)." }
    let both = "\(rate), or --init-std, which is \(configuration.initialStandardDeviation)."
    return checkpoints.resume == nil ? "Lower \(both)" : "Begin a new run with a lower \(both)"
  }
}
