import Testing

@testable import MicroGPT

/// The nearest embeddings.
@Suite struct NeighborsTests {
  /// A model whose embeddings in two channels are given.
  private func model(_ embeddings: [(Double, Double)]) throws -> Model {
    var configuration = Configuration()
    (configuration.embedding, configuration.heads, configuration.blockSize) = (2, 1, 2)
    let characters = "abcdefghij".unicodeScalars.prefix(embeddings.count - 1)
    let tokenizer = Tokenizer(characters: Array(characters))
    let count = configuration.parameterCount(vocabularySize: tokenizer.vocabularySize)!
    let given = embeddings.flatMap { [$0.0, $0.1] }
    return try Model(
      configuration: configuration, tokenizer: tokenizer,
      parameters: given + Array(repeating: 0.5, count: count - given.count))
  }

  @Test("the example in the documentation holds")
  func documentedExample() throws {
    let model = try smallModel()
    let e = model.tokenizer.token(of: "e")!
    #expect(model.neighbors(of: e).count == model.tokenizer.vocabularySize - 1)
    _ = model.neighbors(of: e)[0].token  // often another vowel
  }

  @Test("they come in the order of their angle, whatever their length, and equal ones in that of tokens")
  func order() throws {
    let model = try model([(1, 0), (0, 3), (5, 5), (-2, 0), (100, 0), (0, -1), (0, 0)])
    let neighbors = model.neighbors(of: 0)
    #expect(neighbors.map(\.token) == [4, 2, 1, 5, 6, 3])
    let expected = [1, 0.5.squareRoot(), 0, 0, 0, -1]
    for (neighbor, similarity) in zip(neighbors, expected) {
      #expect(abs(neighbor.similarity - similarity) < 1e-15)
    }
  }
}
