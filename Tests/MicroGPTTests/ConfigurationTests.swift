import Testing

@testable import MicroGPT

@Suite struct ConfigurationTests {
  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    var configuration = Configuration()  // microgpt.py's own run
    configuration.layers = 2
    configuration.steps = 500
    try configuration.validate()
    #expect(configuration.layers == 2 && configuration.steps == 500)
  }

  @Test("the default is the reference's run")
  func defaults() throws {
    let configuration = Configuration()
    #expect((configuration.layers, configuration.embedding, configuration.heads) == (1, 16, 4))
    #expect((configuration.blockSize, configuration.headWidth, configuration.seed) == (16, 4, 42))
    #expect((configuration.batchSize, configuration.steps, configuration.learningRate) == (1, 1000, 0.01))
    #expect((configuration.schedule, configuration.weightDecay) == (.linear, 0))
    #expect((configuration.beta1, configuration.beta2, configuration.epsilon) == (0.85, 0.99, 1e-8))
    #expect(configuration.initialStandardDeviation == 0.08)
    try configuration.validate()
  }

  /// A size with a minimum, and its name.
  struct Size: CustomTestStringConvertible, Sendable {
    let name: String
    let property: WritableKeyPath<Configuration, Int> & Sendable
    let minimum: Int

    var testDescription: String { name }
  }

  static let sizes = [
    Size(name: "layers", property: \.layers, minimum: 1),
    Size(name: "embedding", property: \.embedding, minimum: 1),
    Size(name: "heads", property: \.heads, minimum: 1),
    Size(name: "blockSize", property: \.blockSize, minimum: 1),
    Size(name: "batchSize", property: \.batchSize, minimum: 1),
    Size(name: "steps", property: \.steps, minimum: 0),
  ]

  @Test("a size below its minimum is refused, and its minimum is not", arguments: sizes)
  func leastSize(_ size: Size) throws {
    for found in [size.minimum - 1, -7, Int.min] {
      var configuration = Configuration()
      configuration[keyPath: size.property] = found
      let error = ConfigurationError.tooSmall(name: size.name, minimum: size.minimum, found: found)
      #expect(throws: error) { try configuration.validate() }
      #expect(error.description == "'\(size.name)' is \(found), but has to be at least \(size.minimum).")
    }
    for accepted in [size.minimum, Int.max] {
      var configuration = Configuration()
      configuration.heads = 1
      configuration[keyPath: size.property] = accepted
      if size.name == "heads" { configuration.embedding = accepted }
      try configuration.validate()
    }
  }

  @Test(
    "heads have to divide the width",
    arguments: [(16, 3, false), (4, 16, false), (1, 2, false), (15, 3, true), (7, 7, true), (7, 1, true)])
  func heads(embedding: Int, heads: Int, divides: Bool) throws {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads) = (embedding, heads)
    if divides {
      try configuration.validate()
      #expect(configuration.headWidth * heads == embedding)
    } else {
      let error = ConfigurationError.headsDoNotDivide(embedding: embedding, heads: heads)
      #expect(throws: error) { try configuration.validate() }
      #expect(
        error.description == "'embedding' is \(embedding), which \(heads) heads cannot share evenly. "
          + "Choose a multiple of \(heads), or other 'heads'.")
    }
  }

  /// A decimal hyperparameter with its range in words, and numbers inside and outside.
  struct Number: CustomTestStringConvertible, Sendable {
    let name: String
    let property: WritableKeyPath<Configuration, Double> & Sendable
    let range: String
    let inside, outside: [Double]

    var testDescription: String { name }
  }

  private static let least = Double.leastNonzeroMagnitude

  static let numbers = [
    Number(
      name: "initialStandardDeviation", property: \.initialStandardDeviation, range: "0 or more",
      inside: [0, -0.0, least, 1, .greatestFiniteMagnitude], outside: [-least, -0.08]),
    Number(
      name: "learningRate", property: \.learningRate, range: "0 or more",
      inside: [0, least, 0.01, .greatestFiniteMagnitude], outside: [-least, -1]),
    Number(
      name: "beta1", property: \.beta1, range: "0 or more and less than 1",
      inside: [0, 0.5, (1.0).nextDown], outside: [-least, 1, 1.5]),
    Number(
      name: "beta2", property: \.beta2, range: "0 or more and less than 1",
      inside: [0, 0.5, (1.0).nextDown], outside: [-least, 1, 1.5]),
    Number(
      name: "epsilon", property: \.epsilon, range: "more than 0",
      inside: [least, 1e-8, .greatestFiniteMagnitude],
      outside: [0, -0.0, -1e-8]),
    Number(
      name: "weightDecay", property: \.weightDecay, range: "0 or more",
      inside: [0, -0.0, least, 1, .greatestFiniteMagnitude], outside: [-least, -0.1]),
  ]

  @Test("a hyperparameter outside its range, infinite or NaN is refused", arguments: numbers)
  func range(_ parameter: Number) throws {
    for found in parameter.outside + [.infinity, -.infinity, .nan] {
      var configuration = Configuration()
      configuration[keyPath: parameter.property] = found
      let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
      // As text, because NaN is not equal to itself.
      #expect(
        error?.description
          == "'\(parameter.name)' is \(found), but has to be a finite number, \(parameter.range).")
    }
    for accepted in parameter.inside {
      var configuration = Configuration()
      configuration[keyPath: parameter.property] = accepted
      try configuration.validate()
    }
  }

  @Test("faults are reported in the order of the table, and heads that do not divide the width last")
  func firstFault() throws {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding, configuration.heads) = (0, 0, 0)
    (configuration.blockSize, configuration.initialStandardDeviation) = (0, -1)
    (configuration.batchSize, configuration.steps, configuration.learningRate) = (0, -1, -1)
    (configuration.beta1, configuration.beta2) = (1, 1)
    (configuration.epsilon, configuration.weightDecay) = (0, -1)
    let repairs: [(name: String, repair: (inout Configuration) -> Void)] = [
      ("layers", { $0.layers = 1 }), ("embedding", { $0.embedding = 3 }), ("heads", { $0.heads = 2 }),
      ("blockSize", { $0.blockSize = 1 }), ("batchSize", { $0.batchSize = 1 }), ("steps", { $0.steps = 0 }),
      ("learningRate", { $0.learningRate = 0 }),
      ("beta1", { $0.beta1 = 0 }), ("beta2", { $0.beta2 = 0 }),
      ("epsilon", { $0.epsilon = 1 }), ("weightDecay", { $0.weightDecay = 0 }),
      ("initialStandardDeviation", { $0.initialStandardDeviation = 0 }), ("2 heads", { $0.heads = 3 }),
    ]
    for (name, repair) in repairs {
      let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
      #expect(error?.description.contains(name) == true, "\(name) should be next, not: \(error as Any)")
      repair(&configuration)
    }
    try configuration.validate()
  }

  @Test("a model too large to count has its own message")
  func tooLarge() {
    #expect(
      ConfigurationError.tooLarge.description
        == "A model of this size has more bytes than can be counted. Choose a smaller one.")
  }
}
