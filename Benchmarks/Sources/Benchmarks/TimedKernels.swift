// Kernels that measure themselves: the engine's own, each called by a function that reads the clock before and after.
// Every kernel is thus timed within whole steps, with their numbers, order and cache contents.

import Foundation
import Peak

@testable import MicroGPT

/// The purpose of a kernel in a step; one kernel multiplies matrices for three purposes. The fast arithmetic's
/// `updateMatrix` combines a weight's gradient, the optimizer's update and the transposed copy.
enum KernelName: Int, CaseIterable {
  case embed, embedBackward, productForward, productBackward, weightGradient, updateMatrix, normalize,
    normalizeBackward,
    attend, attendBackward
  case loss, adam, transpose
}

/// The ticks and calls of each kernel since the last call of `take`.
struct KernelTimes {
  private(set) var ticks = [UInt64](repeating: 0, count: KernelName.allCases.count)
  private(set) var calls = [Int](repeating: 0, count: KernelName.allCases.count)

  subscript(name: KernelName) -> (ticks: UInt64, calls: Int) { (ticks[name.rawValue], calls[name.rawValue]) }

  mutating func add(_ name: KernelName, _ ticks: UInt64) {
    self.ticks[name.rawValue] += ticks
    calls[name.rawValue] += 1
  }

  /// The times of the steps being taken.
  nonisolated(unsafe) static var current = KernelTimes()

  static func take() -> KernelTimes {
    defer { current = KernelTimes() }
    return current
  }

  /// Seconds per tick, and the ticks that timing itself adds to a call.
  static let calibration: (secondsPerTick: Double, overhead: UInt64) = {
    var least = UInt64.max
    for _ in 0..<10_000 {
      let start = peak_ticks()
      least = min(least, peak_ticks() - start)
    }
    // The system's clock gives the length of a tick. Both continue while other programs use the processor.
    func now() -> Double { ProcessInfo.processInfo.systemUptime }
    let ticks = peak_ticks(), start = now()
    while now() - start < 0.1 {}
    let seconds = now() - start
    return (seconds / Double(peak_ticks() - ticks), least)
  }()
}

/// Calls a kernel between two readings of the clock.
private func time(_ name: KernelName, _ kernel: KernelEntry, _ a: UnsafeRawPointer) {
  let start = peak_ticks()
  kernel(a)
  KernelTimes.current.add(name, peak_ticks() - start)
}

/// The purpose of a product: for weight gradients a row of `x` is a column of numbers, and the backward pass goes
/// through the outputs from the last to the first.
private func purpose<Scalar>(_ a: UnsafeRawPointer, _ type: Scalar.Type) -> KernelName {
  let product = a.assumingMemoryBound(to: Product<Scalar>.self)
  if product.pointee.xRow == 1 { return .weightGradient }
  return product.pointee.xStep == 1 && product.pointee.order == nil ? .productForward : .productBackward
}

/// The engines' own kernels, which the functions below call.
nonisolated(unsafe) private var plainFast = Kernels<Float>(.baseline)
nonisolated(unsafe) private var plainExact = Kernels<Double>(.baseline)

/// The fast arithmetic with kernels that measure themselves.
enum TimedFastArithmetic: KernelArithmetic {
  static var arithmetic: Arithmetic { .fast }
  static var isExact: Bool { false }

  static func kernels(_ set: InstructionSet) -> Kernels<Float> {
    plainFast = Kernels(set)
    var kernels = plainFast
    kernels.productWide = { time(purpose($0, Float.self), plainFast.productWide, $0) }
    kernels.productNarrow = { time(purpose($0, Float.self), plainFast.productNarrow, $0) }
    kernels.positionProduct = { time(.productForward, plainFast.positionProduct, $0) }
    kernels.embed = { time(.embed, plainFast.embed, $0) }
    kernels.embedBackward = { time(.embedBackward, plainFast.embedBackward, $0) }
    kernels.transpose = { time(.transpose, plainFast.transpose, $0) }
    kernels.adam = { time(.adam, plainFast.adam, $0) }
    kernels.normalize = { time(.normalize, plainFast.normalize, $0) }
    kernels.normalizeBackward = { time(.normalizeBackward, plainFast.normalizeBackward, $0) }
    kernels.attend = { time(.attend, plainFast.attend, $0) }
    kernels.attendBackward = { time(.attendBackward, plainFast.attendBackward, $0) }
    kernels.loss = { time(.loss, plainFast.loss, $0) }
    kernels.causalSoftmax = { time(.attend, plainFast.causalSoftmax!, $0) }
    kernels.causalSoftmaxBackward = { time(.attendBackward, plainFast.causalSoftmaxBackward!, $0) }
    kernels.attendFromPeaks = { time(.attend, plainFast.attendFromPeaks!, $0) }
    kernels.updateMatrix = { time(.updateMatrix, plainFast.updateMatrix!, $0) }
    return kernels
  }
}

/// The exact arithmetic with kernels that measure themselves.
enum TimedExactArithmetic: KernelArithmetic {
  static var arithmetic: Arithmetic { .exact }
  static var isExact: Bool { true }

  static func kernels(_ set: InstructionSet) -> Kernels<Double> {
    plainExact = Kernels(set)
    var kernels = plainExact
    kernels.productWide = { time(purpose($0, Double.self), plainExact.productWide, $0) }
    kernels.productNarrow = { time(purpose($0, Double.self), plainExact.productNarrow, $0) }
    kernels.orderedProductWide = { time(.productBackward, plainExact.orderedProductWide!, $0) }
    kernels.orderedProductNarrow = { time(.productBackward, plainExact.orderedProductNarrow!, $0) }
    kernels.positionProduct = { time(.productForward, plainExact.positionProduct, $0) }
    kernels.embed = { time(.embed, plainExact.embed, $0) }
    kernels.embedBackward = { time(.embedBackward, plainExact.embedBackward, $0) }
    kernels.transpose = { time(.transpose, plainExact.transpose, $0) }
    kernels.adam = { time(.adam, plainExact.adam, $0) }
    kernels.normalize = { time(.normalize, plainExact.normalize, $0) }
    kernels.normalizeBackward = { time(.normalizeBackward, plainExact.normalizeBackward, $0) }
    kernels.attend = { time(.attend, plainExact.attend, $0) }
    kernels.attendNarrow = { time(.attend, plainExact.attendNarrow!, $0) }
    kernels.attendBackward = { time(.attendBackward, plainExact.attendBackward, $0) }
    kernels.attendBackwardNarrow = { time(.attendBackward, plainExact.attendBackwardNarrow!, $0) }
    kernels.loss = { time(.loss, plainExact.loss, $0) }
    return kernels
  }
}
