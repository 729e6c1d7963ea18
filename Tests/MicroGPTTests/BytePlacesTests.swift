import Testing

@testable import MicroGPT

@Suite struct BytePlacesTests {
  @Test("the places of a byte are found in texts of any length", arguments: 0..<200)
  func plain(length: Int) {
    // Line feeds among bytes that differ from them in one bit, or by one.
    let bytes: [UInt8] = [0x0A, 0x0A, 0x8A, 0x0B, 0x09, 0x00, 0xFF, 0x7F, 0x80, 0x4A]
    var random = PythonRandom(seed: UInt64(length))
    let text = (0..<length).map { _ in bytes[Int(random.uniform() * 10)] }
    for byte in bytes {
      var found: [Int] = []
      let count = text.withUnsafeBytes { text in
        forEachPlace(of: byte, in: text) { found.append($0) }
        return placeCount(of: byte, in: text)
      }
      #expect(found == text.indices.filter { text[$0] == byte })
      #expect(count == found.count)
    }
  }

  @Test("a text of one byte alone has it everywhere", arguments: [63, 64, 65, 128, 1000])
  func everywhere(length: Int) {
    var text = [UInt8](repeating: 0x0A, count: length), found: [Int] = []
    #expect(text.withUnsafeBytes { placeCount(of: 0x0A, in: $0) } == length)
    text.withUnsafeMutableBytes { text in
      forEachPlace(of: 0x0A, in: UnsafeRawBufferPointer(text)) { place in
        found.append(place)
        text[place] = 0xFF
      }
    }
    #expect(found == Array(0..<length))
  }
}
