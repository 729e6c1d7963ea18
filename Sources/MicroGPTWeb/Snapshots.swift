// States of a run from which any earlier step can be reached: a bounded number, evenly spaced.

import MicroGPT

/// States at multiples of a number of steps. When there are too many, every second one is dropped, so that replaying
/// from the nearest one takes at most `2·steps / capacity` steps.
package struct Snapshots {
  private var states: [TrainingState] = []
  /// The steps between two states, a power of two.
  package private(set) var spacing = 8
  private let capacity: Int

  /// None yet.
  ///
  /// - Parameter capacity: The most states, at least 2.
  package init(capacity: Int) { self.capacity = max(2, capacity) }

  /// The number of states that fit into `bytes`, at most 64.
  package static func capacity(parameterCount: Int, bytes: Int = 4 << 20) -> Int {
    max(2, min(64, bytes / (3 * 8 * max(1, parameterCount))))
  }

  package var count: Int { states.count }

  /// Whether the state after `step` steps is to be added.
  package func wants(_ step: Int) -> Bool {
    step % spacing == 0 && step > (states.last?.completedSteps ?? -1)
  }

  /// Adds the state after a later step.
  package mutating func add(_ state: TrainingState) {
    states.append(state)
    guard states.count > capacity else { return }
    spacing *= 2
    states.removeAll { $0.completedSteps % spacing != 0 }
  }

  /// The last state at or before a step.
  package func nearest(to step: Int) -> TrainingState? { states.last { $0.completedSteps <= step } }
}
