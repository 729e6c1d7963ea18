// The numbers of one document at one step: what strips and panels show.

import MicroGPT

/// A document's forward and backward pass by the parameters of a step.
package struct Scene {
  package let state: TrainingState
  package let model: Model
  package let trace: Trace
  /// The document as it stands in the text.
  package let text: String
  private let places: TensorPlaces

  init(_ trainer: Trainer, text: String, _ places: TensorPlaces = TensorPlaces()) throws(PageError) {
    (self.text, self.places) = (text, places)
    model = trainer.model
    do throws(TokenizerError) { trace = try model.trace(text) } catch {
      throw PageError(sentence: error.description)
    }
    state = trainer.state
  }

  /// Adam's next update, if that were by this document alone.
  package var moves: AdamMoves { state.moves(by: trace) }

  /// The places in `trace.values` and `trace.gradients` of the tensors of a pattern such as `layer*.head*.attention`.
  func valuePlaces(_ pattern: String) -> [Int] {
    places.places(pattern) { names(pattern).map { name in find(name, trace.values) } }
  }

  /// The places in `trace.parameterGradients` of the matrices of some patterns.
  func matrixPlaces(_ patterns: [String]) -> [Int] {
    patterns.flatMap { pattern in
      places.places(pattern) { names(pattern).map { name in find(name, trace.parameterGradients) } }
    }
  }

  private func find(_ name: String, _ tensors: [Tensor]) -> Int {
    tensors.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }!
  }

  var tokenizer: Tokenizer { model.tokenizer }
  var configuration: Configuration { model.configuration }
  /// *T*, the positions of the document.
  package var count: Int { trace.tokens.count - 1 }

  /// Each token's character, and the last position's target: `[T + 1]`.
  package var tokens: [String] { trace.tokens.map { tokenizer.label(of: $0) } }

  /// The names that a pattern such as `layer*.head*.attention` stands for, in order.
  func names(_ pattern: String) -> [String] {
    let parts = split(pattern)
    guard parts.count > 1 else { return [pattern] }
    return (0..<configuration.layers).flatMap { layer -> [String] in
      if parts.count == 2 { return ["\(parts[0])\(layer)\(parts[1])"] }
      return (0..<configuration.heads).map { "\(parts[0])\(layer)\(parts[1])\($0)\(parts[2])" }
    }
  }

  private func split(_ pattern: String) -> [String] {
    pattern.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map {
      String(Substring($0))
    }
  }

  /// The parameter matrices of some patterns; of none, all.
  func matrixNames(_ patterns: [String]) -> [String] {
    patterns.isEmpty ? model.tensorNames : patterns.flatMap { names($0) }
  }

  /// Adam's moments of a parameter matrix, `[rows, columns]` each.
  func moments(_ name: String) -> (first: Tensor, second: Tensor) {
    var start = 0
    for matrix in trace.parameterGradients {
      let range = start..<start + matrix.values.count
      if matrix.name.utf8.elementsEqual(name.utf8) {
        func tensor(_ moment: [Double], _ factor: Double) -> Tensor {
          Tensor(
            name: name, rows: matrix.rows, columns: matrix.columns, values: moment[range].map { $0 * factor })
        }
        return (
          tensor(state.firstMoment, state.firstMomentFactor),
          tensor(state.secondMoment, state.secondMomentFactor)
        )
      }
      start = range.upperBound
    }
    preconditionFailure("There is no matrix '\(name)'.")
  }
}

extension Tokenizer {
  /// What a token is called: its character, or BOS. A blank is ␣, the end of a line ⏎.
  package func label(of token: Int) -> String {
    guard token < characters.count else { return "BOS" }
    return switch characters[token] {
    case " ": "␣"
    case "\n": "⏎"
    case let character: String(Character(character))
    }
  }
}

/// Where the tensors of a pattern lie in a trace: at the same places in every trace of a run. Comparing names for every
/// strip of every frame would take longer than computing the trace.
///
/// A class, because the scenes of a run share it.
final class TensorPlaces {
  private var known: [String: [Int]] = [:]

  func places(_ pattern: String, _ find: () -> [Int]) -> [Int] {
    if let places = known[pattern] { return places }
    let found = find()
    known[pattern] = found
    return found
  }
}

/// The last scene, which stays until the run moves on or another document is asked for.
struct SceneCache {
  private var scene: Scene?
  private var step = -1, document = -1
  private var text: String?
  private let places = TensorPlaces()

  mutating func scene(
    _ trainer: Trainer, document: Int, text: String?
  ) throws(PageError) -> Scene {
    let isSameText = text.map { Array($0.utf8) } == self.text.map { Array($0.utf8) }
    if let scene, step == trainer.completedSteps, self.document == document, isSameText { return scene }
    let found = try Scene(trainer, text: text ?? trainer.corpus.text(at: document), places)
    (scene, step, self.document, self.text) = (found, trainer.completedSteps, document, text)
    return found
  }
}

extension Session {
  /// The scene of a document of the run, by its index in training order, or of a text of one's own.
  ///
  /// - Parameter document: Of a negative one the next step's is taken.
  package func scene(document: Int, text: String? = nil) throws(PageError) -> (scene: Scene, document: Int) {
    let index = document < 0 ? nextDocument : document % trainer.corpus.count
    return (try scenes.scene(trainer, document: index, text: text), index)
  }
}
