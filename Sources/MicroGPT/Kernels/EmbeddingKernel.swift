// Embeddings of many rows, and their backward pass.

/// `x[r] = tokenVector[tokens[r]] + positionVector[positions[r]]` for every row. The backward pass adds `x[r]`, then
/// a gradient, to both vectors.
struct Embedding<Scalar> {
  /// `[rows]` each.
  var tokens, positions: UnsafePointer<Int32>
  /// `[V, stride]` and `[T, stride]`, or their gradients. The forward pass only reads them.
  var tokenVectors, positionVectors: UnsafeMutablePointer<Scalar>
  /// `[rows, stride]`. Overwritten by the forward pass; the backward pass only reads it.
  var x: UnsafeMutablePointer<Scalar>
  var rows: Int
  /// The distance between rows: the channels, padded.
  var stride: Int
}

extension Lanes {
  @inline(__always)
  static func embed(_ a: Embedding<Scalar>) {
    for r in 0..<a.rows {
      let token = a.tokenVectors + Int(a.tokens[r]) &* a.stride
      let position = a.positionVectors + Int(a.positions[r]) &* a.stride
      let x = a.x + r &* a.stride
      var c = 0
      while c < a.stride {
        store(add(load(token + c), load(position + c)), x + c)
        c &+= count
      }
    }
  }

  /// Rows from the last to the first.
  @inline(__always)
  static func embedBackward(_ a: Embedding<Scalar>) {
    var r = a.rows
    while r > 0 {
      r &-= 1
      let token = a.tokenVectors + Int(a.tokens[r]) &* a.stride
      let position = a.positionVectors + Int(a.positions[r]) &* a.stride
      let x = a.x + r &* a.stride
      var c = 0
      while c < a.stride {
        let gradient = load(x + c)
        store(add(load(token + c), gradient), token + c)
        store(add(load(position + c), gradient), position + c)
        c &+= count
      }
    }
  }
}
