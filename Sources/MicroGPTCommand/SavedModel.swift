// The model that a subcommand is about: a run's checkpoint, or weights alone.

import MicroGPT
import MicroGPTFiles

/// A model's file, read.
struct SavedModel {
  let path: String
  let model: Model
  /// The run that the model comes from; `nil` if the file has weights alone.
  let checkpoint: Checkpoint?

  /// - Throws: `ModelFileError` if the file cannot be read, or holds no model.
  init(_ path: String) throws(ModelFileError) {
    self.path = path
    do {
      let checkpoint = try Checkpoint(contentsOf: path)
      (model, self.checkpoint) = (checkpoint.model, checkpoint)
    } catch {
      // Another program's file lacks keys of a checkpoint, or has its own. A damaged checkpoint is reported.
      switch error {
      case .contents(_, .missingKey), .contents(_, .unknownKey):
        (model, checkpoint) = (try Model(contentsOf: path), nil)
      default: throw error
      }
    }
  }

  /// The arithmetic that the model was trained in; exact if that is unknown.
  var arithmetic: Arithmetic { checkpoint?.state.arithmetic ?? .exact }
}
