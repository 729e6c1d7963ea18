// A checkpoint as a safetensors file: the tensors' names and the keys of the metadata.
//
// Tensors: the parameters under the reference's names ("wte", "layer0.attn_wq"), then both of Adam's moments as
// "adam.m.NAME" and "adam.v.NAME"; F64 in the exact arithmetic, F32 in the fast one. Everything else is text in the
// metadata: the hyperparameters by the keys of Hyperparameters.swift, and the keys below.

/// The format version that is written, and the only one that is read.
let formatVersion = "1"

/// The prefixes of the names of moments, before the matrix's own name.
let firstMomentPrefix = "adam.m.", secondMomentPrefix = "adam.v."

/// The keys of the metadata beside those of the hyperparameters, in the order in which they are written.
enum MetadataKey: String, CaseIterable {
  case version = "microgpt_format"
  case arithmetic
  case instructionSet = "instruction_set"
  case vocabulary
  case corpusSHA256 = "corpus_sha256"
  case textSHA256 = "text_sha256"
  case division = "documents"
  case lowercase
  case completedSteps = "completed_steps"
  case lastLoss = "last_loss"
  case randomWords = "random_words"
  case randomPosition = "random_position"
  case randomGaussian = "random_gaussian"
  case firstMomentFactor = "adam_m_factor"
  case secondMomentFactor = "adam_v_factor"
  case heldOut = "held_out"
  case heldOutSeed = "held_out_seed"
  case evaluationInterval = "eval_every"
  case patience
  case bestLoss = "best_loss"
  case bestStep = "best_step"
  case evaluationsSinceBest = "evaluations_since_best"
  case temperature
  case samples
  case streams

  /// The texts that it may have, for messages.
  var expected: String {
    switch self {
    case .version: "'\(formatVersion)'"
    case .arithmetic: "one of " + Arithmetic.allCases.map { $0.rawValue }.joined(separator: ", ")
    case .instructionSet: "one of " + InstructionSet.allCases.map { $0.rawValue }.joined(separator: ", ")
    case .vocabulary: "the characters in the order of their tokens"
    case .corpusSHA256, .textSHA256: "64 hexadecimal digits in lower case"
    case .division: "one of " + Corpus.Division.allCases.map { $0.rawValue }.joined(separator: ", ")
    case .lowercase: "'true' or 'false'"
    case .completedSteps, .evaluationsSinceBest, .samples: "a whole number, 0 or more"
    case .randomWords: "624 words of 8 hexadecimal digits each"
    case .randomPosition: "a whole number, 0 to 624"
    case .randomGaussian, .lastLoss, .bestLoss: "a finite decimal number"
    case .firstMomentFactor, .secondMomentFactor: "a decimal number, more than 0 and at most 1"
    case .heldOut: "a decimal number, more than 0 and less than 1"
    case .heldOutSeed: "a whole number, 0 to \(UInt64.max)"
    case .evaluationInterval, .patience: "a whole number, 1 or more"
    case .bestStep: "a whole number, 0 to 'completed_steps'"
    case .temperature: "a decimal number, 0 or more"
    case .streams:
      "one of " + Checkpoint.Sampling.Streams.allCases.map { $0.rawValue }.joined(separator: ", ")
    }
  }
}

extension Checkpoint {
  /// The checkpoint as a safetensors file.
  ///
  /// - Complexity: O(*n*) in the parameters.
  public func bytes() -> [UInt8] {
    let layout = ParameterLayout(
      state.configuration, vocabularySize: state.tokenizer.vocabularySize)
    // The matrices of a layout follow each other without a gap, as tensors in the file do.
    let matrices = layout.all, isExact = state.arithmetic == .exact
    return Safetensors.bytes(
      metadata: metadata,
      tensors: state.tensors.flatMap { _, prefix, _, _ in
        matrices.map { (prefix + $0.name, [$0.rows, $0.columns], isExact ? .float64 : .float32) }
      },
      numbers: state.tensors.map { isExact ? .float64($0.numbers) : .float32($0.numbers.map { Float($0) }) })
  }

  /// Everything but the tensors, as text by key.
  private var metadata: [(key: String, value: String)] {
    var vocabulary = ""
    vocabulary.unicodeScalars.append(contentsOf: state.tokenizer.characters)
    let random = state.random.state
    let hyperparameters = state.configuration.entries.map { (key: $0.key, value: $0.text) }
    return [(MetadataKey.version.rawValue, formatVersion)] + hyperparameters
      + MetadataKey.allCases.compactMap { key in
        let value: String? =
          switch key {
          case .version: nil
          case .arithmetic: state.arithmetic.rawValue
          case .instructionSet: state.instructionSet?.rawValue
          case .vocabulary: vocabulary
          case .corpusSHA256: state.corpusSHA256
          case .textSHA256: textSHA256
          // Files without these keys are of lines as they are in the text.
          case .division: division == .lines ? nil : division.rawValue
          case .lowercase: isLowercase ? "true" : nil
          case .completedSteps: "\(state.completedSteps)"
          case .lastLoss: lastLoss.map { "\($0)" }
          case .randomWords: hexDigits(of: random.words)
          case .randomPosition: "\(random.position)"
          case .randomGaussian: random.cachedGaussian.map { "\($0)" }
          case .firstMomentFactor: "\(state.firstMomentFactor)"
          case .secondMomentFactor: "\(state.secondMomentFactor)"
          case .heldOut: heldOut.map { "\($0.share)" }
          case .heldOutSeed: heldOut.map { "\($0.seed)" }
          case .evaluationInterval: evaluations.map { "\($0.interval)" }
          case .patience: evaluations?.patience.map { "\($0)" }
          case .bestLoss: evaluations?.best.map { "\($0.loss)" }
          case .bestStep: evaluations?.best.map { "\($0.step)" }
          case .evaluationsSinceBest: evaluations?.best.map { "\($0.evaluationsSince)" }
          case .temperature: "\(sampling.temperature)"
          case .samples: "\(sampling.count)"
          case .streams: sampling.streams.rawValue
          }
        return value.map { (key.rawValue, $0) }
      }
  }

  /// The checkpoint that a file holds.
  ///
  /// - Parameter bytes: The bytes of a file; nothing about them is taken on trust.
  /// - Throws: `CheckpointError` if the bytes are not a safetensors file, or its parts contradict each other.
  /// - Complexity: O(*n*) in the bytes.
  public init(bytes: [UInt8]) throws(CheckpointError) {
    let file = try CheckpointFile(bytes), metadata = file.metadata
    try metadata.checkIsCheckpoint()
    let (configuration, tokenizer) = try file.sizes()
    let layout = try file.layout(configuration, tokenizer)
    let parameters = try file.numbers(layout, prefix: "")
    let firstMoment = try file.numbers(layout, prefix: firstMomentPrefix)
    let secondMoment = try file.numbers(layout, prefix: secondMomentPrefix)
    let state = TrainingState(
      configuration: configuration,
      arithmetic: try metadata.required(.arithmetic) { Arithmetic(rawValue: $0) },
      instructionSet: try metadata.optional(.instructionSet) { InstructionSet(rawValue: $0) },
      tokenizer: tokenizer, corpusSHA256: try metadata.required(.corpusSHA256) { $0 },
      completedSteps: try metadata.required(.completedSteps) { Int($0) }, random: try metadata.random(),
      parameters: parameters, firstMoment: firstMoment,
      firstMomentFactor: try metadata.factor(.firstMomentFactor),
      secondMoment: secondMoment,
      secondMomentFactor: try metadata.factor(.secondMomentFactor))
    try self.init(
      state, lastLoss: try metadata.optional(.lastLoss) { Double(spelled: $0) },
      textSHA256: try metadata.optional(.textSHA256) { $0 },
      division: try metadata.division(), isLowercase: try metadata.optional(.lowercase) { Bool($0) } ?? false,
      heldOut: try metadata.heldOut(),
      evaluations: try metadata.evaluations(),
      sampling: Sampling(
        temperature: try metadata.required(.temperature) { Double(spelled: $0) },
        count: try metadata.required(.samples) { Int($0) },
        streams: try metadata.required(.streams) { Sampling.Streams(rawValue: $0) }))
  }
}

extension Model {
  /// The model of a safetensors file: a checkpoint, or weights that another program has written.
  ///
  ///     let model = try Model(safetensors: bytes)
  ///
  /// Weights alone need two keys in the metadata: `vocabulary`, the characters sorted by code point, and `heads`. Layers,
  /// width and block size follow from the tensors. Other keys of a checkpoint may be present and have to agree with the
  /// tensors; unknown keys, such as PyTorch's `format`, are ignored, and so are moments. Numbers may be F64 or F32.
  ///
  /// - Throws: `CheckpointError` if the bytes are not a safetensors file, or its parts contradict each other.
  /// - Complexity: O(*n*) in the bytes.
  public init(safetensors bytes: [UInt8]) throws(CheckpointError) {
    let file = try CheckpointFile(bytes)
    let (configuration, tokenizer) = try file.sizes()
    let parameters = try file.numbers(file.layout(configuration, tokenizer), prefix: "")
    do { try self.init(configuration: configuration, tokenizer: tokenizer, parameters: parameters) } catch {
      throw .model(error)
    }
  }
}

/// A safetensors file as a model's: its tensors and metadata by name.
private struct CheckpointFile {
  let metadata: Metadata
  private let tensors: [Safetensors.Tensor]
  private let index: NameIndex

  init(_ bytes: [UInt8]) throws(CheckpointError) {
    do {
      let file = try Safetensors(bytes: bytes)
      (metadata, tensors) = (Metadata(file.metadata), file.tensors)
    } catch {
      throw .file(error)
    }
    index = NameIndex(tensors.map { $0.name })
    if let version = metadata[.version], version != formatVersion { throw .version(found: version) }
  }

  /// The configuration and vocabulary, by the metadata and the tensors' shapes, which have to agree.
  func sizes() throws(CheckpointError) -> (Configuration, Tokenizer) {
    let text = try metadata.required(.vocabulary) { $0 }
    let tokenizer = Tokenizer(
      characters: Array(text.unicodeScalars), isStream: try metadata.division() == .stream)
    guard tokenizer.characters.elementsEqual(text.unicodeScalars) else { throw .vocabularyOrder }
    let tokens = try shape("wte"), positions = try shape("wpe")
    guard tokens[0] == tokenizer.vocabularySize else {
      throw .vocabularySize(tokens: tokenizer.vocabularySize, rows: tokens[0])
    }
    var layers = 0
    while index["layer\(layers).attn_wq"] != nil { layers += 1 }
    guard layers > 0 else { throw .missingTensor("layer0.attn_wq") }
    var configuration = try metadata.configuration()
    for (key, given, size) in [
      ("layers", configuration.layers, layers), ("embedding", configuration.embedding, tokens[1]),
      ("block_size", configuration.blockSize, positions[0]),
    ] where metadata[key] != nil && given != size {
      throw .contradiction(key: key, value: given, tensors: size)
    }
    (configuration.layers, configuration.embedding) = (layers, tokens[1])
    configuration.blockSize = positions[0]
    do { try configuration.validate() } catch { throw .configuration(error) }
    return (configuration, tokenizer)
  }

  /// The layout of the model's parameters. The file has no tensors but those and their moments.
  func layout(
    _ configuration: Configuration, _ tokenizer: Tokenizer
  ) throws(CheckpointError) -> ParameterLayout {
    guard configuration.parameterCount(vocabularySize: tokenizer.vocabularySize) != nil else {
      throw .configuration(.tooLarge)
    }
    let layout = ParameterLayout(configuration, vocabularySize: tokenizer.vocabularySize)
    let names = NameIndex(layout.all.map { $0.name })
    for tensor in tensors {
      var name = tensor.name.utf8[...]
      for prefix in [firstMomentPrefix, secondMomentPrefix] where name.starts(with: prefix.utf8) {
        name = name.dropFirst(prefix.utf8.count)
        break
      }
      if names[String(decoding: name, as: UTF8.self)] == nil { throw .unknownTensor(tensor.name) }
    }
    return layout
  }

  /// The numbers of all matrices, or with a prefix of their moments.
  func numbers(_ layout: ParameterLayout, prefix: String) throws(CheckpointError) -> [Double] {
    var numbers: [Double] = []
    for matrix in layout.all {
      let name = prefix + matrix.name, expected = [matrix.rows, matrix.columns]
      guard let place = index[name] else { throw .missingTensor(name) }
      let tensor = tensors[place]
      guard tensor.shape == expected else {
        throw .wrongShape(name: name, expected: expected, found: tensor.shape)
      }
      numbers += tensor.values.doubles
    }
    return numbers
  }

  /// The shape of a matrix that sizes follow from.
  private func shape(_ name: String) throws(CheckpointError) -> [Int] {
    guard let place = index[name] else { throw .missingTensor(name) }
    let shape = tensors[place].shape
    guard shape.count == 2, shape[0] > 0, shape[1] > 0 else {
      throw .wrongShape(name: name, expected: [-1, -1], found: shape)
    }
    return shape
  }
}

/// The metadata of a file.
private struct Metadata {
  private let entries: [(key: String, value: String)]
  private let index: NameIndex

  init(_ entries: [(key: String, value: String)]) {
    self.entries = entries
    index = NameIndex(entries.map { $0.key })
  }

  subscript(key: String) -> String? { index[key].map { entries[$0].value } }
  subscript(key: MetadataKey) -> String? { self[key.rawValue] }

  /// Checks that this is a checkpoint's metadata: it has a version and every hyperparameter, and nothing unknown.
  func checkIsCheckpoint() throws(CheckpointError) {
    _ = try required(.version) { $0 }
    for key in Hyperparameter.all.map({ $0.key }) where self[key] == nil { throw .missingKey(key) }
    let known = NameIndex(
      Hyperparameter.all.map { $0.key } + MetadataKey.allCases.map { $0.rawValue })
    for (key, _) in entries where known[key] == nil { throw .unknownKey(key) }
  }

  /// The value of an optional key.
  func optional<Value>(
    _ key: MetadataKey, _ parse: (String) -> Value?
  ) throws(CheckpointError) -> Value? {
    guard let text = self[key] else { return nil }
    guard let value = parse(text) else {
      throw .badValue(key: key.rawValue, found: text, expected: key.expected)
    }
    return value
  }

  /// The value of a required key.
  func required<Value>(
    _ key: MetadataKey, _ parse: (String) -> Value?
  ) throws(CheckpointError) -> Value {
    guard let value = try optional(key, parse) else { throw .missingKey(key.rawValue) }
    return value
  }

  /// The hyperparameters that are present, the others by default; `heads` is required.
  func configuration() throws(CheckpointError) -> Configuration {
    var configuration = Configuration()
    guard self["heads"] != nil else { throw .missingKey("heads") }
    for parameter in Hyperparameter.all {
      guard let text = self[parameter.key] else { continue }
      do { try parameter.set(text, in: &configuration) } catch {
        throw .badValue(key: parameter.key, found: text, expected: parameter.expected)
      }
    }
    return configuration
  }

  /// The factor of a moment.
  func factor(_ key: MetadataKey) throws(CheckpointError) -> Double {
    try required(key) { text in
      Double(spelled: text).flatMap { TrainingState.isFactor($0) ? $0 : nil }
    }
  }

  /// How the text is divided into documents.
  func division() throws(CheckpointError) -> Corpus.Division {
    try optional(.division) { Corpus.Division(rawValue: $0) } ?? .lines
  }

  /// The state of the random numbers.
  func random() throws(CheckpointError) -> PythonRandom {
    let words = try required(.randomWords) { text -> [UInt32]? in
      let digits = text.utf8.compactMap { hexDigitValue($0) }
      guard digits.count == text.utf8.count, digits.count == 8 * PythonRandom.State.wordCount else {
        return nil
      }
      return stride(from: 0, to: digits.count, by: 8).map { start in
        digits[start..<start + 8].reduce(0) { $0 << 4 | $1 }
      }
    }
    let gaussian = try optional(.randomGaussian) { Double(spelled: $0) }
    return try required(.randomPosition) { text -> PythonRandom? in
      Int(text).flatMap { PythonRandom.State(words: words, position: $0, cachedGaussian: gaussian) }
        .map { PythonRandom(state: $0) }
    }
  }

  /// The share held out and its seed: both or neither.
  func heldOut() throws(CheckpointError) -> Checkpoint.HeldOut? {
    guard let share = try optional(.heldOut, { Double(spelled: $0) }) else {
      try checkMissing([.heldOutSeed], without: .heldOut)
      return nil
    }
    return Checkpoint.HeldOut(share: share, seed: try required(.heldOutSeed) { UInt64($0) })
  }

  /// The evaluations, if `eval_every` is present.
  func evaluations() throws(CheckpointError) -> Checkpoint.Evaluations? {
    guard let interval = try optional(.evaluationInterval, { Int($0) }) else {
      try checkMissing(
        [.patience, .bestLoss, .bestStep, .evaluationsSinceBest], without: .evaluationInterval)
      return nil
    }
    let patience = try optional(.patience) { Int($0) }
    guard let loss = try optional(.bestLoss, { Double(spelled: $0) }) else {
      try checkMissing([.bestStep, .evaluationsSinceBest], without: .bestLoss)
      return Checkpoint.Evaluations(interval: interval, patience: patience)
    }
    let best = Checkpoint.Evaluations.Best(
      loss: loss, step: try required(.bestStep) { Int($0) },
      evaluationsSince: try required(.evaluationsSinceBest) { Int($0) })
    return Checkpoint.Evaluations(interval: interval, patience: patience, best: best)
  }

  /// Checks that none of the keys is present that need another one, which is missing.
  private func checkMissing(_ keys: [MetadataKey], without missing: MetadataKey) throws(CheckpointError) {
    for key in keys where self[key] != nil {
      throw .incomplete(key: key.rawValue, missing: missing.rawValue)
    }
  }
}
