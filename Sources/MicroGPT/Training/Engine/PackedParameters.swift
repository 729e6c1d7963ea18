// A model's parameters as the kernels read them, with Adam's moments in the same layout, and transposed copies of the
// weight matrices where these save time: a matrix is read along its outputs in the forward pass and along its inputs
// in the backward pass. All workers of an engine share them.

/// Parameters and moments, padded and in panels.
///
/// A class, because workers share it and the optimizer changes it in place.
final class PackedParameters<A: KernelArithmetic> {
  typealias Scalar = A.Scalar
  typealias Buffer = UnsafeMutablePointer<Scalar>

  let shape: Shape
  let layout: PackedLayout
  let kernels: Kernels<Scalar>
  /// In `layout`'s order, like all buffers of the parameters' size.
  let values: Buffer
  /// Adam's moments; empty in an evaluation. In the fast arithmetic they lack the factors `1 - β`; see `AdamStep`.
  let firstMoment, secondMoment: Buffer
  /// Whether the weight matrices have transposed copies, which the forward pass then reads.
  let keepsTransposed: Bool
  /// Every weight matrix transposed, at the same place. Empty unless `keepsTransposed`.
  let transposed: Buffer

  private let memory: Memory<Buffers>

  private struct Buffers {
    let values, firstMoment, secondMoment, transposed: Buffer

    init(
      _ layout: PackedLayout, keepsTransposed: Bool, for purpose: Purpose = .training,
      _ declare: inout BufferDeclarations
    ) {
      values = declare(Scalar.self, layout.count)
      firstMoment = declare(Scalar.self, purpose == .training ? layout.count : 0)
      secondMoment = declare(Scalar.self, purpose == .training ? layout.count : 0)
      transposed = declare(Scalar.self, keepsTransposed ? layout.count : 0)
    }
  }

  /// Parameters and moments, all zero.
  ///
  /// - Parameters:
  ///   - documents: The number of documents in a step, on which transposed copies depend.
  ///   - purpose: Whether there are moments.
  init(
    _ shape: Shape, documents: Int, instructionSet: InstructionSet, for purpose: Purpose = .training
  ) {
    let layout = PackedParameters.layout(shape)
    let keepsTransposed = PackedParameters.keepsTransposed(shape, documents: documents)
    memory = Memory { Buffers(layout, keepsTransposed: keepsTransposed, for: purpose, &$0) }
    (self.shape, self.layout, self.keepsTransposed) = (shape, layout, keepsTransposed)
    kernels = A.kernels(instructionSet)
    values = memory.buffers.values
    firstMoment = memory.buffers.firstMoment
    secondMoment = memory.buffers.secondMoment
    transposed = memory.buffers.transposed
  }

  /// The bytes of parameters, moments and copies.
  static func byteCount(_ shape: Shape, documents: Int, for purpose: Purpose = .training) -> Count {
    memoryByteCount {
      Buffers(
        layout(shape), keepsTransposed: keepsTransposed(shape, documents: documents), for: purpose, &$0)
    }
  }

  private static func layout(_ shape: Shape) -> PackedLayout {
    PackedLayout(shape, unit: BufferDeclarations.lineCount(of: Scalar.self))
  }

  /// Transposed copies are kept if a step has more than two documents, if matrices are small, or if the last panel
  /// would be narrower than the others.
  static func keepsTransposed(_ shape: Shape, documents: Int) -> Bool {
    let unit = BufferDeclarations.lineCount(of: Scalar.self), panel = PositionProduct<Scalar>.panel
    guard let width = Count(shape.channels).rounded(up: unit).value,
      let hidden = (4 * Count(shape.channels)).rounded(up: unit).value
    else { return true }
    return documents > 2 || width < (A.isExact ? 64 : 32) || width % panel != 0 || hidden % panel != 0
  }

  // MARK: - Loading and unpacking

  /// Sets a buffer of the parameters' size from numbers in the reference's order.
  func load(_ buffer: Buffer, _ value: (Int) -> Double) {
    forEachRun { index, place, count in
      for i in 0..<count { buffer[place &+ i] = Scalar(value(index &+ i)) }
    }
  }

  /// Sets all parameters from numbers in the reference's order, and updates the transposed copies.
  func load(_ value: (Int) -> Double) {
    load(values, value)
    transposeAll()
  }

  /// A buffer of the parameters' size as numbers in the reference's order.
  func unpacked(_ buffer: Buffer) -> [Double] {
    [Double](unsafeUninitializedCapacity: ParameterLayout(shape).count) { numbers, initializedCount in
      let numbers = numbers.baseAddress!
      forEachRun { index, place, count in
        for i in 0..<count { numbers[index &+ i] = Double(buffer[place &+ i]) }
        initializedCount += count
      }
    }
  }

  /// Calls `body` for all parameters in the reference's order, a row of a panel at a time: with the index of its first
  /// one, its place in a buffer, and how many there are.
  @inline(__always)
  private func forEachRun(_ body: (_ index: Int, _ place: Int, _ count: Int) -> Void) {
    for part in layout.parts(ParameterLayout(shape)) {
      let (source, matrix) = (part.source, part.matrix)
      for row in 0..<source.rows {
        var column = 0
        while column < source.columns {
          let count = Swift.min(matrix.width(at: column), source.columns - column)
          body(
            source.offset + row * source.columns + column, matrix.index(part.firstRow + row, column), count)
          column += count
        }
      }
    }
  }

  // MARK: - Transposed copies

  /// Updates all transposed copies.
  func transposeAll() {
    guard keepsTransposed else { return }
    for weight in layout.weights {
      for column in stride(from: 0, to: weight.columns, by: weight.panel) {
        transpose(weight, 0..<weight.rows, column)
      }
    }
  }

  /// Updates the transposed copies of some rows of the panel at `column`.
  func transpose(_ weight: PanelMatrix, _ rows: Range<Int>, _ column: Int) {
    let copy = weight.transposed, width = weight.width(at: column)
    var first = rows.lowerBound
    while first < rows.upperBound {
      // The copy's panel, of which these rows are columns.
      let panel = first / copy.panel &* copy.panel
      let end = Swift.min(rows.upperBound, panel &+ copy.panel)
      kernels.transpose(
        Transpose(
          x: UnsafePointer(values + weight.index(first, column)), xRow: width,
          y: transposed + (copy.index(column, panel) &+ first &- panel), yRow: copy.width(at: panel),
          rows: end &- first, columns: width))
      first = end
    }
  }
}
