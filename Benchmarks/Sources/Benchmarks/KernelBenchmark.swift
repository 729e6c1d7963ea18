// Where a step's time goes: each kernel's share, the kernel's own floor, and the time that the specification takes
// for the same operations.

import Peak

@testable import MicroGPT

extension Benchmark {
  static let kernels = Benchmark(
    name: "kernels", summary: "Each kernel within a step, beside its floor and its scalar specification"
  ) { try measureKernels($0) }
}

private func measureKernels(_ session: Session) throws {
  // Documents of the average name's length, so that every step is the same work.
  let positions = 7, names = try session.names.get()
  let documents = names.indices.map { names.text(at: $0) }.filter { $0.count == positions - 1 }
  guard !documents.isEmpty else {
    throw Failure(
      code: Failure.data,
      "\(session.namesTitle) has no line of \(positions - 1) characters, which kernels are timed with.")
  }
  let corpus = try Corpus(documents: documents)
  for arithmetic in [Arithmetic.fast, .exact] {
    for (width, heads, batch) in [(16, 4, 1), (16, 4, 16), (128, 8, 1), (128, 8, 16)] {
      let configuration = Configuration(width: width, heads: heads, batch: batch)
      let step = try measureSteps(corpus, configuration, arithmetic, session.set)
      try StepShares(session, corpus, step, positions: positions).report(session)
    }
  }
}

/// A kernel's share of a step.
private struct KernelShare {
  let name: KernelName
  let calls: Int
  let microseconds: Double
  /// The model's operations in it, without those on padding; 0 if it only moves numbers.
  let operations: Double
  /// The specification's time for the same. Its backward pass computes gradients of inputs and weights in one loop,
  /// whose time is divided here in proportion to the kernels'.
  let specification: Double?
  let timesAsFast: Double?
}

/// A step in its parts.
private struct StepShares {
  let step: StepResult
  let shares: [KernelShare]
  /// Operations a second.
  let rate: Double
  let positions: Int

  init(_ session: Session, _ corpus: Corpus, _ step: StepResult, positions: Int) throws {
    let c = step.configuration, isFast = step.arithmetic == .fast
    let tokenizer = Tokenizer(corpus), vocabularySize = tokenizer.vocabularySize
    func measure<A: KernelArithmetic>(_ arithmetic: A.Type) -> [(calls: Int, microseconds: Double)] {
      kernelTimes(arithmetic, c, corpus, tokenizer, session.set)
    }
    let times = isFast ? measure(TimedFastArithmetic.self) : measure(TimedExactArithmetic.self)
    let scalar = ScalarTimes(
      StepSizes(
        width: c.embedding, heads: c.heads, layers: c.layers, vocabulary: vocabularySize,
        documents: c.batchSize, positions: positions, parameters: step.parameterCount))
    let back =
      times[KernelName.productBackward.rawValue].microseconds
      + times[KernelName.weightGradient.rawValue].microseconds
      + times[KernelName.updateMatrix.rawValue].microseconds
    // Where matrices are updated with their gradients, the optimizer's own kernel updates only the embeddings.
    let embeddings = (vocabularySize + c.blockSize) * c.embedding
    let moved = times[KernelName.updateMatrix.rawValue].calls > 0 ? embeddings : step.parameterCount
    let others = step.parameterCount - moved
    let movedShare = Double(moved) / Double(step.parameterCount)
    let backSpecification = scalar.productBackAndWeightGradient + (1 - movedShare) * scalar.adam

    let rows = Double(c.batchSize * positions), width = Double(c.embedding), layers = Double(c.layers)
    let products = 2 * rows * (12 * layers * width * width + Double(vocabularySize) * width)
    let pairs = 2 * layers * width * rows * Double(positions + 1),
      normalized = (2 * layers + 1) * rows * width
    shares = KernelName.allCases.map { name in
      let (calls, microseconds) = times[name.rawValue]
      let (operations, specification): (Double, Double?) =
        switch name {
        case .embed: (rows * width, nil)
        case .embedBackward: (2 * rows * width, nil)
        case .productForward: (products, scalar.productForward)
        case .productBackward, .weightGradient: (products, nil)
        case .updateMatrix: (products + 12 * Double(others), nil)
        case .normalize: (3 * normalized, scalar.normalize)
        case .normalizeBackward: (6 * normalized, scalar.normalizeBackward)
        case .attend: (pairs, scalar.attend)
        case .attendBackward: (2 * pairs, scalar.attendBackward)
        case .loss: (25 * Double(vocabularySize) * rows, scalar.loss)
        case .adam: (12 * Double(moved), movedShare * scalar.adam)
        case .transpose: (0, nil)
        }
      let isBack = name == .productBackward || name == .weightGradient || name == .updateMatrix
      return KernelShare(
        name: name, calls: calls, microseconds: microseconds, operations: operations,
        specification: isBack ? backSpecification * microseconds / back : specification,
        timesAsFast: isBack
          ? backSpecification / back : specification.map { $0 / microseconds })
    }
    // The speed from which the step's own floor was computed.
    let operations =
      12 * Double(step.parameterCount)
      + Double(c.batchSize) * c.operations(positions: positions, vocabularySize: vocabularySize)
    rate = operations / step.medianFloor * 1e6
    (self.step, self.positions) = (step, positions)
  }

  /// Prints the table, and records its rows.
  func report(_ session: Session) {
    let c = step.configuration
    print(
      "\(step.arithmetic.rawValue) \(step.set.rawValue) C \(c.embedding) H \(c.heads) L \(c.layers) B \(c.batchSize), "
        + "\(positions) positions a document: \(short(step.median)) us a step, floor \(short(step.medianFloor))"
    )
    print(
      "".left(16), "calls".right(6), "us".right(9), "floor".right(9), "times".right(7), "share".right(7),
      "scalar us".right(10), "as fast".right(8))
    var sum = 0.0
    for share in shares where share.calls > 0 {
      let floor = share.operations / rate * 1e6
      sum += share.microseconds
      print(
        "\(share.name)".left(16), "\(share.calls)".right(6), number(share.microseconds, 2).right(9),
        (floor > 0 ? number(floor, 2) : "").right(9),
        (floor > 0 ? number(share.microseconds / floor, 2) : "").right(7),
        "\(number(100 * share.microseconds / step.median, 0)) %".right(7),
        (share.specification.map { number($0, 2) } ?? "").right(10),
        (share.timesAsFast.map { number($0, 1) } ?? "").right(8))
      record(session, "\(share.name)", share.calls, share.microseconds, floor, share)
    }
    let rest = step.median - sum
    print(
      "all else".left(16), "".right(6), number(rest, 2).right(9), "".right(17),
      "\(number(100 * rest / step.median, 0)) %".right(7))
    record(session, "else", 0, rest, 0, nil)
  }

  private func record(
    _ session: Session, _ name: String, _ calls: Int, _ microseconds: Double, _ floor: Double,
    _ share: KernelShare?
  ) {
    let c = step.configuration
    session.record([
      "benchmark": "kernel", "kernel": .text(name), "arithmetic": .text(step.arithmetic.rawValue),
      "width": .count(c.embedding), "heads": .count(c.heads), "layers": .count(c.layers),
      "batch": .count(c.batchSize), "positions": .count(positions), "isa": .text(step.set.rawValue),
      "calls": .count(calls), "microseconds": .number(microseconds),
      "floor_microseconds": floor > 0 ? .number(floor) : .null,
      "ratio": floor > 0 ? .number(microseconds / floor) : .null,
      "specification_microseconds": share?.specification.map { .number($0) } ?? .null,
      "times_as_fast": share?.timesAsFast.map { .number($0) } ?? .null,
      "step_microseconds": .number(step.median),
    ])
  }
}

/// The calls and microseconds of every kernel in a step: the median of many steps, without the clock's own time.
private func kernelTimes<A: KernelArithmetic>(
  _ arithmetic: A.Type, _ configuration: Configuration, _ corpus: Corpus, _ tokenizer: Tokenizer,
  _ set: InstructionSet
) -> [(calls: Int, microseconds: Double)] {
  var random = PythonRandom(seed: 42)
  let run = TrainingRun<A>(
    configuration, vocabularySize: tokenizer.vocabularySize, instructionSet: set,
    start: .parameters(
      random.gaussians(
        configuration.parameterCount(vocabularySize: tokenizer.vocabularySize)!, standardDeviation: 0.08)))
  var batch = Batch(documents: configuration.batchSize, positions: configuration.blockSize)
  var found: [KernelTimes] = [], number = 0
  let (secondsPerTick, overhead) = KernelTimes.calibration, start = peak_seconds()
  while number < 60 || peak_seconds() - start < 0.5 {
    batch.removeAll()
    for i in 0..<configuration.batchSize {
      let tokens = tokenizer.encode(corpus[(number * configuration.batchSize + i) % corpus.count])
      batch.append(tokens.map { Int32($0) }, count: tokens.count)
    }
    number += 1
    _ = run.step(batch, number: number, learningRate: 0.001)
    let times = KernelTimes.take()
    if number > 10 { found.append(times) }
  }
  return KernelName.allCases.map { name in
    let calls = found[0][name].calls
    let ticks = found.map { Double($0[name].ticks) }.sorted()[found.count / 2]
    return (calls, max(0, ticks - Double(calls) * Double(overhead)) * secondsPerTick * 1e6)
  }
}
