// The page of `train --report`: what a run did, figure by figure, each with what to look for.

import Drawing
import MicroGPT

/// A page about a sitting of a run.
struct RunPage {
  let settings: Train
  let trainer: Trainer
  let recorder: RunRecorder
  let documents: ReportDocuments
  /// What the text is called.
  let sourceName: String
  /// The documents that the run measures on, if there are any.
  let heldOut: Corpus?
  let model: Model
  let guessing: Double
  /// When the page was begun, and the seconds that looking at the model may take.
  private let start = Console.seconds, allowance: Double

  /// A page about a trainer's run, as it is now.
  init(
    _ settings: Train, _ trainer: Trainer, _ recorder: RunRecorder, sourceName: String, heldOut: Corpus?
  ) {
    (self.settings, self.trainer, self.recorder) = (settings, trainer, recorder)
    (self.sourceName, self.heldOut) = (sourceName, heldOut)
    documents = ReportDocuments(trainer, heldOut: heldOut)
    model = trainer.model
    guessing = guessingLoss(vocabularySize: trainer.tokenizer.vocabularySize)
    // Together with what recording may take, a tenth of the steps' time and ten milliseconds.
    allowance = 0.005 + 0.03 * recorder.stepSeconds
  }

  /// Whether looking at the model has taken as long as it may: of a large one that has taken a few steps only the least is
  /// shown.
  var isLate: Bool { Console.seconds - start > allowance }

  var configuration: Configuration { trainer.configuration }
  var isStream: Bool { trainer.tokenizer.isStream }
  /// What a document is called.
  var noun: String { isStream ? "window" : "document" }

  /// The page as UTF-8.
  func bytes() -> [UInt8] {
    var page = Page(
      title:
        "\(counted(trainer.completedSteps, "step")) on \(sourceName.split(separator: "/").last ?? "a text")",
      lead: lead)
    addRun(to: &page)
    let hasSteps = !recorder.losses.bins.isEmpty
    if hasSteps { addLoss(to: &page) }
    addSamples(to: &page)
    if hasSteps { addUpdates(to: &page) }
    addAttention(to: &page)
    addEmbeddings(to: &page)
    addCharacters(to: &page)
    if hasSteps { addTime(to: &page) }
    return page.bytes(
      footer:
        "Written by microgpt \(MicroGPT.version). This page is one file, without scripts; it loads nothing.")
  }

  /// How the run went, in a sentence or two.
  private var lead: Prose {
    let steps = configuration.steps
    var prose: Prose =
      "A GPT of \(grouped(trainer.parameterCount)) parameters, trained on \(amount(of: trainer.corpus))."
    if let first = recorder.losses.bins.first, let last = recorder.smoothed.bins.last {
      let start = recorder.losses.width == 1 ? first.sum : first.mean
      let place = recorder.losses.width == 1 ? "at step \(grouped(first.first))" : "in the first steps"
      prose = """
        \(prose) The loss went from \(fixed(start, 2)) \(place) to \(fixed(last.mean, 2)) nats a token in the moving average; \
        guessing gives \(fixed(guessing, 2)).
        """
    }
    if trainer.completedSteps < steps {
      prose = "\(prose) \(trainer.completedSteps) of \(steps) steps have been taken."
    }
    return prose
  }

  private func addRun(to page: inout Page) {
    page.code(settings.repeatingLine)
    var table = Table(.text(""), .text(""))
    table.row("Text", "\(data: sourceName), \(amount(of: trainer.corpus))")
    if let heldOut { table.row("Held out", "\(amount(of: heldOut)), to measure on") }
    table.row(
      "Vocabulary", "\(trainer.tokenizer.vocabularySize) tokens: \(data: trainer.tokenizer.shownLabels)")
    table.row(
      "Model",
      """
      \(counted(configuration.layers, "layer")), \(counted(configuration.heads, "head")), \
      \(configuration.embedding) channels, blocks of \(configuration.blockSize): \
      \(grouped(trainer.parameterCount)) parameters
      """)
    if let last = recorder.seconds.bins.last {
      let total = recorder.seconds.bins.reduce(0) { $0 + $1.sum }
      let count = last.last - recorder.earlier
      table.row(
        "Training",
        """
        \(counted(count, "step")) in \(duration(total)), \(grouped(Int(Double(count) / max(total, 1e-9)))) a second, \
        \(trainer.arithmetic.rawValue) arithmetic\(recorder.earlier == 0 ? "" : "; \(grouped(recorder.earlier)) before it")
        """)
    }
    if let (step, evaluation) = recorder.lastHeldOut {
      table.row(
        "Held-out loss",
        """
        \(evaluation.losses(isStream: isStream)) after step \(step), \(fixed(evaluation.bitsPerCharacter, 3)) bits a \
        character
        """)
    }
    // Hashing takes some 60 ns a parameter. The log has the hash of every model.
    if trainer.parameterCount <= 50_000 {
      table.row("Parameters", "SHA-256 \(code: String(model.parametersSHA256.prefix(16)))…")
    }
    page.table(table)
  }

  func addSamples(to page: inout Page) {
    if recorder.samples.isEmpty { return }
    page.heading("Samples on the way")
    page.paragraph(
      """
      The same random numbers each time, at temperature \(settings.sampling.temperature): what changes from row to row is \
      the model alone. First it learns how often each character occurs, then which follow each other, then what a whole \
      \(isStream ? "line" : "document") looks like.
      """)
    var table = Table(.number("Step"), .text("Samples"))
    for (step, texts) in recorder.samples {
      var cell: Prose = ""
      for (number, text) in texts.enumerated() {
        if number > 0 { cell = cell + (isLong ? "\(lineBreak: ())\(lineBreak: ())" : ", ") }
        cell = cell + "\(data: text.isEmpty ? "(empty)" : text)"
      }
      table.row("\(step)", cell)
    }
    page.table(table)
  }

  /// Whether the samples are too long to stand beside each other.
  private var isLong: Bool {
    recorder.samples.contains { $0.texts.contains { $0.unicodeScalars.count > 40 || $0.contains("\n") } }
  }
}

extension Tokenizer {
  /// The characters as labels: all of them, unless there are hundreds.
  fileprivate var shownLabels: String {
    characters.prefix(200).map(\.label).joined(separator: " ")
      + (characters.count > 200 ? " and \(grouped(characters.count - 200)) more" : "")
  }
}
