// Why a checkpoint is refused, and the messages that say so.

/// Why a checkpoint or a model's file could not be used.
public enum CheckpointError: Error, Equatable {
  /// The bytes are not a safetensors file.
  case file(SafetensorsError)
  /// The file has another format version than those that can be read.
  case version(found: String)
  /// The metadata lacks a key.
  case missingKey(String)
  /// The metadata of a checkpoint has a key that no checkpoint has.
  case unknownKey(String)
  /// The text of a key is not a value that it can have.
  case badValue(key: String, found: String, expected: String)
  /// A key is present without another one that gives it its meaning.
  case incomplete(key: String, missing: String)
  /// The configuration cannot be run.
  case configuration(ConfigurationError)
  /// The metadata gives a size that is not that of the tensors.
  case contradiction(key: String, value: Int, tensors: Int)
  /// The characters of the vocabulary are not sorted by code point, or one occurs twice.
  case vocabularyOrder
  /// The token embedding does not have one row for each token: each character and, unless the model is of a stream, BOS.
  case vocabularySize(tokens: Int, rows: Int)
  /// A tensor is missing.
  case missingTensor(String)
  /// A tensor is not part of a model of this size.
  case unknownTensor(String)
  /// A tensor has another shape than the model calls for; -1 stands for any length.
  case wrongShape(name: String, expected: [Int], found: [Int])
  /// The tensors of a model's file do not form a model.
  case model(ModelError)
  /// The parts of a checkpoint's run contradict each other.
  case state(TrainingStateError)
}

extension CheckpointError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .file(let error):
      error.description
    case .version(let found):
      "The file has format version \(excerpt(found)), but only version \(formatVersion) can be read. "
        + "Use the program that wrote it, or a newer version of this one."
    case .missingKey(let key):
      "The metadata lacks the key '\(key)'. Documentation/Checkpoints.md lists the required keys."
    case .unknownKey(let key):
      "The metadata has the key \(excerpt(key)), which no checkpoint has. "
        + "The file is damaged, or another program wrote it: then it can only be used as a model."
    case .badValue(let key, let found, let expected):
      "'\(key)' is \(excerpt(found)), but has to be \(expected)."
    case .incomplete(let key, let missing):
      "The metadata has '\(key)', but lacks '\(missing)', without which it has no meaning. "
        + "The file is damaged: copy or save it again."
    case .configuration(let error):
      error.description
    case .contradiction(let key, let value, let tensors):
      "'\(key)' is \(value), but by the tensors' names and shapes it is \(tensors). "
        + "Save the file with the sizes that it was trained with."
    case .vocabularyOrder:
      "The characters of 'vocabulary' have to be sorted by code point, each once. "
        + "In Python: ''.join(sorted(set(text)))."
    case .vocabularySize(let tokens, let rows):
      "The characters of 'vocabulary' and the end of documents, which a stream lacks, are \(tokens) tokens, so 'wte' needs "
        + "\(tokens) rows, but it has \(rows). "
        + "Save the file with the vocabulary that it was trained with."
    case .missingTensor(let name):
      "The file lacks the tensor \(excerpt(name)). Save it again with all tensors of the model."
    case .unknownTensor(let name):
      "The file has the tensor \(excerpt(name)), which is not part of a model of this size. Save the file without it."
    case .wrongShape(let name, let expected, let found):
      "Tensor \(excerpt(name)) has the shape \(shown(found)), but this model needs \(shown(expected)). "
        + "Save the file with the sizes that it was trained with."
    case .model(let error):
      error.description
    case .state(let error):
      error.description
    }
  }

  /// A shape as messages show it: its first dimensions, any length as `n`.
  private func shown(_ shape: [Int]) -> String {
    let lengths = shape.prefix(8).map { $0 < 0 ? "n" : "\($0)" } + (shape.count > 8 ? ["..."] : [])
    return "[" + lengths.joined(separator: ", ") + "]"
  }
}
