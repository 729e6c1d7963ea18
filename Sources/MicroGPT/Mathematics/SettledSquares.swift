// Squares and roots as `power` gives them, mostly without calling it: for plain loops, and for debug builds above all, in
// which a power takes a microsecond. ExactAdam.swift does the same in lanes.

/// `power(x, 2)`.
func square(_ x: Double) -> Double {
  let y = x * x
  if x == 0 { return y }
  return isSettled(y, error: squareRest(x, y)) ? y : power(x, 2)
}

/// `power(x, 0.5)`.
func root(_ x: Double) -> Double {
  let y = sqrt(x), square = y * y
  if x == 0 { return 0 }
  return isSettled(y, error: ((x - square) - squareRest(y, square)) / (2 * y)) ? y : power(x, 0.5)
}

/// `x² - y`, exactly, for the rounded square `y`: Dekker's product of halves of 26 bits.
private func squareRest(_ x: Double, _ y: Double) -> Double {
  let shifted = x * 134_217_729, high = shifted - (shifted - x), low = x - high
  return ((high * high - y) + 2 * (high * low)) + low * low
}

/// Whether `y`, the rounded result of an operation with this error, is also what `power` gives: see
/// Documentation/Exactness.md.
private func isSettled(_ y: Double, error: Double) -> Bool {
  let binade = Double(bitPattern: y.bitPattern & 0x7ff0_0000_0000_0000)
  return y > 0x1p-126 && y < 0x1p126 && abs(error) < 0.485 * 0x1p-52 * binade
}
