import Testing

@testable import MicroGPT

/// Numbers at a fixed address, as kernels take them, between guards that must stay unchanged.
///
/// They are never freed, so that nothing has to keep them alive while a kernel uses their address.
struct Numbers {
  let base: UnsafeMutablePointer<Double>
  let count: Int

  private static let guardCount = 8
  private static let guardValue = -123_456.789

  init(_ values: [Double]) {
    let all = UnsafeMutablePointer<Double>.allocate(capacity: values.count + 2 * Numbers.guardCount)
    all.initialize(repeating: Numbers.guardValue, count: values.count + 2 * Numbers.guardCount)
    base = all + Numbers.guardCount
    count = values.count
    for (i, value) in values.enumerated() { base[i] = value }
  }

  /// Numbers that a kernel has to overwrite, and that reveal where it did not.
  init(unwritten count: Int) { self.init(Array(repeating: 987_654.321, count: count)) }

  var values: [Double] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// Expects these numbers, bit for bit, and unchanged guards.
  func expect(
    _ expected: [Double], _ name: Comment, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let worst = values.indices.first { $0 >= expected.count || !sameBits(values[$0], expected[$0]) }
    if let worst, worst < expected.count {
      Issue.record(
        "\(name)[\(worst)] is \(values[worst]), its specification \(expected[worst]).",
        sourceLocation: sourceLocation)
    }
    #expect(count == expected.count, name, sourceLocation: sourceLocation)
    for i in 1...Numbers.guardCount {
      #expect(
        base[-i] == Numbers.guardValue, "\(name) is written before its start",
        sourceLocation: sourceLocation)
      #expect(
        base[count + i - 1] == Numbers.guardValue, "\(name) is written behind its end",
        sourceLocation: sourceLocation)
    }
  }
}

/// Whether two numbers are equal to the last bit; all NaNs count as equal.
func sameBits(_ a: Double, _ b: Double) -> Bool { a.bitPattern == b.bitPattern || a.isNaN && b.isNaN }

/// Sizes at which engines are tested: in a debug build, where vectors are not compiled into instructions and kernels take
/// a hundred times as long, only the small ones.
func tried<Size>(small: [Size], large: [Size]) -> [Size] {
  #if DEBUG
    small
  #else
    small + large
  #endif
}

/// The lengths at which kernels are tested: most do not fill whole vectors, one does.
let kernelSizes = [1, 2, 3, 5, 16, 27]
