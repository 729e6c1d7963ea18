// What `eval` prints.

import MicroGPT

/// The figures of a model on a text.
struct EvaluationReport {
  let saved: SavedModel
  let source: TextSource
  /// The SHA-256 of the text, if it is to be reported.
  let sourceSHA256: String?
  let measured: MeasuredDocuments
  let isHeldOut: Bool
  let engine: Arithmetic
  let evaluation: Evaluation
  /// The documents with the highest and with the lowest losses.
  let most, least: [Evaluation.Document]

  /// A line for each figure, then the documents.
  var text: String {
    let e = evaluation, blockSize = saved.model.configuration.blockSize
    let which = isHeldOut ? "held-out " : ""
    let units = measured.corpus.isStream ? "windows" : "docs"
    var lines = ["\(which)\(units): \(e.documents) of \(source.name)\(reason)"]
    if measured.leftOut > 0, let (character, document) = measured.unknown {
      lines.append(
        "left out: \(measured.leftOut) with unknown characters, the first \(named(character)) in document "
          + grouped(document))
    }
    if e.cutDocuments > 0 {
      lines.append("cut: \(e.cutDocuments) longer than the block of \(blockSize) allows")
    }
    lines += [
      measured.corpus.isStream
        ? "tokens: \(e.tokens)"
        : "tokens: \(e.tokens) (characters: \(e.characters), ends: \(e.tokens - e.characters))",
      "\(which)loss: \(e.losses(isStream: measured.corpus.isStream))",
      "perplexity: \(fixed(e.perplexity, 4))",
      "bits per character: \(e.bitsPerCharacter.isFinite ? fixed(e.bitsPerCharacter, 4) : "none")"
        + (measured.corpus.isStream ? "" : " (ends included)"),
    ]
    for (title, documents) in [("most", most), ("least", least)] where !documents.isEmpty {
      lines += ["", "--- \(title) surprising (loss per token) ---"]
      lines += documents.map { "\(fixed($0.loss, 4))  \(shown($0))" }
    }
    return lines.joined(separator: "\n")
  }

  private var reason: String { source.reason.isEmpty ? "" : " (\(source.reason))" }

  /// The part of a document that was measured, and an ellipsis for the rest.
  private func shown(_ document: Evaluation.Document) -> String {
    let blockSize = saved.model.configuration.blockSize
    let characters = measured.corpus.piece(document.index, blockSize: blockSize)
    // A window has one more character than it has predictions.
    let length = measured.corpus.isStream ? characters.count : blockSize
    var text = ""
    text.unicodeScalars.append(contentsOf: characters.prefix(length))
    return escaped(text) + (characters.count > length ? "…" : "")
  }

  /// The whole document, or the window.
  private func contents(of document: Evaluation.Document) -> String {
    let piece = measured.corpus.piece(document.index, blockSize: saved.model.configuration.blockSize)
    return String(decoding: piece.utf8, as: UTF8.self)
  }

  private func lines(_ documents: [Evaluation.Document]) -> JSONText {
    .array(
      documents.map { document in
        .object([
          ("text", .string(contents(of: document))), ("loss", .number(document.loss)),
          ("tokens", .integer(document.tokens)),
        ])
      })
  }

  /// One object, with every digit of the figures.
  var json: JSONText {
    let e = evaluation
    return .object([
      ("model", .string(saved.path)), ("data", .string(source.name)),
      ("data_sha256", .optional(sourceSHA256)),
      ("held_out", .bool(isHeldOut)), ("engine", .string(engine.rawValue)),
      ("documents", .integer(e.documents)), ("left_out", .integer(measured.leftOut)),
      ("cut", .integer(e.cutDocuments)), ("tokens", .integer(e.tokens)),
      ("characters", .integer(e.characters)), ("loss", .number(e.loss)),
      ("loss_per_token", .number(e.lossPerToken)), ("perplexity", .number(e.perplexity)),
      ("bits_per_character", .number(e.bitsPerCharacter)), ("most_surprising", lines(most)),
      ("least_surprising", lines(least)),
    ])
  }
}
