// The messages of an ONNX file: nodes, tensors and values, by the field numbers of its schema.
//
// The numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, and stand in this file only. Fields are
// written in the order of their numbers, as Python's writer does it. Only what a model of ours uses is here: attributes
// are whole numbers or lists of them, and tensors hold their numbers as little-endian bytes.

/// A type of numbers in an ONNX file: `TensorProto.DataType`.
enum ONNXElement: Int {
  case float32 = 1
  case int64 = 7
  case float64 = 11
}

/// The length of a dimension: a number, or a name for a length that each call may choose.
enum ONNXDimension {
  case fixed(Int)
  case free(String)
}

/// An ONNX graph, built node by node in the order of computation.
struct ONNXGraph {
  private var nodes: [ProtobufMessage] = []
  private var initializers: [ProtobufMessage] = []
  private var values: [ProtobufMessage] = []

  /// Adds an operator with one output, by which the node is named.
  ///
  /// - Parameter attributes: Whole numbers by name.
  /// - Returns: The output's name.
  @discardableResult
  mutating func add(
    _ operation: String, _ inputs: [String], as output: String,
    _ attributes: [(name: String, value: Int)] = [],
    list: (name: String, values: [Int])? = nil
  ) -> String {
    var node = ProtobufMessage()
    for input in inputs { node.append(1, input) }
    node.append(2, output)
    node.append(3, output)
    node.append(4, operation)
    for (name, value) in attributes {
      var attribute = ProtobufMessage()
      attribute.append(1, name)
      attribute.append(3, value)
      attribute.append(20, 2)  // AttributeType.INT
      node.append(5, attribute)
    }
    if let list {
      var attribute = ProtobufMessage()
      attribute.append(1, list.name)
      for value in list.values { attribute.append(8, value) }
      attribute.append(20, 7)  // AttributeType.INTS
      node.append(5, attribute)
    }
    nodes.append(node)
    return output
  }

  /// Adds a constant tensor.
  ///
  /// - Parameters:
  ///   - shape: The length of each dimension; a single number has none.
  ///   - data: The numbers as little-endian bytes.
  mutating func addTensor(_ name: String, _ shape: [Int], _ element: ONNXElement, _ data: [UInt8]) {
    var tensor = ProtobufMessage()
    for length in shape { tensor.append(1, length) }
    tensor.append(2, element.rawValue)
    tensor.append(8, name)
    tensor.append(9, data)
    initializers.append(tensor)
  }

  /// Declares the shape of a tensor that a node computes, where readers cannot infer it.
  mutating func declare(_ name: String, _ element: ONNXElement, _ shape: [ONNXDimension]) {
    values.append(ONNXGraph.value(name, element, shape))
  }

  /// The file of the graph.
  ///
  /// - Parameters:
  ///   - input: The only input, and its shape.
  ///   - output: The only output, and its shape.
  ///   - metadata: Texts by key.
  func file(
    name: String, description: String,
    input: (name: String, element: ONNXElement, shape: [ONNXDimension]),
    output: (name: String, element: ONNXElement, shape: [ONNXDimension]),
    metadata: [(key: String, value: String)]
  ) -> [UInt8] {
    var graph = ProtobufMessage()
    for node in nodes { graph.append(1, node) }
    graph.append(2, name)
    for tensor in initializers { graph.append(5, tensor) }
    graph.append(11, ONNXGraph.value(input.name, input.element, input.shape))
    graph.append(12, ONNXGraph.value(output.name, output.element, output.shape))
    for value in values { graph.append(13, value) }

    var operators = ProtobufMessage()
    operators.append(2, ONNXGraph.operatorSet)
    var model = ProtobufMessage()
    model.append(1, ONNXGraph.version)
    model.append(2, "microgpt")
    model.append(6, description)
    model.append(7, graph)
    model.append(8, operators)
    for (key, value) in metadata {
      var entry = ProtobufMessage()
      entry.append(1, key)
      entry.append(2, value)
      model.append(14, entry)
    }
    return model.bytes
  }

  /// The operator set, the first whose softmax is over one dimension, and the version of the format that came with it:
  /// ONNX 1.8 of 2020. Older versions are read by more programs.
  static let operatorSet = 13, version = 7

  /// A tensor's name, type and shape.
  private static func value(
    _ name: String, _ element: ONNXElement, _ shape: [ONNXDimension]
  ) -> ProtobufMessage {
    var dimensions = ProtobufMessage()
    for length in shape {
      var dimension = ProtobufMessage()
      switch length {
      case .fixed(let count): dimension.append(1, count)
      case .free(let name): dimension.append(2, name)
      }
      dimensions.append(1, dimension)
    }
    var tensor = ProtobufMessage()
    tensor.append(1, element.rawValue)
    tensor.append(2, dimensions)
    var type = ProtobufMessage()
    type.append(1, tensor)
    var value = ProtobufMessage()
    value.append(1, name)
    value.append(2, type)
    return value
  }
}
