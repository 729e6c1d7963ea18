import Testing

@testable import MicroGPT

/// A safetensors file with this header and these bytes behind it.
func safetensorsFile(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
  safetensorsFile(header: Array(header.utf8), data)
}

/// A safetensors file with this header and these bytes behind it.
func safetensorsFile(header: [UInt8], _ data: [UInt8] = []) -> [UInt8] {
  withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + data
}

@Suite struct SafetensorsTests {
  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let file = Safetensors(metadata: [("author", "me")], tensors: [.init("x", [2], .float32([1.5, -2]))])
    let bytes = file.bytes()
    let copy = try Safetensors(bytes: bytes)
    #expect(copy["x"]!.values.doubles == [1.5, -2.0])
    #expect(copy["x"]!.values.count == 2)
    #expect(copy["y"] == nil)
    #expect(copy.metadata.map { [$0.key, $0.value] } == [["author", "me"]])
  }

  private static let odd = Safetensors(
    metadata: [("author", "me"), ("text", "é\"\\/\n\0\u{1F}\u{7F}\u{2028}😀")],
    tensors: [
      .init("x", [2], .float64([1.5, -0.0])), .init("y", [1, 2], .float32([0.1, 3e38])),
      .init("z", [], .float64([.leastNonzeroMagnitude])), .init("none", [3, 0], .float32([])),
    ])

  // python3 -c '
  // import hashlib, json, struct
  // header = json.dumps({"__metadata__": {"author": "me", "text": "é\"\\/\n\x00\x1f\x7f\u2028\U0001f600"},
  //                      "x": {"dtype": "F64", "shape": [2], "data_offsets": [0, 16]},
  //                      "y": {"dtype": "F32", "shape": [1, 2], "data_offsets": [16, 24]},
  //                      "z": {"dtype": "F64", "shape": [], "data_offsets": [24, 32]},
  //                      "none": {"dtype": "F32", "shape": [3, 0], "data_offsets": [32, 32]}},
  //                     separators=(",", ":"), ensure_ascii=False).encode()
  // header += b" " * (-len(header) % 8)
  // file = struct.pack("<Q", len(header)) + header + struct.pack("<2d2fd", 1.5, -0.0, 0.1, 3e38, 5e-324)
  // print(len(file), hashlib.sha256(file).hexdigest())'
  @Test("the bytes are those that Python makes")
  func golden() {
    let bytes = SafetensorsTests.odd.bytes()
    var digest = SHA256()
    digest.update(bytes)
    #expect(bytes.count == 336)
    #expect(digest.hexString == "f6c6ea5658913c82129d9dc8f97af715200cc748c2300d9a27494df7a967aac0")
  }

  @Test("what is written is read back, bit for bit, and written again to the same bytes")
  func roundTrip() throws {
    let odd = SafetensorsTests.odd, bytes = odd.bytes(), copy = try Safetensors(bytes: bytes)
    #expect(copy.tensors == odd.tensors)
    #expect(copy["x"]!.values.doubles[1].sign == .minus)
    #expect(copy.metadata.elementsEqual(odd.metadata) { $0 == $1 })
    #expect(copy.bytes() == bytes)
    let empty = Safetensors(tensors: []).bytes()
    #expect(empty == safetensorsFile("{}      "))
    #expect(try Safetensors(bytes: empty).tensors.isEmpty)
  }

  @Test("numbers that are not finite are numbers of a file like others")
  func notFinite() throws {
    let nan = Double(bitPattern: 0x7FF8_0000_0000_0001)
    let file = Safetensors(tensors: [.init("x", [3], .float64([nan, .infinity, -.infinity]))])
    let copy = try Safetensors(bytes: file.bytes())["x"]!.values.doubles
    #expect(copy.map { $0.bitPattern } == [nan, .infinity, -.infinity].map { $0.bitPattern })
  }

  @Test("tensors may be in any order, unaligned, and with spaces in the header")
  func order() throws {
    let header =
      #"{ "b":{"shape":[1],"data_offsets":[4,12],"dtype":"F64"},"#
      + #""a" : {"dtype":"F32","shape":[1,1,1],"data_offsets":[0,4]}, "__metadata__":{} } "#
    let file = try Safetensors(
      bytes: safetensorsFile(header, [0, 0, 0x80, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0x40]))
    #expect(file.tensors.map { $0.name } == ["b", "a"])
    #expect(file["a"] == .init("a", [1, 1, 1], .float32([1])))
    #expect(file["b"] == .init("b", [1], .float64([2])))
  }

  private static func entry(_ begin: Int, _ end: Int, _ shape: String, _ type: String = "F32") -> String {
    #"{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#
  }

  @Test("a file shorter than it says is refused, wherever it is cut")
  func cut() {
    let bytes = SafetensorsTests.odd.bytes()
    for count in 0..<bytes.count {
      #expect(throws: SafetensorsError.self, "\(count)") { try Safetensors(bytes: Array(bytes[..<count])) }
    }
    for count in 0..<8 {
      #expect(throws: SafetensorsError.truncated(byteCount: count)) {
        try Safetensors(bytes: Array(bytes[..<count]))
      }
    }
  }

  static let hostile: [(file: [UInt8], error: SafetensorsError)] = {
    let four = [UInt8](repeating: 0, count: 4), eight = [UInt8](repeating: 0, count: 8)
    let twelve = [UInt8](repeating: 0, count: 12)
    func one(_ entry: String, _ data: [UInt8]) -> [UInt8] { safetensorsFile(#"{"x":\#(entry)}"#, data) }
    func two(_ a: String, _ b: String, _ data: [UInt8]) -> [UInt8] {
      safetensorsFile(#"{"a":\#(a),"b":\#(b)}"#, data)
    }
    let huge = "[4294967296,4294967296]"
    return [
      ([], .truncated(byteCount: 0)),
      ([3, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D], .headerBeyondEnd(length: 3, available: 2)),
      ([UInt8](repeating: 0xFF, count: 10), .headerBeyondEnd(length: .max, available: 2)),
      ([0, 0, 0, 0, 0, 0, 0, 0x80], .headerBeyondEnd(length: 1 << 63, available: 0)),
      ([0, 0, 0, 0, 0, 0, 0, 0], .noHeader), (safetensorsFile(" {}"), .noHeader),
      (safetensorsFile("[]"), .noHeader), (safetensorsFile("PK\u{3}\u{4}"), .noHeader),
      (safetensorsFile("{}", [0]), .bytesAfterEnd(count: 1)),
      (one(entry(0, 4, "[1]"), eight), .bytesAfterEnd(count: 4)),
      (one(entry(0, 4, "[1]", "F16"), four), .unsupportedType(name: "x", found: "F16")),
      (one(entry(0, 4, "[1]", "f32"), four), .unsupportedType(name: "x", found: "f32")),
      (one(#"{"dtype":"F32","shape":[1],"data_offsets":[0]}"#, four), .offsetCount(name: "x", found: 1)),
      (one(#"{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}"#, four), .offsetCount(name: "x", found: 3)),
      (one(entry(4, 0, "[1]"), four), .reversedOffsets(name: "x", begin: 4, end: 0)),
      (one(entry(0, 8, "[2]"), four), .offsetBeyondEnd(name: "x", end: 8, available: 4)),
      (one(entry(0, .max, "[2]"), four), .offsetBeyondEnd(name: "x", end: .max, available: 4)),
      (one(entry(0, 4, huge), four), .shapeTooLarge(name: "x")),
      (one(entry(0, 4, "[\(Int.max)]"), four), .shapeTooLarge(name: "x")),
      (one(entry(0, 4, "[4294967296,4294967296,0]"), four), .shapeTooLarge(name: "x")),
      (one(entry(0, 4, "[2]"), four), .byteCount(name: "x", expected: 8, found: 4)),
      (one(entry(0, 4, "[0]"), four), .byteCount(name: "x", expected: 0, found: 4)),
      (one(entry(0, 4, "[1]", "F64"), four), .byteCount(name: "x", expected: 8, found: 4)),
      (one(entry(0, 3, "[]"), [0, 0, 0]), .byteCount(name: "x", expected: 4, found: 3)),
      (one(entry(4, 8, "[1]"), eight), .gap(before: "x", begin: 4, previousEnd: 0)),
      (
        two(entry(0, 4, "[1]"), entry(8, 12, "[1]"), twelve),
        .gap(before: "b", begin: 8, previousEnd: 4)
      ),
      (two(entry(0, 4, "[1]"), entry(0, 4, "[1]"), four), .overlap(name: "b", begin: 0, previousEnd: 4)),
      (two(entry(0, 8, "[2]"), entry(4, 8, "[1]"), eight), .overlap(name: "b", begin: 4, previousEnd: 8)),
      (two(entry(2, 6, "[1]"), entry(0, 4, "[1]"), eight), .overlap(name: "a", begin: 2, previousEnd: 4)),
    ]
  }()

  @Test("a file that breaks a rule is refused for it, and the message is a sentence", arguments: hostile)
  func refused(file: [UInt8], error: SafetensorsError) {
    #expect(throws: error) { try Safetensors(bytes: file) }
    #expect(error.description.hasSuffix("."))
  }

  static let badHeaders: [(header: String, error: JSONError)] = {
    let good = entry(0, 4, "[1]")
    return [
      ("{", .endsEarly(offset: 9)),
      (#"{"a":1}"#, .wrongType(expected: "an object", found: "a number", offset: 13)),
      (#"{"a":[]}"#, .wrongType(expected: "an object", found: "an array", offset: 13)),
      (#"{"__metadata__":[]}"#, .wrongType(expected: "an object", found: "an array", offset: 24)),
      (#"{"__metadata__":{"a":1}}"#, .wrongType(expected: "a string", found: "a number", offset: 29)),
      (#"{"__metadata__":{"a":{}}}"#, .wrongType(expected: "a string", found: "an object", offset: 29)),
      (#"{"__metadata__":{"a":null}}"#, .wrongType(expected: "a string", found: "null", offset: 29)),
      (#"{"__metadata__":{"a":"","b":"","a":""}}"#, .duplicateKey("a", offset: 46)),
      (#"{"__metadata__":{},"__metadata__":{}}"#, .duplicateKey("__metadata__", offset: 42)),
      (#"{"a":\#(good),"a":\#(good)}"#, .duplicateKey("a", offset: 115)),
      (#"{"a":\#(good),"\u0061":\#(good)}"#, .duplicateKey("a", offset: 120)),
      (#"{"a":{"dtype":"F32","dtype":"F32"}}"#, .duplicateKey("dtype", offset: 36)),
      (#"{"a":{"shape":[],"shape":[]}}"#, .duplicateKey("shape", offset: 33)),
      (#"{"a":{"data_offsets":[],"data_offsets":[]}}"#, .duplicateKey("data_offsets", offset: 47)),
      (
        #"{"a":{"x":1}}"#,
        .unknownKey("x", expected: "'dtype', 'shape' and 'data_offsets'", offset: 18)
      ),
      (#"{"a":{"shape":[],"data_offsets":[]}}"#, .missingKey("dtype", offset: 43)),
      (#"{"a":{"dtype":"F32","data_offsets":[]}}"#, .missingKey("shape", offset: 46)),
      (#"{"a":{"dtype":"F32","shape":[]}}"#, .missingKey("data_offsets", offset: 39)),
      (#"{"a":{"dtype":32}}"#, .wrongType(expected: "a string", found: "a number", offset: 22)),
      (#"{"a":{"shape":"1"}}"#, .wrongType(expected: "an array", found: "a string", offset: 22)),
      (#"{"a":{"shape":["1"]}}"#, .wrongType(expected: "a whole number", found: "a string", offset: 23)),
      (#"{"a":{"shape":[-1]}}"#, .notWhole(offset: 23)),
      (#"{"a":{"shape":[1.5]}}"#, .notWhole(offset: 23)),
      (#"{"a":{"shape":[18446744073709551616]}}"#, .numberTooLarge(offset: 23)),
      (#"{}{}"#, .textAfterEnd(offset: 10)), ("{}\n", .textAfterEnd(offset: 10)),
      (#"{"\ud800":{}}"#, .loneSurrogate(offset: 10)), (#"{"\q":{}}"#, .badEscape(offset: 10)),
    ]
  }()

  @Test("a header that is not the JSON it has to be is refused where it is not", arguments: badHeaders)
  func badHeader(header: String, error: JSONError) {
    #expect(throws: SafetensorsError.header(error)) { try Safetensors(bytes: safetensorsFile(header)) }
    #expect(SafetensorsError.header(error).description.contains(error.description))
    #expect(error.description.hasSuffix("."))
  }

  @Test("names have to be UTF-8")
  func invalidUTF8() {
    let header = [0x7B, 0x22, 0xFF] + Array("\":{}}".utf8)
    #expect(throws: SafetensorsError.header(.invalidUTF8(offset: 10))) {
      try Safetensors(bytes: safetensorsFile(header: header))
    }
  }

  @Test("JSON nested a million deep, or a million items long, is refused like any other")
  func giant() {
    for opening in ["[", "{\"a\":", "{\"a\":{\"shape\":["] {
      let header = "{\"a\":" + String(repeating: opening, count: 1_000_000 / opening.utf8.count)
      #expect(throws: SafetensorsError.self) { try Safetensors(bytes: safetensorsFile(header)) }
    }
    let many = "{\"a\":{\"shape\":[" + String(repeating: "1,", count: 100_000) + "1]}}"
    #expect(throws: SafetensorsError.header(.missingKey("dtype", offset: 8 + many.utf8.count - 1))) {
      try Safetensors(bytes: safetensorsFile(many))
    }
  }

  @Test("a name that would change a terminal is shown without doing so")
  func terminal() {
    let error = SafetensorsError.shapeTooLarge(name: "\u{1B}[31m" + String(repeating: "x", count: 100))
    #expect(error.description.contains("'U+1B[31mxxx"))
    #expect(!error.description.unicodeScalars.contains("\u{1B}"))
    #expect(error.description.utf8.count < 200)
  }
}
