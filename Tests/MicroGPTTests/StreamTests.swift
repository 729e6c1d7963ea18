import Testing

@testable import MicroGPT

@Suite struct StreamTests {
  private static let texts = [
    "ab", "hello\nworld", String(repeating: "abcdefghij\n", count: 100),
    String(repeating: "aé水🙂\n", count: 300), "🙂" + String(repeating: "x", count: 600) + "é",
  ]

  private static func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }

  @Test(
    "evaluation reads every character but the first once, in windows that follow each other", arguments: texts
  )
  func pieces(text: String) throws {
    let corpus = try Corpus(text: text, as: .stream), all = StreamTests.scalars(text)
    for blockSize in [1, 2, 7, 64, 255, 256, 1000] {
      var predicted: [Unicode.Scalar] = [all[0]]
      for index in 0..<corpus.pieceCount(blockSize: blockSize) {
        let window = Array(corpus.piece(index, blockSize: blockSize))
        #expect(window.count >= 2 && window.count <= blockSize + 1)
        #expect(window[0] == predicted.last)
        predicted += window.dropFirst()
      }
      #expect(predicted == all)
    }
  }

  @Test("training draws windows of block + 1 characters by SplitMix64, from the seed and their number alone")
  func draws() throws {
    for text in StreamTests.texts {
      let corpus = try Corpus(text: text, as: .stream), all = StreamTests.scalars(text)
      for blockSize in [1, 8, 300] {
        for index in [0, 1, 2, 1000, 1 << 40] {
          let length = min(blockSize + 1, all.count)
          let bits = SplitMix64(seed: 5).bits(stream: .max, place: UInt64(index))
          let start = Int(bits.multipliedFullWidth(by: UInt64(all.count - length + 1)).high)
          #expect(
            Array(corpus.draw(index, blockSize: blockSize, seed: 5)) == Array(all[start..<start + length]))
        }
      }
    }
  }

  @Test("every window is drawn about equally often")
  func uniform() throws {
    let corpus = try Corpus(
      text: String((0..<26).map { Character(Unicode.Scalar(UInt8(97 + $0))) }), as: .stream)
    var counts: [Unicode.Scalar: Int] = [:]
    for index in 0..<23_000 { counts[corpus.draw(index, blockSize: 3, seed: 1).first!, default: 0] += 1 }
    // 23 starts; chi-squared with 22 degrees of freedom is below 49 with probability 0.9992.
    let chi = counts.values.reduce(0.0) { $0 + (Double($1) - 1000) * (Double($1) - 1000) / 1000 }
    #expect(counts.count == 23 && chi < 49)
  }

  @Test("the end of a stream is held out, and both parts keep the vocabulary", arguments: texts.dropFirst())
  func split(text: String) throws {
    let corpus = try Corpus(text: text, as: .stream), all = StreamTests.scalars(text)
    for (share, expected) in [(0.1, max(2, all.count / 10)), (0.5, all.count / 2), (0.999, all.count - 2)] {
      let halves = try corpus.split(holdingOut: share, seed: 3)
      let heldOut = min(expected, all.count - 2)
      #expect(Array(halves.training[0]) == Array(all.dropLast(heldOut)))
      #expect(Array(halves.heldOut[0]) == Array(all.suffix(heldOut)))
      #expect(halves.training.characters == corpus.characters && halves.heldOut.isStream)
      // Windows of a part are the part's own.
      #expect(Array(halves.heldOut.piece(0, blockSize: 1)) == Array(all.suffix(heldOut).prefix(2)))
      let drawn = Set(
        (0..<200).map { String(String.UnicodeScalarView(halves.training.draw($0, blockSize: 1, seed: 1))) })
      let pairs = Set(
        (0..<all.count - heldOut - 1).map { String(String.UnicodeScalarView(all[$0...$0 + 1])) })
      #expect(drawn.isSubset(of: pairs))
    }
    #expect(throws: SplitError.tooShort) {
      try Corpus(text: "abc", as: .stream).split(holdingOut: 0.5, seed: 1)
    }
  }

  @Test("the hash of a stream is its text's")
  func digest() throws {
    var digest = SHA256()
    digest.update(Array("To be\nor not".utf8))
    #expect(try Corpus(text: "To be\r\nor not", as: .stream).sha256 == digest.hexString)
  }

  @Test("a stream's vocabulary has no BOS, and a text goes on from the end of a line")
  func vocabulary() throws {
    let tokenizer = Tokenizer(try Corpus(text: "ba\nab", as: .stream))
    #expect(tokenizer.vocabularySize == 3 && tokenizer.start == 0 && tokenizer.isStream)
    #expect(try tokenizer.encode("ab\n") == [1, 2, 0])
    #expect(try tokenizer.encode(prompt: "b") == [0, 2])
    #expect(Tokenizer(try Corpus(text: "bab", as: .stream)).start == 0)
    #expect(Tokenizer(try Corpus(text: "\tb\n", as: .stream)).start == 1)
    #expect(tokenizer != Tokenizer(characters: tokenizer.characters))
  }

  private static func trainer(_ arithmetic: Arithmetic, steps: Int = 30) throws -> Trainer {
    let text = "the cat sat on the mat\nthe dog sat on the log\n"
    var configuration = Configuration()
    (configuration.blockSize, configuration.batchSize, configuration.steps) = (8, 3, steps)
    return try Trainer(
      corpus: try Corpus(text: String(repeating: text, count: 9), as: .stream), configuration: configuration,
      engine: arithmetic)
  }

  @Test("a run on a stream has the specification's losses", arguments: Arithmetic.allCases)
  func specification(arithmetic: Arithmetic) throws {
    let trainer = try StreamTests.trainer(arithmetic)
    let reference = try Trainer(
      corpus: trainer.corpus, configuration: trainer.configuration, engine: arithmetic,
      instructionSet: .widest, implementation: .specification)
    for _ in 0..<30 {
      let (step, expected) = (try #require(try trainer.step()), try #require(try reference.step()))
      #expect(abs(step.loss - expected.loss) <= (arithmetic == .exact ? 0 : 1e-4))
    }
    #expect(try trainer.evaluate(trainer.corpus).loss < 2.5)
  }

  @Test("a resumed run draws the windows that follow, and refuses the same text as lines")
  func resumed() throws {
    let whole = try StreamTests.trainer(.exact), part = try StreamTests.trainer(.exact)
    try whole.train()
    try part.train { $0.number == 11 ? .stop : .continue }
    let checkpoint = try Checkpoint(bytes: Checkpoint(part.state).bytes())
    #expect(checkpoint.division == .stream && checkpoint.state.tokenizer.isStream)
    let resumed = try Trainer(resuming: checkpoint.state, corpus: part.corpus)
    try resumed.train()
    #expect(resumed.state == whole.state)
    let lines = try Corpus(documents: [String(whole.corpus.text(at: 0).dropLast())])
    #expect(lines.sha256 == whole.corpus.sha256)
    #expect(throws: TrainingStateError.otherDivision(isStream: true)) {
      try Trainer(resuming: checkpoint.state, corpus: lines)
    }
    #expect(throws: FineTuningError.otherDivision(isStream: true)) {
      try Trainer(model: checkpoint.model, corpus: lines, configuration: checkpoint.state.configuration)
    }
  }

  @Test("the loss on a stream is the mean over its tokens; each is predicted in its window")
  func evaluation() throws {
    let trainer = try StreamTests.trainer(.exact), model = trainer.model
    let corpus = try Corpus(text: "the cat on the log sat\non", as: .stream)
    var sum = 0.0, count = 0
    let evaluation = try model.evaluate(corpus) { window in
      sum += window.loss * Double(window.tokens)
      count += window.tokens
    }
    #expect(evaluation.tokens == 24 && evaluation.characters == 24 && evaluation.documents == 3)
    #expect(count == 24 && evaluation.cutDocuments == 0)
    #expect(evaluation.loss == evaluation.lossPerToken && abs(evaluation.loss - sum / 24) < 1e-12)
    // One window, by the model's own trace: -ln p of each next token.
    let window = try #require(try? Corpus(text: "the cat", as: .stream))
    #expect(try model.evaluate(window).loss == trainer.evaluate(window).loss)
    #expect(throws: TokenizerError.unknownCharacter("z", position: 3)) {
      try model.evaluate(Corpus(text: "thz", as: .stream))
    }
  }

  @Test(
    "samples of a stream fill the block, begin a line and go on beyond it",
    arguments: [Arithmetic.exact, .fast])
  func samples(arithmetic: Arithmetic) throws {
    let trainer = try StreamTests.trainer(arithmetic, steps: 200)
    try trainer.train()
    let model = trainer.model, sampler = trainer.sampler()
    for _ in 0..<50 {
      let text = try sampler.sample()
      #expect(text.unicodeScalars.count == 8)
    }
    let long = try sampler.sample(prompt: "the", length: 40)
    #expect(long.hasPrefix("the") && long.unicodeScalars.count == 40)
    let batch = try BatchSampler(model, seed: 1, numbers: 0..<300, engine: arithmetic)
    var firsts: [Character: Int] = [:]
    while let text = try batch.next() {
      #expect(text.unicodeScalars.count == 8)
      firsts[text.first!, default: 0] += 1
    }
    // Every line of the text begins with "t".
    #expect(firsts["t", default: 0] > 200)
    #expect(try sampler.probabilities(after: "th").count == model.tokenizer.vocabularySize)
  }

  @Test("a model of a stream is written without its run, traced and asked for losses")
  func model() throws {
    let trainer = try StreamTests.trainer(.exact), model = trainer.model
    try trainer.train()
    let copy = try Model(safetensors: model.safetensors())
    #expect(copy.tokenizer == model.tokenizer && copy.parameters == model.parameters)
    // What other programs read has no BOS either.
    let config = String(decoding: model.configJSON(), as: UTF8.self), graph = try ONNXFile(model.onnx())
    #expect(config.contains("\"vocab_size\": 14,") && !config.contains("token_id"))
    #expect(graph.metadata.map(\.[0]) == ["vocabulary", "block_size", "layers", "embedding", "heads"])
    #expect(graph.outputs[0].shape == ["1", "T", "14"])
    let trace = try model.trace("the cat on the mat")
    #expect(trace.tokens == Array(try model.tokenizer.encode(prompt: "the cat on").prefix(9)))
    #expect(try abs(model.loss("the cat on the mat") - trace.loss) < 1e-12)
    #expect(try model.logits(after: "the").count == model.tokenizer.vocabularySize)
    for call in [{ _ = try model.loss("") }, { _ = try model.trace("") }] {
      #expect(throws: TokenizerError.empty) { try call() }
    }
    #expect(throws: TokenizerError.unknownCharacter("z", position: 2)) { try model.loss("tz") }
  }

  @Test("a stop is asked for before each character beyond the block")
  func stopped() throws {
    let trainer = try StreamTests.trainer(.exact)
    for allowed in [0, 1, 5] {
      var asked = 0
      let text = try trainer.sampler().sample(length: 100) {
        asked += 1
        return asked > allowed
      }
      #expect(text.unicodeScalars.count == 8 + allowed && asked == allowed + 1)
      #expect(try trainer.sampler().sample(length: 8 + allowed) == text)
    }
  }

  @Test("a stream of one character is learned without a division by zero")
  func oneCharacter() throws {
    let trainer = try Trainer(corpus: Corpus(text: "aaaa", as: .stream), configuration: Configuration())
    let step = try #require(try trainer.step())
    #expect(step.loss == 0)
  }
}
