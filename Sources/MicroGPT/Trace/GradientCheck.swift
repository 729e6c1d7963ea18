// Whether the gradients are the slopes of the loss: each is compared with a difference of two losses.

/// A comparison of a document's gradients with central differences of its loss.
///
///     let check = try model.checkGradients("emma")
///     check.worst!.relativeError  // about 1e-9
///
/// The central difference for a parameter *θ* is `D(h) = (loss(θ + h) - loss(θ - h)) / 2h`. Two of them are compared as
/// `(4·D(h) - D(2h)) / 3` with `h` = 10⁻⁴ (Richardson's extrapolation), whose error is some 10⁻¹². Where a hidden unit
/// turns on or off between the losses, there is a kink, and no difference across it is the slope on either side: `D(10⁻⁵)`
/// takes the place of the two, and a parameter with a kink even there is counted apart.
public struct GradientCheck: Sendable, Equatable {
  /// A parameter's gradient and the difference it is compared with.
  public struct Comparison: Sendable, Equatable {
    /// The parameter matrix, as in `Model.tensorNames`.
    public let tensor: String
    /// The parameter's row and column in it.
    public let row, column: Int
    /// The gradient that backpropagation gives.
    public let gradient: Double
    /// The slope by differences of the loss.
    public let difference: Double
    /// The distance between the two, relative to the matrix's largest gradient. Where that is less than `leastScale`,
    /// relative to `leastScale`.
    public let relativeError: Double
  }

  /// The comparison of the largest relative error in each parameter matrix, in the reference's order. A matrix of which no
  /// parameter was compared has none.
  public let tensors: [Comparison]
  /// The number of parameters that were compared.
  public let compared: Int
  /// The number of parameters at a kink of relu, which were not.
  public let kinks: Int
  /// The number of the model's parameters.
  public let parameterCount: Int

  /// The comparison of the largest relative error.
  public var worst: Comparison? { tensors.max { $0.relativeError < $1.relativeError } }

  /// Whether parameters were compared, and no relative error is above `tolerance`.
  public var passes: Bool {
    compared > 0 && tensors.allSatisfy { $0.relativeError <= GradientCheck.tolerance }
  }

  /// The largest relative error of correct gradients, by a margin of about a hundred.
  public static let tolerance = 1e-6
  /// The least that errors are relative to. Differences have rounding errors of some 10⁻¹², near a kink 10⁻¹¹, from which
  /// smaller gradients cannot be told more exactly.
  public static let leastScale = 1e-4
}

extension Model {
  /// Compares a document's gradients with central differences of its loss.
  ///
  /// - Parameters:
  ///   - document: As in `trace(_:)`.
  ///   - limit: The most parameters to compare; if there are more, as many are drawn.
  ///   - seed: What draws them.
  /// - Throws: As `trace(_:)`.
  /// - Complexity: Four forward passes over plain loops for each parameter compared, near a kink up to six.
  public func checkGradients(
    _ document: String, limit: Int = 10_000, seed: UInt64 = 0
  ) throws(TokenizerError) -> GradientCheck {
    checkGradients(of: try trace(document), limit: limit, seed: seed)
  }

  /// Compares a trace's gradients with central differences of the loss of its document.
  ///
  /// - Parameters:
  ///   - trace: Of a model of the same sizes; for correct gradients, of this one.
  ///   - limit: The most parameters to compare; if there are more, as many are drawn.
  ///   - seed: What draws them.
  ///   - report: Called before each parameter with how many are done, and how many there are in all.
  /// - Complexity: Four forward passes over plain loops for each parameter compared, near a kink up to six.
  public func checkGradients(
    of trace: Trace, limit: Int = 10_000, seed: UInt64 = 0,
    _ report: (_ done: Int, _ all: Int) -> Void = { _, _ in }
  ) -> GradientCheck {
    checkGradients(
      trace.parameterGradients.flatMap { $0.values }, tokens: trace.tokens, limit: limit, seed: seed, report)
  }

  /// Compares gradients, `[n]`, with central differences of the loss of `tokens`, `[T + 1]`.
  func checkGradients(
    _ gradients: [Double], tokens: [Int], limit: Int, seed: UInt64,
    _ report: (_ done: Int, _ all: Int) -> Void = { _, _ in }
  ) -> GradientCheck {
    let specification = Specification(self), layout = specification.layout
    let tokens = tokens.map { Int32($0) }, count = tokens.count - 1
    func loss() -> Double {
      specification.forward(tokens, at: 0..<count)
      return specification.loss(tokens, count: count)
    }
    _ = loss()
    let units = specification.hiddenUnits(count: count), usual = units.map { $0.pointee > 0 }
    /// The central difference, or `nil` if there is a kink.
    func centralDifference(_ index: Int, _ h: Double) -> Double? {
      let parameter = specification.parameters[index]
      defer { specification.parameters[index] = parameter }
      var ends: [(parameter: Double, loss: Double)] = []
      for change in [h, -h] {
        specification.parameters[index] = parameter + change
        ends.append((specification.parameters[index], loss()))
        for (unit, isAwake) in zip(units, usual) where (unit.pointee > 0) != isAwake { return nil }
      }
      // The ends are 2h apart but for rounding, which matters where the parameter is large.
      return (ends[0].loss - ends[1].loss) / (ends[0].parameter - ends[1].parameter)
    }
    func slope(_ index: Int) -> Double? {
      guard let near = centralDifference(index, 1e-4), let far = centralDifference(index, 2e-4) else {
        return centralDifference(index, 1e-5)
      }
      return (4 * near - far) / 3
    }

    var chosen = Array(0..<layout.count)
    if limit < layout.count {
      var random = PythonRandom(seed: seed)
      random.shuffle(&chosen)
      chosen = chosen.prefix(limit).sorted()
    }
    var worst: [Int: GradientCheck.Comparison] = [:], kinks = 0, next = 0
    for (number, matrix) in layout.all.enumerated() {
      let range = matrix.offset..<matrix.offset + matrix.count
      let scale = gradients[range].reduce(GradientCheck.leastScale) { max($0, abs($1)) }
      while next < chosen.count, chosen[next] < range.upperBound {
        let index = chosen[next]
        report(next, chosen.count)
        next += 1
        guard let difference = slope(index) else {
          kinks += 1
          continue
        }
        let error = abs(difference - gradients[index]) / scale
        // What is not a number is the worst of all.
        if let known = worst[number], !(error > known.relativeError), !error.isNaN { continue }
        let place = (index - matrix.offset).quotientAndRemainder(dividingBy: matrix.columns)
        worst[number] = GradientCheck.Comparison(
          tensor: matrix.name, row: place.quotient, column: place.remainder, gradient: gradients[index],
          difference: difference, relativeError: error.isNaN ? .infinity : error)
      }
    }
    return GradientCheck(
      tensors: layout.all.indices.compactMap { worst[$0] }, compared: chosen.count - kinks, kinks: kinks,
      parameterCount: layout.count)
  }
}

extension Specification {
  /// The hidden units of all layers at `count` positions before relu, as places that every forward pass overwrites.
  fileprivate func hiddenUnits(count: Int) -> [UnsafeMutablePointer<Double>] {
    (0..<shape.layers).flatMap { layer in
      (0..<count * 4 * shape.channels).map { activations.layers[layer].expanded + $0 }
    }
  }
}
