// The seam between a trainer and what computes its steps. Whatever implements it is concrete where the closures are
// formed, so that it is compiled for its arithmetic; a step then costs one indirect call.

/// What a trainer asks of an engine that holds a run's parameters and moments.
struct TrainingEngine {
  /// Takes one step on a batch, given its number, from 1, and its learning rate.
  ///
  /// It returns the loss before the step; if that is not finite, the parameters stay as they are.
  let step: (_ batch: Batch, _ number: Int, _ learningRate: Double) -> Double
  /// The loss of a batch, from which nothing is learned.
  let loss: (_ batch: Batch) -> Double
  /// The parameters in the reference's order.
  let parameters: () -> [Double]
  /// The parameters and moments in the reference's order.
  let state: () -> EngineState
}

/// What an engine knows between two steps, in the reference's order.
struct EngineState {
  var parameters: [Double]
  /// Adam's moments as the engine holds them, and what each is to be multiplied by.
  var firstMoment: [Double]
  var firstMomentFactor: Double
  var secondMoment: [Double]
  var secondMomentFactor: Double
}

/// What an engine starts from.
enum EngineStart {
  /// Parameters in the reference's order, and moments of zero.
  case parameters([Double])
  /// The state of another engine, perhaps one that holds its moments in another way.
  case state(EngineState)
}

/// A moment as an engine holds it whose factor is another; the same bits where it is not.
func rescaled(_ moment: Double, from factor: Double, to other: Double) -> Double {
  factor == other ? moment : moment * factor / other
}
