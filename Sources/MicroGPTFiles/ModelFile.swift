// Checkpoints and models as files.

import MicroGPT

extension Checkpoint {
  /// The checkpoint in the file at `path`, or from standard input for `-`.
  ///
  /// - Throws: `ModelFileError` if the file cannot be read, or is not a checkpoint.
  public init(contentsOf path: String) throws(ModelFileError) {
    let bytes = try modelBytes(path)
    do { try self.init(bytes: bytes) } catch { throw .contents(path: name(path), error) }
  }

  /// Writes the checkpoint to the file at `path`, completely or not at all.
  ///
  /// - Throws: `FileError`; a file that was there before is then unchanged.
  public func write(to path: String) throws(FileError) { try writeFileAtomically(bytes(), to: path) }
}

extension Model {
  /// The model in the file at `path`, or from standard input for `-`: a checkpoint, or weights that another program has
  /// written.
  ///
  /// - Throws: `ModelFileError` if the file cannot be read, or holds no model.
  public init(contentsOf path: String) throws(ModelFileError) {
    let bytes = try modelBytes(path)
    do { try self.init(safetensors: bytes) } catch { throw .contents(path: name(path), error) }
  }

  /// Writes the model to the file at `path`, completely or not at all: its weights, vocabulary and configuration.
  ///
  ///     try model.write(to: "names.safetensors")
  ///     let copy = try Model(contentsOf: "names.safetensors")
  ///
  /// A checkpoint is three times as long, and also holds the run, to be resumed.
  ///
  /// - Throws: `FileError`; a file that was there before is then unchanged.
  public func write(to path: String) throws(FileError) { try writeFileAtomically(safetensors(), to: path) }
}

private func modelBytes(_ path: String) throws(ModelFileError) -> [UInt8] {
  do { return try readFile(path) } catch { throw .file(error) }
}

/// A file as errors name it.
private func name(_ path: String) -> String { path == "-" ? "standard input" : path }

/// Why a model's file cannot be used.
public enum ModelFileError: Error, Equatable, CustomStringConvertible {
  /// It cannot be read.
  case file(FileError)
  /// It can be read, but its contents cannot be used. The path is the one given, or "standard input".
  case contents(path: String, CheckpointError)

  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .contents(let path, let error): "\(FileError.quoted(path)) cannot be used. \(error)"
    }
  }
}
