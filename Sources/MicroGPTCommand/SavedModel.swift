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
    let bytes: [UInt8]
    do { bytes = try readFile(path) } catch { throw .file(error) }
    do {
      do throws(CheckpointError) {
        let checkpoint = try Checkpoint(bytes: bytes)
        (model, self.checkpoint) = (checkpoint.model, checkpoint)
      } catch .missingKey("microgpt_format") {
        (model, checkpoint) = (try Model(safetensors: bytes), nil)
      }
    } catch {
      throw .contents(path: path == "-" ? "standard input" : path, error)
    }
  }

  /// The arithmetic that the model was trained in; exact if that is unknown.
  var arithmetic: Arithmetic { checkpoint?.state.arithmetic ?? .exact }
}
