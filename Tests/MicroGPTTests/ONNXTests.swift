import Foundation
import Testing

@testable import MicroGPT

/// An exported model, read back. Scripts/test-onnx has it computed by ONNX Runtime.
@Suite struct ONNXTests {
  /// A model of random parameters; the same sizes give the same model.
  static func model(
    layers: Int = 1, embedding: Int = 8, heads: Int = 2, blockSize: Int = 4, vocabulary: String = "abc"
  ) throws -> Model {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding) = (layers, embedding)
    (configuration.heads, configuration.blockSize) = (heads, blockSize)
    let tokenizer = Tokenizer(characters: Array(vocabulary.unicodeScalars))
    let count = try #require(configuration.parameterCount(vocabularySize: tokenizer.vocabularySize))
    let random = SplitMix64(seed: 7)
    let parameters = (0..<count).map { i in
      Double(random.bits(stream: 0, place: UInt64(i)) >> 11) * 0x1p-53 - 0.5
    }
    return try Model(configuration: configuration, tokenizer: tokenizer, parameters: parameters)
  }

  @Test("the examples in the documentation hold")
  func documentedExamples() throws {
    let model = try ONNXTests.model()
    let bytes = try model.onnx()
    let precise = try model.onnx(.float64)
    #expect(try bytes == model.onnx() && bytes.count < precise.count)
  }

  @Test("the file says what it is: versions, input, output and metadata")
  func header() throws {
    let vocabulary = "\0\"\\aé😀"
    let model = try ONNXTests.model(layers: 2, embedding: 12, heads: 3, blockSize: 5, vocabulary: vocabulary)
    for (numbers, type) in [(ONNXNumbers.float32, 1), (.float64, 11)] {
      let file = try ONNXFile(model.onnx(numbers))
      #expect(file.version == 7 && file.operatorSet == 13)
      #expect(file.producer == "microgpt" && file.name == "microgpt")
      #expect(file.inputs == [.init(name: "tokens", type: 7, shape: ["1", "T"])])
      #expect(file.outputs == [.init(name: "logits", type: type, shape: ["1", "T", "7"])])
      #expect(file.values == [.init(name: "positions", type: 7, shape: ["T"])])
      #expect(
        file.metadata == [
          ["vocabulary", vocabulary], ["bos", "6"], ["block_size", "5"], ["layers", "2"],
          ["embedding", "12"],
          ["heads", "3"],
        ])
    }
  }

  @Test("every weight is there under its name with its shape and bits", arguments: ONNXNumbers.allCases)
  func weights(numbers: ONNXNumbers) throws {
    let model = try ONNXTests.model(layers: 2, embedding: 12, heads: 3, blockSize: 5)
    let file = try ONNXFile(model.onnx(numbers)), names = model.tensorNames
    #expect(file.tensors.prefix(names.count).map(\.name) == names)
    for tensor in file.tensors.prefix(names.count) {
      let matrix = try #require(model[tensor.name])
      #expect(tensor.shape == matrix.shape && tensor.type == (numbers == .float32 ? 1 : 11))
      let expected = matrix.values.flatMap { value in
        numbers == .float32
          ? withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { Array($0) }
          : withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
      }
      #expect(tensor.data == expected, "\(tensor.name)")
    }
  }

  @Test("the constants are those of the formulas")
  func constants() throws {
    let file = try ONNXFile(try ONNXTests.model(embedding: 12, heads: 3).onnx(.float64))
    func doubles(_ name: String) throws -> [Double] { try words(name).map { Double(bitPattern: $0) } }
    func words(_ name: String) throws -> [UInt64] {
      let data = try #require(file.tensors.first { $0.name == name }).data
      return stride(from: 0, to: data.count, by: 8).map { start in
        data[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
      }
    }
    #expect(try doubles("norm_epsilon") == [1e-5])
    #expect(try doubles("attention_scale") == [0.5])
    #expect(try doubles("minus_infinity") == [-.infinity])
    #expect(try words("by_head") == [0, 3, 4])
    #expect(try words("side_by_side") == [0, 12])
    #expect(try words("zero") + words("one") + words("first_axis") + words("second_axis") == [0, 1, 0, 1])
  }

  @Test(
    "nodes compute each tensor once, from tensors before them, and nothing is left over", arguments: 1...3)
  func graph(layers: Int) throws {
    let file = try ONNXFile(try ONNXTests.model(layers: layers).onnx())
    var known = Set(file.tensors.map(\.name) + file.inputs.map(\.name)), used: Set<String> = []
    #expect(known.count == file.tensors.count + 1)
    for node in file.nodes {
      #expect(node.outputs == [node.name])
      #expect(known.isSuperset(of: node.inputs), "\(node.name)")
      #expect(known.insert(node.name).inserted, "\(node.name)")
      used.formUnion(node.inputs)
    }
    #expect(known.subtracting(used) == ["logits"])
    #expect(file.nodes.count == 17 + 32 * layers)
  }

  @Test("a layer is these operators in this order")
  func layer() throws {
    let nodes = try ONNXFile(try ONNXTests.model().onnx()).nodes
    let norm = ["Mul", "ReduceMean", "Add", "Sqrt", "Div"], split = ["Reshape", "Transpose"]
    #expect(
      nodes.map(\.operation)
        == ["Squeeze", "Shape", "Squeeze", "Range", "Unsqueeze", "Unsqueeze", "LessOrEqual"]
        + ["Gather", "Gather", "Add"] + norm
        + norm + ["Gemm", "Gemm", "Gemm", "Mul"] + split + split + split + ["MatMul", "Where", "Softmax"]
        + ["MatMul", "Transpose", "Reshape", "Gemm", "Add"] + norm + ["Gemm", "Relu", "Gemm", "Add"]
        + ["Gemm", "Unsqueeze"])
    for node in nodes {
      let expected: [String: [Int]] =
        switch node.operation {
        case "Gemm": ["transB": [1]]
        case "ReduceMean": ["keepdims": [1], "axes": [-1]]
        case "Softmax": ["axis": [-1]]
        case "Transpose": ["perm": node.name == "layer0.k.by_head" ? [1, 2, 0] : [1, 0, 2]]
        default: [:]
        }
      #expect(node.attributes == expected, "\(node.name)")
    }
    #expect(nodes.first { $0.operation == "LessOrEqual" }?.inputs == ["key_positions", "query_positions"])
    #expect(nodes.first { $0.operation == "Where" }?.inputs == ["causal", "layer0.scores", "minus_infinity"])
    let stream = nodes.filter { $0.operation == "Add" && !$0.name.hasSuffix(".sum") }
    #expect(
      stream.map { [$0.name] + $0.inputs } == [
        ["embedding", "token_embedding", "position_embedding"],
        ["layer0.attn_out", "embedding_norm", "layer0.attn_change"],
        ["layer0.mlp_out", "layer0.attn_out", "layer0.mlp_change"],
      ])
  }

  @Test("tensors that a trace has too have its names")
  func traceNames() throws {
    let model = try ONNXTests.model(layers: 2), trace = try model.trace("ab")
    let names = try ONNXFile(model.onnx()).nodes.map(\.name)
    for name in trace.values.map(\.name) where !name.contains(".head") && name != "probabilities" {
      #expect(names.contains(name), "\(name)")
    }
  }

  @Test("a parameter that no float can hold is refused, unless doubles are exported")
  func beyondFloat() throws {
    let model = try ONNXTests.model()
    var parameters = model.parameters
    parameters[8] = -1e39
    let large = try Model(
      configuration: model.configuration, tokenizer: model.tokenizer, parameters: parameters)
    let error = ONNXError.beyondFloat(tensor: "wte", row: 1, column: 0, found: -1e39)
    #expect(throws: error) { try large.onnx() }
    #expect(throws: Never.self) { try large.onnx(.float64) }
    #expect(
      error.description
        == "'wte'[1, 0] is -1e+39, which is beyond the range of floats. "
        + "Export doubles, or train it again with a smaller learning rate.")
    #expect(
      ONNXError.tooLarge(parameters: 600_000_000).description
        == "An ONNX file has at most 2 GB, which a model of 600000000 parameters exceeds. "
        + "Export floats, or use the safetensors file.")
  }
}
