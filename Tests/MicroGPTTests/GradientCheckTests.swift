import Testing

@testable import MicroGPT

/// Gradients against central differences of the loss.
@Suite struct GradientCheckTests {
  struct Size: CustomTestStringConvertible {
    let layers, embedding, heads, blockSize, steps: Int
    var testDescription: String { "L\(layers) C\(embedding) H\(heads) T\(blockSize), \(steps) steps" }
  }

  private static func model(_ size: Size) throws -> Model {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding, configuration.heads) = (
      size.layers, size.embedding, size.heads
    )
    (configuration.blockSize, configuration.steps) = (size.blockSize, size.steps)
    let trainer = try Trainer(
      corpus: Corpus(documents: ["emma", "olivia", "ava"]), configuration: configuration)
    try trainer.train()
    return trainer.model
  }

  static let sizes = [
    Size(layers: 1, embedding: 8, heads: 4, blockSize: 8, steps: 0),
    Size(layers: 2, embedding: 6, heads: 3, blockSize: 5, steps: 60),
    Size(layers: 3, embedding: 4, heads: 1, blockSize: 6, steps: 20),
  ]

  @Test("the example in the documentation holds")
  func documentedExample() throws {
    let model = try GradientCheckTests.model(GradientCheckTests.sizes[0])
    let check = try model.checkGradients("emma")
    #expect(check.worst!.relativeError < 1e-7)
    _ = check.worst!.relativeError  // about 1e-9
  }

  @Test("all gradients are right to 1e-6 of the largest of their matrix", arguments: sizes)
  func passes(_ size: Size) throws {
    let model = try GradientCheckTests.model(size), check = try model.checkGradients("olivia")
    #expect(check.passes && check.worst!.relativeError <= 1e-7, "\(check.worst!)")
    #expect(check.compared + check.kinks == model.parameters.count)
    #expect(check.parameterCount == model.parameters.count)
    #expect(check.kinks < model.parameters.count / 20)
    #expect(check.tensors.map(\.tensor) == model.tensorNames)
    // The differences are those of the loss, computed by other code.
    let worst = check.worst!, trace = try model.trace("olivia")
    #expect(trace.gradient(worst.tensor)![worst.row, worst.column] == worst.gradient)
    var parameters = model.parameters
    let layout = ParameterLayout(model.configuration, vocabularySize: model.tokenizer.vocabularySize)
    let matrix = layout.all.first { $0.name == worst.tensor }!
    let index = matrix.offset + worst.row * matrix.columns + worst.column
    func loss(_ change: Double) throws -> Double {
      parameters[index] = model.parameters[index] + change
      return try Model(unchecked: parameters, model.configuration, model.tokenizer).loss("olivia")
    }
    let slope = (try loss(1e-5) - loss(-1e-5)) / 2e-5
    #expect(abs(slope - worst.difference) < 1e-9)
  }

  @Test("one wrong derivative fails the check, and is the one that is reported", arguments: sizes)
  func wrongDerivative(_ size: Size) throws {
    let model = try GradientCheckTests.model(size), trace = try model.trace("olivia")
    let layout = ParameterLayout(model.configuration, vocabularySize: model.tokenizer.vocabularySize)
    for (number, matrix) in layout.all.enumerated() {
      var gradients = trace.parameterGradients.flatMap(\.values)
      let range = matrix.offset..<matrix.offset + matrix.count
      // The largest gradient but one, off by a hundred thousandth of the largest.
      let wrong = range.sorted { abs(gradients[$0]) > abs(gradients[$1]) }[1]
      gradients[wrong] +=
        1e-5 * max(abs(gradients[range].max { abs($0) < abs($1) }!), GradientCheck.leastScale)
      let check = model.checkGradients(gradients, tokens: trace.tokens, limit: .max, seed: 0)
      #expect(!check.passes, "\(matrix.name)")
      let worst = try #require(check.worst), (_, row, column) = layout.place(of: wrong)
      #expect(worst.tensor == matrix.name && worst.row == row && worst.column == column)
      #expect(check.tensors[number] == worst)
      #expect(worst.relativeError > 0.9e-5 && worst.relativeError < 1.1e-5)
    }
  }

  @Test("a gradient that is not a number fails the check")
  func notANumber() throws {
    let model = try GradientCheckTests.model(GradientCheckTests.sizes[0]), trace = try model.trace("ava")
    var gradients = trace.parameterGradients.flatMap(\.values)
    gradients[3] = .nan
    #expect(!model.checkGradients(gradients, tokens: trace.tokens, limit: .max, seed: 0).passes)
  }

  @Test("where a difference crosses a kink of relu, the parameter is counted apart")
  func kinks() throws {
    let model = try GradientCheckTests.model(GradientCheckTests.sizes[0]), trace = try model.trace("ava")
    let layout = ParameterLayout(model.configuration, vocabularySize: model.tokenizer.vocabularySize)
    // The first hidden unit's input becomes 1e-6 at position 0, so that small changes turn it off.
    let x = trace["layer0.mlp_norm"]!, first = layout.layers[0].expand.offset
    let before = trace["layer0.mlp_pre"]![0, 0]
    let channel = (0..<x.columns).max { abs(x[0, $0]) < abs(x[0, $1]) }!
    var parameters = model.parameters
    parameters[first + channel] += (1e-6 - before) / x[0, channel]
    let near = Model(unchecked: parameters, model.configuration, model.tokenizer)
    #expect(abs(try near.trace("ava")["layer0.mlp_pre"]![0, 0] - 1e-6) < 1e-12)
    let usual = try model.checkGradients("ava"), check = try near.checkGradients("ava")
    // At least the unit's weights from large channels, and everything that x depends on.
    #expect(check.kinks > usual.kinks + 10)
    #expect(check.passes, "\(check.worst!)")
    #expect(check.compared + check.kinks == model.parameters.count)
  }

  @Test("of more parameters than the limit as many are drawn, by the seed, over all matrices")
  func limit() throws {
    let model = try GradientCheckTests.model(GradientCheckTests.sizes[0])
    let some = try model.checkGradients("emma", limit: 200)
    #expect(some.compared + some.kinks == 200 && some.parameterCount == model.parameters.count)
    #expect(some.tensors.count == model.tensorNames.count && some.passes)
    #expect(try model.checkGradients("emma", limit: 200) == some)
    #expect(try model.checkGradients("emma", limit: 200, seed: 1) != some)
    #expect(try model.checkGradients("emma", limit: 0).worst == nil)
  }

  @Test("an unknown character is refused")
  func unknown() throws {
    let model = try GradientCheckTests.model(GradientCheckTests.sizes[0])
    #expect(throws: TokenizerError.self) { try model.checkGradients("zoe") }
  }
}
