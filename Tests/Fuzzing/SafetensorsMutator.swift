// How the target 'safetensors' changes files: so that most stay files, and the readers' checks beyond the first are
// reached.
//
// Random bytes rarely make a file: eight of them have to be the header's length, and half of a checkpoint's header are
// the words of the random numbers. So a mutation takes a file apart, changes one value of the header or one number, and
// puts it together again with the right length. One in eight changes arbitrary bytes instead.

@testable import MicroGPT

@_silgen_name("LLVMFuzzerMutate")
private func libFuzzerMutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int) -> Int

/// Replaces an input by a mutation of it: libFuzzer calls this instead of its own mutations.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int, _ seed: UInt32) -> Int
{
  var choice = Choice(seed: seed)
  if choice.below(8) == 0 { return libFuzzerMutate(bytes, count, capacity) }
  var input = Array(UnsafeBufferPointer(start: bytes, count: count))
  // Most inputs that libFuzzer keeps are refused for a new reason. Beginning with a file instead breaks only one rule.
  // Files made here also have today's format, after a change to it for which the inputs of the repository are too old.
  if choice.below(4) == 0 {
    input = seeds[choice.below(seeds.count)]
    if choice.below(16) == 0, input.count <= capacity { return copy(input, to: bytes) }
  }
  guard var file = Parts(input) else { return libFuzzerMutate(bytes, count, capacity) }
  repeat {
    switch choice.below(8) {
    case 0: file.changeNumber(&choice)
    case 1: file.removeItem(&choice)
    case 2: file.repeatItem(&choice)
    case 3: file.repeatTensor(&choice)
    case 4: file.changeSize(&choice)
    default: file.changeValue(&choice)
    }
  } while choice.below(4) == 0
  let output = file.bytes
  if output.count > capacity { return libFuzzerMutate(bytes, count, capacity) }
  return copy(output, to: bytes)
}

private func copy(_ source: [UInt8], to bytes: UnsafeMutablePointer<UInt8>) -> Int {
  bytes.update(from: source, count: source.count)
  return source.count
}

/// Bytes after a mutation by libFuzzer, which inserts, removes and copies, and knows the dictionary.
private func mutated(_ bytes: some Collection<UInt8>, capacity: Int) -> [UInt8] {
  var buffer = Array(bytes) + [UInt8](repeating: 0, count: capacity - bytes.count)
  let count = libFuzzerMutate(&buffer, bytes.count, capacity)
  return Array(buffer[..<count])
}

/// A file's header and numbers.
private struct Parts {
  var header: [UInt8]
  var numbers: [UInt8]

  /// Takes a file apart; `nil` if its header is longer than the file.
  init?(_ file: [UInt8]) {
    guard file.count > 8 else { return nil }
    let count = file[0..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard count <= UInt64(file.count - 8) else { return nil }
    header = Array(file[8..<8 + Int(count)])
    numbers = Array(file[(8 + Int(count))...])
  }

  /// The file, with the length of its header.
  var bytes: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + numbers
  }

  /// Changes a key, a text or a number of the header, each as likely as another, whatever its length.
  mutating func changeValue(_ choice: inout Choice) {
    let ranges = pieces { "{}[]\",:".utf8.contains($0) }
    guard !ranges.isEmpty else { return }
    let range = ranges[choice.below(ranges.count)], count = range.count
    if choice.below(4) == 0 {
      // Another one's text: names twice, sizes that contradict each other, offsets that overlap.
      header.replaceSubrange(range, with: Array(header[ranges[choice.below(ranges.count)]]))
    } else {
      header.replaceSubrange(range, with: mutated(header[range], capacity: count + 32))
    }
  }

  /// Removes what is between two commas or braces.
  mutating func removeItem(_ choice: inout Choice) {
    let ranges = pieces { ",{}".utf8.contains($0) }
    guard !ranges.isEmpty else { return }
    let range = ranges[choice.below(ranges.count)]
    header.removeSubrange(range.lowerBound..<min(range.upperBound + 1, header.count))
  }

  /// Writes what is between two commas or braces once more, elsewhere.
  mutating func repeatItem(_ choice: inout Choice) {
    let ranges = pieces { ",{}".utf8.contains($0) }
    guard !ranges.isEmpty else { return }
    let item = Array(header[ranges[choice.below(ranges.count)]]) + [UInt8(ascii: ",")]
    header.insert(contentsOf: item, at: ranges[choice.below(ranges.count)].lowerBound)
  }

  /// Gives a tensor's numbers a second name.
  mutating func repeatTensor(_ choice: inout Choice) {
    let ranges = pieces { $0 == UInt8(ascii: "}") }
    guard ranges.count > 2 else { return }
    // From the comma before a name to the brace behind its offsets.
    let range = ranges[1 + choice.below(ranges.count - 1)]
    var tensor = Array(header[range]) + [UInt8(ascii: "}")]
    if let quote = tensor.firstIndex(of: UInt8(ascii: "\"")) {
      tensor.insert(UInt8(ascii: "a") + UInt8(choice.below(26)), at: quote + 1)
    }
    header.insert(contentsOf: tensor, at: range.lowerBound)
  }

  /// Adds a power of two to a whole number of the header: products of sizes overflow, and offsets meet others.
  mutating func changeSize(_ choice: inout Choice) {
    let ranges = pieces { !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0) }
    guard !ranges.isEmpty else { return }
    let range = ranges[choice.below(ranges.count)]
    guard let size = UInt64(String(decoding: header[range], as: UTF8.self)) else { return }
    let power = UInt64(1) << UInt64(choice.below(2) == 0 ? choice.below(8) : 56 + choice.below(8))
    header.replaceSubrange(range, with: "\(choice.below(2) == 0 ? size &+ power : size &- power)".utf8)
  }

  /// Changes one number, which keeps its size.
  mutating func changeNumber(_ choice: inout Choice) {
    guard numbers.count >= 8 else { return }
    let start = choice.below(numbers.count / 4 - 1) * 4
    var bits = choice.number.bitPattern
    if choice.below(2) == 0 { bits = UInt64(choice.below(1 << 32)) << 32 }
    for i in 0..<8 { numbers[start + i] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * i)) }
  }

  /// The ranges of the header between separators.
  private func pieces(_ isSeparator: (UInt8) -> Bool) -> [Range<Int>] {
    header.indices.split { isSeparator(header[$0]) }.map { $0.startIndex..<$0.endIndex }
  }
}

/// Random choices.
private struct Choice {
  private let random: SplitMix64
  private var place: UInt64 = 0

  init(seed: UInt32) { random = SplitMix64(seed: UInt64(seed)) }

  mutating func below(_ count: Int) -> Int {
    place += 1
    return Int(random.bits(stream: 0, place: place) % UInt64(count))
  }

  /// A number at a limit.
  var number: Double {
    mutating get {
      [
        Double.nan, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude, -1, .greatestFiniteMagnitude,
        Double(Float.greatestFiniteMagnitude).nextUp,
      ][below(8)]
    }
  }
}

/// A model's weights, and checkpoints of both arithmetics with every optional key and with none.
private let seeds: [[UInt8]] = {
  do {
    let exact = try Trainer(corpus: corpus, configuration: configuration)
    let fast = try Trainer(corpus: corpus, configuration: configuration, engine: .fast)
    _ = (try exact.step(), try fast.step())
    let weights = Safetensors(
      metadata: [("format", "pt"), ("vocabulary", "ab"), ("heads", "2")],
      tensors: exact.model.tensorNames.map { name in
        let matrix = exact.model[name]!
        return .init(name, matrix.shape, .float32(matrix.values.map { Float($0) }))
      })
    let everything = try Checkpoint(
      fast.state, textSHA256: String(repeating: "0", count: 64), heldOut: .init(share: 0.5, seed: 7),
      evaluations: .init(
        interval: 1, patience: 2, best: .init(loss: 1.5, step: 1, evaluationsSince: 0)),
      sampling: .init(temperature: 1, count: 3, streams: .many))
    return [weights.bytes(), try Checkpoint(exact.state).bytes(), everything.bytes()]
  } catch {
    fatalError("The seeds cannot be made: \(error)")
  }
}()

private let corpus = try! Corpus(documents: ["a", "b"])

/// The smallest sizes at which nothing is left out.
private let configuration = {
  var configuration = Configuration()
  (configuration.embedding, configuration.heads, configuration.blockSize) = (2, 2, 1)
  configuration.steps = 3
  return configuration
}()
