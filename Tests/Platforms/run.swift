// One training run for Scripts/test-platforms, which compiles this file into the library's module: settings and a text
// in, every loss, the parameters' hashes and samples out. It needs no Foundation, so it runs wherever the library does.

import PlatformHarness

private func line(_ key: String, _ value: String) {
  let bytes = Array("\(key) \(value)\n".utf8)
  bytes.withUnsafeBufferPointer { platform_write($0.baseAddress!, $0.count) }
}

private func hexadecimal(_ text: String) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: text.utf8.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

/// What to run: lines of a key, a space and a number, up to an empty line; then the text, UTF-8.
private struct Input {
  var configuration = Configuration()
  var arithmetic = Arithmetic.exact, instructionSet = InstructionSet.widest
  var implementation = Implementation.kernels
  var temperature = 0.5, samples = 0
  /// Nil for the built-in names.
  var text: [UInt8]?

  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    var place = 0, hasText = true
    while place < bytes.count, bytes[place] != UInt8(ascii: "\n") {
      guard let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")),
        let space = bytes[place..<end].firstIndex(of: UInt8(ascii: " "))
      else { return nil }
      let key = String(decoding: bytes[place..<space], as: UTF8.self)
      var number: UInt64 = 0
      for digit in bytes[(space + 1)..<end] {
        guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
        number = number &* 10 &+ UInt64(digit - UInt8(ascii: "0"))
      }
      place = end + 1
      // Real numbers come as the integer of their bits, so that reading them rounds nothing.
      let count = Int(truncatingIfNeeded: number), real = Double(bitPattern: number)
      switch key {
      case "fast": arithmetic = number == 0 ? .exact : .fast
      case "set":
        guard count < InstructionSet.allCases.count else { return nil }
        instructionSet = InstructionSet.allCases[count]
      case "specification": implementation = number == 0 ? .kernels : .specification
      case "text": hasText = number != 0
      case "steps": configuration.steps = count
      case "layers": configuration.layers = count
      case "embd": configuration.embedding = count
      case "heads": configuration.heads = count
      case "block": configuration.blockSize = count
      case "batch": configuration.batchSize = count
      case "cosine": configuration.schedule = number == 0 ? .linear : .cosine
      case "seed": configuration.seed = number
      case "std": configuration.initialStandardDeviation = real
      case "lr": configuration.learningRate = real
      case "beta1": configuration.beta1 = real
      case "beta2": configuration.beta2 = real
      case "eps": configuration.epsilon = real
      case "decay": configuration.weightDecay = real
      case "temperature": temperature = real
      case "samples": samples = count
      default: return nil
      }
    }
    guard place < bytes.count else { return nil }
    if hasText { text = Array(bytes[(place + 1)...]) }
  }
}

/// Runs what `bytes` describe, and writes what came of it, one key and value a line; the last line is "end".
@c(platform_run)
public func platformRun(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
  guard let input = Input(UnsafeBufferPointer(start: bytes, count: count)) else {
    return line("error", "the input cannot be read")
  }
  var corpus = Corpus.names
  if let text = input.text {
    guard let own = try? Corpus(utf8: text) else { return line("error", "the text is no corpus") }
    corpus = own
  }
  guard
    let trainer = try? Trainer(
      corpus: corpus, configuration: input.configuration, engine: input.arithmetic,
      instructionSet: input.instructionSet, implementation: input.implementation)
  else { return line("error", "the configuration is refused") }
  line("set", trainer.instructionSet.rawValue)
  line("documents", "\(trainer.corpus.count)")
  line("parameters", "\(trainer.parameterCount)")
  line("initial", trainer.model.parametersSHA256)
  do throws(TrainingError) {
    while let step = try trainer.step() { line("loss", String(step.loss.bitPattern, radix: 16)) }
  } catch {
    return line("error", "a loss is not finite")
  }
  line("final", trainer.model.parametersSHA256)
  if input.arithmetic == .fast {
    // Numbers so small that processors without a mode to flush them compute with each a hundred times as long.
    let state = trainer.state
    let moments = (state.firstMoment + state.secondMoment).map { abs($0) }
    line("subnormal", "\(moments.count { $0 != 0 && $0 < 0x1p-126 })")
    line("smallest", "\(moments.min { $0 != 0 && ($1 == 0 || $0 < $1) } ?? 0)")
  }
  let sampler = trainer.sampler()
  for _ in 0..<input.samples {
    guard let sample = try? sampler.sample(temperature: input.temperature) else {
      return line("error", "there is no sample")
    }
    line("sample", hexadecimal(sample))
  }
  line("end", "")
}
