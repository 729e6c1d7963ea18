// Where each parameter matrix lies in the one flat buffer: the only table of names and shapes.
//
// The order is the reference's state dictionary, which is also the order in which the initial parameters are
// drawn, hashed and saved. Gradients and both of Adam's moments lie in buffers of the same layout, so the
// optimizer is one loop.

/// The parameter matrices of a model, in the reference's order.
///
/// | here | reference | shape |
/// |---|---|---|
/// | `tokenEmbedding` | `wte` | `[V, C]` |
/// | `positionEmbedding` | `wpe` | `[T, C]` |
/// | `head` | `lm_head` | `[V, C]` |
/// | `layers[l].query` | `layer{l}.attn_wq` | `[C, C]` |
/// | `layers[l].key` | `layer{l}.attn_wk` | `[C, C]` |
/// | `layers[l].value` | `layer{l}.attn_wv` | `[C, C]` |
/// | `layers[l].output` | `layer{l}.attn_wo` | `[C, C]` |
/// | `layers[l].expand` | `layer{l}.mlp_fc1` | `[4C, C]` |
/// | `layers[l].contract` | `layer{l}.mlp_fc2` | `[C, 4C]` |
struct ParameterLayout: Sendable, Equatable {
  /// A matrix's place: `rows` rows of `columns` numbers from `offset` on, one row after the other.
  struct Matrix: Sendable, Equatable {
    let name: String
    let offset: Int
    let rows: Int
    let columns: Int

    var count: Int { rows * columns }
  }

  /// The six matrices of one layer.
  struct Layer: Sendable, Equatable {
    let query, key, value, output, expand, contract: Matrix

    var all: [Matrix] { [query, key, value, output, expand, contract] }
  }

  let tokenEmbedding: Matrix
  let positionEmbedding: Matrix
  let head: Matrix
  let layers: [Layer]
  /// The number of parameters.
  let count: Int

  /// Every matrix, in the reference's order.
  var all: [Matrix] { [tokenEmbedding, positionEmbedding, head] + layers.flatMap { $0.all } }

  /// The matrix of a parameter, and its row and column there.
  ///
  /// - Precondition: `index` is in 0..<`count`.
  func place(of index: Int) -> (matrix: String, row: Int, column: Int) {
    let matrix = all.last { $0.offset <= index }!
    let (row, column) = (index - matrix.offset).quotientAndRemainder(dividingBy: matrix.columns)
    return (matrix.name, row, column)
  }

  /// The layout for a configuration and *V* tokens.
  ///
  /// - Precondition: `parameterCount(vocabularySize:)` is not `nil`.
  init(_ configuration: Configuration, vocabularySize: Int) {
    self.init(Shape(configuration, vocabularySize: vocabularySize))
  }

  /// The layout for a model's sizes.
  init(_ shape: Shape) {
    let width = shape.channels
    var end = 0
    func matrix(_ name: String, _ rows: Int, _ columns: Int) -> Matrix {
      defer { end += rows * columns }
      return Matrix(name: name, offset: end, rows: rows, columns: columns)
    }
    tokenEmbedding = matrix("wte", shape.vocabulary, width)
    positionEmbedding = matrix("wpe", shape.positions, width)
    head = matrix("lm_head", shape.vocabulary, width)
    layers = (0..<shape.layers).map { layer in
      Layer(
        query: matrix("layer\(layer).attn_wq", width, width),
        key: matrix("layer\(layer).attn_wk", width, width),
        value: matrix("layer\(layer).attn_wv", width, width),
        output: matrix("layer\(layer).attn_wo", width, width),
        expand: matrix("layer\(layer).mlp_fc1", 4 * width, width),
        contract: matrix("layer\(layer).mlp_fc2", width, 4 * width))
    }
    count = end
  }
}
