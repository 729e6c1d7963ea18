// The samples of a trained model: drawn, printed and logged one by one, so that a million take no more memory than
// twenty.

import MicroGPT
import MicroGPTFiles

extension Train {
  /// Draws the samples, each printed and logged at once, and ends the log.
  ///
  /// - Returns: The number of samples, which is smaller than asked for if a signal came.
  func printSamples(
    _ trainer: Trainer, _ results: OutputFile, _ log: TrainingLog?
  ) throws -> Int {
    let count = sampling.count
    guard count > 0 else {
      try results.flush()
      try log?.begin(parametersSHA256: trainer.model.parametersSHA256)
      try log?.end()
      return 0
    }
    let model = trainer.model
    let plan = SamplingPlan(
      count: count, temperature: sampling.temperature,
      source: sampling.streams == .one
        ? .one(trainer.random, .exact) : .many(seed: configuration.seed, engine))
    var draws = try SampleDraws(plan, model, trainer.instructionSet)
    var line = SampleLine(), flushing = PeriodicFlush()
    try results.write("\n--- inference (new, hallucinated names) ---\n")
    for number in 0..<count {
      if Interruption.number != nil { return number }
      line.begin(number + 1)
      _ = try draws.next(appendingTo: &line.bytes)
      // Only after the first sample is drawn: the log of a model that cannot be sampled has no last object.
      if number == 0 { try log?.begin(parametersSHA256: model.parametersSHA256) }
      try log?.sample(line.text)
      line.layOut()
      line.end()
      try results.write(line.bytes)
      try flushing.flush(results)
    }
    try results.flush()
    try log?.end()
    return count
  }
}

/// A line such as "sample  1: kamon", in memory that the next line reuses.
struct SampleLine {
  var bytes: [UInt8] = []
  private var start = 0

  /// Begins the line of the sample with this number, up to its text.
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
    var low = first, high = bytes.count - 1
    while low < high {
      bytes.swapAt(low, high)
      (low, high) = (low + 1, high - 1)
    }
    bytes.append(contentsOf: ": ".utf8)
    start = bytes.count
  }

  /// The text that has been appended since.
  var text: String { String(decoding: bytes[start...], as: UTF8.self) }

  /// Lays out a text of several lines: each but the first under the first one's start.
  mutating func layOut() {
    guard bytes[start...].contains(UInt8(ascii: "\n")) else { return }
    var laidOut = Array(bytes[..<start])
    for byte in bytes[start...] {
      // An empty line has no blanks either.
      if laidOut.last == UInt8(ascii: "\n"), byte != UInt8(ascii: "\n") {
        laidOut += repeatElement(UInt8(ascii: " "), count: start)
      }
      laidOut.append(byte)
    }
    bytes = laidOut
  }

  /// Escapes what a terminal would act on, but not the ends of a text's lines.
  mutating func escape() { bytes = Array(escapedLines(String(decoding: bytes, as: UTF8.self)).utf8) }

  /// Ends the line.
  mutating func end() { bytes.append(UInt8(ascii: "\n")) }
}
