// A model as a value: sizes, vocabulary and parameters, to save, compare and sample from.

/// A GPT's parameters with their configuration and vocabulary.
///
///     let embedding = model["wte"]!  // the vector of every token, [V, C]
///     embedding.shape  // [27, 16]
///     embedding[0, 3]  // channel 3 of token 0
public struct Model: Sendable, Equatable {
  /// The configuration of the run that the model comes from.
  public let configuration: Configuration
  /// The vocabulary.
  public let tokenizer: Tokenizer
  /// All parameters, matrix after matrix in the order of `tensorNames`, row after row;
  /// `Configuration.parameterCount(vocabularySize:)` says how many.
  public let parameters: [Double]

  private let layout: ParameterLayout

  /// A model of these parameters, such as those read from a file.
  ///
  /// - Parameters:
  ///   - configuration: The configuration of the run that the model comes from; its sizes count.
  ///   - tokenizer: The vocabulary.
  ///   - parameters: In the order of the property `parameters`.
  /// - Throws: `ModelError` if the configuration cannot be run, the number of parameters does not match it, or a
  ///   parameter is not finite.
  /// - Complexity: O(*n*) in the parameters.
  public init(
    configuration: Configuration, tokenizer: Tokenizer, parameters: [Double]
  ) throws(ModelError) {
    do { try configuration.validate() } catch { throw .configuration(error) }
    guard let count = configuration.parameterCount(vocabularySize: tokenizer.vocabularySize) else {
      throw .configuration(.tooLarge)
    }
    guard parameters.count == count else {
      throw .parameterCount(expected: count, found: parameters.count)
    }
    self.init(unchecked: parameters, configuration, tokenizer)
    if let index = parameters.firstIndex(where: { !$0.isFinite }) {
      let (name, row, column) = layout.place(of: index)
      throw .notFinite(tensor: name, row: row, column: column, found: parameters[index])
    }
  }

  /// A model of parameters whose number matches the configuration, without the other checks.
  init(unchecked parameters: [Double], _ configuration: Configuration, _ tokenizer: Tokenizer) {
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

/// Why parameters do not form a model.
public enum ModelError: Error, Equatable {
  /// The configuration cannot be run.
  case configuration(ConfigurationError)
  /// There are more or fewer parameters than the configuration and vocabulary call for.
  case parameterCount(expected: Int, found: Int)
  /// A parameter is infinite or not a number.
  case notFinite(tensor: String, row: Int, column: Int, found: Double)
}

extension ModelError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .configuration(let error):
      error.description
    case .parameterCount(let expected, let found):
      "A model of these sizes has \(expected) parameters, but there are \(found). "
        + "Use the sizes and the vocabulary that it was trained with."
    case .notFinite(let tensor, let row, let column, let found):
      "'\(tensor)'[\(row), \(column)] is \(found.isNaN ? "not a number" : "\(found)"), which a model cannot "
        + "compute with. Train it again with a smaller learning rate."
    }
  }
}

/// A matrix of numbers with a name: a parameter matrix, or a tensor that a model computes.
public struct Tensor: Sendable, Equatable {
  /// Its name: of parameters, that of the reference's state dictionary; of a trace, see `Trace`.
  public let name: String
  /// The number of rows: one for each output, token or position.
  public let rows: Int
  /// The number of columns: one for each input or channel.
  public let columns: Int
  /// Row after row, `[rows, columns]`.
  public let values: [Double]

  /// A matrix of these numbers.
  ///
  /// - Parameters:
  ///   - name: What it is called.
  ///   - rows: The number of rows.
  ///   - columns: The number of columns.
  ///   - values: Row after row, `[rows, columns]`.
  public init(name: String, rows: Int, columns: Int, values: [Double]) {
    precondition(
      values.count == rows * columns, "\(values.count) numbers are not a matrix of \(rows) × \(columns).")
    (self.name, self.rows, self.columns, self.values) = (name, rows, columns, values)
  }

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

extension Tensor {
  /// The matrix of the numbers that `value` gives for each row and column.
  init(name: String, rows: Int, columns: Int, _ value: (_ row: Int, _ column: Int) -> Double) {
    var values: [Double] = []
    values.reserveCapacity(rows * columns)
    for row in 0..<rows { for column in 0..<columns { values.append(value(row, column)) } }
    self.init(name: name, rows: rows, columns: columns, values: values)
  }
}
