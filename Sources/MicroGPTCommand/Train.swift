// `microgpt train`: the reference's run with any sizes on any text, and its lines on standard output.

import CommandLineOptions
import MicroGPT
import MicroGPTFiles

struct Train: Subcommand, Equatable {
  enum Color: String, CaseIterable {
    case never, auto, always
  }

  enum Streams: String, CaseIterable {
    case one, many
  }

  var data: String?
  var offline = false
  var heldOut = 0.0
  var layers = 1
  var embedding = 16
  var heads = 4
  var blockSize = 16
  var engine = Arithmetic.exact
  var batchSize = 1
  var steps = 1000
  var learningRate = 0.01
  var schedule = Schedule.linear
  var beta1 = 0.85
  var beta2 = 0.99
  var epsilon = 1e-8
  var weightDecay = 0.0
  var initialStandardDeviation = 0.08
  var seed: UInt64 = 42
  var temperature = 0.5
  var samples = 20
  var streams = Streams.one
  var log: String?
  var quiet = false
  var color = Color.auto

  static let name = "train"
  static let abstract = "Train a GPT on lines of text, then print new ones."
  static let discussion = """
    Without --data the text is input.txt in this folder, else the makemore names (downloaded once), else names \
    that are built in. Results go to standard output, remarks to standard error. MICROGPT_ISA=avx2 or baseline \
    keeps the processor from its widest instructions.
    """
  static let examples: KeyValuePairs = [
    "Learn from your own lines, for 2,000 steps:": "microgpt train --data cities.txt --steps 2000",
    "Train a wider model and keep its losses:":
      "microgpt train --embedding 64 --heads 8 --log losses.jsonl",
  ]

  static var options: KeyValuePairs<String, [Option<Self>]> {
    [
      "DATA": [
        .text("--data", "FILE", \.data, "Learn from the lines of FILE, or - for standard input"),
        .flag("--offline", \.offline, "Never download; so does MICROGPT_OFFLINE=1"),
        .number(
          "--held-out", \.heldOut, .from(0, below: 1), "Share of the lines kept from training, to measure on"),
      ],
      "MODEL": [
        .number("--layers", \.layers, .atLeast(1), "Transformer layers"),
        .number("--embedding", \.embedding, .atLeast(1), "Width of the model, a multiple of --heads"),
        .number("--heads", \.heads, .atLeast(1), "Attention heads of a layer"),
        .number("--block-size", \.blockSize, .atLeast(1), "Positions the model sees; longer lines are cut"),
      ],
      "TRAINING": [
        .choice("--engine", "NAME", \.engine, "Arithmetic: microgpt.py's bits, or floats and speed"),
        .number("--batch-size", \.batchSize, .atLeast(1), "Documents that a step learns from"),
        .number("--steps", \.steps, .atLeast(0), "Optimizer steps"),
        .number("--learning-rate", \.learningRate, .atLeast(0), "Adam's first rate"),
        .choice("--schedule", "NAME", \.schedule, "How that rate falls to 0, or that it stays"),
        .number("--beta1", \.beta1, .from(0, below: 1), "What Adam keeps of its mean of gradients"),
        .number("--beta2", \.beta2, .from(0, below: 1), "What Adam keeps of its mean of their squares"),
        .number("--epsilon", \.epsilon, .above(0), "Keeps Adam from dividing by zero"),
        .number(
          "--weight-decay", \.weightDecay, .atLeast(0), "What a parameter loses of itself, times the rate"),
        .number(
          "--init-std", \.initialStandardDeviation, .atLeast(0), "Standard deviation of the first parameters"),
        .number("--seed", \.seed, .from(0, to: .max), "The same seed and options give the same run"),
      ],
      "SAMPLING": [
        .number("--samples", \.samples, .atLeast(0), "Lines to make up after training"),
        .number("--temperature", \.temperature, .atLeast(0), "Boldness; 0 takes the most probable character"),
        .choice(
          "--streams", "HOW", \.streams,
          "Random numbers: microgpt.py's one stream, or one for each sample, many at a time and faster"),
      ],
      "OUTPUT": [
        .text(
          "--log", "FILE", \.log, "Write losses, samples and the parameters' hash to FILE, as JSON Lines"),
        .flag("--quiet", \.quiet, "No step lines, no live line and no remarks"),
        .choice("--color", "WHEN", \.color, "Color the live line; auto heeds NO_COLOR"),
      ],
    ]
  }

  func validate() throws(UsageError) {
    guard embedding.isMultiple(of: heads) else {
      throw UsageError(
        "'--embedding \(embedding)' is not a multiple of '--heads \(heads)'. "
          + "Give a multiple, such as '--embedding \(max(embedding / heads, 1) * heads)'.")
    }
    if log == "-" {
      throw UsageError("'--log -' is no file: standard output is for the results. Name a file.")
    }
  }

  var configuration: Configuration {
    var configuration = Configuration()
    (configuration.layers, configuration.embedding) = (layers, embedding)
    (configuration.heads, configuration.blockSize) = (heads, blockSize)
    (configuration.seed, configuration.initialStandardDeviation) = (seed, initialStandardDeviation)
    (configuration.batchSize, configuration.steps) = (batchSize, steps)
    (configuration.learningRate, configuration.schedule) = (learningRate, schedule)
    configuration.weightDecay = weightDecay
    (configuration.beta1, configuration.beta2, configuration.epsilon) = (beta1, beta2, epsilon)
    return configuration
  }

  func run() throws {
    let instructions = try InstructionSet.chosen()
    let source = try TextSource.find(data: data, offline: offline)
    let corpus = try source.corpus()
    let configuration = configuration
    let memory = try memory(configuration, vocabularySize: Tokenizer(corpus).vocabularySize)
    if let log, isSameFile(log, source.name) {
      throw Failure(
        code: Failure.usage, "'--log \(log)' would overwrite the text to learn from. Name another file.")
    }
    let halves = try split(corpus, of: source)
    var log = try log.map { (path) throws(FileError) in try TrainingLog(path: path) }
    if !quiet { remark(source, corpus, halves, memory: memory) }

    let trainer = try Trainer(
      corpus: halves.training, configuration: configuration, arithmetic: engine, instructionSet: instructions)
    let output = Console.output()
    try output.write("num docs: \(trainer.corpus.count)\n")
    if let heldOut = halves.heldOut { try output.write("held-out docs: \(heldOut.count)\n") }
    try output.write("vocab size: \(trainer.tokenizer.vocabularySize)\n")
    try output.write("num params: \(trainer.parameterCount)\n")
    do {
      try train(trainer, output, log)
      if let heldOut = halves.heldOut { try measure(trainer, heldOut, output, log) }
      try sample(trainer.sampler(), instructions, output, &log)
      try output.flush()
    } catch {
      // What has been computed is not lost with what could not be.
      try? output.flush()
      try? log?.flush()
      throw explained(error)
    }
  }

  /// A failure of the arithmetic in the words of this command: which option to change, and what it is now.
  private func explained(_ error: any Error) -> any Error {
    let problem: String
    switch error {
    case TrainingError.lossNotFinite(let step, _):
      problem = "The loss of step \(step) is not a finite number"
    case SamplerError.notFinite:
      problem = "The model that came of it computes no finite numbers"
    case SamplerError.temperature:
      return Failure(
        code: Failure.software,
        "'--temperature \(temperature)' is too small to divide by. Give more, such as 0.5, or 0 for the most "
          + "probable character.")
    default:
      return error
    }
    return tooLarge(problem)
  }

  private func tooLarge(_ problem: String) -> Failure {
    Failure(
      code: Failure.software,
      "\(problem): the parameters have grown too large. Lower --learning-rate, which is \(learningRate), "
        + "or --init-std, which is \(initialStandardDeviation).")
  }

  /// Takes all steps: a line each on standard output, or the live line on a terminal.
  private func train(_ trainer: Trainer, _ output: OutputFile, _ log: TrainingLog?) throws {
    let isLive = !quiet && Console.isInteractive, start = Console.seconds
    if Console.isInteractive { try output.flush() }
    var live = LiveLine(color: wantsColor), smoothed = SmoothedLoss(), pace = Pace()
    defer { live.clear() }
    while let step = try trainer.step() {
      smoothed.add(step.loss)
      try log?.step(step.number, loss: step.loss)
      if quiet { continue }
      if isLive {
        let now = Console.seconds
        live.show(at: now) {
          let rate = Double(step.number) / max(now - start, 1e-9)
          return Progress(
            step: step.number, steps: steps, loss: step.loss, smoothedLoss: smoothed.value,
            stepsPerSecond: rate, secondsLeft: Double(steps - step.number) / rate)
        }
      } else {
        try output.write(
          "step \(padded(step.number, 4)) / \(padded(steps, 4)) | loss \(fixed(step.loss, 4))\n")
        try pace.flush(output)
      }
    }
    live.clear()
    if !quiet, steps > 0 {
      let seconds = max(Console.seconds - start, 1e-9)
      let guessing = guessingLoss(vocabularySize: trainer.tokenizer.vocabularySize)
      try output.flush()
      Console.complain(
        "\(counted(steps, "step")) in \(duration(seconds)), \(grouped(Int(Double(steps) / seconds))) steps/s. "
          + "Smoothed loss \(fixed(smoothed.value, 2)); \(fixed(guessing, 2)) is guessing.")
    }
  }

  /// The documents to learn from, and those to measure on if there are to be any.
  private func split(
    _ corpus: Corpus, of source: TextSource
  ) throws(Failure) -> (training: Corpus, heldOut: Corpus?) {
    guard heldOut > 0 else { return (corpus, nil) }
    guard let halves = try? corpus.split(holdingOut: heldOut, seed: seed) else {
      throw Failure(
        code: Failure.data,
        "No two documents of \(source.name) are different, so none can be held out. "
          + "Give a text with more, or leave out --held-out.")
    }
    return halves
  }

  /// Tells the loss on the documents held out.
  private func measure(
    _ trainer: Trainer, _ heldOut: Corpus, _ output: OutputFile, _ log: TrainingLog?
  ) throws {
    let found = try trainer.evaluate(heldOut)
    guard found.loss.isFinite else { throw tooLarge("The held-out loss is not a finite number") }
    try log?.heldOut(found)
    try output.write("held-out loss: \(fixed(found.loss, 4)) (per token: \(fixed(found.lossPerToken, 4)))\n")
  }

  /// Makes up the samples, each printed as it comes; none is kept.
  private func sample(
    _ sampler: Sampler, _ instructions: InstructionSet, _ output: OutputFile, _ log: inout TrainingLog?
  ) throws {
    let many =
      streams == .one
      ? nil
      : try BatchSampler(
        sampler.model, seed: seed, numbers: 0..<samples, temperature: temperature, arithmetic: engine,
        instructionSet: instructions)
    var line = SampleLine(), pace = Pace()
    if samples > 0 { try output.write("\n--- inference (new, hallucinated names) ---\n") }
    for number in 0..<samples {
      line.begin(number + 1)
      if let many {
        _ = try many.next(appendingTo: &line.bytes)
      } else {
        line.bytes.append(contentsOf: try sampler.sample(temperature: temperature).utf8)
      }
      // Only now, because a model that cannot be sampled has no last object in the log.
      if number == 0 { try log?.begin(parametersSHA256: sampler.model.parametersSHA256) }
      try log?.sample(line.text)
      line.end()
      try output.write(line.bytes)
      try pace.flush(output)
    }
    try output.flush()
    if samples == 0 { try log?.begin(parametersSHA256: sampler.model.parametersSHA256) }
    try log?.end()
  }

  private var wantsColor: Bool {
    switch color {
    case .always: true
    case .never: false
    case .auto: Console.environment("NO_COLOR").map(\.isEmpty) ?? true
    }
  }

  /// Says which text it is, how much of it the model will not see, and what a large run takes.
  private func remark(
    _ source: TextSource, _ corpus: Corpus, _ halves: (training: Corpus, heldOut: Corpus?), memory: Int
  ) {
    Console.complain(source.remark(halves.training))
    if let heldOut = halves.heldOut {
      let (number, verb) = (counted(heldOut.count, "document"), heldOut.count == 1 ? "is" : "are")
      Console.complain("\(number) \(verb) held out, to measure on.")
    }
    let long = corpus.count { $0.count + 1 > blockSize }
    if long > 0 {
      let verb = long == 1 ? "is" : "are"
      Console.complain(
        "\(counted(long, "document")) \(verb) longer than --block-size \(blockSize) allows and will be cut.")
    }
    if memory >= Train.largeMemory { Console.complain("Training takes \(size(memory)) of memory.") }
  }

  /// The bytes from which on it is worth knowing beforehand how many a run takes. Below, any machine has them.
  static let largeMemory = 250_000_000

  /// The bytes that training takes.
  ///
  /// - Throws: `Failure` if this machine does not have them, before any is allocated.
  private func memory(_ configuration: Configuration, vocabularySize: Int) throws(Failure) -> Int {
    let needed = configuration.trainingMemory(vocabularySize: vocabularySize, arithmetic: engine)
    let available = Console.physicalMemory
    if let needed, needed <= available ?? .max { return needed }
    let amount = needed.map { "needs \(size($0)) of memory" } ?? "needs more memory than can be counted"
    throw Failure(
      code: Failure.usage,
      "This model \(amount)\(available.map { ", and this machine has \(size($0))" } ?? ""). "
        + "Choose a smaller --embedding, --layers, --block-size or --batch-size.")
  }
}

/// A line such as "sample  1: kamon", in memory that the next one takes over.
struct SampleLine {
  var bytes: [UInt8] = []
  private var start = 0

  /// Begins the line of the sample with this number, up to where its text goes.
  mutating func begin(_ number: Int) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: "sample ".utf8)
    if number < 10 { bytes.append(UInt8(ascii: " ")) }
    let first = bytes.count
    var rest = number
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    bytes[first...].reverse()
    bytes.append(contentsOf: ": ".utf8)
    start = bytes.count
  }

  /// What has been appended since.
  var text: String { String(decoding: bytes[start...], as: UTF8.self) }

  /// Ends the line.
  mutating func end() { bytes.append(UInt8(ascii: "\n")) }
}
