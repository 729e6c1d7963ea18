// How large a run is, known before anything is allocated: parameters and bytes, counted so that a size
// beyond `Int` is an answer and not a trap.

extension Configuration {
  /// How many parameters a model of this configuration has for *V* tokens, or `nil` where the number does
  /// not fit an `Int`: `(2V + T)·C + 12·L·C²`.
  ///
  ///     Configuration().parameterCount(vocabularySize: 27)  // 4192
  ///
  /// - Parameter vocabularySize: *V*, BOS included.
  public func parameterCount(vocabularySize: Int) -> Int? {
    let (c, v) = (Count(embedding), Count(vocabularySize))
    return ((2 * v + Count(blockSize)) * c + 12 * Count(layers) * c * c).value
  }

  /// How many bytes a training run allocates, but for the corpus, or `nil` where that does not fit an `Int`:
  /// four buffers of parameters, and for every position of a batch what the way forward keeps for the way back.
  ///
  /// It grows with the parameters, with the layers, and with the positions; the attention weights grow with the
  /// square of the positions. Sizes are rounded up to cache lines, which shows in small models.
  ///
  /// - Parameters:
  ///   - vocabularySize: *V*, BOS included.
  ///   - arithmetic: The arithmetic, and with it the size of a number.
  /// - Precondition: The configuration is one that `validate` accepts.
  public func trainingMemory(vocabularySize: Int, arithmetic: Arithmetic = .exact) -> Int? {
    let run =
      switch arithmetic {
      case .exact:
        BatchEngine<ExactArithmetic>.byteCount(self, vocabularySize: vocabularySize, documents: batchSize)
      case .fast:
        BatchEngine<FastArithmetic>.byteCount(self, vocabularySize: vocabularySize, documents: batchSize)
      }
    return (run + Batch.byteCount(documents: Count(batchSize), positions: Count(blockSize))).value
  }
}

/// A number of things that remembers if it has grown beyond `Int`: then its value is `nil` and stays so.
struct Count: ExpressibleByIntegerLiteral {
  let value: Int?

  init(_ value: Int?) { self.value = value }
  init(integerLiteral value: Int) { self.value = value }

  static func + (a: Count, b: Count) -> Count { combine(a, b) { $0.addingReportingOverflow($1) } }
  static func * (a: Count, b: Count) -> Count { combine(a, b) { $0.multipliedReportingOverflow(by: $1) } }
  static func max(_ a: Count, _ b: Count) -> Count { combine(a, b) { (Swift.max($0, $1), false) } }

  /// The next multiple of `unit`.
  func rounded(up unit: Int) -> Count {
    let (sum, overflow) = (value ?? .max).addingReportingOverflow(unit - 1)
    return Count(overflow ? nil : sum / unit * unit)
  }

  private static func combine(
    _ a: Count, _ b: Count, _ operation: (Int, Int) -> (partialValue: Int, overflow: Bool)
  ) -> Count {
    guard let a = a.value, let b = b.value else { return Count(nil) }
    let (value, overflow) = operation(a, b)
    return Count(overflow ? nil : value)
  }
}
