// A document's forward and backward pass, with every intermediate tensor.

/// Everything that a model computes for one document: every tensor of the forward pass, the gradient of the loss with
/// respect to each, and with respect to the parameters.
///
///     let trace = try model.trace("emma")
///     trace.loss  // nats a token
///     trace["layer0.head2.attention"]!  // row t: how much position t attends to each one before it, [T, T]
///     trace.gradient("logits")!  // [T, V]
///
/// The numbers are the exact arithmetic's. Tensors are named as follows, and come in this order:
///
/// | name | shape | what it is |
/// |---|---|---|
/// | `embedding` | `[T, C]` | token plus position embedding |
/// | `embedding_norm` | `[T, C]` | `embedding` normalized: the first layer's input |
/// | `layer{l}.attn_norm` | `[T, C]` | the layer's input normalized |
/// | `layer{l}.q`, `.k`, `.v` | `[T, C]` | queries, keys and values, the heads' channels side by side |
/// | `layer{l}.head{h}.scores` | `[T, T]` | scaled products of queries and keys, 0 after each row's own position |
/// | `layer{l}.head{h}.attention` | `[T, T]` | softmax of the scores, 0 after each row's own position |
/// | `layer{l}.attn_mixed` | `[T, C]` | attention output: values weighted by attention |
/// | `layer{l}.attn_out` | `[T, C]` | after the output matrix and the residual connection |
/// | `layer{l}.mlp_norm` | `[T, C]` | `attn_out` normalized |
/// | `layer{l}.mlp_pre`, `.mlp_hidden` | `[T, 4C]` | hidden units before and after relu |
/// | `layer{l}.mlp_out` | `[T, C]` | the layer's output |
/// | `logits` | `[T, V]` | before softmax |
/// | `probabilities` | `[T, V]` | of the next token |
public struct Trace: Sendable, Equatable {
  /// The tokens of the document, BOS first, and BOS last if the block has room for it: `[T + 1]`. Position *t* reads
  /// token *t* and predicts token *t* + 1.
  public let tokens: [Int]
  /// The mean of `tokenLosses`, in nats.
  public let loss: Double
  /// The surprise at each position's next token, `-log p`, in nats, `[T]`.
  public let tokenLosses: [Double]
  /// Every tensor of the forward pass, in the order of computation.
  public let values: [Tensor]
  /// The gradient of `loss` with respect to each tensor of `values`, in the same order.
  public let gradients: [Tensor]
  /// The gradient of `loss` with respect to each parameter matrix, in the reference's order.
  public let parameterGradients: [Tensor]

  /// The tensor of a name, or `nil` if there is none.
  public subscript(name: String) -> Tensor? { Trace.find(name, values) }

  /// The gradient with respect to a tensor or a parameter matrix, or `nil` if there is none of this name.
  public func gradient(_ name: String) -> Tensor? {
    Trace.find(name, gradients) ?? Trace.find(name, parameterGradients)
  }

  private static func find(_ name: String, _ tensors: [Tensor]) -> Tensor? {
    tensors.first { $0.name.utf8.elementsEqual(name.utf8) }
  }
}

extension Model {
  /// Runs a document's forward and backward pass, and returns every tensor.
  ///
  /// - Parameter document: Cut to the block size, as in training. Of a stream it is a part, which follows `Tokenizer.start`.
  /// - Throws: `TokenizerError` at the first character that is not in the vocabulary, or if there is none in a part of a
  ///   stream.
  /// - Complexity: That of a training step over plain loops, about a hundred times as long as the kernels'.
  public func trace(_ document: String) throws(TokenizerError) -> Trace {
    let all = try tokenizer.encode(prompt: document) + (tokenizer.isStream ? [] : [tokenizer.bos])
    if all.count < 2 { throw .empty }
    let specification = Specification(self)
    let tokens = all.prefix(configuration.blockSize + 1).map { Int32($0) }, count = tokens.count - 1
    specification.forward(tokens, at: 0..<count)
    let loss = specification.loss(tokens, count: count)
    specification.backward(tokens, count: count)
    func rows(_ matrices: [NamedMatrix]) -> [Tensor] {
      matrices.map { matrix in
        // A causal matrix has a column for each position of the block, of which a row uses those up to its own.
        Tensor(
          name: matrix.name, rows: count, columns: matrix.isCausal ? count : matrix.columns
        ) { row, column in
          matrix.isCausal && column > row ? 0 : matrix.values[row * matrix.columns + column]
        }
      }
    }
    return Trace(
      tokens: tokens.map { Int($0) }, loss: loss,
      tokenLosses: (0..<count).map { specification.tokenLoss(tokens, at: $0) },
      values: rows(specification.activations.named), gradients: rows(specification.gradients.named),
      parameterGradients: specification.layout.all.map { matrix in
        Tensor(name: matrix.name, rows: matrix.rows, columns: matrix.columns) { row, column in
          specification.parameterGradients[matrix.offset + row * matrix.columns + column]
        }
      })
  }
}
