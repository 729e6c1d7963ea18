import Testing

/// An ONNX file as the tests read it: the fields that a model of ours may have, and no others.
struct ONNXFile {
  struct Node: Equatable {
    var operation = "", name = ""
    var inputs: [String] = [], outputs: [String] = []
    /// Whole numbers by the attributes' names; a single one is a list of one.
    var attributes: [String: [Int]] = [:]
  }

  struct Tensor: Equatable {
    var name = "", type = 0
    var shape: [Int] = []
    var data: [UInt8] = []
  }

  /// An input or output; a free dimension is its name, others are numbers.
  struct Value: Equatable {
    var name = "", type = 0
    var shape: [String] = []
  }

  var version = 0, operatorSet = 0
  var producer = "", name = ""
  var nodes: [Node] = []
  var tensors: [Tensor] = []
  var inputs: [Value] = [], outputs: [Value] = [], values: [Value] = []
  var metadata: [[String]] = []

  init(_ bytes: [UInt8]) throws {
    for field in try fields(bytes) {
      switch field.number {
      case 1: version = try field.integer
      case 2: producer = try field.text
      case 6: #expect(try field.text.hasSuffix("."))
      case 7: try readGraph(field.bytes)
      case 8: for field in try fields(field.bytes, only: [2]) { operatorSet = try field.integer }
      case 14: metadata.append(try fields(field.bytes, only: [1, 2]).map { try $0.text })
      default: throw Unexpected(field.number)
      }
    }
  }

  private mutating func readGraph(_ bytes: [UInt8]) throws {
    for field in try fields(bytes) {
      switch field.number {
      case 1: nodes.append(try ONNXFile.node(field.bytes))
      case 2: name = try field.text
      case 5: tensors.append(try ONNXFile.tensor(field.bytes))
      case 11: inputs.append(try ONNXFile.value(field.bytes))
      case 12: outputs.append(try ONNXFile.value(field.bytes))
      case 13: values.append(try ONNXFile.value(field.bytes))
      default: throw Unexpected(field.number)
      }
    }
  }

  private static func node(_ bytes: [UInt8]) throws -> Node {
    var node = Node()
    for field in try fields(bytes) {
      switch field.number {
      case 1: node.inputs.append(try field.text)
      case 2: node.outputs.append(try field.text)
      case 3: node.name = try field.text
      case 4: node.operation = try field.text
      case 5:
        var name = "", values: [Int] = [], type = 0
        for field in try fields(field.bytes, only: [1, 3, 8, 20]) {
          switch field.number {
          case 1: name = try field.text
          case 20: type = try field.integer
          default:
            values.append(try field.integer)
            // The type says which field has the value.
            if field.number == 3 { #expect(values.count == 1) }
          }
        }
        #expect(type == (values.count == 1 && name != "axes" ? 2 : 7), "\(name)")
        node.attributes[name] = values
      default: throw Unexpected(field.number)
      }
    }
    return node
  }

  private static func tensor(_ bytes: [UInt8]) throws -> Tensor {
    var tensor = Tensor()
    for field in try fields(bytes) {
      switch field.number {
      case 1: tensor.shape.append(try field.integer)
      case 2: tensor.type = try field.integer
      case 8: tensor.name = try field.text
      case 9: tensor.data = try field.bytes
      default: throw Unexpected(field.number)
      }
    }
    return tensor
  }

  private static func value(_ bytes: [UInt8]) throws -> Value {
    var value = Value()
    for field in try fields(bytes, only: [1, 2]) {
      if field.number == 1 {
        value.name = try field.text
        continue
      }
      for type in try fields(field.bytes, only: [1]) {
        for field in try fields(type.bytes, only: [1, 2]) {
          if field.number == 1 {
            value.type = try field.integer
            continue
          }
          for dimension in try fields(field.bytes, only: [1]) {
            for length in try fields(dimension.bytes, only: [1, 2]) {
              value.shape.append(length.number == 1 ? "\(try length.integer)" : try length.text)
            }
          }
        }
      }
    }
    return value
  }
}

/// A file has what it should not.
private struct Unexpected: Error {
  let what: Int
  init(_ what: Int) { self.what = what }
}

/// A field of a message: a whole number, or bytes.
private struct Field {
  let number: Int
  let value: Int?
  let content: [UInt8]?

  var integer: Int { get throws { try #require(value) } }
  var bytes: [UInt8] { get throws { try #require(content) } }
  var text: String { get throws { try #require(String(validating: bytes, as: UTF8.self)) } }
}

/// The fields of a message, whose numbers never fall.
///
/// - Parameter only: The numbers that they may have, if not any.
private func fields(_ bytes: [UInt8], only: [Int]? = nil) throws -> [Field] {
  var fields: [Field] = [], rest = bytes[...]
  func varint() throws -> Int {
    var value: UInt64 = 0, shift: UInt64 = 0
    while true {
      guard let byte = rest.popFirst() else { throw Unexpected(bytes.count) }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return Int(truncatingIfNeeded: value) }
      shift += 7
    }
  }
  while !rest.isEmpty {
    let key = try varint()
    switch key & 7 {
    case 0: fields.append(Field(number: key >> 3, value: try varint(), content: nil))
    case 2:
      let count = try varint()
      try #require(count >= 0 && count <= rest.count)
      fields.append(Field(number: key >> 3, value: nil, content: Array(rest.prefix(count))))
      rest = rest.dropFirst(count)
    default: throw Unexpected(key)
    }
  }
  let numbers = fields.map(\.number)
  #expect(numbers == numbers.sorted())
  if let only { try #require(numbers.allSatisfy(only.contains)) }
  return fields
}
