// Numbers as microgpt.py prints them, and in units that are easy to read.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `number` with `decimals` digits after the point, rounded as C's and Python's `%.4f` round it.
func fixed(_ number: Double, _ decimals: Int) -> String { printed("%.*f", decimals, number) }

/// `number` with four digits that count, as C's `%.4g` prints it: 0.1234, 12.34, 1.234e-05.
func short(_ number: Double) -> String { significant(number, 4) }

/// `number` with so many digits that count, as C's `%.*g` prints it.
func significant(_ number: Double, _ digits: Int) -> String { printed("%.*g", digits, number) }

private func printed(_ format: String, _ digits: Int, _ number: Double) -> String {
  // C libraries differ in how they print these.
  guard number.isFinite else { return number.isNaN ? "nan" : number < 0 ? "-inf" : "inf" }
  return finite(format, digits, number)
}

private func finite(_ format: String, _ digits: Int, _ number: Double) -> String {
  withVaList([CInt(digits), number]) { arguments in
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
      vsnprintf(buffer.baseAddress!, buffer.count, format, arguments)
      return String(cString: buffer.baseAddress!)
    }
  }
}

/// `number` padded with blanks on the left to `width` characters, as `%4d` prints it.
func padded(_ number: Int, _ width: Int) -> String { padded(String(number), width, with: " ") }

/// `digits` padded on the left to `width` characters.
func padded(_ digits: String, _ width: Int, with filler: String) -> String {
  String(repeating: filler, count: max(0, width - digits.utf8.count)) + digits
}

/// `number` with a comma between thousands: 32,033.
func grouped(_ number: Int) -> String {
  var text = "", digits = 0
  for digit in String(number.magnitude).reversed() {
    if digits > 0, digits % 3 == 0 { text.append(",") }
    text.append(digit)
    digits += 1
  }
  return (number < 0 ? "-" : "") + String(text.reversed())
}

/// A count and what it counts: "1 step", "2,594 documents".
func counted(_ number: Int, _ noun: String) -> String {
  "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
}

/// Seconds as a duration: "0.08 s", "12 s", "3:05 min", "2:04:09 h".
func duration(_ seconds: Double) -> String {
  if seconds < 9.95 { return fixed(seconds, seconds < 0.995 ? 2 : 1) + " s" }
  let whole = Int(min(seconds.rounded(), 1e9))
  if whole < 60 { return "\(whole) s" }
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  if whole < 3600 { return "\(whole / 60):\(two(whole % 60)) min" }
  return "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60)) h"
}

/// Bytes in a suitable unit: "1.2 GB".
func size(_ bytes: Int) -> String {
  var number = Double(bytes), units = ["bytes", "KB", "MB", "GB", "TB", "PB", "EB"][...]
  while number >= 999.95, units.count > 1 {
    number /= 1000
    units.removeFirst()
  }
  return "\(units.first == "bytes" ? grouped(bytes) : fixed(number, 1)) \(units.first!)"
}

/// The loss of a model that gives every token the same probability: ln V, in nats per token.
func guessingLoss(vocabularySize: Int) -> Double { log(Double(vocabularySize)) }
