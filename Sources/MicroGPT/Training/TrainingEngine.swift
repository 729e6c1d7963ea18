// The interface between a trainer and the engine that computes its steps. The closures are formed where the engine's
// type is concrete, so it is compiled for its arithmetic, and a step costs one indirect call.

/// What a trainer asks of an engine that holds a run's parameters and moments.
struct TrainingEngine {
  /// Takes one step on a batch, given its number, from 1, and its learning rate.
  ///
  /// It returns the loss before the update; if that is not finite, the parameters do not change.
  let step: (_ batch: Batch, _ number: Int, _ learningRate: Double) -> Double
  /// The losses of a batch's documents; the parameters do not change.
  let losses: BatchLosses
  /// The parameters in the reference's order.
  let parameters: () -> [Double]
  /// The parameters and moments in the reference's order.
  let state: () -> EngineState
}

/// Computes the loss of each document of a batch, the mean over its tokens in nats, into `losses`, `[B]`.
typealias BatchLosses = (_ batch: Batch, _ losses: UnsafeMutablePointer<Double>) -> Void

/// The state of an engine between two steps, in the reference's order.
struct EngineState {
  var parameters: [Double]
  /// Adam's moments as the engine holds them, and the factor to multiply each by.
  var firstMoment: [Double]
  var firstMomentFactor: Double
  var secondMoment: [Double]
  var secondMomentFactor: Double
}

/// What an engine starts from.
enum EngineStart {
  /// Parameters in the reference's order, and moments of zero.
  case parameters([Double])
  /// The state of another engine, whose moments may have other factors.
  case state(EngineState)
}

/// Converts a moment to an engine's factor; equal factors keep its bits.
func rescaled(_ moment: Double, from factor: Double, to other: Double) -> Double {
  factor == other ? moment : moment * factor / other
}
