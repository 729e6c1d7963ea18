// Errors as Foundation shows them: `localizedDescription`, which apps put into alerts, is the error's sentence. Without
// this module it would be "The operation could not be completed."
//
// A module of its own, so that the library and the command do not load Foundation. Linking it is enough.

import MicroGPT
import MicroGPTFiles

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

extension ConfigurationError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}

extension ConfigurationTextError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}

extension CorpusError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}

extension SplitError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}

extension TokenizerError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}

extension TrainingError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}

extension TrainingStateError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}

extension FineTuningError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}

extension ModelError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}

extension SamplerError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}

extension TokenFilterError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}

extension CheckpointError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}

extension SafetensorsError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}

extension JSONError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}

extension ONNXError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}

extension FileError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}

extension ModelFileError: LocalizedError {
  /// What is wrong, where, and what to do.
  public var errorDescription: String? { description }
}
