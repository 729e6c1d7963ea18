// What one step of training did to the parameters, found in the run's state before and after it: the engine need not be
// asked, and computes what it would compute without a report.

import MicroGPT

/// A step's gradient and update, by their sizes.
struct UpdateProbe: Equatable {
  /// The step's number, from 1.
  let step: Int
  /// The Euclidean norm of the gradient with respect to all parameters.
  let gradientNorm: Double
  /// For each kind of matrix the norm of its update over that of the parameters before it; not a number if they were 0.
  let updateRatios: [Double]

  /// The matrices of one name in all layers.
  struct Kind: Equatable {
    /// The name without its layer, such as `attn_wq`.
    let name: String
    /// Where the numbers of each matrix are among all parameters.
    var ranges: [Range<Int>]
  }

  /// The kinds of a model's matrices, in the order of its first layer.
  static func kinds(_ model: Model) -> [Kind] {
    var kinds: [Kind] = [], start = 0
    for tensor in model.tensorNames {
      let end = start + model[tensor]!.values.count
      let name = tensor.split(separator: ".").last.map(String.init) ?? tensor
      if let index = kinds.firstIndex(where: { $0.name == name }) {
        kinds[index].ranges.append(start..<end)
      } else {
        kinds.append(Kind(name: name, ranges: [start..<end]))
      }
      start = end
    }
    return kinds
  }

  /// Compares two states of a run.
  ///
  /// The gradient *g* follows from Adam's first moment, `m' = β₁·m + (1 − β₁)·g`.
  ///
  /// - Parameters:
  ///   - before: The state before a step.
  ///   - after: The state after it.
  ///   - kinds: The kinds of the run's matrices.
  /// - Complexity: O(*n*) in the parameters.
  init(from before: TrainingState, to after: TrainingState, _ kinds: [Kind]) {
    step = after.completedSteps
    let beta = before.configuration.beta1
    // The moments lack these factors, and the gradient lacks 1 / (1 - β₁).
    let (late, early) = (
      after.firstMomentFactor / (1 - beta), before.firstMomentFactor * beta / (1 - beta)
    )
    gradientNorm = after.firstMoment.withUnsafeBufferPointer { later in
      before.firstMoment.withUnsafeBufferPointer { earlier in
        var sum = 0.0
        for i in 0..<later.count {
          let gradient = later[i] * late - earlier[i] * early
          sum += gradient * gradient
        }
        return sum.squareRoot()
      }
    }
    updateRatios = after.parameters.withUnsafeBufferPointer { later in
      before.parameters.withUnsafeBufferPointer { earlier in
        kinds.map { kind in
          var update = 0.0, size = 0.0
          for range in kind.ranges {
            for i in range {
              let change = later[i] - earlier[i]
              update += change * change
              size += earlier[i] * earlier[i]
            }
          }
          return size > 0 ? (update / size).squareRoot() : .nan
        }
      }
    }
  }
}
