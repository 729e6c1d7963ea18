// One row of a layer from its attention output on: most of what sampling one document at a time computes for a token.

/// `y = contract · relu(expand · normalized middle) + middle`, where `middle = output · attentionOutput + x`, for one row;
/// and after the last layer `logits = head · y`.
struct SampleLayer<Scalar> {
  /// The layer's input and its attention output.
  var x, attentionOutput: UnsafePointer<Scalar>
  var output, expand, contract: Panels<Scalar>
  /// `nil` before the last layer.
  var head: Panels<Scalar>?
  /// Whether all weights of `contract` are finite.
  var isContractFinite: Bool
  /// The layer's output; scratch of the same size, twice; and scratch for the hidden units. Overwritten.
  var y, middle, normalized, hidden: UnsafeMutablePointer<Scalar>
  /// A bit for each hidden unit that is not 0. Only the exact arithmetic writes it.
  var active: UnsafeMutablePointer<UInt64>
  /// Overwritten after the last layer.
  var logits: UnsafeMutablePointer<Scalar>
  var channels: Int
  /// One over the number of channels.
  var inverseChannels: Scalar
}

extension FastSamplingLanes {
  /// The normalization's scale is positive, so it passes through relu and both matrices: hidden units are computed from
  /// `middle` as it is, and nothing waits for the scale before the layer's output.
  @inline(__always)
  static func sampleLayer(_ a: SampleLayer<Float>) {
    rowProduct(a.attentionOutput, a.output) {
      store(add($1, load(a.x + $0)), a.middle + $0)
    }
    rowProduct(a.middle, a.expand) { store(wherePositive($1, $1), a.hidden + $0) }
    var sums = all(0), c = 0
    while c < a.output.columns {
      let part = load(a.middle + c)
      sums = add(sums, part, times: part)
      c &+= count
    }
    let mean = multiply(groupSum(sums, width: count), all(a.inverseChannels))
    let scale = inverseRoot(add(all(1e-5), mean))
    rowProduct(a.hidden, a.contract) {
      store(add(load(a.middle + $0), scale, times: $1), a.y + $0)
    }
    if let head = a.head { rowProduct(a.y, head) { store($1, a.logits + $0) } }
  }
}

extension ExactSamplingLanes {
  /// Every sum has the reference's order. About half of the hidden units are 0: their terms, ±0, are skipped.
  ///
  /// A sum that starts at 0 is never -0, since of two zeros only -0 and -0 add up to -0. So adding ±0 changes nothing. But
  /// a term is ±0 only if the weight is finite.
  @inline(__always)
  static func sampleLayer(_ a: SampleLayer<Double>) {
    if a.output.columns <= 2 &* count {
      Chains.orderedRowProduct(a.attentionOutput, a.output) {
        Chains.store(Chains.add($1, Chains.load(a.x + $0)), a.middle + $0)
      }
    } else {
      orderedRowProduct(a.attentionOutput, a.output) {
        store(add($1, load(a.x + $0)), a.middle + $0)
      }
    }
    normalizeRow(a.middle, into: a.normalized, a.channels, a.output.columns, a.inverseChannels)
    var bits: UInt64 = 0
    orderedRowProduct(a.normalized, a.expand) { c, x in
      let hidden = wherePositive(x, x)
      store(hidden, a.hidden + c)
      bits |= UInt64(differ(hidden, all(0))) &<< UInt64(truncatingIfNeeded: c & 63)
      a.active[c &>> 6] = bits
      if (c &+ count) & 63 == 0 { bits = 0 }
    }
    if a.isContractFinite, a.contract.columns <= 2 &* count {
      Chains.sparseProduct(a.hidden, a.active, a.contract) {
        Chains.store(Chains.add($1, Chains.load(a.middle + $0)), a.y + $0)
      }
    } else if a.isContractFinite {
      sparseProduct(a.hidden, a.active, a.contract) { store(add($1, load(a.middle + $0)), a.y + $0) }
    } else {
      orderedRowProduct(a.hidden, a.contract) { store(add($1, load(a.middle + $0)), a.y + $0) }
    }
    if let head = a.head { orderedRowProduct(a.y, head) { store($1, a.logits + $0) } }
  }

  /// `y = s·x` with `s = (mean(x²) + 1e-5)^(-1/2)`.
  @inline(__always)
  static func normalizeRow(
    _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, _ channels: Int, _ stride: Int,
    _ inverseChannels: Double
  ) {
    var sum = 0.0
    for c in 0..<channels { sum += x[c] * x[c] }
    let scale = all(settledPower(sum * inverseChannels + 1e-5, -0.5))
    var c = 0
    while c < stride {
      store(multiply(load(x + c), scale), y + c)
      c &+= count
    }
  }
}

extension ExactLanes {
  /// `y[c] = Σₖ x[k]·b[k, c]` over those `k` that have a bit in `active`.
  @inline(__always)
  static func sparseProduct(
    _ x: UnsafePointer<Double>, _ active: UnsafePointer<UInt64>, _ b: Panels<Double>,
    _ body: (Int, Vector) -> Void
  ) {
    typealias One = RowCell<Self>
    typealias Two = RowBeside<One>
    typealias Four = RowBeside<Two>
    forEachTile(b) { start, step, first, vectors in
      switch vectors {
      case 4: sparseTile(Four.self, x, active, start, step, b.depth) { body(first &+ $0, $1) }
      case 2: sparseTile(Two.self, x, active, start, step, b.depth) { body(first &+ $0, $1) }
      default: sparseTile(One.self, x, active, start, step, b.depth) { body(first &+ $0, $1) }
      }
    }
  }

  @inline(__always)
  private static func sparseTile<T: RowTile>(
    _ type: T.Type, _ x: UnsafePointer<Double>, _ active: UnsafePointer<UInt64>, _ b: UnsafePointer<Double>,
    _ step: Int, _ depth: Int, _ body: (Int, Vector) -> Void
  ) where T.L == Self {
    var tile = T(), first = 0
    while first < depth {
      var bits = active[first &>> 6]
      while bits != 0 {
        let k = first &+ bits.trailingZeroBitCount
        tile.addOne(x + k, b + k &* step)
        bits &= bits &- 1
      }
      first &+= 64
    }
    tile.forEach(body)
  }
}
