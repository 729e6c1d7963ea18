// What the forward pass computes and the backward pass reads again, and in a second value of the same type,
// the gradients with respect to it. Rows of later positions stay in place between documents and are never
// read before they are written.
//
// The keys and values of earlier positions are rows of these buffers, so they are the key-value cache too.

/// What one transformer layer computes on the way forward.
struct LayerActivations<Scalar> {
  /// The layer's input: the output of the layer before it or the normalized embedding, `[T, C]`.
  let input: UnsafeMutablePointer<Scalar>
  /// The input after normalization, `[T, C]`, what its rows were multiplied by, `[T]`, and the slope of
  /// that along the mean square, `[T]`.
  let normalized, scale, scaleSlope: UnsafeMutablePointer<Scalar>
  /// `[T, C]` each; a head's channels lie side by side.
  let query, key, value: UnsafeMutablePointer<Scalar>
  /// The scores' exponentials and the attention weights, `[H, T, T]` each: row `t` ends with column `t`.
  let exponentials, attention: UnsafeMutablePointer<Scalar>
  /// The sum of a row's exponentials and its power -1, `[H, T]` each.
  let total, inverseTotal: UnsafeMutablePointer<Scalar>
  /// The values mixed by attention, `[T, C]`.
  let mixed: UnsafeMutablePointer<Scalar>
  /// After attention and the first residual connection, `[T, C]`.
  let middle: UnsafeMutablePointer<Scalar>
  /// `middle` after normalization, as above.
  let middleNormalized, middleScale, middleScaleSlope: UnsafeMutablePointer<Scalar>
  /// The multilayer perceptron before and after relu, `[T, 4C]` each.
  let expanded, hidden: UnsafeMutablePointer<Scalar>
  /// The layer's output, after the second residual connection, `[T, C]`.
  let output: UnsafeMutablePointer<Scalar>

  init(_ shape: Shape, input: UnsafeMutablePointer<Scalar>, _ take: (Int) -> UnsafeMutablePointer<Scalar>) {
    let rows = shape.positions, wide = shape.positions * shape.channels
    self.input = input
    (normalized, scale, scaleSlope) = (take(wide), take(rows), take(rows))
    (query, key, value) = (take(wide), take(wide), take(wide))
    (exponentials, attention) = (take(shape.heads * rows * rows), take(shape.heads * rows * rows))
    (total, inverseTotal) = (take(shape.heads * rows), take(shape.heads * rows))
    (mixed, middle) = (take(wide), take(wide))
    (middleNormalized, middleScale, middleScaleSlope) = (take(wide), take(rows), take(rows))
    (expanded, hidden) = (take(4 * wide), take(4 * wide))
    output = take(wide)
  }
}

/// What the whole model computes on the way forward.
struct Activations<Scalar> {
  /// Token plus position embedding, `[T, C]`.
  let embedding: UnsafeMutablePointer<Scalar>
  /// The embedding after normalization, `[T, C]`, and what `LayerActivations` keeps of a normalization.
  let normalized, scale, scaleSlope: UnsafeMutablePointer<Scalar>
  /// One a layer.
  let layers: [LayerActivations<Scalar>]
  /// `[T, V]` each.
  let logits, exponentials, probabilities: UnsafeMutablePointer<Scalar>
  /// The sum of a row's exponentials and its power -1, `[T]` each.
  let total, inverseTotal: UnsafeMutablePointer<Scalar>

  init(_ shape: Shape, in memory: Memory) {
    self.init(shape) { memory.take($0, of: Scalar.self) }
  }

  private init(_ shape: Shape, _ take: (Int) -> UnsafeMutablePointer<Scalar>) {
    let rows = shape.positions, wide = shape.positions * shape.channels, logitCount = rows * shape.vocabulary
    embedding = take(wide)
    (normalized, scale, scaleSlope) = (take(wide), take(rows), take(rows))
    var layers: [LayerActivations<Scalar>] = [], input = normalized
    for _ in 0..<shape.layers {
      layers.append(LayerActivations(shape, input: input, take))
      input = layers[layers.count - 1].output
    }
    self.layers = layers
    (logits, exponentials, probabilities) = (take(logitCount), take(logitCount), take(logitCount))
    (total, inverseTotal) = (take(rows), take(rows))
  }

  /// The bytes that a value of this shape takes, found by laying one out without memory.
  static func byteCount(_ shape: Shape) -> Int {
    var bytes = 0
    let nowhere = UnsafeMutablePointer<Scalar>.allocate(capacity: 1)
    defer { nowhere.deallocate() }
    _ = Activations(shape) { count in
      bytes += Memory.bytes(for: count, of: Scalar.self)
      return nowhere
    }
    return bytes
  }

  /// The output of the last layer, `[T, C]`.
  var output: UnsafeMutablePointer<Scalar> { layers[layers.count - 1].output }
}
