// What the forward pass saves for the backward pass. A second value of the same type holds the gradients with respect
// to it. Each matrix is declared with the name that it has in a trace. Rows past a document's end keep old numbers,
// which are never read.
//
// The keys and values of earlier positions are rows of these buffers, which thus serve as the key-value cache.

/// A matrix and its name in traces.
struct NamedMatrix {
  let name: String
  /// `[rows, columns]`.
  let values: UnsafeMutablePointer<Double>
  let rows, columns: Int
  /// Whether row *t* ends with column *t*.
  var isCausal = false
}

/// What one transformer layer computes in the forward pass.
struct LayerActivations {
  typealias Buffer = UnsafeMutablePointer<Double>

  /// The layer's input after normalization, `[T, C]`, each row's factor, `[T]`, and the factor's derivative by the
  /// mean square, `[T]`.
  let normalized, scale, scaleSlope: Buffer
  /// `[T, C]` each; a head's channels are adjacent.
  let query, key, value: Buffer
  /// The scaled products of queries and keys, their exponentials, and the attention weights, `[H, T, T]` each: row
  /// `t` ends with column `t`.
  let scores, exponentials, attention: Buffer
  /// The sum of a row's exponentials and its power -1, `[H, T]` each.
  let total, inverseTotal: Buffer
  /// The values weighted by attention, `[T, C]`.
  let attentionOutput: Buffer
  /// After attention and the first residual connection, `[T, C]`.
  let middle: Buffer
  /// `middle` after normalization, its rows' factors and their derivatives, as above.
  let middleNormalized, middleScale, middleScaleSlope: Buffer
  /// The hidden units before and after relu, `[T, 4C]` each.
  let expanded, hidden: Buffer
  /// The layer's output, after the second residual connection, `[T, C]`.
  let output: Buffer

  fileprivate init(_ shape: Shape, _ matrices: inout Activations.Declarations) {
    let positions = shape.positions, width = shape.channels
    normalized = matrices.rows("attn_norm", width)
    (scale, scaleSlope) = (matrices.unnamed(positions), matrices.unnamed(positions))
    query = matrices.rows("q", width)
    key = matrices.rows("k", width)
    value = matrices.rows("v", width)
    scores = matrices.heads("scores", shape.heads)
    exponentials = matrices.unnamed(shape.heads, positions, positions)
    (total, inverseTotal) = (
      matrices.unnamed(shape.heads, positions), matrices.unnamed(shape.heads, positions)
    )
    attention = matrices.heads("attention", shape.heads)
    attentionOutput = matrices.rows("attn_mixed", width)
    middle = matrices.rows("attn_out", width)
    middleNormalized = matrices.rows("mlp_norm", width)
    (middleScale, middleScaleSlope) = (matrices.unnamed(positions), matrices.unnamed(positions))
    expanded = matrices.rows("mlp_pre", width, times: 4)
    hidden = matrices.rows("mlp_hidden", width, times: 4)
    output = matrices.rows("mlp_out", width)
  }
}

/// What the whole model computes in the forward pass.
struct Activations {
  typealias Buffer = UnsafeMutablePointer<Double>

  /// Token plus position embedding, `[T, C]`.
  let embedding: Buffer
  /// The embedding after normalization, `[T, C]`, the factors and their derivatives, as in `LayerActivations`.
  let normalized, scale, scaleSlope: Buffer
  /// `[L]`.
  let layers: UnsafeMutablePointer<LayerActivations>
  /// `[T, V]` each.
  let logits, exponentials, probabilities: Buffer
  /// The sum of a row's exponentials and its power -1, `[T]` each.
  let total, inverseTotal: Buffer
  /// Every matrix that has a name, in the order of computation.
  let named: [NamedMatrix]

  private let layerCount: Int

  init(_ shape: Shape, _ declare: inout BufferDeclarations) {
    var matrices = Declarations(positions: shape.positions, declare)
    embedding = matrices.rows("embedding", shape.channels)
    normalized = matrices.rows("embedding_norm", shape.channels)
    (scale, scaleSlope) = (matrices.unnamed(shape.positions), matrices.unnamed(shape.positions))
    var named = matrices.named
    layers = matrices.declare.parts(LayerActivations.self, Count(shape.layers)) { declare, layer in
      var matrices = Declarations(prefix: "layer\(layer).", positions: shape.positions, declare)
      defer {
        declare = matrices.declare
        named += matrices.named
      }
      return LayerActivations(shape, &matrices)
    }
    matrices.named = named
    logits = matrices.rows("logits", shape.vocabulary)
    exponentials = matrices.unnamed(shape.positions, shape.vocabulary)
    probabilities = matrices.rows("probabilities", shape.vocabulary)
    (total, inverseTotal) = (matrices.unnamed(shape.positions), matrices.unnamed(shape.positions))
    self.named = matrices.named
    layerCount = shape.layers
    declare = matrices.declare
  }

  /// The input of a layer: the output of the layer before it, or the normalized embedding. `[T, C]`.
  func input(of layer: Int) -> Buffer { layer == 0 ? normalized : layers[layer - 1].output }

  /// The output of the last layer, `[T, C]`.
  var output: Buffer { layers[layerCount - 1].output }

  /// Declares buffers, and collects those that have names.
  fileprivate struct Declarations {
    var declare: BufferDeclarations
    var named: [NamedMatrix] = []
    private let prefix: String
    private let positions: Int

    init(prefix: String = "", positions: Int, _ declare: BufferDeclarations) {
      (self.prefix, self.positions, self.declare) = (prefix, positions, declare)
    }

    mutating func unnamed(_ sizes: Int...) -> Buffer {
      var count: Count = 1
      for size in sizes { count = count * Count(size) }
      return declare(Double.self, count)
    }

    /// A row for each position, `[T, factor·columns]`.
    mutating func rows(_ name: String, _ columns: Int, times factor: Int = 1) -> Buffer {
      let values = declare(Double.self, Count(positions), Count(factor), Count(columns))
      named.append(
        NamedMatrix(name: prefix + name, values: values, rows: positions, columns: factor &* columns))
      return values
    }

    /// A row and a column for each position of each head, `[H, T, T]`; each head's form one matrix.
    mutating func heads(_ name: String, _ heads: Int) -> Buffer {
      let values = declare(Double.self, Count(heads), Count(positions), Count(positions))
      // While bytes are only counted, there may be too many heads to name.
      for head in 0..<(declare.isCounting ? 0 : heads) {
        named.append(
          NamedMatrix(
            name: "\(prefix)head\(head).\(name)", values: values + head &* positions &* positions,
            rows: positions, columns: positions, isCausal: true))
      }
      return values
    }
  }
}
