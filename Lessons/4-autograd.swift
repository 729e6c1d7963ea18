// 4-autograd.swift: the same network, but a tape of all operations finds the derivatives by itself.
// The fourth of six lessons. Each is a complete program and adds the next idea to the program before it.
// Run it beside an input.txt: swiftc -O Lessons/4-autograd.swift && ./4-autograd
import Foundation

// DATASET: one document a line. Ours are names, such as names.txt of github.com/karpathy/makemore.
func isBlank(_ c: Unicode.Scalar) -> Bool { c.properties.isWhitespace || (28...31).contains(c.value) }
let text = String(validating: FileManager.default.contents(atPath: "input.txt") ?? Data(), as: UTF8.self)
var documents = (text ?? "").unicodeScalars.split { $0 == "\n" || $0 == "\r" }
  .map { Array($0.drop(while: isBlank).reversed().drop(while: isBlank).reversed()) }.filter { !$0.isEmpty }
if documents.isEmpty { fputs("Put some names into input.txt: UTF-8, one on each line.\n", stderr); exit(66) }
var random = Random(seed: 42)
random.shuffle(&documents)
print("num docs: \(documents.count)")

// TOKENIZER: a character's token is its place in the alphabet. One more, BOS, opens and closes a document.
let alphabet = Set(documents.joined()).sorted(), bos = alphabet.count, vocabularySize = bos + 1
print("vocab size: \(vocabularySize)")

// RANDOM NUMBERS: the Mersenne Twister, seeded as Python seeds it, and what Python makes of its bits.
struct Random {
  var state = [UInt32](repeating: 19_650_218, count: 624), next = 0, spare: Double?
  init(seed: UInt32) {
    func mixed(_ i: Int) -> UInt32 { state[i - 1] ^ state[i - 1] >> 30 }
    for i in 1..<624 { state[i] = 1_812_433_253 &* mixed(i) &+ UInt32(i) }
    for round in 0..<1247 {
      let i = round % 623 + 1
      state[i] ^= (round < 624 ? 1_664_525 : 1_566_083_941) &* mixed(i)
      state[i] = round < 624 ? state[i] &+ seed : state[i] &- UInt32(i)
      if i == 623 { state[0] = state[623] }
    }
    state[0] = 0x8000_0000
  }
  mutating func bits(_ count: Int) -> UInt32 {
    let pair = state[next] & 0x8000_0000 | state[(next + 1) % 624] & 0x7fff_ffff
    var y = state[(next + 397) % 624] ^ pair >> 1 ^ (pair & 1) * 0x9908_b0df
    (state[next], next) = (y, (next + 1) % 624)
    y ^= y >> 11; y ^= y << 7 & 0x9d2c_5680; y ^= y << 15 & 0xefc6_0000
    return (y ^ y >> 18) >> (32 - count)
  }
  mutating func uniform() -> Double { (Double(bits(27)) * 0x1p26 + Double(bits(26))) / 0x1p53 }
  mutating func gauss() -> Double {
    if let z = spare { spare = nil; return z }
    let angle = uniform() * 2 * .pi, radius = sqrt(-2 * log(1 - uniform()))
    spare = sin(angle) * radius
    return cos(angle) * radius
  }
  mutating func shuffle<Item>(_ items: inout [Item]) {
    for i in (1..<items.count).reversed() {
      var j = items.count
      while j > i { j = Int(bits(Int.bitWidth - (i + 1).leadingZeroBitCount)) }
      items.swapAt(i, j)
    }
  }
  mutating func choice(weights: [Double]) -> Int {
    let sums = weights.indices.map { weights[...$0].reduce(0, +) }, mark = uniform() * sums.last!
    return sums.dropLast().firstIndex { mark < $0 } ?? weights.count - 1
  }
}

// AUTOGRAD: a value is an entry on a tape. It notes which values it came from and its slope along each.
struct Value: Equatable {
  let index: Int32
  var data: Double { tape.data[self] }
  static func + (a: Value, b: Value) -> Value { tape.note(a.data + b.data, (a, 1), (b, 1)) }
  static func * (a: Value, b: Value) -> Value { tape.note(a.data * b.data, (a, b.data), (b, a.data)) }
  static func / (a: Value, b: Value) -> Value { a * pow(b, -1) }
  static func + (a: Value, b: Double) -> Value { tape.note(a.data + b, (a, 1)) }
  static func * (a: Value, b: Double) -> Value { tape.note(a.data * b, (a, b)) }
  static func / (a: Value, b: Double) -> Value { a * power(b, -1) }
}
func pow(_ a: Value, _ e: Double) -> Value { tape.note(power(a.data, e), (a, e * power(a.data, e - 1))) }
func exp(_ a: Value) -> Value { let y = exp(a.data); return tape.note(y, (a, y)) }
func log(_ a: Value) -> Value { tape.note(log(a.data), (a, 1 / a.data)) }
func relu(_ a: Value) -> Value { tape.note(max(0, a.data), (a, a.data > 0 ? 1 : 0)) }
func sum(_ terms: some Sequence<Value>) -> Value { terms.reduce(tape.note(0), +) }
/// The C library's power, as in Python; another's last bits may differ, as would those of an inlined x * x.
@inline(never) func power(_ x: Double, _ e: Double) -> Double { pow(x, e) }

extension UnsafeMutableBufferPointer {
  subscript(v: Value) -> Element {
    get { self[Int(v.index)] }
    nonmutating set { self[Int(v.index)] = newValue }
  }
}
func column<Entry>(of: Entry.Type) -> UnsafeMutableBufferPointer<Entry> { .allocate(capacity: 1 << 24) }
final class Tape {
  let data = column(of: Double.self), gradient = column(of: Double.self), listed = column(of: Bool.self)
  let parents = column(of: (Value, Value).self), slopes = column(of: (Double, Double).self)
  let path = column(of: Value.self), order = column(of: Value.self)
  var count = 1, leafCount = 1
  func note(_ y: Double, _ a: (Value, Double) = (zero, 0), _ b: (Value, Double) = (zero, 0)) -> Value {
    precondition(count < data.count, "The tape is full: allocate more entries or take a smaller model.")
    (data[count], parents[count], slopes[count]) = (y, (a.0, b.0), (a.1, b.1))
    count += 1
    return Value(index: Int32(count - 1))
  }
  func backward(from loss: Value) {
    var value = loss, depth = 1, length = 0
    func push(_ v: Value) { path[depth] = v; depth += 1 }
    func pop() -> Value { depth -= 1; return path[depth] }
    func list(_ v: Value) { listed[v] = true; order[length] = v; length += 1 }
    func isReady(_ v: Value) -> Bool { listed[parents[v].0] && listed[parents[v].1] }
    for i in 0..<count { (listed[i], gradient[i]) = (i < leafCount, 0) }
    (path[0], gradient[loss]) = (zero, 1)
    while value != zero {  // Depth first, list each value after its parents. This order fixes the bits.
      let (a, b) = parents[value]
      if listed[a] && !listed[b] && isReady(b) { list(b) }
      if listed[a] && listed[b] { list(value); value = pop() } else { push(value); value = listed[a] ? b : a }
    }
    for i in (0..<length).reversed() {  // The chain rule, from the loss back to the parameters.
      let value = order[i], slope = gradient[value], (a, b) = parents[value], (da, db) = slopes[value]
      gradient[a] += da * slope
      gradient[b] += db * slope
    }
  }
}
let tape = Tape(), zero = Value(index: 0)  // Entry 0 stands in for the parents of values that have none.

// BUILDING BLOCKS: what the model is made of.
typealias Vector = [Value]
func linear(_ x: Vector, _ weight: [Vector]) -> Vector { weight.map { sum(zip($0, x).lazy.map(*)) } }
func softmax(_ logits: Vector) -> Vector {  // Any scores become probabilities, which add up to 1.
  let peak = logits.map(\.data).max()!, powers = logits.map { exp($0 + -peak) }, total = sum(powers)
  return powers.map { $0 / total }  // The peak cancels out. Without it, exp would overflow at 710.
}

// PARAMETERS: what training changes, random at first. No document is read or sampled beyond blockSize tokens.
let contextLength = 3, width = 16, blockSize = 16
func matrix(_ rows: Int, _ columns: Int) -> [Vector] {
  (0..<rows).map { _ in (0..<columns).map { _ in tape.note(random.gauss() * 0.08) } }
}
let tokenEmbedding = matrix(vocabularySize, width), expand = matrix(4 * width, contextLength * width)
let lmHead = matrix(vocabularySize, 4 * width)
tape.leafCount = tape.count
print("num params: \(tape.leafCount - 1)")

// MODEL: from tokens to logits, a score for every token that may come next: the higher, the more probable.
func mlp(_ tokens: [Int], _ position: Int) -> Vector {
  // The rows of the last tokens, side by side. Before the first there are only more BOS.
  let x = (0..<contextLength).flatMap { tokenEmbedding[tokens[max(0, position - $0)]] }
  return linear(linear(x, expand).map(relu), lmHead)
}

// TRAINING: a token predicted with probability p has surprise -log p. The loss is the mean; steps lower it.
let steps = 1000, learningRate = 0.5, temperature = 0.5
for step in 0..<steps {
  let document = documents[step % documents.count], length = min(blockSize, document.count + 1)
  let tokens = [bos] + document.map { alphabet.firstIndex(of: $0)! } + [bos]
  let losses = (0..<length).map { log(softmax(mlp(tokens, $0))[tokens[$0 + 1]]) * -1 }
  let loss = sum(losses) * (1 / Double(length))
  tape.backward(from: loss)
  print(String(format: "step %4d / %4d | loss %.4f", step + 1, steps, loss.data))
  let rate = learningRate * (1 - Double(step) / Double(steps))
  for i in 1..<tape.leafCount { tape.data[i] -= rate * tape.gradient[i] }
  tape.count = tape.leafCount
}

// INFERENCE: draw a token, feed it back in, repeat until BOS. A temperature below 1 favors probable tokens.
print("\n--- inference (new, hallucinated names) ---")
for sample in 1...20 {
  var tokens = [bos], name = ""
  for position in 0..<blockSize {
    let probabilities = softmax(mlp(tokens, position).map { $0 / temperature })
    let token = random.choice(weights: probabilities.map(\.data))
    if token == bos { break }
    tokens.append(token)
    name.unicodeScalars.append(alphabet[token])
  }
  print(String(format: "sample %2d: ", sample) + name)
  tape.count = tape.leafCount
}
