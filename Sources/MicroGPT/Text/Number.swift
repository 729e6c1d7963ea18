// Decimal numbers from text, to the nearest double.

import CMicroGPT

extension Double {
  /// The decimal number that `text` represents; `nil` if it is not one. Unlike `Double(text)` it reads no hexadecimal
  /// digits, no "inf" and no "nan".
  ///
  /// In Embedded Swift, `Double(text)` needs a runtime function that cannot be linked, so the C library's is used:
  /// such systems have only one locale, with a decimal point.
  init?(spelled text: String) {
    guard !text.isEmpty, text.utf8.allSatisfy({ "+-.0123456789eE".utf8.contains($0) }) else { return nil }
    #if hasFeature(Embedded)
      let bytes = Array(text.utf8)
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
