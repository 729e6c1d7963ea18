// Arithmetic on sizes before anything is allocated: an overflow is a value, not a trap.

/// A count whose value becomes `nil` if it overflows `Int`, and stays `nil`.
///
///     (Count(.max) * 2 + 1).value  // nil
struct Count: ExpressibleByIntegerLiteral {
  let value: Int?

  init(_ value: Int?) { self.value = value }
  init(integerLiteral value: Int) { self.value = value }

  static func + (a: Count, b: Count) -> Count { combine(a, b) { $0.addingReportingOverflow($1) } }
  static func * (a: Count, b: Count) -> Count { combine(a, b) { $0.multipliedReportingOverflow(by: $1) } }
  static func max(_ a: Count, _ b: Count) -> Count { combine(a, b) { (Swift.max($0, $1), false) } }

  /// The next multiple of `unit`.
  func rounded(up unit: Int) -> Count {
    let (sum, overflow) = (value ?? .max).addingReportingOverflow(unit - 1)
    return Count(overflow ? nil : sum / unit * unit)
  }

  private static func combine(
    _ a: Count, _ b: Count, _ operation: (Int, Int) -> (partialValue: Int, overflow: Bool)
  ) -> Count {
    guard let a = a.value, let b = b.value else { return Count(nil) }
    let (value, overflow) = operation(a, b)
    return Count(overflow ? nil : value)
  }
}
