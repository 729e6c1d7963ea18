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
    counts(vocabularySize: vocabularySize).parameters.value
  }

  /// How many bytes training takes, but for the corpus, or `nil` where that does not fit an `Int`: four
  /// buffers of parameters, and for every position what the forward and the backward pass keep. It is never
  /// less than what is allocated, and hardly more.
  ///
  /// - Parameters:
  ///   - vocabularySize: *V*, BOS included.
  ///   - scalarSize: The bytes of one number: 8 in the exact arithmetic.
  public func trainingMemory(vocabularySize: Int, scalarSize: Int = 8) -> Int? {
    let counts = counts(vocabularySize: vocabularySize)
    let numbers = Count(4) * counts.parameters + Count(2) * Count(batchSize) * counts.activations
    // Each buffer ends with its cache line.
    let buffers = Count(4) + Count(2) * (Count(9) + Count(18) * Count(layers))
    return (numbers * Count(scalarSize) + buffers * Count(Memory.alignment)).value
  }

  /// The numbers in one buffer of parameters, and in one `Activations`.
  func counts(vocabularySize: Int) -> (parameters: Count, activations: Count) {
    let (l, c, h) = (Count(layers), Count(embedding), Count(heads))
    let (t, v) = (Count(blockSize), Count(vocabularySize))
    let perLayer = (Count(16) * c + Count(2) * h * t + Count(2) * h + Count(4)) * l
    let perPosition = perLayer + Count(2) * c + Count(2) + Count(3) * v + Count(2)
    return ((Count(2) * v + t) * c + Count(12) * l * c * c, perPosition * t)
  }
}

/// A number of things that remembers if it has grown beyond `Int`: then its value is `nil` and stays so.
struct Count {
  let value: Int?

  init(_ value: Int?) { self.value = value }

  static func + (a: Count, b: Count) -> Count { combine(a, b) { $0.addingReportingOverflow($1) } }
  static func * (a: Count, b: Count) -> Count { combine(a, b) { $0.multipliedReportingOverflow(by: $1) } }

  private static func combine(
    _ a: Count, _ b: Count, _ operation: (Int, Int) -> (partialValue: Int, overflow: Bool)
  ) -> Count {
    guard let a = a.value, let b = b.value else { return Count(nil) }
    let (value, overflow) = operation(a, b)
    return Count(overflow ? nil : value)
  }
}
