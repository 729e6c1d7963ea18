// What an operation is, in a sentence, and its formula with the numbers of a position.

import MicroGPT

/// The words of a line's panel.
package struct Explanation: Equatable {
  package let title: String
  package let sentence: String
  /// The formula, and the same with numbers.
  package let formula: [String]

  init(_ title: String, _ sentence: String, _ formula: String...) {
    (self.title, self.sentence, self.formula) = (title, sentence, formula)
  }
}

/// A scene at a position: the numbers that formulas show.
struct Example {
  let scene: Scene
  /// The position, *t*.
  let t: Int
  /// The run's position in its documents: the next step, from 1, and the document's index in training order.
  let document: Int
  let documentCount: Int

  func explanation(_ operation: Operation) -> Explanation {
    switch operation.stage {
    case .start, .tokens: startExplanation(operation)
    case .embedding, .attention, .mlp, .logits, .loss: forwardExplanation(operation)
    case .backward: backwardExplanation(operation)
    case .adam: adamExplanation(operation)
    case .sampling: samplingExplanation(operation)
    }
  }

  var configuration: Configuration { scene.configuration }
  var tokenizer: Tokenizer { scene.tokenizer }
  /// The token read, and the one to predict.
  var token: Int { scene.trace.tokens[t] }
  var target: Int { scene.trace.tokens[t + 1] }
  var tokenLabel: String { tokenizer.label(of: token) }
  var targetLabel: String { tokenizer.label(of: target) }

  /// A number of a tensor of the forward pass, such as `layer0.q[2, 0]`.
  func value(_ name: String, _ row: Int, _ column: Int) -> Double { scene.trace[name]![row, column] }
  func gradient(_ name: String, _ row: Int, _ column: Int) -> Double {
    scene.trace.gradient(name)![row, column]
  }
  func parameter(_ name: String, _ row: Int, _ column: Int) -> Double { scene.model[name]![row, column] }

  /// A factor of a product, in parentheses if it is negative.
  func factor(_ number: Double) -> String { number < 0 ? "(\(figure(number)))" : figure(number) }

  /// The first terms of a sum of products, and an ellipsis if there are more.
  func products(_ count: Int, _ left: (Int) -> Double, _ right: (Int) -> Double) -> String {
    var text = ""
    for index in 0..<min(2, count) {
      if index > 0 { text += " + " }
      text += "\(factor(left(index)))·\(factor(right(index)))"
    }
    return text + (count > 2 ? " + …" : "")
  }

  /// The mean square of a row.
  func meanSquare(_ name: String) -> Double {
    let tensor = scene.trace[name]!
    var sum = 0.0
    for column in 0..<tensor.columns { sum += tensor[t, column] * tensor[t, column] }
    return sum / Double(tensor.columns)
  }

  /// The dot product of row `t` of a tensor and row `row` of a matrix, with its first terms.
  func product(_ matrix: String, _ row: Int, _ tensor: String) -> String {
    let weight = scene.model[matrix]!, x = scene.trace[tensor]!
    return products(weight.columns, { weight[row, $0] }, { x[t, $0] })
  }
}
