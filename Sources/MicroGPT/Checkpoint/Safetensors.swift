// The safetensors file format: named tensors of numbers, and texts by key, that every machine learning library reads.
//
//     let file = Safetensors(                                from safetensors.numpy import save_file
//       metadata: [("author", "me")],                        save_file({"x": np.array([[1.5, 2], [3, 4]])},
//       tensors: [.init("x", [2, 2],                             "x.safetensors", {"author": "me"})
//         .float64([1.5, 2, 3, 4]))])                        load_file("x.safetensors")["x"]
//
// Layout, as described at https://github.com/huggingface/safetensors: the header's length in 8 bytes, the header as JSON,
// padded with spaces, then the numbers of all tensors without a gap. Everything is little-endian, rows come one after
// the other. Only F64 and F32 are read and written.

/// The contents of a safetensors file.
///
///     let file = Safetensors(metadata: [("author", "me")], tensors: [.init("x", [2], .float32([1.5, -2]))])
///     let bytes = file.bytes()
///     let copy = try Safetensors(bytes: bytes)
///     copy["x"]!.values.doubles  // [1.5, -2.0]
///
/// The reader takes nothing on trust: a file that breaks any rule of the format is refused with a `SafetensorsError`.
/// Its memory is bounded by a multiple of the file's size.
public struct Safetensors: Sendable {
  /// Texts by key, in the order of the file.
  public var metadata: [(key: String, value: String)]
  /// The tensors, in the order of the header.
  public var tensors: [Tensor]

  /// A tensor of a file: numbers with a name and a shape.
  public struct Tensor: Sendable, Equatable {
    /// The name, which no other tensor of the file has.
    public var name: String
    /// The length of each dimension; a single number has none.
    public var shape: [Int]
    /// The numbers, the last dimension's side by side: as many as the product of `shape`.
    public var values: Values

    /// A tensor of these numbers.
    public init(_ name: String, _ shape: [Int], _ values: Values) {
      (self.name, self.shape, self.values) = (name, shape, values)
    }
  }

  /// Numbers of one of the types that are read and written.
  public enum Values: Sendable, Equatable {
    /// Doubles, "F64".
    case float64([Double])
    /// Floats, "F32".
    case float32([Float])

    /// The numbers as doubles, none rounded.
    ///
    /// - Complexity: O(*n*) if they are floats.
    public var doubles: [Double] {
      switch self {
      case .float64(let values): values
      case .float32(let values): values.map { Double($0) }
      }
    }

    /// How many there are.
    public var count: Int {
      switch self {
      case .float64(let values): values.count
      case .float32(let values): values.count
      }
    }

    var type: NumberType {
      switch self {
      case .float64: .float64
      case .float32: .float32
      }
    }
  }

  /// The contents of a file to be written.
  public init(metadata: [(key: String, value: String)] = [], tensors: [Tensor]) {
    (self.metadata, self.tensors) = (metadata, tensors)
  }

  /// The tensor of a name, or `nil` if there is none.
  ///
  /// - Complexity: O(*n*) in the tensors.
  public subscript(name: String) -> Tensor? {
    tensors.first { $0.name.utf8.elementsEqual(name.utf8) }
  }
}

extension Safetensors {
  /// A type of numbers in a file.
  enum NumberType: String {
    case float64 = "F64"
    case float32 = "F32"

    var byteCount: Int { self == .float64 ? 8 : 4 }
  }
}

/// The key of the metadata among the tensors' names.
private let metadataKey = "__metadata__"

extension Safetensors {
  /// The file: the same contents give the same bytes.
  ///
  /// - Precondition: Names are distinct, as are keys; no tensor is called `__metadata__`; each has as many numbers as its
  ///   shape says.
  /// - Complexity: O(*n*).
  public func bytes() -> [UInt8] {
    for tensor in tensors {
      let count = tensor.shape.reduce(Count(1)) { $0 * Count($1) }.value
      precondition(
        count == tensor.values.count && tensor.shape.allSatisfy { $0 >= 0 },
        "\(excerpt(tensor.name)) has \(tensor.values.count) numbers, which its shape does not allow.")
    }
    return Safetensors.bytes(
      metadata: metadata, tensors: tensors.map { ($0.name, $0.shape, $0.values.type) },
      numbers: tensors.map { $0.values })
  }

  /// The file of these tensors.
  ///
  /// - Parameter numbers: The numbers of all tensors, one after the other. An array may hold those of several, which
  ///   then need not be copied into an array each.
  static func bytes(
    metadata: [(key: String, value: String)], tensors: [(name: String, shape: [Int], type: NumberType)],
    numbers: [Values]
  ) -> [UInt8] {
    let keys = NameIndex(metadata.map { $0.key }).duplicate, names = tensors.map { $0.name }
    let twice = NameIndex(names + [metadataKey]).duplicate ?? keys
    precondition(
      twice == nil, "\(excerpt(twice ?? "")) occurs twice, or is a tensor's name and reserved.")
    var header = Array("{".utf8), offset = 0
    if !metadata.isEmpty {
      appendJSON(metadataKey, to: &header)
      header += ":{".utf8
      for (index, entry) in metadata.enumerated() {
        if index > 0 { header.append(UInt8(ascii: ",")) }
        appendJSON(entry.key, to: &header)
        header.append(UInt8(ascii: ":"))
        appendJSON(entry.value, to: &header)
      }
      header.append(UInt8(ascii: "}"))
    }
    for tensor in tensors {
      let end = offset + tensor.shape.reduce(1, *) * tensor.type.byteCount
      if header.count > 1 { header.append(UInt8(ascii: ",")) }
      appendJSON(tensor.name, to: &header)
      let shape = tensor.shape.map { "\($0)" }.joined(separator: ",")
      header += ":{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],".utf8
      header += "\"data_offsets\":[\(offset),\(end)]}".utf8
      offset = end
    }
    header.append(UInt8(ascii: "}"))
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    precondition(
      offset == numbers.reduce(0) { $0 + $1.count * $1.type.byteCount },
      "The numbers are not as many as the tensors' shapes call for.")
    return bytes(header, numbers, dataCount: offset)
  }

  private static func bytes(_ header: [UInt8], _ numbers: [Values], dataCount: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 8 + header.count + dataCount) { output, count in
      let start = UnsafeMutableRawPointer(output.baseAddress!)
      start.storeBytes(of: UInt64(header.count).littleEndian, as: UInt64.self)
      (start + 8).copyMemory(from: header, byteCount: header.count)
      var end = start + 8 + header.count
      for numbers in numbers {
        switch numbers {
        case .float64(let values):
          for value in values {
            end.storeBytes(of: value.bitPattern.littleEndian, as: UInt64.self)
            end += 8
          }
        case .float32(let values):
          for value in values {
            end.storeBytes(of: value.bitPattern.littleEndian, as: UInt32.self)
            end += 4
          }
        }
      }
      count = end - start
    }
  }
}

extension Safetensors {
  /// The header's entry of a tensor.
  private struct Entry {
    var name: String
    var type: String
    var shape, offsets: [Int]
  }

  /// The contents of a file.
  ///
  /// - Throws: `SafetensorsError` if the bytes break a rule of the format, or a type is neither F64 nor F32.
  /// - Complexity: O(*n* + *t* log *t*) for *n* bytes and *t* tensors.
  public init(bytes: [UInt8]) throws(SafetensorsError) {
    guard bytes.count >= 8 else { throw .truncated(byteCount: bytes.count) }
    let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(bytes.count - 8) else {
      throw .headerBeyondEnd(length: length, available: bytes.count - 8)
    }
    let dataStart = 8 + Int(length), dataCount = bytes.count - dataStart
    guard length > 0, bytes[8] == UInt8(ascii: "{") else { throw .noHeader }
    let entries: [Entry]
    do { (metadata, entries) = try Safetensors.header(bytes, 8..<dataStart) } catch { throw .header(error) }
    for entry in entries { try Safetensors.check(entry, dataCount: dataCount) }
    // Numbers are copied after this check only: tensors that share bytes could demand any amount of memory.
    try Safetensors.checkOrder(entries, dataCount: dataCount)
    tensors = entries.map { entry in
      let range = dataStart + entry.offsets[0]..<dataStart + entry.offsets[1]
      return Tensor(
        entry.name, entry.shape, Safetensors.values(bytes, range, NumberType(rawValue: entry.type)!))
    }
  }

  /// Reads the header and checks the types of its values, nothing else.
  private static func header(
    _ bytes: [UInt8], _ range: Range<Int>
  ) throws(JSONError) -> (metadata: [(key: String, value: String)], entries: [Entry]) {
    var json = JSONReader(bytes, in: range), isFirst = true
    var metadata: [(key: String, value: String)]?, entries: [Entry] = []
    try json.beginObject()
    while let name = try json.nextKey(&isFirst) {
      if !name.utf8.elementsEqual(metadataKey.utf8) {
        entries.append(try entry(name, &json))
      } else if metadata == nil {
        metadata = try texts(&json)
      } else {
        throw .duplicateKey(name, offset: json.offset)
      }
    }
    if let name = NameIndex(entries.map { $0.name }).duplicate {
      throw .duplicateKey(name, offset: json.offset)
    }
    try json.finish()
    return (metadata ?? [], entries)
  }

  /// Reads the object of the metadata.
  private static func texts(_ json: inout JSONReader) throws(JSONError) -> [(key: String, value: String)] {
    var texts: [(key: String, value: String)] = [], isFirst = true
    try json.beginObject()
    while let key = try json.nextKey(&isFirst) { texts.append((key, try json.string())) }
    if let key = NameIndex(texts.map { $0.key }).duplicate {
      throw .duplicateKey(key, offset: json.offset)
    }
    return texts
  }

  /// Reads the object of a tensor.
  private static func entry(_ name: String, _ json: inout JSONReader) throws(JSONError) -> Entry {
    var type: String?, shape: [Int]?, offsets: [Int]?, isFirst = true
    try json.beginObject()
    while let key = try json.nextKey(&isFirst) {
      switch key {
      case "dtype" where type == nil: type = try json.string()
      case "shape" where shape == nil: shape = try json.wholeNumbers()
      case "data_offsets" where offsets == nil: offsets = try json.wholeNumbers()
      case "dtype", "shape", "data_offsets": throw .duplicateKey(key, offset: json.offset)
      default:
        throw .unknownKey(key, expected: "'dtype', 'shape' and 'data_offsets'", offset: json.offset)
      }
    }
    guard let type else { throw .missingKey("dtype", offset: json.offset) }
    guard let shape else { throw .missingKey("shape", offset: json.offset) }
    guard let offsets else { throw .missingKey("data_offsets", offset: json.offset) }
    return Entry(name: name, type: type, shape: shape, offsets: offsets)
  }

  /// Checks a tensor's entry by itself.
  private static func check(_ entry: Entry, dataCount: Int) throws(SafetensorsError) {
    let (name, shape) = (entry.name, entry.shape)
    guard let type = NumberType(rawValue: entry.type) else {
      throw .unsupportedType(name: name, found: entry.type)
    }
    guard entry.offsets.count == 2 else {
      throw .offsetCount(name: name, found: entry.offsets.count)
    }
    let (begin, end) = (entry.offsets[0], entry.offsets[1])
    guard begin <= end else { throw .reversedOffsets(name: name, begin: begin, end: end) }
    guard end <= dataCount else { throw .offsetBeyondEnd(name: name, end: end, available: dataCount) }
    guard let expected = shape.reduce(Count(type.byteCount), { $0 * Count($1) }).value else {
      throw .shapeTooLarge(name: name)
    }
    guard expected == end - begin else {
      throw .byteCount(name: name, expected: expected, found: end - begin)
    }
  }

  /// Checks that the tensors fill the file without gaps or overlaps.
  private static func checkOrder(_ entries: [Entry], dataCount: Int) throws(SafetensorsError) {
    var position = 0
    let inOrder = entries.sorted { a, b in
      a.offsets[0] != b.offsets[0] ? a.offsets[0] < b.offsets[0] : a.offsets[1] < b.offsets[1]
    }
    for entry in inOrder {
      if entry.offsets[0] > position {
        throw .gap(before: entry.name, begin: entry.offsets[0], previousEnd: position)
      }
      if entry.offsets[0] < position {
        throw .overlap(name: entry.name, begin: entry.offsets[0], previousEnd: position)
      }
      position = entry.offsets[1]
    }
    if position < dataCount { throw .bytesAfterEnd(count: dataCount - position) }
  }

  /// The numbers of a range of bytes.
  private static func values(_ bytes: [UInt8], _ range: Range<Int>, _ type: NumberType) -> Values {
    bytes.withUnsafeBytes { bytes in
      switch type {
      case .float64:
        .float64(
          (0..<range.count / 8).map { i in
            let bits = bytes.loadUnaligned(fromByteOffset: range.lowerBound + 8 * i, as: UInt64.self)
            return Double(bitPattern: UInt64(littleEndian: bits))
          })
      case .float32:
        .float32(
          (0..<range.count / 4).map { i in
            let bits = bytes.loadUnaligned(fromByteOffset: range.lowerBound + 4 * i, as: UInt32.self)
            return Float(bitPattern: UInt32(littleEndian: bits))
          })
      }
    }
  }
}

/// Why bytes are not a safetensors file that can be read. Offsets of tensors are relative to the header's end.
public enum SafetensorsError: Error, Equatable {
  /// There are fewer bytes than the header's length takes.
  case truncated(byteCount: Int)
  /// The header is longer than the file.
  case headerBeyondEnd(length: UInt64, available: Int)
  /// There is no header, or it does not begin with a brace.
  case noHeader
  /// The header is not JSON of the format's structure.
  case header(JSONError)
  /// A tensor's numbers are of another type than F64 and F32.
  case unsupportedType(name: String, found: String)
  /// A tensor does not have exactly two offsets, its start and its end.
  case offsetCount(name: String, found: Int)
  /// A tensor ends before it begins.
  case reversedOffsets(name: String, begin: Int, end: Int)
  /// A tensor ends beyond the end of the file.
  case offsetBeyondEnd(name: String, end: Int, available: Int)
  /// A tensor's shape calls for more bytes than can be counted.
  case shapeTooLarge(name: String)
  /// A tensor has more or fewer bytes than its shape and type call for.
  case byteCount(name: String, expected: Int, found: Int)
  /// No tensor claims the bytes before this one.
  case gap(before: String, begin: Int, previousEnd: Int)
  /// A tensor begins before another has ended.
  case overlap(name: String, begin: Int, previousEnd: Int)
  /// No tensor claims the last bytes of the file.
  case bytesAfterEnd(count: Int)
}

extension SafetensorsError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .truncated(let byteCount):
      "The file has \(byteCount) bytes, which is too short for a safetensors file. Copy or save it again."
    case .headerBeyondEnd(let length, let available):
      "The header should have \(length) bytes, but only \(available) are left: this is no safetensors file, or "
        + "it is cut short. Copy or save it again."
    case .noHeader:
      "The file has no header in braces, so it is no safetensors file. Name another one."
    case .header(let error):
      "The header cannot be read. \(error.description) The file is damaged: copy or save it again."
    case .unsupportedType(let name, let found):
      "Tensor \(excerpt(name)) has numbers of type \(excerpt(found)), but only F64 and F32 can be read. Save it as F32."
    case .offsetCount(let name, let found):
      "Tensor \(excerpt(name)) has \(found) offsets instead of 2. The file is damaged: copy or save it again."
    case .reversedOffsets(let name, let begin, let end):
      "Tensor \(excerpt(name)) begins at \(begin) and ends before, at \(end). "
        + "The file is damaged: copy or save it again."
    case .offsetBeyondEnd(let name, let end, let available):
      "Tensor \(excerpt(name)) ends at \(end), but the file has only \(available) bytes of numbers: it is cut short. "
        + "Copy or save it again."
    case .shapeTooLarge(let name):
      "Tensor \(excerpt(name)) has a shape with more bytes than can be counted. "
        + "The file is damaged: copy or save it again."
    case .byteCount(let name, let expected, let found):
      "Tensor \(excerpt(name)) has \(found) bytes, but its shape calls for \(expected). "
        + "The file is damaged: copy or save it again."
    case .gap(let name, let begin, let previousEnd):
      "The bytes from \(previousEnd) to \(begin), before tensor \(excerpt(name)), belong to no tensor. "
        + "The file is damaged: copy or save it again."
    case .overlap(let name, let begin, let previousEnd):
      "Tensor \(excerpt(name)) begins at \(begin), inside another tensor that ends at \(previousEnd). "
        + "The file is damaged: copy or save it again."
    case .bytesAfterEnd(let count):
      "The last \(count) bytes of the file belong to no tensor. Copy or save it again."
    }
  }
}
