// Fuzz target: bytes read as JSON of the types that a file's header has.

@testable import MicroGPT

/// Requires of any bytes that they are refused with an offset, or that their values can be written and read again.
func check(_ bytes: [UInt8]) {
  let result = read(bytes, 0..<bytes.count)
  // What follows a range does not matter, in particular not what would continue it.
  for following in ["\"", "0", "}", "\u{10FFFF}"] {
    require(read(bytes + following.utf8, 0..<bytes.count) == result, "bytes after the range are read")
  }
  // The last bytes of a character.
  require(read(bytes + [0xBF, 0xBF, 0xBF], 0..<bytes.count) == result, "bytes after the range are read")
  switch result {
  case .success(let items):
    let text = written(items)
    require(read(text, 0..<text.count) == result, "what was written is read as something else")
    let shifted = [UInt8(ascii: "9")] + bytes
    require(read(shifted, 1..<shifted.count) == result, "bytes before the range are read")
  case .failure(let error):
    requireSentence(error, atMost: 1_000)
    require(0...bytes.count ~= offset(error), "the error is at byte \(offset(error)) of \(bytes.count)")
  }
}

/// A piece of JSON text. Texts are their bytes, because strings are equal if only their appearance is the same.
private enum Item: Equatable {
  case beginObject, endObject
  case key([UInt8])
  case text([UInt8])
  case number(Int)
  case numbers([Int])
}

/// Reads an object of texts, numbers, arrays and objects. A stack instead of recursion: inputs nest deeply.
private func read(_ bytes: [UInt8], _ range: Range<Int>) -> Result<[Item], JSONError> {
  Result { () throws(JSONError) -> [Item] in
    var json = JSONReader(bytes, in: range), items = [Item.beginObject]
    /// For each open object, whether no member has been read.
    var open = [true]
    try json.beginObject()
    while !open.isEmpty {
      guard let key = try json.nextKey(&open[open.count - 1]) else {
        open.removeLast()
        items.append(.endObject)
        continue
      }
      items.append(.key(Array(key.utf8)))
      // The caller of the reader knows what has to come; this one looks.
      switch bytes[json.offset..<range.upperBound].first(where: { !" \t\r\n".utf8.contains($0) }) {
      case UInt8(ascii: "{"):
        try json.beginObject()
        open.append(true)
        items.append(.beginObject)
      case UInt8(ascii: "["): items.append(.numbers(try json.wholeNumbers()))
      case UInt8(ascii: "\""): items.append(.text(Array(try json.string().utf8)))
      default: items.append(.number(try json.wholeNumber()))
      }
    }
    try json.finish()
    return items
  }
}

/// The shortest JSON text of these items.
private func written(_ items: [Item]) -> [UInt8] {
  var text: [UInt8] = []
  for (index, item) in items.enumerated() {
    switch item {
    case .beginObject: text += "{".utf8
    case .endObject: text += "}".utf8
    case .key(let key):
      if items[index - 1] != .beginObject { text += ",".utf8 }
      appendJSON(String(decoding: key, as: UTF8.self), to: &text)
      text += ":".utf8
    case .text(let value): appendJSON(String(decoding: value, as: UTF8.self), to: &text)
    case .number(let number): text += "\(number)".utf8
    case .numbers(let numbers): text += "[\(numbers.map { "\($0)" }.joined(separator: ","))]".utf8
    }
  }
  return text
}

private func offset(_ error: JSONError) -> Int {
  switch error {
  case .endsEarly(let offset), .syntax(_, _, let offset), .wrongType(_, _, let offset),
    .invalidUTF8(let offset),
    .controlCharacter(let offset), .badEscape(let offset), .loneSurrogate(let offset), .notWhole(let offset),
    .numberTooLarge(let offset), .duplicateKey(_, let offset), .unknownKey(_, _, let offset),
    .missingKey(_, let offset), .textAfterEnd(let offset):
    offset
  }
}
