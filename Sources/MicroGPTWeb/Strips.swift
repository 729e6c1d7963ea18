// A line's numbers as a row of cells, in the margin of the code.

import MicroGPT

/// The kind of a line's numbers, by which they are colored.
package enum CellKind: String {
  case value, gradient, moment, scalar
}

extension Quantity {
  package var kind: CellKind {
    switch self {
    case .value, .parameters, .losses: .value
    case .gradient, .parameterGradients: .gradient
    case .firstMoment, .secondMoment: .moment
    case .scalar: .scalar
    }
  }
}

/// Which numbers the strips show.
package enum StripContent: String {
  /// What the lines compute.
  case value
  /// The loss's gradients with respect to it; lines of the backward pass and of Adam show what they compute all the same.
  case gradient
}

extension Configuration {
  /// The number of cells that a quantity has, whatever the document.
  package func cellCount(_ quantity: Quantity, model: Model) -> Int {
    func rows(_ patterns: [String]) -> Int {
      if patterns.isEmpty { return model.tensorNames.count }
      return matrixNames(patterns).reduce(0) { $0 + model[$1]!.rows }
    }
    switch quantity {
    case .value(let pattern), .gradient(let pattern):
      let vocabulary = model.tokenizer.vocabularySize
      if pattern == "logits" || pattern == "probabilities" { return vocabulary }
      if pattern.utf8.starts(with: "embedding".utf8) { return embedding }
      if pattern.utf8.starts(with: "layer*.head*".utf8) { return layers * heads * blockSize }
      return layers * embedding * (pattern == "layer*.mlp_hidden" ? 4 : 1)
    case .parameters(let patterns), .parameterGradients(let patterns): return rows(patterns)
    case .firstMoment, .secondMoment: return rows([])
    case .losses: return blockSize
    case .scalar: return 0
    }
  }

  private func matrixNames(_ patterns: [String]) -> [String] {
    patterns.flatMap { pattern -> [String] in
      guard let star = pattern.utf8.firstIndex(of: UInt8(ascii: "*")) else { return [pattern] }
      let tail = pattern[pattern.utf8.index(after: star)...]
      return (0..<layers).map { "\(pattern[..<star])\($0)\(tail)" }
    }
  }
}

extension Scene {
  /// A quantity's cells at a position, before they are scaled: of a tensor its row, of parameter matrices the norm of
  /// each row, of all of them together the norm of each. A head's attention has as many cells as the block has positions;
  /// those that the document does not reach, or that lie ahead, are not a number.
  func cells(_ quantity: Quantity, _ content: StripContent, position: Int) -> [Double] {
    switch (quantity, content) {
    case (.value(let pattern), .value): rows(pattern, trace.values, position)
    case (.value(let pattern), .gradient), (.gradient(let pattern), _):
      rows(pattern, trace.gradients, position)
    case (.parameters(let patterns), .value): norms(patterns, model.parameters)
    case (.parameters(let patterns), .gradient), (.parameterGradients(let patterns), _):
      norms(ofGradients: patterns)
    case (.firstMoment, _): norms([], state.firstMoment, factor: state.firstMomentFactor)
    case (.secondMoment, _): norms([], state.secondMoment, factor: state.secondMomentFactor)
    case (.losses, .value): padded(trace.tokenLosses)
    // The loss is their mean.
    case (.losses, .gradient): padded([Double](repeating: 1 / Double(count), count: count))
    case (.scalar, _): []
    }
  }

  private func rows(_ pattern: String, _ tensors: [Tensor], _ position: Int) -> [Double] {
    let isHead = pattern.utf8.hasHead
    var cells: [Double] = []
    for place in valuePlaces(pattern) {
      let start = position * tensors[place].columns
      let end = isHead ? start + position + 1 : start + tensors[place].columns
      let row = tensors[place].values[start..<end]
      cells += isHead ? padded(Array(row)) : Array(row)
    }
    return cells
  }

  private func padded(_ row: [Double]) -> [Double] {
    row + [Double](repeating: .nan, count: max(0, configuration.blockSize - row.count))
  }

  /// The norms of matrices, or of their rows, in a buffer of the parameters' order.
  private func norms(_ patterns: [String], _ numbers: [Double], factor: Double = 1) -> [Double] {
    var starts = [0]
    for matrix in trace.parameterGradients { starts.append(starts.last! + matrix.values.count) }
    return cells(patterns) { place, range in
      factor * norm(numbers, starts[place] + range.lowerBound..<starts[place] + range.upperBound)
    }
  }

  private func norms(ofGradients patterns: [String]) -> [Double] {
    cells(patterns) { place, range in norm(trace.parameterGradients[place].values, range) }
  }

  /// A cell for each row of the matrices of some patterns, or, without a pattern, for each matrix: from its place and the
  /// range of its numbers there.
  private func cells(_ patterns: [String], _ cell: (Int, Range<Int>) -> Double) -> [Double] {
    var cells: [Double] = []
    for place in patterns.isEmpty ? Array(trace.parameterGradients.indices) : matrixPlaces(patterns) {
      let matrix = trace.parameterGradients[place]
      let size = patterns.isEmpty ? matrix.values.count : matrix.columns
      for start in stride(from: 0, to: matrix.values.count, by: size) {
        cells.append(cell(place, start..<start + size))
      }
    }
    return cells
  }

  private func norm(_ numbers: [Double], _ range: Range<Int>) -> Double {
    var sum = 0.0
    for index in range { sum += numbers[index] * numbers[index] }
    return sum.squareRoot()
  }
}

extension String.UTF8View {
  /// Whether it names a tensor of one head, whose columns are positions.
  var hasHead: Bool {
    let bytes = Array(self), head = Array(".head".utf8)
    return bytes.indices.contains { bytes[$0...].starts(with: head) }
  }
}

/// The magnitudes by which strips are scaled: they rise at once and sink slowly, so that colors do not flicker.
struct StripScales {
  private var scales: [Operation: Double] = [:]

  /// The cells divided by their scale: -1 to 1, or not a number where there is none.
  mutating func scaled(_ cells: [Double], _ operation: Operation) -> [Float] {
    let largest = cells.reduce(0) { $1.isNaN ? $0 : max($0, $1.magnitude) }
    let scale = max(largest, 0.97 * (scales[operation] ?? 0))
    scales[operation] = scale
    return cells.map { Float(scale > 0 ? $0 / scale : $0) }
  }
}

extension Session {
  /// The cells of all lines of all programs at a position, and where each line's begin; the last offset is the end.
  package func strips(
    _ scene: Scene, _ content: StripContent = .value, position: Int
  ) -> (cells: [Float], offsets: [Int]) {
    var cells: [Float] = [], offsets = [0], known: [Operation: [Float]] = [:]
    for program in Program.allCases {
      for line in program.lines {
        let operation = line.main
        if operation.quantity != .scalar {
          // What is a gradient or a moment anyway keeps its scale.
          let content = operation.quantity.kind == .value ? content : .value
          let own =
            known[operation]
            ?? scales[content, default: StripScales()].scaled(
              scene.cells(operation.quantity, content, position: position), operation)
          known[operation] = own
          cells += own
        }
        offsets.append(cells.count)
      }
    }
    return (cells, offsets)
  }
}
