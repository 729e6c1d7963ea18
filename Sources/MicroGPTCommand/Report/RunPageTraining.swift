// The figures of how a run went: loss, learning rate, gradients, updates and time.

import Drawing
import MicroGPT

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension RunPage {
  func addLoss(to page: inout Page) {
    page.heading("Loss")
    let losses = recorder.losses
    let what =
      configuration.batchSize == 1
      ? "one \(noun)" : "a batch of \(configuration.batchSize) \(noun)s"
    page.paragraph(startsAtGuessing)
    page.paragraph(
      """
      \(configuration.batchSize == 1 ? "Single \(noun)s" : "Batches") bounce, because some are easier to predict than others: \
      the moving average is what to follow.
      """)
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
    let loss: Prose = "The loss is the mean surprise at the next character, in nats: \(code: "−log p")."
    if recorder.earlier > 0 {
      return "\(loss) This page begins with step \(recorder.earlier + 1), at which the run was resumed."
    }
    if settings.checkpoints.weights != nil {
      return "\(loss) It starts with what the weights of \(code: "--init-from") know of this text."
    }
    return """
      \(loss) It starts near \
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
    return """
      Without \(code: "--held-out 0.1") nothing here tells whether the model learns what its text is like, or learns the text \
      by heart.
      """
  }

  func addUpdates(to page: inout Page) {
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
              let step =
                count == 0
                ? first : first + (last - first) / count * place + (last - first) % count * place / count
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
      if recorder.losses.bins.count > 1 {
        page.paragraph(
          """
          Updates of this run are not shown: a large model that takes a few steps is not asked for them, which would take \
          longer than the steps.
          """)
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
        groups. \(configuration.schedule == .constant ? "" : "It falls with the learning rate. ")A matrix far below the others hardly learns; above 0.1 a step rewrites what \
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

  func addTime(to page: inout Page) {
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
        The median is \(time(0.5)) \(unit); nine tenths of the \(group) take between \(time(0.05)) and \(time(0.95)). \
        \(isStream ? "" : "Longer documents take longer. ")Far outliers are the rest of the machine.
        """)
  }
}
