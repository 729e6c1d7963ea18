import Testing

@testable import MicroGPT

/// The table of hyperparameters, and configurations as keys and texts.
@Suite struct HyperparametersTests {
  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let rate = Hyperparameter.all.first { $0.option == "--learning-rate" }!
    #expect(rate.text(in: Configuration()) == "0.01")
    #expect(rate.expected == "a decimal number, 0 or more")
    #expect(try #require(Configuration().entries.first) == ("layers", "1"))

    var configuration = Configuration()
    try configuration.set("block_size", to: "32")
    #expect(configuration.blockSize == 32)
  }

  @Test("every stored property of a configuration has one row, with its name")
  func properties() {
    let properties = Mirror(reflecting: Configuration()).children.compactMap(\.label)
    #expect(Hyperparameter.all.map(\.name) == properties)
  }

  @Test("the keys are those of checkpoints and settings files, and the options follow from them")
  func keys() {
    let keys = [
      "layers", "embedding", "heads", "block_size", "batch_size", "steps", "learning_rate", "schedule",
      "beta1",
      "beta2", "epsilon", "weight_decay", "init_std", "seed",
    ]
    #expect(Hyperparameter.all.map(\.key) == keys)
    #expect(Configuration().entries.map(\.key) == keys)
    #expect(Hyperparameter.all.map(\.option) == keys.map { "--" + $0.replacing("_", with: "-") })
  }

  /// A value other than the default for every key, and how it is read from the configuration.
  static let others: [(key: String, text: String, isSet: @Sendable (Configuration) -> Bool)] = [
    ("layers", "2", { $0.layers == 2 }), ("embedding", "32", { $0.embedding == 32 }),
    ("heads", "8", { $0.heads == 8 }), ("block_size", "\(Int.max)", { $0.blockSize == .max }),
    ("batch_size", "3", { $0.batchSize == 3 }), ("steps", "0", { $0.steps == 0 }),
    ("learning_rate", "0.1", { $0.learningRate == 0.1 }), ("schedule", "cosine", { $0.schedule == .cosine }),
    ("beta1", "0.9999999999999999", { $0.beta1 == 1.0.nextDown }), ("beta2", "0.1", { $0.beta2 == 0.1 }),
    ("epsilon", "5e-324", { $0.epsilon == .leastNonzeroMagnitude }),
    ("weight_decay", "1e-05", { $0.weightDecay == 1e-5 }),
    ("init_std", "1.7976931348623157e+308", { $0.initialStandardDeviation == .greatestFiniteMagnitude }),
    ("seed", "\(UInt64.max)", { $0.seed == .max }),
  ]

  @Test("setting a key changes its property and no other, and the text is read back")
  func setting() throws {
    #expect(HyperparametersTests.others.map(\.key) == Hyperparameter.all.map(\.key))
    for (key, text, isSet) in HyperparametersTests.others {
      var configuration = Configuration()
      #expect(!isSet(configuration))
      try configuration.set(key, to: text)
      #expect(isSet(configuration), "\(key)")
      let changed = zip(configuration.entries, Configuration().entries).filter { $0 != $1 }.map(\.0)
      #expect(changed.count == 1 && changed[0] == (key, text), "\(key): \(changed)")
    }
  }

  @Test("a configuration and its entries are the same, digit for digit")
  func roundTrip() throws {
    let random = SplitMix64(seed: 42)
    var drawn: UInt64 = 0
    func bits() -> UInt64 {
      drawn += 1
      return random.bits(stream: 0, place: drawn)
    }
    func number(below high: Double) -> Double {
      while true {
        let value = Double(bitPattern: bits()).magnitude
        if value.isFinite, value < high, value > 0 { return value }
      }
    }
    for _ in 0..<1000 {
      var configuration = Configuration()
      (configuration.learningRate, configuration.weightDecay) = (number(below: .infinity), number(below: 1))
      (configuration.beta1, configuration.beta2) = (number(below: 1), number(below: 1))
      (configuration.epsilon, configuration.initialStandardDeviation) = (number(below: 1), number(below: 1))
      configuration.seed = bits()
      configuration.steps = Int(bits() >> 1)
      var copy = Configuration()
      for (key, text) in configuration.entries { try copy.set(key, to: text) }
      #expect(copy == configuration)
      #expect(copy.learningRate.bitPattern == configuration.learningRate.bitPattern)
    }
  }

  @Test(
    "a text that is no value of its key is refused with what is expected, and changes nothing",
    arguments: [
      ("layers", "0", "a whole number, 1 or more"), ("layers", "two", "a whole number, 1 or more"),
      ("layers", "", "a whole number, 1 or more"), ("layers", "1.0", "a whole number, 1 or more"),
      ("steps", "-1", "a whole number, 0 or more"),
      ("steps", "9223372036854775808", "a whole number, 0 or more"),
      ("seed", "-1", "a whole number, 0 to 18446744073709551615"),
      ("learning_rate", "nan", "a decimal number, 0 or more"),
      ("learning_rate", "inf", "a decimal number, 0 or more"),
      ("learning_rate", "0x1p-3", "a decimal number, 0 or more"),
      ("learning_rate", "0.1 ", "a decimal number, 0 or more"),
      ("beta1", "1", "a decimal number, 0 or more and less than 1"),
      ("epsilon", "0", "a decimal number, more than 0"),
      ("schedule", "Linear", "one of linear, cosine, constant"),
    ])
  func badValues(key: String, text: String, expected: String) {
    var configuration = Configuration()
    let error = ConfigurationTextError.badValue(key: key, text: text, expected: expected)
    #expect(throws: error) { try configuration.set(key, to: text) }
    #expect(error.description == "'\(key)' is '\(text)', but has to be \(expected).")
    #expect(configuration == Configuration())
  }

  @Test("an unknown key is refused with the known ones", arguments: ["learning-rate", "Layers", ""])
  func unknownKeys(key: String) {
    var configuration = Configuration()
    let error = ConfigurationTextError.unknownKey(key)
    #expect(throws: error) { try configuration.set(key, to: "1") }
    #expect(
      error.description
        == "There is no hyperparameter '\(key)'. Choose from layers, embedding, heads, block_size, batch_size, "
        + "steps, learning_rate, schedule, beta1, beta2, epsilon, weight_decay, init_std, seed.")
  }
}
