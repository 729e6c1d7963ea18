// Numbers as text: places of a picture, and figures for readers. A page has thousands of them, so they are written digit
// by digit, without a string each.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Markup {
  /// Adds a whole number.
  public mutating func integer(_ value: Int) {
    if value < 0 { raw("-") }
    digits(value.magnitude)
  }

  /// Adds a place in a picture, to a tenth: 12, 12.5.
  ///
  /// - Parameter value: Finite, and at most a billion.
  public mutating func place(_ value: Double) { hundredths((value * 10).rounded() * 10) }

  /// Adds a share, to a hundredth: 0.25, 1.
  ///
  /// - Parameter value: Finite, and at most a billion.
  public mutating func share(_ value: Double) { hundredths((value * 100).rounded()) }

  /// Adds a number with two decimals, as in a column: 0.50, −1.00.
  ///
  /// - Parameter value: Finite, and at most a billion.
  public mutating func twoDecimals(_ value: Double) {
    precondition(value.magnitude <= 1e9, "\(value) is too large for two decimals.")
    let all = UInt((value.magnitude * 100).rounded())
    if value < 0, all > 0 { raw("−") }
    digits(all / 100)
    raw(".")
    digits(all / 10 % 10)
    digits(all % 10)
  }

  private mutating func hundredths(_ value: Double) {
    if value < 0 { raw("-") }
    let all = UInt(value.magnitude), whole = all / 100, rest = all % 100
    digits(whole)
    if rest == 0 { return }
    raw(".")
    digits(rest / 10)
    if rest % 10 > 0 { digits(rest % 10) }
  }

  private mutating func digits(_ value: UInt) {
    if value >= 10 { digits(value / 10) }
    byte(UInt8(48 + value % 10))
  }

  /// Adds a figure for readers: four digits that count, as in 1,234, 12.34, −0.1234 and 1.234e-5.
  ///
  /// - Parameters:
  ///   - value: The figure.
  ///   - smallest: The least size that is written without a power of ten.
  public mutating func figure(_ value: Double, smallest: Double = 0.0001) {
    guard value.isFinite else { return raw(value.isNaN ? "not a number" : value < 0 ? "−∞" : "∞") }
    if value < 0 { raw("−") }
    let size = value.magnitude
    if size == 0 { return digits(0) }
    var exponent = Int(floor(log10(size)))
    // Rounding to four digits may carry, and log10 may be off by one at a power of ten.
    if exponent > -300, (size / pow(10, Double(exponent)) * 1000).rounded() >= 10_000 { exponent += 1 }
    switch exponent {
    case 3...11: grouped(UInt(size.rounded()))
    case -4..<3 where size >= smallest:
      decimal(UInt((size * pow(10, Double(3 - exponent))).rounded()), 3 - exponent)
    default:
      // In two steps: the power of a tiny number's exponent would be 0.
      let scale = size < 1 ? 1e100 : 1e-100
      let power = pow(10, Double(exponent - 3 + (size < 1 ? 100 : -100)))
      decimal(UInt((size * scale / power).rounded()), 3)
      raw("e")
      integer(exponent)
    }
  }

  /// Adds `value` divided by ten as many times as `places` says, without zeros at its end.
  private mutating func decimal(_ value: UInt, _ places: Int) {
    var (value, places) = (value, places)
    while places > 0, value % 10 == 0 { (value, places) = (value / 10, places - 1) }
    var unit: UInt = 1
    for _ in 0..<places { unit *= 10 }
    digits(value / unit)
    if places == 0 { return }
    raw(".")
    var rest = value % unit
    while unit > 1 {
      unit /= 10
      byte(UInt8(48 + rest / unit))
      rest %= unit
    }
  }

  /// Adds a whole number with commas: 1,234,567.
  private mutating func grouped(_ value: UInt) {
    if value < 1000 { return digits(value) }
    grouped(value / 1000)
    raw(",")
    let rest = value % 1000
    digits(rest / 100)
    digits(rest / 10 % 10)
    digits(rest % 10)
  }
}

/// A figure for readers, as `Markup.figure` writes it.
public func figure(_ value: Double) -> String {
  var markup = Markup()
  markup.figure(value)
  return String(decoding: markup.bytes, as: UTF8.self)
}
