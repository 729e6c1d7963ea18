// Which tokens' embeddings point in similar directions.

extension Model {
  /// A token and how similar its embedding is to another one's.
  public struct Neighbor: Sendable, Equatable {
    /// The token.
    public let token: Int
    /// The cosine of the angle between the two embeddings: 1 for the same direction, 0 for unrelated ones, -1 for
    /// opposite ones.
    public let similarity: Double
  }

  /// All other tokens, those with the most similar embeddings first.
  ///
  ///     let e = model.tokenizer.token(of: "e")!
  ///     model.neighbors(of: e)[0].token  // often another vowel
  ///
  /// - Precondition: `token` is in the vocabulary.
  /// - Complexity: O(*V*·*C*).
  public func neighbors(of token: Int) -> [Neighbor] {
    let embeddings = self["wte"]!
    precondition(
      (0..<embeddings.rows).contains(token), "Token \(token) is not one of \(embeddings.rows) tokens.")
    func product(_ a: Int, _ b: Int) -> Double {
      (0..<embeddings.columns).reduce(0) { $0 + embeddings[a, $1] * embeddings[b, $1] }
    }
    let others = (0..<embeddings.rows).filter { $0 != token }.map { other in
      let size = sqrt(product(token, token) * product(other, other))
      return Neighbor(token: other, similarity: size > 0 ? product(token, other) / size : 0)
    }
    return others.sorted { ($1.similarity, $0.token) < ($0.similarity, $1.token) }
  }
}
