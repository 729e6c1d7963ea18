// What sampling needs of an arithmetic: its kernels, and the layout of the heads' channels that they read.

/// An arithmetic that has sampling kernels.
protocol SamplingArithmetic: KernelArithmetic {
  static func samplingKernels(_ set: InstructionSet) -> SamplingKernels<Scalar>
  /// How attention pads the heads' channels for vectors of this many lanes.
  static func heads(_ shape: Shape, lanes: Int) -> HeadOrder
}

/// The layout of the heads' channels in a row of queries, keys or values.
struct HeadOrder {
  /// The distance between heads, and between channels.
  let head, channel: Int
  /// The larger of both: the channels of a head, or the heads, padded.
  let padded: Int
  /// The number of elements in a row, before padding to whole vectors.
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
}

extension ExactArithmetic: SamplingArithmetic {
  static func samplingKernels(_ set: InstructionSet) -> SamplingKernels<Double> { SamplingKernels(set) }

  static func heads(_ shape: Shape, lanes: Int) -> HeadOrder {
    let padded = shape.heads.rounded(up: shape.heads <= 4 ? Swift.min(lanes, 4) : lanes)
    return HeadOrder(head: 1, channel: padded, padded: padded, count: shape.headWidth * padded)
  }
}
