// What sampling needs to know of an arithmetic: its kernels, and how they want the heads' channels to lie.

/// An arithmetic that there are sampling kernels for.
protocol SamplingArithmetic: KernelArithmetic {
  static func samplingKernels(_ set: InstructionSet) -> SamplingKernels<Scalar>
  /// How attention pads the heads' channels for vectors of so many lanes.
  static func heads(_ shape: Shape, lanes: Int) -> HeadOrder
  /// Writes the table that the kernels' exponential reads.
  static func fillPowers(_ table: UnsafeMutablePointer<Scalar>)
}

/// Where the channels of heads lie in a row of queries, keys or values.
struct HeadOrder {
  /// From a head to the next, and from a channel to the next.
  let head, channel: Int
  /// The larger of both: channels of a head or heads, with the padding.
  let padded: Int
  /// The numbers of a row, without what fills up the last vector.
  let count: Int
}

extension FastArithmetic: SamplingArithmetic {
  static func samplingKernels(_ set: InstructionSet) -> SamplingKernels<Float> { SamplingKernels(set) }

  static func heads(_ shape: Shape, lanes: Int) -> HeadOrder {
    var padded = 1
    while padded < shape.headWidth && padded < lanes { padded *= 2 }
    if padded < shape.headWidth { padded = shape.headWidth.rounded(up: lanes) }
    return HeadOrder(head: padded, channel: 1, padded: padded, count: shape.heads * padded)
  }

  static func fillPowers(_ table: UnsafeMutablePointer<Float>) {}
}

extension ExactArithmetic: SamplingArithmetic {
  static func samplingKernels(_ set: InstructionSet) -> SamplingKernels<Double> { SamplingKernels(set) }

  static func heads(_ shape: Shape, lanes: Int) -> HeadOrder {
    let padded = shape.heads.rounded(up: shape.heads <= 4 ? Swift.min(lanes, 4) : lanes)
    return HeadOrder(head: 1, channel: padded, padded: padded, count: shape.headWidth * padded)
  }

  static func fillPowers(_ table: UnsafeMutablePointer<Double>) { ExactExponential.fill(table) }
}
