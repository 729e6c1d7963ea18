// A model as an ONNX graph, which other runtimes compute without any code of ours.
//
//     let bytes = try model.onnx()             session = onnxruntime.InferenceSession("model.onnx")
//                                              logits, = session.run(None, {"tokens": [[bos, 4, 12]]})
//
// The graph is the forward pass of Documentation/Checkpoints.md's reader in operators that every ONNX runtime has. Tensors
// have the names of `Trace`, and weights those of the reference. Sampling is left out: a loop around the graph.

/// The type of the numbers in an exported model.
public enum ONNXNumbers: Sendable, CaseIterable {
  /// Floats. Parameters are rounded to the nearest; those of the fast arithmetic are floats already.
  case float32
  /// Doubles, which few runtimes compute fast.
  case float64

  fileprivate var byteCount: Int { self == .float32 ? 4 : 8 }
}

extension Model {
  /// The model as an ONNX file.
  ///
  ///     let bytes = try model.onnx()
  ///     let precise = try model.onnx(.float64)
  ///
  /// The graph has one input, `tokens` (int64, `[1, T]`, BOS first), and one output, `logits` (`[1, T, V]`): row *t* is of
  /// the token after position *t*. *T* is any number from 1 to the block size; positions beyond it are outside the
  /// position embedding, so that runtimes report an error. The metadata has `vocabulary`, `bos`, `block_size`, `heads`,
  /// `layers` and `embedding`; a model of a stream has no `bos`.
  ///
  /// The same model gives the same bytes. Operator set 13, format version 7.
  ///
  /// - Throws: `ONNXError` if a parameter is beyond the range of floats, or the file would be longer than 2 GB.
  /// - Complexity: O(*n*) in the parameters.
  public func onnx(_ numbers: ONNXNumbers = .float32) throws(ONNXError) -> [UInt8] {
    // Protocol buffers end at 2³¹ - 1 bytes. Larger weights are refused before they are copied.
    let limit = Int(Int32.max)
    guard parameters.count <= limit / numbers.byteCount else { throw .tooLarge(parameters: parameters.count) }
    var export = ONNXExport(self, numbers)
    for name in tensorNames { try export.addWeight(self[name]!) }
    let bytes = export.file()
    guard bytes.count <= limit else { throw .tooLarge(parameters: parameters.count) }
    return bytes
  }
}

/// Builds the graph of a model.
private struct ONNXExport {
  private let shape: Shape
  private let tokenizer: Tokenizer
  private let numbers: ONNXNumbers
  private var graph = ONNXGraph()

  init(_ model: Model, _ numbers: ONNXNumbers) {
    shape = Shape(model.configuration, vocabularySize: model.tokenizer.vocabularySize)
    (tokenizer, self.numbers) = (model.tokenizer, numbers)
  }

  private var element: ONNXElement { numbers == .float32 ? .float32 : .float64 }

  /// Adds a parameter matrix under its name.
  mutating func addWeight(_ matrix: Tensor) throws(ONNXError) {
    if numbers == .float32, let i = matrix.values.firstIndex(where: { !Float($0).isFinite }) {
      throw .beyondFloat(
        tensor: matrix.name, row: i / matrix.columns, column: i % matrix.columns, found: matrix.values[i])
    }
    graph.addTensor(matrix.name, matrix.shape, element, bytes(of: matrix.values))
  }

  /// The file, after all weights are added.
  mutating func file() -> [UInt8] {
    addConstants()
    addEmbedding()
    // `x` is the name of the residual stream, [T, C].
    var x = addNorm("embedding", as: "embedding_norm")
    for layer in 0..<shape.layers {
      x = addAttention(x, "layer\(layer).")
      x = addMLP(x, "layer\(layer).")
    }
    addProduct(x, "lm_head", as: "logits_rows")
    graph.add("Unsqueeze", ["logits_rows", "first_axis"], as: "logits")
    return graph.file(
      name: "microgpt",
      description:
        "A GPT over characters. "
        + (tokenizer.isStream ? "" : "Documents begin with the token BOS. ")
        + "Logits are of the next token.",
      input: ("tokens", .int64, [.fixed(1), .free("T")]),
      output: ("logits", element, [.fixed(1), .free("T"), .fixed(shape.vocabulary)]),
      metadata: metadata)
  }

  private var metadata: [(key: String, value: String)] {
    var vocabulary = ""
    vocabulary.unicodeScalars.append(contentsOf: tokenizer.characters)
    // Appended one by one: converting arrays of unlabeled pairs to the result's type takes a cast at run time, which
    // Embedded Swift lacks.
    var metadata = [(key: "vocabulary", value: vocabulary)]
    if !tokenizer.isStream { metadata.append((key: "bos", value: "\(tokenizer.bos)")) }
    metadata.append((key: "block_size", value: "\(shape.positions)"))
    metadata.append((key: "layers", value: "\(shape.layers)"))
    metadata.append((key: "embedding", value: "\(shape.channels)"))
    metadata.append((key: "heads", value: "\(shape.heads)"))
    return metadata
  }

  /// The constants of the formulas, and those that operators take as tensors.
  private mutating func addConstants() {
    graph.addTensor("norm_epsilon", [], element, bytes(of: [1e-5]))
    let scale = 1 / sqrt(Double(shape.headWidth))
    graph.addTensor("attention_scale", [], element, bytes(of: [scale]))
    graph.addTensor("minus_infinity", [], element, bytes(of: [-.infinity]))
    graph.addTensor("zero", [], .int64, bytes(of: [0]))
    graph.addTensor("one", [], .int64, bytes(of: [1]))
    graph.addTensor("first_axis", [1], .int64, bytes(of: [0]))
    graph.addTensor("second_axis", [1], .int64, bytes(of: [1]))
    // Reshape takes 0 for "as it is".
    graph.addTensor("by_head", [3], .int64, bytes(of: [0, shape.heads, shape.headWidth]))
    graph.addTensor("side_by_side", [2], .int64, bytes(of: [0, shape.channels]))
  }

  /// Adds the sum of both embeddings, [T, C], and the mask: `causal[t, s]` says whether `s ≤ t`, [T, T].
  private mutating func addEmbedding() {
    graph.add("Squeeze", ["tokens", "first_axis"], as: "row")
    graph.add("Shape", ["row"], as: "lengths")
    graph.add("Squeeze", ["lengths", "first_axis"], as: "length")
    graph.add("Range", ["zero", "length", "one"], as: "positions")
    // Range has a length that readers cannot know to be T.
    graph.declare("positions", .int64, [.free("T")])
    graph.add("Unsqueeze", ["positions", "second_axis"], as: "query_positions")
    graph.add("Unsqueeze", ["positions", "first_axis"], as: "key_positions")
    graph.add("LessOrEqual", ["key_positions", "query_positions"], as: "causal")

    graph.add("Gather", ["wte", "row"], as: "token_embedding")
    graph.add("Gather", ["wpe", "positions"], as: "position_embedding")
    graph.add("Add", ["token_embedding", "position_embedding"], as: "embedding")
  }

  /// Adds `x / √(mean(x²) + 1e-5)`, over channels.
  private mutating func addNorm(_ x: String, as output: String) -> String {
    graph.add("Mul", [x, x], as: "\(output).squares")
    graph.add(
      "ReduceMean", ["\(output).squares"], as: "\(output).mean", [("keepdims", 1)], list: ("axes", [-1]))
    graph.add("Add", ["\(output).mean", "norm_epsilon"], as: "\(output).sum")
    graph.add("Sqrt", ["\(output).sum"], as: "\(output).root")
    return graph.add("Div", [x, "\(output).root"], as: output)
  }

  /// Adds `x · weightᵀ`: [T, I] by [O, I] gives [T, O].
  @discardableResult
  private mutating func addProduct(_ x: String, _ weight: String, as output: String) -> String {
    graph.add("Gemm", [x, weight], as: output, [("transB", 1)])
  }

  /// Adds a layer's attention and its residual connection.
  private mutating func addAttention(_ x: String, _ layer: String) -> String {
    let norm = addNorm(x, as: layer + "attn_norm")
    for name in ["q", "k", "v"] { addProduct(norm, layer + "attn_w" + name, as: layer + name) }
    // Queries are scaled rather than scores, which are more numbers, and whose scale ONNX Runtime would round to a float.
    graph.add("Mul", [layer + "q", "attention_scale"], as: layer + "q.scaled")
    // [T, C], then [T, H, D], then [H, T, D]; keys [H, D, T].
    for (name, from, axes) in [
      ("q", "q.scaled", [1, 0, 2]), ("k", "k", [1, 2, 0]), ("v", "v", [1, 0, 2]),
    ] {
      graph.add("Reshape", [layer + from, "by_head"], as: layer + name + ".by_position")
      graph.add(
        "Transpose", [layer + name + ".by_position"], as: layer + name + ".by_head", list: ("perm", axes))
    }
    // scores[h, t, s] = Σᵢ q[h, t, i] / √D · k[h, i, s]
    graph.add("MatMul", [layer + "q.by_head", layer + "k.by_head"], as: layer + "scores")
    graph.add("Where", ["causal", layer + "scores", "minus_infinity"], as: layer + "masked")
    graph.add("Softmax", [layer + "masked"], as: layer + "attention", [("axis", -1)])
    // [H, T, T] by [H, T, D], then [T, H, D], then [T, C].
    graph.add("MatMul", [layer + "attention", layer + "v.by_head"], as: layer + "mixed.by_head")
    graph.add(
      "Transpose", [layer + "mixed.by_head"], as: layer + "mixed.by_position", list: ("perm", [1, 0, 2]))
    graph.add("Reshape", [layer + "mixed.by_position", "side_by_side"], as: layer + "attn_mixed")
    addProduct(layer + "attn_mixed", layer + "attn_wo", as: layer + "attn_change")
    return graph.add("Add", [x, layer + "attn_change"], as: layer + "attn_out")
  }

  /// Adds a layer's MLP and its residual connection.
  private mutating func addMLP(_ x: String, _ layer: String) -> String {
    addProduct(addNorm(x, as: layer + "mlp_norm"), layer + "mlp_fc1", as: layer + "mlp_pre")
    graph.add("Relu", [layer + "mlp_pre"], as: layer + "mlp_hidden")
    addProduct(layer + "mlp_hidden", layer + "mlp_fc2", as: layer + "mlp_change")
    return graph.add("Add", [x, layer + "mlp_change"], as: layer + "mlp_out")
  }

  /// Numbers of the model's type as little-endian bytes.
  private func bytes(of values: [Double]) -> [UInt8] {
    switch numbers {
    case .float32: littleEndian(values.map { UInt64(Float($0).bitPattern) }, byteCount: 4)
    case .float64: littleEndian(values.map { $0.bitPattern }, byteCount: 8)
    }
  }

  /// Whole numbers as little-endian bytes of int64.
  private func bytes(of values: [Int]) -> [UInt8] {
    littleEndian(values.map { UInt64(bitPattern: Int64($0)) }, byteCount: 8)
  }
}

/// The lowest bytes of each word, the lowest first.
private func littleEndian(_ words: [UInt64], byteCount: Int) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(words.count * byteCount)
  for word in words {
    for i in 0..<byteCount { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * i))) }
  }
  return bytes
}

/// Why a model cannot be exported as ONNX.
public enum ONNXError: Error, Equatable {
  /// A parameter is too large to be rounded to a finite float.
  case beyondFloat(tensor: String, row: Int, column: Int, found: Double)
  /// The file would have more bytes than protocol buffers can.
  case tooLarge(parameters: Int)
}

extension ONNXError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .beyondFloat(let tensor, let row, let column, let found):
      "'\(tensor)'[\(row), \(column)] is \(found), which is beyond the range of floats. "
        + "Export doubles, or train it again with a smaller learning rate."
    case .tooLarge(let parameters):
      "An ONNX file has at most 2 GB, which a model of \(parameters) parameters exceeds. "
        + "Export floats, or use the safetensors file."
    }
  }
}
