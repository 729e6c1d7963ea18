// The page of `train --report`: what a run did, figure by figure, each with what to look for.

import Drawing
import MicroGPT

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A page about a sitting of a run.
struct RunPage {
  private let settings: Train
  private let trainer: Trainer
  private let recorder: RunRecorder
  private let documents: ReportDocuments
  /// What the text is called.
  private let sourceName: String
  /// The number of documents that are held out, or the words for a stream's part.
  private let heldOut: Corpus?
  private let model: Model
  private let guessing: Double

  /// A page about a trainer's run, as it is now.
  init(
    _ settings: Train, _ trainer: Trainer, _ recorder: RunRecorder, sourceName: String, heldOut: Corpus?
  ) {
    (self.settings, self.trainer, self.recorder) = (settings, trainer, recorder)
    (self.sourceName, self.heldOut) = (sourceName, heldOut)
    documents = ReportDocuments(trainer, heldOut: heldOut)
    model = trainer.model
    guessing = guessingLoss(vocabularySize: trainer.tokenizer.vocabularySize)
  }

  private var configuration: Configuration { trainer.configuration }
  private var isStream: Bool { trainer.tokenizer.isStream }
  /// What a document is called.
  private var noun: String { isStream ? "window" : "document" }

  /// The page as UTF-8.
  func bytes() -> [UInt8] {
    var page = Page(
      title:
        "\(counted(trainer.completedSteps, "step")) on \(sourceName.split(separator: "/").last ?? "a text")",
      lead: lead)
    addRun(to: &page)
    if !recorder.losses.bins.isEmpty {
      addLoss(to: &page)
      addSamples(to: &page)
      addUpdates(to: &page)
    } else {
      addSamples(to: &page)
    }
    addAttention(to: &page)
    addEmbeddings(to: &page)
    addCharacters(to: &page)
    addTime(to: &page)
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
      prose =
        prose
          + """
          \u{20}The loss went from \(fixed(start, 2)) at the first step to \(fixed(last.mean, 2)) nats a token in the moving \
          average; guessing gives \(fixed(guessing, 2)).
          """
    }
    if trainer.completedSteps < steps {
      prose = prose + " \(grouped(trainer.completedSteps)) of \(grouped(steps)) steps have been taken."
    }
    return prose
  }

  // MARK: - The run

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
      let earlier = recorder.earlier == 0 ? "" : "; \(counted(recorder.earlier, "step")) were taken before"
      table.row(
        "Training",
        "\(counted(count, "step")) in \(duration(total)), \(grouped(Int(Double(count) / max(total, 1e-9)))) a second, \(trainer.arithmetic.rawValue) arithmetic\(earlier)"
      )
    }
    if let (step, evaluation) = recorder.lastHeldOut {
      table.row(
        "Held-out loss",
        "\(evaluation.losses(isStream: isStream)) after step \(step), \(fixed(evaluation.bitsPerCharacter, 3)) bits a character"
      )
    }
    table.row("Parameters", "SHA-256 \(code: String(model.parametersSHA256.prefix(16)))…")
    page.table(table)
  }

  // MARK: - Loss

  private func addLoss(to page: inout Page) {
    page.heading("Loss")
    let losses = recorder.losses
    let what =
      configuration.batchSize == 1
      ? "one \(noun)" : "a batch of \(configuration.batchSize) \(noun)s"
    page.paragraph(startsAtGuessing)
    page.paragraph(
      configuration.batchSize == 1
        ? "Single \(noun)s bounce, because some are easier to predict than others: the moving average is what to follow."
        : "Batches bounce, because some are easier to predict than others: the moving average is what to follow."
    )
    var series: [LineChart.Series] = [
      losses.width == 1
        ? .init("loss of \(what)", color: 7, .dots(losses.bins.map { .init(Double($0.first), $0.sum) }))
        : .init(
          "least to greatest loss in \(losses.width) steps", color: 7,
          .band(losses.bins.map { .init(Double($0.last), $0.least, $0.most) })),
      .init(
        "moving average of about 50 steps", color: 0,
        .line(recorder.smoothed.bins.map { .init(Double($0.last), $0.mean) })),
    ]
    if !recorder.heldOut.bins.isEmpty {
      series.append(
        .init(
          "held-out loss", color: 1,
          .marked(recorder.heldOut.bins.suffix(512).map { .init(Double($0.last), $0.mean) })))
    }
    var chart = LineChart(title: "Loss by step", x: "step", y: "nats a token", series)
    chart.references = [
      .init(guessing, "guessing: ln\u{a0}\(trainer.tokenizer.vocabularySize) = \(fixed(guessing, 2))")
    ]
    chart.size = (600, 320)
    page.figure(chart, caption: lossCaption)
  }

  /// Why the loss starts where it does.
  private var startsAtGuessing: Prose {
    if recorder.earlier > 0 {
      return
        "The loss is the mean surprise at the next character, in nats: \(code: "−log p"). This page begins at step \(recorder.earlier + 1), as the run was resumed there."
    }
    if settings.checkpoints.weights != nil {
      return
        "The loss is the mean surprise at the next character, in nats: \(code: "−log p"). It starts where the weights that the run began with had come to."
    }
    return """
      The loss is the mean surprise at the next character, in nats: \(code: "−log p"). It starts near \
      ln\u{a0}\(trainer.tokenizer.vocabularySize)\u{a0}=\u{a0}\(fixed(guessing, 2)), because small random parameters give all \
      \(trainer.tokenizer.vocabularySize) tokens about the same probability, and that is the surprise of guessing.
      """
  }

  private var lossCaption: Prose {
    if let (_, evaluation) = recorder.lastHeldOut {
      return """
        The held-out loss, \(fixed(evaluation.loss, 2)) at the end, is on \(noun)s that the model does not learn from. If \
        it rises while the average falls, the model has begun to learn its text by heart.
        """
    }
    return
      "Without \(code: "--held-out") nothing here tells whether the model learns the language of its text or learns the text by heart."
  }

  // MARK: - Samples

  private func addSamples(to page: inout Page) {
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
        if number > 0 { cell = cell + (isLong ? "\(lineBreak: ())" : ", ") }
        cell = cell + "\(data: text.isEmpty ? "(empty)" : text)"
      }
      table.row("\(step)", cell)
    }
    page.table(table)
  }

  private var isLong: Bool {
    recorder.samples.contains { $0.texts.contains { $0.unicodeScalars.count > 40 } }
  }

  // MARK: - Updates

  private func addUpdates(to page: inout Page) {
    page.heading("Learning rate, gradients and updates")
    let first = recorder.earlier + 1, last = trainer.completedSteps
    let count = min(last - first, 200)
    var rate = LineChart(
      title: "Learning rate by step", x: "step", y: "learning rate",
      [
        .init(
          "learning rate", color: 0,
          .line(
            (0...count).map { place in
              let step = count == 0 ? first : first + place * (last - first) / count
              return .init(Double(step), configuration.learningRate(step: step - 1))
            }))
      ])
    (rate.size, rate.including) = ((370, 230), [0])
    let probes = recorder.probes
    var norm = LineChart(
      title: "Gradient norm by step", x: "step", y: "gradient norm",
      [.init("gradient norm", color: 0, .line(probes.map { .init(Double($0.step), $0.gradientNorm) }))])
    (norm.size, norm.including) = ((370, 230), [0])
    page.pair { page in
      page.figure(
        rate,
        caption: "The \(configuration.schedule.rawValue) schedule, from \(configuration.learningRate) on.")
      if probes.count > 1 {
        page.figure(
          norm,
          caption: """
            The size of the gradient in \(probes.count) of the steps. It bounces with the \(noun)s; a rise that stays is a sign \
            of a learning rate that is too high.
            """)
      }
    }
    guard probes.count > 1 else {
      if trainer.parameterCount > RecordingPlan.largestProbed {
        page.paragraph(
          "Updates of a model of this size are not measured: that takes two copies of its parameters and moments."
        )
      }
      return
    }
    var ratios = LineChart(
      title: "Update-to-parameter ratio by step and matrix", x: "step", y: "update / parameters",
      recorder.kinds.enumerated().map { index, kind in
        .init(kind.name, color: index, .line(RunPage.smoothed(probes) { $0.updateRatios[index] }))
      })
    (ratios.yScale, ratios.size) = (.logarithmic, (600, 340))
    page.figure(
      ratios,
      caption: """
        How much a step changes each matrix: the norm of its update over that of its parameters, in \
        \(counted(probes.count, "step")) of the run\(configuration.layers > 1 ? ", all layers together" : ""), averaged in \
        groups. It falls with the learning rate. A matrix far below the others hardly learns; above 0.1 a step rewrites what \
        the steps before it have learned.
        """)
  }

  /// Points for about thirty groups of probes: the middle of their steps, and the geometric mean of their values.
  static func smoothed(_ probes: [UpdateProbe], _ value: (UpdateProbe) -> Double) -> [LineChart.Point] {
    let size = (probes.count + 29) / 30
    return stride(from: 0, to: probes.count, by: size).map { start in
      let group = probes[start..<min(start + size, probes.count)]
      let (steps, logs) = (group.map { Double($0.step) }, group.map { log(value($0)) })
      let count = Double(group.count)
      return .init(steps.reduce(0, +) / count, exp(logs.reduce(0, +) / count))
    }
  }

  // MARK: - The model

  private func addAttention(to page: inout Page) {
    let heads = configuration.layers * configuration.heads
    var shown: [AttentionMaps] = []
    // Documents of a few characters are the easiest to read; if there are none among the first, others are cut.
    for lengths in [3...8, 2...Int.max] where shown.isEmpty {
      for index in 0..<min(documents.count, 50) where shown.count < max(1, min(3, 24 / heads)) {
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
      page.row { page in
        for (layer, head, map) in maps.maps {
          let name = configuration.layers > 1 ? "layer \(layer), head \(head)" : "head \(head)"
          page.figure(map, caption: "\(name)", hasKey: false)
        }
      }
    }
  }

  private func addEmbeddings(to page: inout Page) {
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

  private func addCharacters(to page: inout Page) {
    let tokens = trainer.completedSteps.multipliedReportingOverflow(
      by: configuration.batchSize * configuration.blockSize)
    // Small enough that it costs little beside the training that there was.
    let limit = tokens.overflow ? 1500 : min(1500, max(configuration.blockSize, tokens.partialValue / 10))
    guard let surprise = CharacterSurprise(model, documents, limit: limit) else { return }
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

  // MARK: - Time

  private func addTime(to page: inout Page) {
    let seconds = recorder.seconds
    if seconds.bins.isEmpty { return }
    page.heading("Time a step")
    let median = seconds.quantile(0.5)
    let (factor, unit): (Double, String) =
      median < 1e-3 ? (1e6, "µs") : median < 1 ? (1e3, "ms") : (1, "seconds")
    func time(_ share: Double) -> Double { seconds.quantile(share) * factor }
    var chart = LineChart(
      title: "Time by step", x: "step", y: "\(unit) a step",
      seconds.width == 1
        ? [.init("a step", color: 5, .dots(seconds.bins.map { .init(Double($0.first), $0.sum * factor) }))]
        : [
          .init(
            "least to greatest", color: 5,
            .band(seconds.bins.map { .init(Double($0.last), $0.least * factor, $0.most * factor) })),
          .init(
            "mean of \(seconds.width) steps", color: 5,
            .line(seconds.bins.map { .init(Double($0.last), $0.mean * factor) })),
        ])
    (chart.yScale, chart.size) = (.logarithmic, (600, 220))
    let group = seconds.width == 1 ? "steps" : "groups of \(seconds.width) steps"
    page.figure(
      chart,
      caption: """
        The median is \(time(0.5)) \(unit); nine tenths of the \(group) take between \(time(0.05)) and \(time(0.95)). Longer \
        \(noun)s take longer; far outliers are the rest of the machine.
        """)
  }
}

/// A share as "12 %".
private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

/// Kinds of tokens that have a color each.
enum TokenGroup: Int, CaseIterable {
  case letter, vowel, digit, other, boundary

  var name: String {
    switch self {
    case .letter: "other letters"
    case .vowel: "a, e, i, o, u"
    case .digit: "digits"
    case .other: "other characters"
    case .boundary: "start and end"
    }
  }
}

extension Tokenizer {
  /// The kind of a token.
  func group(of token: Int) -> TokenGroup {
    guard token < characters.count else { return .boundary }
    let character = characters[token]
    if "aeiouAEIOU".unicodeScalars.contains(character) { return .vowel }
    if character.properties.isAlphabetic { return .letter }
    return character.properties.numericType == nil ? .other : .digit
  }

  /// The characters as labels: all of them, unless there are hundreds.
  fileprivate var shownLabels: String {
    characters.prefix(200).map(\.label).joined(separator: " ")
      + (characters.count > 200 ? " and \(grouped(characters.count - 200)) more" : "")
  }
}
