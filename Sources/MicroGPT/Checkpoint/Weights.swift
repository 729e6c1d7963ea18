// A model's weights alone as a safetensors file: a third of a checkpoint, and no run to resume.

extension Model {
  /// The model as a safetensors file, without the run that it comes from.
  ///
  ///     let bytes = model.safetensors()
  ///     let copy = try Model(safetensors: bytes)
  ///
  /// The copy has the same bits. Parameters that all are floats, as in the fast arithmetic, are written as F32,
  /// otherwise as F64. The metadata has the vocabulary and the configuration.
  ///
  /// - Complexity: O(*n*) in the parameters.
  public func safetensors() -> [UInt8] {
    let layout = ParameterLayout(configuration, vocabularySize: tokenizer.vocabularySize)
    let areFloats = parameters.allSatisfy { Double(Float($0)) == $0 }
    var vocabulary = ""
    vocabulary.unicodeScalars.append(contentsOf: tokenizer.characters)
    return Safetensors.bytes(
      metadata: configuration.entries.map { (key: $0.key, value: $0.text) }
        + [(MetadataKey.vocabulary.rawValue, vocabulary)]
        + (tokenizer.isStream ? [(MetadataKey.division.rawValue, Corpus.Division.stream.rawValue)] : []),
      tensors: layout.all.map { ($0.name, [$0.rows, $0.columns], areFloats ? .float32 : .float64) },
      numbers: [areFloats ? .float32(parameters.map { Float($0) }) : .float64(parameters)])
  }
}
