// How engines call kernels: through tables of C functions, one for each arithmetic and instruction set. The tables,
// and the methods that call one kernel each, are generated. The methods here call one of several kernels.

import CMicroGPT

/// A kernel's C function, which takes a pointer to its arguments.
typealias KernelEntry = @convention(c) (UnsafeRawPointer) -> Void

/// Calls a kernel.
@inline(__always)
func call<Arguments>(_ entry: KernelEntry, _ arguments: Arguments) {
  withUnsafePointer(to: arguments) { entry(UnsafeRawPointer($0)) }
}

extension UnsafeRawPointer {
  /// The structure that a kernel was called with.
  @inline(__always)
  func arguments<Arguments>(_ type: Arguments.Type = Arguments.self) -> Arguments {
    assumingMemoryBound(to: type).pointee
  }
}

/// The table that a function fills.
func kernelTable<Table>(_ fill: (UnsafeMutableRawPointer) -> Void) -> Table {
  withUnsafeTemporaryAllocation(of: Table.self, capacity: 1) { table in
    fill(UnsafeMutableRawPointer(table.baseAddress.unsafelyUnwrapped))
    return table[0]
  }
}

extension Kernels {
  /// `Product` in two kernels: one for columns in pairs of vectors, and one for a remaining vector.
  @inline(__always)
  func product(_ arguments: Product<Scalar>) { split(arguments, productWide, productNarrow) }

  /// `product` with its terms in the order of `Product.order`.
  @inline(__always)
  func orderedProduct(_ arguments: Product<Scalar>) {
    guard let orderedProductWide, let orderedProductNarrow else {
      preconditionFailure("Only the exact arithmetic has ordered products.")
    }
    split(arguments, orderedProductWide, orderedProductNarrow)
  }

  /// Panels have an even number of vectors, so only a product without panels has a remaining one.
  @inline(__always)
  private func split(_ arguments: Product<Scalar>, _ wide: KernelEntry, _ narrow: KernelEntry) {
    let columns = arguments.panel / (2 &* lanes) &* 2 &* lanes
    if columns > 0 { call(wide, arguments) }
    if columns < arguments.panel {
      var rest = arguments
      rest.b += columns
      rest.y += columns
      rest.z += columns
      rest.columns &-= columns
      call(narrow, rest)
    }
  }
}

extension Kernels {
  /// In the exact arithmetic lanes are channels of one head, so for few of them there is a kernel of four lanes.
  @inline(__always)
  func attend(_ arguments: Attend<Scalar>) {
    if let attendNarrow, arguments.headWidth % lanes != 0 {
      call(attendNarrow, arguments)
    } else {
      call(attend, arguments)
    }
  }

  /// The backward pass of `attend`, likewise.
  @inline(__always)
  func attendBackward(_ arguments: Attend<Scalar>) {
    if let attendBackwardNarrow, arguments.headWidth % lanes != 0 {
      call(attendBackwardNarrow, arguments)
    } else {
      call(attendBackward, arguments)
    }
  }
}

extension SamplingKernels {
  @inline(__always)
  func attend(_ arguments: SampleAttend<Scalar>) { withUnsafePointer(to: arguments) { attend($0) } }

  /// In the exact arithmetic lanes are heads, so for four or fewer heads there is a kernel of four lanes.
  @inline(__always)
  func attend(_ arguments: UnsafePointer<SampleAttend<Scalar>>) {
    if let sampleAttendFew, arguments.pointee.paddedWidth & (lanes &- 1) != 0 {
      sampleAttendFew(UnsafeRawPointer(arguments))
    } else {
      sampleAttend(UnsafeRawPointer(arguments))
    }
  }
}
