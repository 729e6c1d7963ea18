import Foundation
import Testing

@testable import MicroGPT

/// Checkpoints as files: names, keys, and what is said of a file that is not one.
@Suite struct CheckpointFileTests {
  /// A tiny run: two letters, 64 parameters.
  private static func tiny(steps: Int = 2) throws -> Trainer {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.blockSize) = (2, 1, 2)
    configuration.steps = steps
    let trainer = try Trainer(corpus: Corpus(documents: ["ab", "b"]), configuration: configuration)
    _ = try trainer.step()
    return trainer
  }

  private static func checkpoint() throws -> Checkpoint {
    let best = Checkpoint.Evaluations.Best(loss: 1.5, step: 1, evaluationsSince: 2)
    return try Checkpoint(
      tiny().state, heldOut: .init(share: 0.25, seed: 7),
      evaluations: .init(interval: 3, patience: 4, best: best))
  }

  /// The tiny run's weights as another program would write them.
  private static func weights() throws -> Safetensors {
    let model = try tiny().model
    return Safetensors(
      metadata: [("vocabulary", "ab"), ("heads", "1")],
      tensors: model.tensorNames.map { name in
        .init(name, model[name]!.shape, .float64(model[name]!.values))
      })
  }

  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let bytes = try CheckpointFileTests.weights().bytes()
    let model = try Model(safetensors: bytes)
    let original = try CheckpointFileTests.tiny().model
    #expect(model.parameters == original.parameters)
    #expect(model.tokenizer == original.tokenizer)
    #expect(model.configuration.blockSize == 2 && model.configuration.embedding == 2)
  }

  @Test("names, keys and their order are the documented ones")
  func layout() throws {
    let checkpoint = try CheckpointFileTests.checkpoint(), file = try Safetensors(bytes: checkpoint.bytes())
    let names = try CheckpointFileTests.tiny().model.tensorNames
    #expect(
      file.tensors.map { $0.name } == names + names.map { "adam.m." + $0 } + names.map { "adam.v." + $0 })
    let texts = file.metadata.map { key, value in
      key + " " + (["random_words", "corpus_sha256"].contains(key) ? "\(value.utf8.count)" : value)
    }
    #expect(
      texts == [
        "microgpt_format 1", "layers 1", "embedding 2", "heads 1", "block_size 2", "batch_size 1", "steps 2",
        "learning_rate 0.01", "schedule linear", "beta1 0.85", "beta2 0.99", "epsilon 1e-08",
        "weight_decay 0.0",
        "init_std 0.08", "seed 42", "arithmetic exact", "vocabulary ab", "corpus_sha256 64",
        "completed_steps 1",
        "random_words 4992", "random_position \(checkpoint.state.random.state.position)", "adam_m_factor 1.0",
        "adam_v_factor 1.0", "held_out 0.25", "held_out_seed 7", "eval_every 3", "patience 4",
        "best_loss 1.5",
        "best_step 1", "evaluations_since_best 2", "temperature 0.5", "samples 20", "streams one",
      ])
    let words = try #require(file.metadata.first { $0.key == "random_words" }).value
    let first = checkpoint.state.random.state.words[0]
    #expect(UInt32(words.prefix(8), radix: 16) == first)
  }

  @Test("the guide lists every key, and says so of no other")
  func guide() throws {
    let guide = try String(
      contentsOf: DocumentationTests.root.appendingPathComponent("Documentation/Checkpoints.md"),
      encoding: .utf8)
    let keys = guide.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { line in
      line.dropFirst(2).prefix { $0 != "|" }.split(separator: ",").map { $0.filter { !"` ".contains($0) } }
    }
    let all = MetadataKey.allCases.map { $0.rawValue } + Configuration().entries.map { $0.key }
    #expect(keys.sorted() == all.sorted())
  }

  /// Changes the metadata of a file, and drops what becomes `nil`.
  private static func changing(
    _ file: Safetensors, _ changes: [String: String?]
  ) -> Safetensors {
    var file = file
    file.metadata = file.metadata.filter { changes[$0.key] == nil }
    file.metadata += changes.sorted { $0.key < $1.key }.compactMap { key, value in value.map { (key, $0) } }
    return file
  }

  @Test("a key that is missing is named", arguments: MetadataKey.allCases)
  func missingKeys(key: MetadataKey) throws {
    let file = try Safetensors(bytes: CheckpointFileTests.checkpoint().bytes())
    let bytes = CheckpointFileTests.changing(file, [key.rawValue: nil as String?]).bytes()
    switch key {
    case .instructionSet, .lastLoss, .textSHA256, .division, .lowercase, .randomGaussian, .patience:
      expectSame(try Checkpoint(bytes: bytes).model, try Model(safetensors: bytes))
    case .heldOut:
      #expect(throws: CheckpointError.incomplete(key: "held_out_seed", missing: "held_out")) {
        try Checkpoint(bytes: bytes)
      }
    case .evaluationInterval:
      #expect(throws: CheckpointError.incomplete(key: "patience", missing: "eval_every")) {
        try Checkpoint(bytes: bytes)
      }
    case .bestLoss:
      #expect(throws: CheckpointError.incomplete(key: "best_step", missing: "best_loss")) {
        try Checkpoint(bytes: bytes)
      }
    default:
      #expect(throws: CheckpointError.missingKey(key.rawValue)) { try Checkpoint(bytes: bytes) }
    }
  }

  @Test("a hyperparameter that is missing is named; weights alone need only the heads")
  func missingHyperparameters() throws {
    let file = try Safetensors(bytes: CheckpointFileTests.checkpoint().bytes())
    for key in Configuration().entries.map({ $0.key }) {
      let bytes = CheckpointFileTests.changing(file, [key: nil as String?]).bytes()
      #expect(throws: CheckpointError.missingKey(key)) { try Checkpoint(bytes: bytes) }
      if key != "heads" { #expect(throws: Never.self) { try Model(safetensors: bytes) } }
    }
    for key in ["heads", "vocabulary"] {
      let bytes = try CheckpointFileTests.changing(CheckpointFileTests.weights(), [key: nil as String?])
        .bytes()
      #expect(throws: CheckpointError.missingKey(key)) { try Model(safetensors: bytes) }
    }
  }

  static let badValues: [(key: String, texts: [String])] = [
    ("layers", ["0", "one", ""]), ("heads", ["0", "-1", "1.0"]), ("seed", ["-1", "18446744073709551616"]),
    ("learning_rate", ["nan", "-1"]), ("schedule", ["step"]), ("arithmetic", ["Exact", ""]),
    ("instruction_set", ["sse"]), ("corpus_sha256", ["abc"]), ("text_sha256", ["abc"]),
    ("completed_steps", ["", "1.5", "99999999999999999999"]), ("random_words", ["", "0123", "zz"]),
    ("random_position", ["625", "-1", "x"]), ("random_gaussian", ["inf", "x"]),
    ("adam_m_factor", ["0.0", "2.0", "x"]),
    ("adam_v_factor", ["-1.0", "nan"]), ("held_out", ["1.0", "x"]), ("held_out_seed", ["-1"]),
    ("eval_every", ["0", "x"]), ("patience", ["0", "x"]), ("best_loss", ["nan", "x"]),
    ("best_step", ["2", "x"]),
    ("evaluations_since_best", ["-1", "x"]), ("temperature", ["-1.0", "x"]), ("samples", ["-1", "x"]),
    ("streams", ["two"]),
  ]

  @Test("a value that a key cannot have is refused with what it has to be", arguments: badValues)
  func badValue(key: String, texts: [String]) throws {
    let file = try Safetensors(bytes: CheckpointFileTests.checkpoint().bytes())
    for text in texts {
      let bytes = CheckpointFileTests.changing(file, [key: text]).bytes()
      #expect { try Checkpoint(bytes: bytes) } throws: { error in
        guard case .badValue(key, let found, let expected) = error as? CheckpointError else { return false }
        return found == text && "\(error)".hasSuffix("has to be \(expected).")
      }
    }
  }

  @Test("a checkpoint has no other keys; weights alone may, but those of a checkpoint have to fit")
  func unknownKeys() throws {
    let file = try Safetensors(bytes: CheckpointFileTests.checkpoint().bytes())
    let bytes = CheckpointFileTests.changing(file, ["best_lost": "1"]).bytes()
    #expect(throws: CheckpointError.unknownKey("best_lost")) { try Checkpoint(bytes: bytes) }
    let weights = try CheckpointFileTests.weights()
    let known = CheckpointFileTests.changing(weights, ["format": "pt", "learning_rate": "0.5"])
    #expect(try Model(safetensors: known.bytes()).configuration.learningRate == 0.5)
    let wrong = CheckpointFileTests.changing(weights, ["learning_rate": "fast"]).bytes()
    #expect(
      throws: CheckpointError.badValue(
        key: "learning_rate", found: "fast", expected: "a decimal number, 0 or more")
    ) { try Model(safetensors: wrong) }
  }

  @Test("another format version is refused before anything else", arguments: ["0", "2", "1.0", ""])
  func versions(version: String) throws {
    let file = try Safetensors(bytes: CheckpointFileTests.checkpoint().bytes())
    let changes = ["microgpt_format": version, "layers": "none", "new_key": ""]
    let bytes = CheckpointFileTests.changing(file, changes).bytes()
    let error = CheckpointError.version(found: version)
    #expect(throws: error) { try Checkpoint(bytes: bytes) }
    #expect(throws: error) { try Model(safetensors: bytes) }
    #expect(error.description.contains("'\(version)'"))
  }

  @Test("metadata that contradicts the tensors is refused with both sizes")
  func contradictions() throws {
    let weights = try CheckpointFileTests.weights()
    func expect(_ error: CheckpointError, _ changes: [String: String?]) {
      let bytes = CheckpointFileTests.changing(weights, changes).bytes()
      #expect(throws: error) { try Model(safetensors: bytes) }
      #expect(error.description.hasSuffix("."))
    }
    expect(.contradiction(key: "layers", value: 2, tensors: 1), ["layers": "2"])
    expect(.contradiction(key: "layers", value: .max, tensors: 1), ["layers": "\(Int.max)"])
    expect(.contradiction(key: "embedding", value: 16, tensors: 2), ["embedding": "16"])
    expect(.contradiction(key: "block_size", value: 3, tensors: 2), ["block_size": "3"])
    expect(.configuration(.headsDoNotDivide(embedding: 2, heads: 3)), ["heads": "3"])
    expect(.vocabularySize(tokens: 4, rows: 3), ["vocabulary": "abc"])
    expect(.vocabularySize(tokens: 1, rows: 3), ["vocabulary": ""])
    expect(.vocabularyOrder, ["vocabulary": "ba"])
    expect(.vocabularyOrder, ["vocabulary": "aa"])
  }

  @Test("a tensor that is missing, strange, of another shape or not finite is named")
  func tensors() throws {
    let weights = try CheckpointFileTests.weights()
    func expect(_ error: CheckpointError, _ change: (inout Safetensors) -> Void) {
      var file = weights
      change(&file)
      #expect(throws: error) { try Model(safetensors: file.bytes()) }
      #expect(error.description.hasSuffix("."))
    }
    func values(_ count: Int) -> Safetensors.Values { .float64([Double](repeating: 1, count: count)) }
    for (i, tensor) in weights.tensors.enumerated() {
      expect(.missingTensor(tensor.name)) { $0.tensors.remove(at: i) }
      var wrong = tensor
      wrong.shape = tensor.shape + [1]
      if i > 1 {
        expect(.wrongShape(name: tensor.name, expected: tensor.shape, found: wrong.shape)) {
          $0.tensors[i] = wrong
        }
      } else {
        expect(.wrongShape(name: tensor.name, expected: [-1, -1], found: wrong.shape)) {
          $0.tensors[i] = wrong
        }
      }
    }
    for name in [
      "wtf", "layer1.attn_wk", "adam.m.", "adam.m.adam.m.wte", "adam.m.\u{301}wte", "Adam.m.wte", "",
    ] {
      expect(.unknownTensor(name)) { $0.tensors.append(.init(name, [1], values(1))) }
    }
    expect(.wrongShape(name: "wpe", expected: [2, 2], found: [2, 4])) {
      $0.tensors[1] = .init("wpe", [2, 4], values(8))
    }
    expect(.wrongShape(name: "wpe", expected: [-1, -1], found: [0, 2])) {
      $0.tensors[1] = .init("wpe", [0, 2], values(0))
    }
    expect(.wrongShape(name: "wte", expected: [-1, -1], found: [3, 0])) {
      $0.tensors[0] = .init("wte", [3, 0], values(0))
    }
    expect(.model(.notFinite(tensor: "lm_head", row: 2, column: 1, found: .infinity))) {
      $0.tensors[2].values = .float32([0, 0, 0, 0, 0, .infinity])
    }
    var nan = weights
    nan.tensors[0].values = .float64([0, 0, 0, .nan, 0, 0])
    #expect { try Model(safetensors: nan.bytes()) } throws: { error in
      "\(error)".hasPrefix("'wte'[1, 1] is not a number")
    }
  }

  @Test("a checkpoint needs its moments, none of them negative where they are squares")
  func moments() throws {
    let file = try Safetensors(bytes: CheckpointFileTests.checkpoint().bytes())
    for (i, tensor) in file.tensors.enumerated() where tensor.name.hasPrefix("adam.") {
      var less = file
      less.tensors.remove(at: i)
      #expect(throws: CheckpointError.missingTensor(tensor.name)) { try Checkpoint(bytes: less.bytes()) }
      #expect(throws: Never.self) { try Model(safetensors: less.bytes()) }
      var negative = file, numbers = tensor.values.doubles
      numbers[0] = -1
      negative.tensors[i].values = .float64(numbers)
      if tensor.name.hasPrefix("adam.v.") {
        let error = TrainingStateError.number(tensor: tensor.name, row: 0, column: 0, found: -1)
        #expect(throws: CheckpointError.state(error)) {
          try Checkpoint(bytes: negative.bytes())
        }
      } else {
        #expect(throws: Never.self) { try Checkpoint(bytes: negative.bytes()) }
      }
    }
    let more = CheckpointFileTests.changing(file, ["completed_steps": "3"])
    #expect(throws: CheckpointError.state(.steps(completed: 3, all: 2))) {
      try Checkpoint(bytes: more.bytes())
    }
  }

  @Test("a file that is no safetensors file says so")
  func otherFiles() {
    #expect(throws: CheckpointError.file(.truncated(byteCount: 0))) { try Checkpoint(bytes: []) }
    let names = Array("emma\nolivia\nava\n".utf8)
    #expect(throws: CheckpointError.file(.headerBeyondEnd(length: 0x696C_6F0A_616D_6D65, available: 8))) {
      try Model(safetensors: names)
    }
  }

  @Test("weights of two floats a channel, saved as floats, are read as what they are")
  func floatWeights() throws {
    var weights = try CheckpointFileTests.weights()
    for i in weights.tensors.indices {
      weights.tensors[i].values = .float32(weights.tensors[i].values.doubles.map { Float($0) })
    }
    let model = try Model(safetensors: weights.bytes())
    #expect(try model.parameters == CheckpointFileTests.tiny().model.parameters.map { Double(Float($0)) })
  }

  /// Reads a file, and checks that what is accepted can be used.
  private static func read(_ bytes: [UInt8]) -> Bool {
    if let model = try? Model(safetensors: bytes) {
      #expect(model.parameters.allSatisfy { $0.isFinite })
      #expect(
        model.parameters.count
          == model.configuration.parameterCount(vocabularySize: model.tokenizer.vocabularySize))
    }
    guard let checkpoint = try? Checkpoint(bytes: bytes) else { return false }
    let again = checkpoint.bytes()
    expectSame(try? Checkpoint(bytes: again), checkpoint)
    return true
  }

  @Test(
    "a byte of the header changed, cut or added anywhere never crashes, and gives a checkpoint or an error")
  func mutations() throws {
    let bytes = try CheckpointFileTests.checkpoint().bytes()
    let header = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let words = try #require(bytes.firstRange(of: Array("\"random_words\":\"".utf8))).upperBound
    let random = SplitMix64(seed: 42), tokens = Array("\"{}[],:0-\\ue\0\u{7F}".utf8)
    var accepted = 0, refused = 0
    let interval = _isDebugAssertConfiguration() ? 23 : 1
    for position in 0...8 + header {
      // The random words are 4,992 digits, one like the other. Debug builds take a sample.
      if words..<words + 4992 ~= position, position % 256 != 0 { continue }
      if position % interval != 0 { continue }
      let drawn = random.bits(stream: 0, place: UInt64(position))
      let token = tokens[Int(drawn >> 32) % tokens.count]
      var files = [Array(bytes[..<position]), bytes, bytes, bytes, bytes, bytes]
      files[1].insert(token, at: position)
      files[2].insert(UInt8(truncatingIfNeeded: drawn), at: position)
      if position < bytes.count {
        files[3].remove(at: position)
        files[4][position] = token
        files[5][position] ^= 1 << UInt8(drawn >> 8 & 7)
      }
      for file in files { if CheckpointFileTests.read(file) { accepted += 1 } else { refused += 1 } }
      // The same again with a header that is as long as it says.
      for change in 0..<2 {
        var text = Array(bytes[8..<8 + header])
        if position >= 8, position < 8 + header {
          if change == 0 { text.insert(token, at: position - 8) } else { text.remove(at: position - 8) }
        }
        let file = safetensorsFile(header: text, Array(bytes[(8 + header)...]))
        if CheckpointFileTests.read(file) { accepted += 1 } else { refused += 1 }
      }
    }
    #expect(accepted > 0 && refused > accepted)
  }

  @Test("a byte of the numbers changed anywhere gives other numbers or an error")
  func changedNumbers() throws {
    let bytes = try CheckpointFileTests.checkpoint().bytes()
    let header = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) },
      original = try Checkpoint(bytes: bytes)
    for position in stride(from: 8 + header, to: bytes.count, by: 7) {
      var file = bytes
      file[position] ^= 0x10
      if let checkpoint = try? Checkpoint(bytes: file) {
        expectSame(checkpoint == original, false, "\(position)")
      }
    }
  }
}

/// The Swift half of Scripts/test-python, which names a folder for files that both sides read and write.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["MICROGPT_CHECKPOINT_FOLDER"] != nil))
struct PythonCheckpointTests {
  static let folder = URL(
    fileURLWithPath: ProcessInfo.processInfo.environment["MICROGPT_CHECKPOINT_FOLDER"] ?? "/")
  static let documents = ["emma", "ava", "", "isabella", "olivia and ava"]

  private static func trainer(_ arithmetic: Arithmetic) throws -> Trainer {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding, configuration.blockSize) = (2, 12, 9)
    configuration.steps = 40
    let trainer = try Trainer(
      corpus: Corpus(documents: documents + ["\"é\u{0}\\😀"]), configuration: configuration,
      engine: arithmetic)
    try trainer.train()
    return trainer
  }

  @Test("writes checkpoints, and beside each the documents with their losses", arguments: Arithmetic.allCases)
  func write(arithmetic: Arithmetic) throws {
    let trainer = try PythonCheckpointTests.trainer(arithmetic), model = trainer.model
    let file = PythonCheckpointTests.folder.appendingPathComponent("\(arithmetic).safetensors")
    try Data(Checkpoint(trainer.state).bytes()).write(to: file)
    let losses = try PythonCheckpointTests.documents.map { "\(try model.trace($0).loss)\t\($0)\n" }.joined()
    let list = PythonCheckpointTests.folder.appendingPathComponent("\(arithmetic).txt")
    try Data(losses.utf8).write(to: list)
  }

  @Test("reads the weights that Python has written, and samples from them", arguments: Arithmetic.allCases)
  func read(arithmetic: Arithmetic) throws {
    let file = PythonCheckpointTests.folder.appendingPathComponent("python-\(arithmetic).safetensors")
    let model = try Model(safetensors: Array(Data(contentsOf: file)))
    let trainer = try PythonCheckpointTests.trainer(arithmetic)
    expectSame(model.parameters, trainer.model.parameters)
    #expect(model.tokenizer == trainer.tokenizer)
    let sampler = Sampler(model, random: trainer.random), original = trainer.sampler()
    var samples = ""
    for _ in 0..<5 {
      let sample = try sampler.sample()
      #expect(try sample == original.sample())
      samples += sample + "\n"
    }
    // The script looks for it, to know that this test ran.
    try Data(samples.utf8).write(
      to: PythonCheckpointTests.folder.appendingPathComponent("samples-\(arithmetic).txt"))
  }
}
