// A line's panel: words, and the numbers behind its strip in full.

import MicroGPT

/// A tensor of a panel.
package struct TensorView {
  package let name: String
  package let kind: CellKind
  package let tensor: Tensor
  /// What the rows and columns are, as far as they have names.
  package let rows, columns: [String]
}

/// What a line's panel shows.
package struct LineDetail {
  package let line: Int
  package let title: String
  package let sentence: String
  package let formula: [String]
  package let tensors, gradients, moments: [TensorView]
  /// The lines whose results it takes.
  package let feeds: [Int]
  package let position: Int
}

extension Session {
  /// The panel of a line.
  ///
  /// - Parameters:
  ///   - line: From 1; a line that computes.
  ///   - position: Cut to the document's.
  package func detail(
    _ program: Program, line: Int, document: Int, text: String? = nil, position: Int
  ) throws(PageError) -> LineDetail {
    guard let line = program.lines.first(where: { $0.number == line }) else {
      throw PageError(sentence: "Line \(line) of this program computes nothing. Choose one with a strip.")
    }
    let (scene, index) = try scene(document: document, text: text)
    let t = max(0, min(position, scene.count - 1))
    let example = Example(scene: scene, t: t, document: index, documentCount: trainer.corpus.count)
    let explanations = line.operations.map { example.explanation($0) }
    var tensors: [TensorView] = [], gradients: [TensorView] = [], moments: [TensorView] = []
    for operation in line.operations {
      switch operation.quantity {
      case .value(let pattern), .gradient(let pattern):
        for name in scene.names(pattern) {
          tensors.append(scene.view(scene.trace[name]!, .value))
          gradients.append(scene.view(scene.trace.gradient(name)!, .gradient))
        }
      case .parameters(let patterns), .parameterGradients(let patterns):
        for name in scene.matrixNames(patterns) {
          tensors.append(scene.view(scene.model[name]!, .value))
          gradients.append(scene.view(scene.trace.gradient(name)!, .gradient))
          moments += scene.momentViews(name)
        }
      case .firstMoment, .secondMoment:
        for name in scene.model.tensorNames { moments += scene.momentViews(name) }
      case .losses:
        let losses = scene.trace.tokenLosses
        tensors.append(
          scene.view(Tensor(name: "surprise", rows: losses.count, columns: 1, values: losses), .value))
      case .scalar: break
      }
    }
    return LineDetail(
      line: line.number, title: joined(explanations.map { $0.title }, ", "),
      sentence: joined(explanations.map { $0.sentence }, " "), formula: explanations.flatMap { $0.formula },
      tensors: tensors, gradients: gradients, moments: moments, feeds: program.feeds(of: line), position: t)
  }
}

extension Scene {
  func view(_ tensor: Tensor, _ kind: CellKind, name: String? = nil) -> TensorView {
    let isParameter = model[tensor.name] != nil
    let vocabulary = (0..<tokenizer.vocabularySize).map { tokenizer.label(of: $0) }
    let bytes = Array(tensor.name.utf8)
    var rows: [String] = [], columns: [String] = []
    if isParameter {
      if bytes == Array("wte".utf8) || bytes == Array("lm_head".utf8) { rows = vocabulary }
    } else {
      rows = Array(tokens.dropLast())
      if bytes == Array("logits".utf8) || bytes == Array("probabilities".utf8) { columns = vocabulary }
      if bytes.contains(UInt8(ascii: ".")), tensor.columns == count, tensor.name.utf8.hasHead {
        columns = rows
      }
    }
    return TensorView(name: name ?? tensor.name, kind: kind, tensor: tensor, rows: rows, columns: columns)
  }

  func momentViews(_ name: String) -> [TensorView] {
    let (first, second) = moments(name)
    return [
      view(first, .moment, name: "first moment of \(name)"),
      view(second, .moment, name: "second moment of \(name)"),
    ]
  }
}
