// Where the matrices lie in the buffers that the kernels compute in: rows and columns filled up with zeros to
// whole cache lines, so that no kernel has to treat an end specially. Nothing outside the engine sees it.

/// The parameter matrices of a model with room around them.
struct PaddedLayout: Sendable {
  /// A matrix and its place among the padded ones.
  struct Matrix: Sendable {
    /// Where it lies in the reference's order, and its true size.
    let source: ParameterLayout.Matrix
    let offset: Int
    /// Rows and columns with the padding, multiples of a cache line's numbers.
    let rows, stride: Int

    var count: Int { rows * stride }
  }

  /// Matrices of which the first layer's product is one: the rows of those lie one after the other.
  struct Layer: Sendable {
    let query, key, value, output, expand, contract: Matrix
  }

  let tokenEmbedding, positionEmbedding, head: Matrix
  let layers: [Layer]
  /// The numbers of a buffer.
  let count: Int
  /// The numbers of a cache line.
  let unit: Int

  init(_ layout: ParameterLayout, unit: Int) {
    var end = 0
    func matrix(_ source: ParameterLayout.Matrix) -> Matrix {
      let rows = source.rows.rounded(up: unit), stride = source.columns.rounded(up: unit)
      defer { end += rows * stride }
      return Matrix(source: source, offset: end, rows: rows, stride: stride)
    }
    tokenEmbedding = matrix(layout.tokenEmbedding)
    positionEmbedding = matrix(layout.positionEmbedding)
    head = matrix(layout.head)
    var layers: [Layer] = []
    for layer in layout.layers {
      layers.append(
        Layer(
          query: matrix(layer.query), key: matrix(layer.key), value: matrix(layer.value),
          output: matrix(layer.output), expand: matrix(layer.expand), contract: matrix(layer.contract)))
    }
    self.layers = layers
    count = end
    self.unit = unit
  }

  /// Every matrix, in the reference's order.
  var all: [Matrix] {
    var all = [tokenEmbedding, positionEmbedding, head]
    for layer in layers {
      all += [layer.query, layer.key, layer.value, layer.output, layer.expand, layer.contract]
    }
    return all
  }
}

extension Int {
  /// The next multiple of `unit`.
  func rounded(up unit: Int) -> Int { (self + unit - 1) / unit * unit }
}
