import Testing

@testable import MicroGPT

@Suite struct ModelDescriptionTests {
  @Test("a model prints as one line of its sizes")
  func line() throws {
    let model = try Trainer(corpus: .names).model
    #expect("\(model)" == "GPT of 4192 parameters: 1 layer, width 16, 4 heads, 16 positions, 27 tokens")
  }

  @Test("one of a thing is singular, two are plural")
  func plural() throws {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding, configuration.heads) = (2, 1, 1)
    configuration.blockSize = 1
    let model = try Trainer(corpus: Corpus(documents: [""]), configuration: configuration).model
    #expect("\(model)" == "GPT of 27 parameters: 2 layers, width 1, 1 head, 1 position, 1 token")
  }
}
