// The figures of what a run made: attention, embeddings, and which characters the model finds hard.

import Drawing
import MicroGPT

extension RunPage {
  func addAttention(to page: inout Page) {
    let heads = configuration.layers * configuration.heads
    var shown: [AttentionMaps] = []
    // Documents of a few characters are the easiest to read; if there are none among the first, others are cut.
    for lengths in [3...8, 2...Int.max] where shown.isEmpty {
      for index in 0..<min(documents.count, 50) where shown.count < max(1, min(3, 24 / heads)) {
        if isLate, !shown.isEmpty { break }
        let document = documents[index]
        guard lengths ~= document.count, let maps = AttentionMaps(model, document, most: 24) else { continue }
        shown.append(maps)
      }
    }
    guard let first = shown.first?.maps.first else { return }
    page.heading("Attention")
    page.paragraph(
      """
      Each row is a position that has read the character at its left. Its cells show how much it attends to each position up \
      to its own; a row adds up to 1.\(isStream ? "" : " • is the start of a document.") Look for heads with a habit: the \
      character before, the first one, the vowels.
      """)
    page.key(of: first.map)
    for maps in shown {
      page.subheading("\(data: maps.text)")
      for first in maps.maps where first.head == 0 {
        page.row { page in
          for (layer, head, map) in maps.maps where layer == first.layer {
            let name = configuration.layers > 1 ? "layer \(layer), head \(head)" : "head \(head)"
            page.figure(map, caption: "\(name)", hasKey: false)
          }
        }
      }
    }
  }

  func addEmbeddings(to page: inout Page) {
    let tokenizer = trainer.tokenizer, embedding = model["wte"]!
    guard
      let components = PrincipalComponents(
        rows: embedding.rows, columns: embedding.columns, embedding.values)
    else { return }
    page.heading("Token embeddings")
    let shown = min(embedding.rows, 120)
    var plot = ScatterPlot(
      title: "Token embeddings in two dimensions",
      x: "first component, \(percent(components.shares.first)) of the variance",
      y: "second component, \(percent(components.shares.second))",
      (0..<shown).map { token in
        .init(
          tokenizer.label(token), components.points[token].x, components.points[token].y,
          color: tokenizer.group(of: token).rawValue)
      })
    plot.groups = TokenGroup.allCases.map { group in
      (0..<shown).contains { tokenizer.group(of: $0) == group } ? group.name : nil
    }
    page.figure(
      plot,
      caption: """
        The vectors of \(embedding.columns) numbers that stand for the \
        \(shown < embedding.rows ? "first \(shown) " : "")tokens, in the two directions in which they differ most. \
        Characters that are used alike come to lie together, such as the vowels of names.
        """)
  }

  func addCharacters(to page: inout Page) {
    let tokens = trainer.completedSteps.multipliedReportingOverflow(
      by: configuration.batchSize * configuration.blockSize)
    // Small enough that it costs little beside the training that there was.
    let limit = tokens.overflow ? 1500 : min(1500, max(configuration.blockSize, tokens.partialValue / 10))
    guard let surprise = CharacterSurprise(model, documents, limit: limit, until: { isLate }) else { return }
    page.heading("Which characters are hard")
    let shown = surprise.entries.prefix(40)
    var chart = BarChart(
      title: "Mean surprise at each character", y: "nats",
      shown.map { entry in
        .init(
          trainer.tokenizer.label(entry.token), entry.mean,
          note: " nats, \(counted(entry.count, "time"))")
      })
    chart.references = [.init(guessing, "guessing: \(fixed(guessing, 2))")]
    page.figure(
      chart,
      caption: """
        The mean surprise at each character, \(surprise.entries.count > 40 ? "the 40 hardest, " : "")on \
        \(counted(surprise.documents, noun)) \(origin). Above the dotted line the model does worse than guessing, which it \
        may for what is rare\(isStream ? "" : "; • is the end of a document").
        """)
  }

  private var origin: Prose {
    switch documents.origin {
    case .heldOut: "held out"
    case .unread: "that the run has not read"
    case .read: "that the run has learned from"
    }
  }
}

/// A share as "12 %".
private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
