import Testing

@testable import MicroGPT

@Suite struct JSONTests {
  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    var json = JSONReader(Array(#"{"shape": [27, 16]}"#.utf8))
    var isFirst = true
    try json.beginObject()
    #expect(try json.nextKey(&isFirst) == "shape")
    #expect(try json.wholeNumbers() == [27, 16])
    #expect(try json.nextKey(&isFirst) == nil)
    try json.finish()
  }

  static let texts: [(json: String, text: String)] = [
    (#""""#, ""), (#""abc""#, "abc"), (#""é€😀\#u{10FFFF}""#, "é€😀\u{10FFFF}"),
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0000\u00e9\u00E9\uFFFF""#, "\0éé\u{FFFF}"),
    (#""\ud83d\ude00\uD800\uDC00\udbff\udfff""#, "😀\u{10000}\u{10FFFF}"), (" \t\r\n\"a\"", "a"),
    ("\"\u{7F}\u{2028}\"", "\u{7F}\u{2028}"),
  ]

  @Test("strings with every escape are read", arguments: texts)
  func strings(json: String, text: String) throws {
    var reader = JSONReader(Array(json.utf8))
    #expect(try reader.string().unicodeScalars.elementsEqual(text.unicodeScalars))
    try reader.finish()
  }

  @Test(
    "numbers are read to the nearest double, and those that are not finite as Python and others write them",
    arguments: [
      ("0", 0), ("-0", -0.0), ("3.3659669475848504", 3.3659669475848504), ("1e-05", 1e-5), ("2E+3", 2000),
      ("-12.5e2", -1250), ("5e-324", .leastNonzeroMagnitude), ("1e999", .infinity), ("Infinity", .infinity),
      ("-Infinity", -.infinity), ("null", .nan), ("NaN", .nan), (" \t7", 7),
    ] as [(String, Double)])
  func numbers(json: String, number: Double) throws {
    var reader = JSONReader(Array(json.utf8))
    let read = try reader.number()
    #expect(read.isNaN ? number.isNaN : read.bitPattern == number.bitPattern, "\(read)")
    try reader.finish()
  }

  @Test(
    "what is not a number in JSON is refused where it goes wrong",
    arguments: [
      ("01", .syntax(expected: "no digit after a leading zero", found: 0x31, offset: 1)),
      ("1.", .endsEarly(offset: 2)), ("1.e5", .syntax(expected: "a digit", found: 0x65, offset: 2)),
      ("-", .endsEarly(offset: 1)), ("-x", .syntax(expected: "a digit", found: 0x78, offset: 1)),
      ("1e", .endsEarly(offset: 2)), ("1e+}", .syntax(expected: "a digit", found: 0x7D, offset: 3)),
      ("\"1\"", .wrongType(expected: "a number", found: "a string", offset: 0)),
      ("true", .wrongType(expected: "a number", found: "true or false", offset: 0)),
      (".5", .syntax(expected: "a number", found: 0x2E, offset: 0)), ("", .endsEarly(offset: 0)),
      ("nul", .wrongType(expected: "a number", found: "null", offset: 0)),
    ] as [(String, JSONError)])
  func notNumbers(json: String, error: JSONError) {
    var reader = JSONReader(Array(json.utf8))
    #expect(throws: error) { try reader.number() }
  }

  @Test(
    "values of every type are skipped, and the reader is behind them",
    arguments: [
      "1", "-2.5e3", "\"a\\\"]\"", "true", "false", "null", "NaN", "[]", "{}", "[1, [2, {\"a\": []}], \"]\"]",
      "{\"a\": {\"b\": [1, true]}, \"c\": null}",
      String(repeating: "[", count: 100_000)
        + String(repeating: "]", count: 100_000),
    ])
  func skipping(json: String) throws {
    var reader = JSONReader(Array("{\"skipped\": \(json), \"next\": 7}".utf8)), isFirst = true
    try reader.beginObject()
    _ = try reader.nextKey(&isFirst)
    try reader.skipValue()
    #expect(try reader.nextKey(&isFirst) == "next")
    #expect(try reader.wholeNumber() == 7)
  }

  @Test(
    "a value that is not JSON cannot be skipped",
    arguments: [
      "", "[", "[1", "[1 2]", "[,1]", "[1,]", "{\"a\"}", "{a: 1}", "tru", "[01]", "{\"a\": 1,}", "]", "\"a",
    ])
  func notSkipped(json: String) {
    var reader = JSONReader(Array(json.utf8))
    #expect(throws: JSONError.self) { try reader.skipValue() }
  }

  @Test("every Unicode scalar is written so that it is read back; a debug build tries some")
  func everyScalar() throws {
    let step = _isDebugAssertConfiguration() ? 61 : 1
    for first in stride(from: UInt32(0), to: 0x110000, by: 0x1000) {
      var text = ""
      let values = stride(from: first, to: first + 0x1000, by: first < 0x1000 ? 1 : step)
      text.unicodeScalars.append(contentsOf: values.compactMap { Unicode.Scalar($0) })
      var bytes: [UInt8] = []
      appendJSON(text, to: &bytes)
      var reader = JSONReader(bytes)
      #expect(try reader.string().unicodeScalars.elementsEqual(text.unicodeScalars))
    }
  }

  // python3 -c 'import json; print(json.dumps("\0\x07\b\t\n\x0b\f\r\x1f \"\\/\x7fé", ensure_ascii=False))'
  @Test("strings are escaped as Python does it")
  func writing() {
    var bytes: [UInt8] = []
    appendJSON("\0\u{7}\u{8}\t\n\u{B}\u{C}\r\u{1F} \"\\/\u{7F}é", to: &bytes)
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == #""\u0000\u0007\b\t\n\u000b\f\r\u001f \"\\/"# + "\u{7F}é\"")
  }

  private static func utf8(_ text: String) -> [UInt8] { Array(text.utf8) }

  static let stringErrors: [(bytes: [UInt8], error: JSONError)] = [
    (utf8(""), .endsEarly(offset: 0)), (utf8(" "), .endsEarly(offset: 1)),
    (utf8("\"ab"), .endsEarly(offset: 3)), (utf8(#""\"#), .endsEarly(offset: 2)),
    (utf8(#""\u12"#), .endsEarly(offset: 5)),
    (utf8("1"), .wrongType(expected: "a string", found: "a number", offset: 0)),
    (utf8("-"), .wrongType(expected: "a string", found: "a number", offset: 0)),
    (utf8("[[[["), .wrongType(expected: "a string", found: "an array", offset: 0)),
    (utf8("{"), .wrongType(expected: "a string", found: "an object", offset: 0)),
    (utf8("true"), .wrongType(expected: "a string", found: "true or false", offset: 0)),
    (utf8("null"), .wrongType(expected: "a string", found: "null", offset: 0)),
    (utf8("'a'"), .syntax(expected: "a string", found: 0x27, offset: 0)),
    (utf8("\"a\nb\""), .controlCharacter(offset: 2)),
    (utf8("\"\0\""), .controlCharacter(offset: 1)),
    (utf8(#""\x""#), .badEscape(offset: 1)), (utf8(#""\u12g4""#), .badEscape(offset: 1)),
    (utf8(#""\U0041""#), .badEscape(offset: 1)),
    (utf8(#""\ud800""#), .loneSurrogate(offset: 1)),
    (utf8(#""a\udc00""#), .loneSurrogate(offset: 2)),
    (utf8(#""\ud800\ud800""#), .loneSurrogate(offset: 1)),
    (utf8(#""\ud800\n12345""#), .loneSurrogate(offset: 1)),
    ([0x22, 0xFF, 0x22], .invalidUTF8(offset: 1)), ([0x22, 0x61, 0xC3], .invalidUTF8(offset: 2)),
    ([0x22, 0xC0, 0x80, 0x22], .invalidUTF8(offset: 1)),
    ([0x22, 0xED, 0xA0, 0x80, 0x22], .invalidUTF8(offset: 1)),
    ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], .invalidUTF8(offset: 1)),
  ]

  @Test("a string that breaks a rule is refused where it does", arguments: stringErrors)
  func badStrings(bytes: [UInt8], error: JSONError) {
    #expect(throws: error) {
      var reader = JSONReader(bytes)
      _ = try reader.string()
    }
  }

  @Test("a character does not reach beyond the reader's range")
  func range() {
    #expect(throws: JSONError.invalidUTF8(offset: 1)) {
      var reader = JSONReader(Array("\"é\"".utf8), in: 0..<2)
      _ = try reader.string()
    }
  }

  @Test(
    "whole numbers are digits and nothing else",
    arguments: [("0", 0), ("10", 10), (" 7", 7), ("\(Int.max)", Int.max)])
  func numbers(json: String, value: Int) throws {
    var reader = JSONReader(Array(json.utf8))
    #expect(try reader.wholeNumber() == value)
  }

  static let numberErrors: [(json: String, error: JSONError)] = [
    ("-1", .notWhole(offset: 0)), ("01", .notWhole(offset: 0)), ("00", .notWhole(offset: 0)),
    ("1.0", .notWhole(offset: 0)), ("1e3", .notWhole(offset: 0)), ("1E3", .notWhole(offset: 0)),
    ("-", .notWhole(offset: 0)), ("1-", .notWhole(offset: 0)),
    ("9223372036854775808", .numberTooLarge(offset: 0)),
    ("99999999999999999999999", .numberTooLarge(offset: 0)),
    ("\"1\"", .wrongType(expected: "a whole number", found: "a string", offset: 0)),
    ("+1", .syntax(expected: "a whole number", found: 0x2B, offset: 0)),
  ]

  @Test("a number that is not whole, or too large, is refused", arguments: numberErrors)
  func badNumbers(json: String, error: JSONError) {
    #expect(throws: error) {
      var reader = JSONReader(Array(json.utf8))
      _ = try reader.wholeNumber()
    }
  }

  @Test("arrays of numbers", arguments: [("[]", []), ("[1]", [1]), (" [ 1 ,\n2\t] ", [1, 2])])
  func arrays(json: String, value: [Int]) throws {
    var reader = JSONReader(Array(json.utf8))
    #expect(try reader.wholeNumbers() == value)
    try reader.finish()
  }

  static let arrayErrors: [(json: String, error: JSONError)] = [
    ("[1,]", .syntax(expected: "a whole number", found: 0x5D, offset: 3)),
    ("[,1]", .syntax(expected: "a whole number", found: 0x2C, offset: 1)),
    ("[1 2]", .syntax(expected: "',' or ']'", found: 0x32, offset: 3)),
    ("[1}", .syntax(expected: "',' or ']'", found: 0x7D, offset: 2)),
    ("[1", .endsEarly(offset: 2)), ("[", .endsEarly(offset: 1)),
    ("[[1]]", .wrongType(expected: "a whole number", found: "an array", offset: 1)),
    ("{}", .wrongType(expected: "an array", found: "an object", offset: 0)),
  ]

  @Test("an array or object with a wrong separator, or none, is refused", arguments: arrayErrors)
  func badArrays(json: String, error: JSONError) {
    #expect(throws: error) {
      var reader = JSONReader(Array(json.utf8))
      _ = try reader.wholeNumbers()
    }
  }

  static let objectErrors: [(json: String, error: JSONError)] = [
    ("[]", .wrongType(expected: "an object", found: "an array", offset: 0)),
    ("{a:1}", .syntax(expected: "a key in quotes", found: 0x61, offset: 1)),
    ("{1:1}", .syntax(expected: "a key in quotes", found: 0x31, offset: 1)),
    (#"{"a" 1}"#, .syntax(expected: "':'", found: 0x31, offset: 5)),
    (#"{"a":1,}"#, .syntax(expected: "a key in quotes", found: 0x7D, offset: 7)),
    (#"{"a":1 "b":1}"#, .syntax(expected: "',' or '}'", found: 0x22, offset: 7)),
    (#"{"a":1"#, .endsEarly(offset: 6)), (#"{"a":1}x"#, .textAfterEnd(offset: 7)),
    ("{\"a\":1}\n", .textAfterEnd(offset: 7)),
  ]

  @Test("an object's keys are strings, with a colon behind and commas between", arguments: objectErrors)
  func badObjects(json: String, error: JSONError) {
    #expect(throws: error) {
      var reader = JSONReader(Array(json.utf8)), isFirst = true
      try reader.beginObject()
      while try reader.nextKey(&isFirst) != nil { _ = try reader.wholeNumber() }
      try reader.finish()
    }
  }

  @Test("messages quote texts of a file without control characters, and cut them")
  func excerpts() {
    #expect(excerpt("wte") == "'wte'")
    #expect(excerpt("\u{1B}[2Ja\u{202E}\u{7F}") == "'U+1B[2JaU+202EU+7F'")
    #expect(excerpt(String(repeating: "é", count: 60)) == "'" + String(repeating: "é", count: 60) + "'")
    #expect(excerpt(String(repeating: "é", count: 61)) == "'" + String(repeating: "é", count: 60) + "'...")
    #expect(JSONError.syntax(expected: "':'", found: 7, offset: 3).description.contains("byte 0x7"))
    #expect(JSONError.syntax(expected: "':'", found: 0x41, offset: 3).description.contains("'A'"))
  }
}
