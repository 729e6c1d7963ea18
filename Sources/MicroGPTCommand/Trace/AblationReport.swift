// What `trace --ablate` prints: losses with and without a head.

import CommandLineOptions
import MicroGPT

/// A head's place, or all of them.
enum AblatedHeads: Equatable {
  case one(layer: Int, head: Int)
  case all

  /// - Parameter text: Such as `0.2`, or `all`.
  init(_ text: String) throws(UsageError) {
    if text == "all" {
      self = .all
      return
    }
    let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { part in
      part.allSatisfy { ("0"..."9").contains($0) } ? Int(part) : nil
    }
    guard numbers.count == 2, let layer = numbers[0], let head = numbers[1] else {
      throw UsageError(
        "'--ablate \(text)' is not a head. Give its layer and its number there, both from 0, such as '--ablate 0.2', or '--ablate all'."
      )
    }
    self = .one(layer: layer, head: head)
  }

  /// The heads of a model.
  ///
  /// - Throws: `UsageError` if the model does not have it.
  func places(in model: Model) throws(UsageError) -> [(layer: Int, head: Int)] {
    let (layers, heads) = (model.configuration.layers, model.configuration.heads)
    switch self {
    case .all: return (0..<layers).flatMap { layer in (0..<heads).map { (layer, $0) } }
    case .one(let layer, let head):
      guard layer < layers, head < heads else {
        throw UsageError(
          "'--ablate \(layer).\(head)' is not a head of this model, which has \(counted(layers, "layer")) of "
            + "\(counted(heads, "head")): 0.0 to \(layers - 1).\(heads - 1). Give one of them.")
      }
      return [(layer, head)]
    }
  }
}

/// The losses of a document, and of others, with and without heads.
struct AblationReport {
  /// Documents to measure on.
  struct Others {
    let corpus: Corpus
    /// What they are: "1,594 documents that the run has not read".
    let name: String
  }

  private struct Head {
    let layer, head: Int
    /// The document's surprises without it, `[T]`.
    let tokenLosses: [Double]
    let loss: Double
    /// The others' loss without it.
    let othersLoss: Double?

    var name: String { "\(layer).\(head)" }
  }

  private let story: TraceStory
  private let others: Others?
  /// The others' loss with all heads.
  private let othersLoss: Double?
  private let heads: [Head]

  init(_ story: TraceStory, without places: [(layer: Int, head: Int)], on others: Others?) throws {
    (self.story, self.others) = (story, others)
    let model = story.source.model
    func loss(_ model: Model) throws -> Double? { try others.map { try model.evaluate($0.corpus).loss } }
    othersLoss = try loss(model)
    heads = try places.map { layer, head in
      let without = model.ablating(head: head, layer: layer), trace = try without.trace(story.document)
      return Head(
        layer: layer, head: head, tokenLosses: trace.tokenLosses, loss: trace.loss,
        othersLoss: try loss(without))
    }
  }

  var blocks: [TraceSection.Block] {
    let trace = story.trace
    var rows = [["none", fixed(trace.loss, 4), "", othersLoss.map { fixed($0, 4) } ?? "", ""]]
    rows += heads.map { head in
      [
        head.name, fixed(head.loss, 4), signed(head.loss - trace.loss),
        head.othersLoss.map { fixed($0, 4) } ?? "",
        head.othersLoss.map { signed($0 - othersLoss!) } ?? "",
      ]
    }
    let width = others == nil ? 3 : 5
    var blocks: [TraceSection.Block] = [
      .sentence(
        "A head is left out by making its output 0; nothing is trained again. The loss of '\(escaped(story.document))'"
          + (others.map { " and of \($0.name)" } ?? "") + ":"),
      .table(
        .init(
          header: Array(
            ["without", "'\(escaped(story.document))'", "change", "others", "change"].prefix(width)),
          rows: rows.map { Array($0.prefix(width)) })),
    ]
    if heads.count == 1 {
      let tokenizer = story.source.model.tokenizer, head = heads[0]
      blocks += [
        .sentence("The surprise at each position's next token:"),
        .table(
          .init(
            header: ["position", "next", "with", "without \(head.name)", "change"],
            rows: trace.tokenLosses.indices.map { t in
              [
                story.positions[t], tokenizer.name(of: trace.tokens[t + 1]), fixed(trace.tokenLosses[t], 4),
                fixed(head.tokenLosses[t], 4), signed(head.tokenLosses[t] - trace.tokenLosses[t]),
              ]
            }, words: [0, 1])),
      ]
    }
    let advice =
      others == nil
      ? "A single document can become easier by chance. Name a text with --data to measure on many."
      : "Judge a head by the change over many documents: a single one can become easier by chance. A small change means "
        + "that the head adds little, or that others add the same."
    return blocks + [.sentence(advice)]
  }

  var json: JSONText {
    func number(_ number: Double?) -> JSONText { number.map { .number($0) } ?? .null }
    return .object([
      ("document", .string(story.document)), ("loss", .number(story.trace.loss)),
      ("token_losses", .array(story.trace.tokenLosses.map { .number($0) })),
      ("others", .optional(others?.name)), ("others_loss", number(othersLoss)),
      (
        "without",
        .array(
          heads.map { head in
            .object([
              ("layer", .integer(head.layer)), ("head", .integer(head.head)), ("loss", .number(head.loss)),
              ("token_losses", .array(head.tokenLosses.map { .number($0) })),
              ("others_loss", number(head.othersLoss)),
            ])
          })
      ),
    ])
  }

  private func signed(_ change: Double) -> String { (change < 0 ? "" : "+") + fixed(change, 4) }
}
