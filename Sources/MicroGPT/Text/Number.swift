// Decimal numbers from text, to the nearest double.

import CMicroGPT

extension Double {
  /// The number that `text` represents, as `Double(text)` reads it; `nil` if it is not a number.
  ///
  /// In Embedded Swift, `Double(text)` needs a runtime function that cannot be linked, so the C library's is used:
  /// such systems have only one locale, with a decimal point.
  init?(spelled text: String) {
    #if hasFeature(Embedded)
      let bytes = Array(text.utf8)
      // Only digits, a sign, a point and an exponent: strtod would also skip blanks.
      guard !bytes.isEmpty, bytes.allSatisfy({ "+-.0123456789eE".utf8.contains($0) }) else { return nil }
      var number = 0.0
      let count = (bytes + [0]).withUnsafeBufferPointer { bytes in
        bytes.withMemoryRebound(to: CChar.self) { microgpt_parse_double($0.baseAddress!, &number) }
      }
      guard Int(count) == bytes.count else { return nil }
      self = number
    #else
      self.init(text)
    #endif
  }
}
