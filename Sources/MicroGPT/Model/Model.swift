// A model as a value: sizes, vocabulary and parameters, to be kept, compared and sampled from.

/// A GPT's parameters with what it takes to use them.
///
///     let embedding = model["wte"]!  // the vector of every token, [V, C]
///     embedding.shape  // [27, 16]
///     embedding[0, 3]  // channel 3 of token 0
public struct Model: Sendable, Equatable {
  /// The configuration of the run that the model comes from.
  public let configuration: Configuration
  /// The vocabulary.
  public let tokenizer: Tokenizer
  /// All parameters, matrix after matrix in the order of `tensorNames`, row after row: as many as
  /// `Configuration.parameterCount(vocabularySize:)` says.
  public let parameters: [Double]

  private let layout: ParameterLayout

  init(configuration: Configuration, tokenizer: Tokenizer, parameters: [Double]) {
    layout = ParameterLayout(configuration, vocabularySize: tokenizer.vocabularySize)
    precondition(
      parameters.count == layout.count,
      "A model of this configuration has \(layout.count) parameters, not \(parameters.count).")
    self.configuration = configuration
    self.tokenizer = tokenizer
    self.parameters = parameters
  }

  /// The names of the parameter matrices, those of the reference's state dictionary in its order: `wte`,
  /// `wpe`, `lm_head`, then per layer `layer0.attn_wq`, `attn_wk`, `attn_wv`, `attn_wo`, `mlp_fc1`, `mlp_fc2`.
  public var tensorNames: [String] { layout.all.map { $0.name } }

  /// The parameter matrix of a name, or `nil` if there is none.
  ///
  /// - Complexity: O(*n*) in the matrix's numbers, which are copied.
  public subscript(name: String) -> Tensor? {
    for matrix in layout.all where matrix.name.utf8.elementsEqual(name.utf8) {
      let values = Array(parameters[matrix.offset..<matrix.offset + matrix.count])
      return Tensor(name: matrix.name, rows: matrix.rows, columns: matrix.columns, values: values)
    }
    return nil
  }

  /// The SHA-256 of the parameters as little-endian doubles, in hexadecimal: equal for equal bits.
  ///
  /// - Complexity: O(*n*) in the parameters.
  public var parametersSHA256: String {
    var digest = SHA256(), bytes = [UInt8](repeating: 0, count: 8)
    for parameter in parameters {
      for i in 0..<8 { bytes[i] = UInt8(truncatingIfNeeded: parameter.bitPattern >> UInt64(8 * i)) }
      digest.update(bytes)
    }
    return digest.hexString
  }
}

/// A matrix of a model's parameters.
public struct Tensor: Sendable, Equatable {
  /// Its name in the reference's state dictionary.
  public let name: String
  /// The number of rows: one for each output, token or position.
  public let rows: Int
  /// The number of columns: one for each input or channel.
  public let columns: Int
  /// Row after row, `[rows, columns]`.
  public let values: [Double]

  /// Rows and columns.
  public var shape: [Int] { [rows, columns] }

  /// The number in a row and column, both from 0.
  ///
  /// - Precondition: `row` is in 0..<`rows`, and `column` in 0..<`columns`.
  public subscript(row: Int, column: Int) -> Double {
    precondition(
      row >= 0 && row < rows && column >= 0 && column < columns,
      "[\(row), \(column)] is outside '\(name)', which is [\(rows), \(columns)].")
    return values[row * columns + column]
  }
}
