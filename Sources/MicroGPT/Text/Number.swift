// Decimal numbers from text, to the nearest double.

import CMicroGPT

extension Double {
  /// The number that `text` spells, as `Double(text)` reads it; `nil` if it spells none.
  ///
  /// In Embedded Swift `Double(text)` needs a function of the runtime that is not there to link. The C library's takes
  /// its place: on such systems there is one locale, with a decimal point.
  init?(spelled text: String) {
    #if hasFeature(Embedded)
      let bytes = Array(text.utf8)
      // Nothing but digits, a sign, a point and an exponent: strtod would also skip blanks.
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
