// The model that a subcommand is about: a run's checkpoint, or weights alone.

import MicroGPT
import MicroGPTFiles

/// A model's file, read.
struct SavedModel {
  /// The file, or "standard input".
  let path: String
  /// The bytes of the file.
  let byteCount: Int
  let model: Model
  /// The run that the model comes from; `nil` if the file has weights alone.
  let checkpoint: Checkpoint?

  /// - Parameter path: The file, `-` for standard input.
  /// - Throws: `ModelFileError` if the file cannot be read, or holds no model.
  init(_ path: String) throws(ModelFileError) {
    let bytes: [UInt8]
    do { bytes = try readFile(path) } catch { throw .file(error) }
    self.path = path == "-" ? "standard input" : path
    byteCount = bytes.count
    do throws(CheckpointError) {
      (model, checkpoint) = try SavedModel.read(bytes)
    } catch {
      throw .contents(path: self.path, error)
    }
  }

  private static func read(_ bytes: [UInt8]) throws(CheckpointError) -> (Model, Checkpoint?) {
    do {
      let checkpoint = try Checkpoint(bytes: bytes)
      return (checkpoint.model, checkpoint)
    } catch {
      // Another program's file lacks the version. A damaged checkpoint is reported.
      switch error {
      case .missingKey("microgpt_format"): return (try Model(safetensors: bytes), nil)
      default: throw error
      }
    }
  }

  /// The arithmetic that the model was trained in; exact if that is unknown.
  var arithmetic: Arithmetic { checkpoint?.state.arithmetic ?? .exact }

  /// How its text is read; lines of weights alone, unless they are of a stream.
  var reading: TextReading {
    checkpoint?.reading ?? TextReading(division: model.tokenizer.isStream ? .stream : .lines)
  }

  /// The documents that the run held out, if this is its text.
  ///
  /// - Parameter sha256: The text's SHA-256, if it is known.
  func heldOut(of corpus: Corpus, sha256: String?) -> Corpus? {
    guard let checkpoint, let split = checkpoint.heldOut,
      let halves = try? corpus.split(holdingOut: split.share, seed: split.seed)
    else { return nil }
    let isText =
      checkpoint.textSHA256.map { $0 == sha256 }
      ?? (halves.training.sha256 == checkpoint.state.corpusSHA256)
    return isText ? halves.heldOut : nil
  }
}
