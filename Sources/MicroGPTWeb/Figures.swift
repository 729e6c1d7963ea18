// Numbers as text for readers, without a C library.

/// A number with four digits that count: 1,234, 12.34, −0.1234, 1.234e-5.
package func figure(_ number: Double) -> String {
  guard number.isFinite else { return number.isNaN ? "not a number" : number < 0 ? "−∞" : "∞" }
  let size = number.magnitude, sign = number < 0 ? "−" : ""
  if size == 0 { return "0" }
  if size >= 1000, size < 1e9 { return sign + grouped(Int(size.rounded())) }
  // Its digits and exponent: 1000 ≤ size·10⁽³⁻ᵉ⁾ < 10,000.
  var exponent = 0, mantissa = size
  while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
  while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
  var digits = Int((mantissa * 1000).rounded())
  if digits == 10_000 { (digits, exponent) = (1000, exponent + 1) }
  if exponent == 3, size < 1000 { return sign + grouped(1000) }
  if exponent >= -3, exponent <= 2 { return sign + decimal(digits, places: 3 - exponent) }
  return sign + decimal(digits, places: 3) + "e\(exponent)"
}

/// A whole number with commas between thousands.
package func grouped(_ number: Int) -> String {
  if number < 0 { return "−" + grouped(-number) }
  if number < 1000 { return "\(number)" }
  let rest = number % 1000
  return grouped(number / 1000) + "," + (rest < 10 ? "00" : rest < 100 ? "0" : "") + "\(rest)"
}

/// `digits` divided by ten to the power of `places`, without zeros at its end.
private func decimal(_ digits: Int, places: Int) -> String {
  var (digits, places) = (digits, places)
  while places > 0, digits % 10 == 0 { (digits, places) = (digits / 10, places - 1) }
  if places == 0 { return "\(digits)" }
  var unit = 1
  for _ in 0..<places { unit *= 10 }
  var fraction = "\(digits % unit)"
  while fraction.utf8.count < places { fraction = "0" + fraction }
  return "\(digits / unit).\(fraction)"
}
