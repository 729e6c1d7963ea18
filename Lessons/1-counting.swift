// 1-counting.swift: count which token follows which in names, then make up new names by the counts.
// The first of six lessons. Each is a complete program and adds the next idea to the program before it.
// Run it beside an input.txt: swiftc -O Lessons/1-counting.swift && ./1-counting
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

// BUILDING BLOCKS: what the model is made of.
typealias Vector = [Double]
func sum(_ terms: some Sequence<Double>) -> Double { terms.reduce(0, +) }

// PARAMETERS: what training changes. How often a token followed another, and 1 more: no pair is impossible.
let blockSize = 16  // No document is read or sampled beyond blockSize tokens.
var counts = [Vector](repeating: Vector(repeating: 1, count: vocabularySize), count: vocabularySize)
print("num params: \(vocabularySize * vocabularySize)")

// MODEL: from a token to the probability of every token that may come next: its share of the counts.
func bigram(_ token: Int) -> Vector { counts[token].map { $0 / sum(counts[token]) } }

// TRAINING: a token predicted with probability p has surprise -log p. The loss is the mean; counts lower it.
let steps = 1000, temperature = 0.5
for step in 0..<steps {
  let document = documents[step % documents.count], length = min(blockSize, document.count + 1)
  let tokens = [bos] + document.map { alphabet.firstIndex(of: $0)! } + [bos]
  let losses = (0..<length).map { log(bigram(tokens[$0])[tokens[$0 + 1]]) * -1 }
  let loss = sum(losses) * (1 / Double(length))
  print(String(format: "step %4d / %4d | loss %.4f", step + 1, steps, loss))
  for t in 0..<length { counts[tokens[t]][tokens[t + 1]] += 1 }
}

// INFERENCE: draw a token, feed it back in, repeat until BOS. A temperature below 1 favors probable tokens.
print("\n--- inference (new, hallucinated names) ---")
for sample in 1...20 {
  var token = bos, name = ""
  for _ in 0..<blockSize {
    token = random.choice(weights: bigram(token).map { pow($0, 1 / temperature) })
    if token == bos { break }
    name.unicodeScalars.append(alphabet[token])
  }
  print(String(format: "sample %2d: ", sample) + name)
}
