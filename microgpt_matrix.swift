// microgpt_matrix.swift: train a GPT on names, then let it make up new ones. Every gradient derived by hand.
// The run of microgpt.swift, bit for bit, by matrix calculus. dx is the slope of the loss along x. A function
// returns its result y and its backward pass `back`, which takes dy and adds to dx, where x is its input.
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

// ARITHMETIC: sums run up in the forward pass and mostly down in the backward pass. The order fixes the bits.
typealias Vector = [Double]
func dot(_ pairs: some Sequence<(Double, Double)>) -> Double { pairs.reduce(0) { $0 + $1.0 * $1.1 } }
func add(_ a: Double, _ x: Vector, _ r: Range<Int>, to y: inout Vector) { for i in r { y[i] += a * x[i] } }
/// The C library's power, as in Python; another's last bits may differ, as would those of an inlined x * x.
@inline(never) func power(_ x: Double, _ e: Double) -> Double { pow(x, e) }
/// The same power, faster. y is x * x or sqrt(x), and error its distance from the exact power. Only where the
/// error is nearly half a unit in the last place (ulp) can power give another number than y.
func pow(_ x: Double, _ e: Double, _ y: Double, _ error: Double) -> Double {
  y > 0x1p-126 && abs(error) < 0.485 * y.ulp ? y : power(x, e)
}
func square(_ x: Double) -> Double { let y = x * x; return pow(x, 2, y, (-y).addingProduct(x, x)) }
func root(_ x: Double) -> Double { let y = sqrt(x); return pow(x, 0.5, y, (-x).addingProduct(y, y) / 2 / y) }

// CALCULUS: matrices, each weight with its gradient, rmsNorm and softmax.
func memory() -> UnsafeMutablePointer<Double> { calloc(1 << 24, 8)!.assumingMemoryBound(to: Double.self) }
let parameters = memory(), gradients = memory(), mean = memory(), meanSquare = memory()
var count = 0
struct Matrix {
  let weight: [UnsafeMutableBufferPointer<Double>], gradient: [UnsafeMutableBufferPointer<Double>]
  init(_ rows: Int, _ columns: Int) {
    weight = (0..<rows).map { .init(start: parameters + count + $0 * columns, count: columns) }
    gradient = (0..<rows).map { .init(start: gradients + count + $0 * columns, count: columns) }
    for row in weight { for i in row.indices { row[i] = random.gauss() * 0.08 } }
    count += rows * columns
  }
  func callAsFunction(_ x: Vector) -> Vector { weight.map { dot(zip($0, x)) } }  // y = W x
  func back(_ dy: Vector, _ x: Vector, _ dx: inout Vector, rows: [Int]? = nil) {
    for o in rows ?? weight.indices.reversed() {
      for i in x.indices { gradient[o][i] += dy[o] * x[i] }  // dW = dy xᵀ
      for i in x.indices { dx[i] += dy[o] * weight[o][i] }  // dx = Wᵀ dy
    }
  }
}
/// Scales x to a mean square of 1, whatever its size.
func rmsNorm(_ x: Vector) -> (y: Vector, back: (Vector, inout Vector) -> Void) {
  let share = power(Double(x.count), -1), m = dot(zip(x, x)) * share + 1e-5, s = power(m, -0.5)
  func back(dy: Vector, dx: inout Vector) {
    // y = s x, s = m^-½, m = x·x / n + ε: ds = x·dy, dm = -½ m^-3/2 ds, dx = s dy + 2 x dm / n.
    let d = share * (-0.5 * power(m, -1.5) * dot(zip(x, dy).reversed()))  // dm / n
    for i in x.indices { dx[i] = dx[i] + s * dy[i] + x[i] * d + x[i] * d }
  }
  return (x.map { $0 * s }, back)
}
/// Logits, scores of any size, become probabilities, which add up to 1. The peak cancels out; without it, exp
/// would overflow at 710.
func softmax(_ z: Vector) -> (y: Vector, back: (Vector) -> Vector) {
  let peak = z.max()!, e = z.map { exp($0 - peak) }, total = e.reduce(0, +), inverse = power(total, -1)
  func back(dy: Vector) -> Vector {
    // y = e / total: dtotal = -e·dy / total², de = dy / total + dtotal, dz = e de, which is y (dy - y·dy).
    let slope = -power(total, -2), dTotal = zip(e, dy).reversed().reduce(0) { $0 + slope * ($1.0 * $1.1) }
    return zip(e, dy).map { $0 * (inverse * $1 + dTotal) }
  }
  return (e.map { $0 * inverse }, back)
}

// LAYER: that of GPT-2, with rmsNorm for layer normalization, relu for gelu and no biases.
// No document is read or sampled beyond blockSize tokens.
let layerCount = 1, width = 16, blockSize = 16, headCount = 4, headWidth = width / headCount
let headScale = power(power(Double(headWidth), 0.5), -1), zeros = Vector(repeating: 0, count: width)
let heads = (0..<headCount).map { $0 * headWidth..<($0 + 1) * headWidth }
final class Layer {
  let query = Matrix(width, width), key = Matrix(width, width), value = Matrix(width, width)
  let output = Matrix(width, width), expand = Matrix(4 * width, width), contract = Matrix(width, 4 * width)
  var past: [(key: Vector, value: Vector, dKey: Vector, dValue: Vector)] = []
  func callAsFunction(_ x: Vector) -> (y: Vector, back: (inout Vector) -> Void) {
    // A query is what this position looks for, a key what others find it by, a value what they get from it.
    // Each head averages the values of all positions so far, weighted by how well their keys fit the query.
    let (norm1, norm1Back) = rmsNorm(x), q = query(norm1), t = past.count
    past.append((key(norm1), value(norm1), zeros, zeros))
    let attention = heads.map { part in softmax(past.map { dot(zip(q[part], $0.key[part])) * headScale }) }
    var attended = zeros
    for (p, a) in zip(heads, attention) { for s in 0...t { add(a.y[s], past[s].value, p, to: &attended) } }
    let middle = zip(output(attended), x).map(+), (norm2, norm2Back) = rmsNorm(middle)
    let hidden = expand(norm2).map { max(0, $0) }
    func back(dx: inout Vector) {  // As y = x + ..., dx begins as dy.
      var dHidden = hidden.map { _ in 0.0 }, dNorm2 = zeros, dAttended = zeros, dq = zeros, dNorm1 = zeros
      contract.back(dx, hidden, &dHidden)
      expand.back(zip(hidden, dHidden).map { $0 > 0 ? $1 : 0 }, norm2, &dNorm2)
      norm2Back(dNorm2, &dx)
      output.back(dx, attended, &dAttended)
      // attended = Σ a[s] value[s]: dvalue[s] = a[s] dattended, da[s] = value[s]·dattended; a = softmax(z),
      // z[s] = h q·key[s], h = headScale: dz by softmax's back, dq = Σ h dz[s] key[s], dkey[s] = h dz[s] q.
      for (part, attention) in zip(heads, attention).reversed() {
        for s in 0...t { add(attention.y[s], dAttended, part, to: &past[s].dValue) }
        let d = attention.back(past[0...t].map { dot(zip($0.value[part], dAttended[part]).reversed()) })
        for s in (0...t).reversed() { add(headScale * d[s], past[s].key, part, to: &dq) }
        for s in 0...t { add(headScale * d[s], q, part, to: &past[s].dKey) }
        value.back(past[t].dValue, norm1, &dNorm1, rows: part.reversed())
        key.back(past[t].dKey, norm1, &dNorm1, rows: part.reversed())
        query.back(dq, norm1, &dNorm1, rows: part.reversed())
      }
      norm1Back(dNorm1, &dx)
    }
    return (zip(contract(hidden), middle).map(+), back)
  }
}

// MODEL: from a token to logits, a score for every token that may come next: the higher, the more probable.
let tokenEmbedding = Matrix(vocabularySize, width), positionEmbedding = Matrix(blockSize, width)
let lmHead = Matrix(vocabularySize, width), layers = (0..<layerCount).map { _ in Layer() }
print("num params: \(count)")
func gpt(_ token: Int, _ position: Int) -> (logits: Vector, back: (Vector, Int) -> Void) {
  if position == 0 { for layer in layers { layer.past = [] } }
  // Not redundant, though every layer normalizes its input: its residual sums take x itself, at this scale.
  var (x, startBack) = rmsNorm(zip(tokenEmbedding.weight[token], positionEmbedding.weight[position]).map(+))
  var backs: [(inout Vector) -> Void] = []
  for layer in layers { let (y, back) = layer(x); x = y; backs.append(back) }
  func back(dLogits: Vector, target: Int) {
    var d = zeros, dStart = zeros
    lmHead.back(dLogits, x, &d, rows: dLogits.indices.reversed().filter { $0 != target } + [target])
    for back in backs.reversed() { back(&d) }
    startBack(d, &dStart)
    for i in 0..<width { tokenEmbedding.gradient[token][i] += dStart[i] }
    for i in 0..<width { positionEmbedding.gradient[position][i] += dStart[i] }
  }
  return (lmHead(x), back)
}

// TRAINING: a token predicted with probability p has surprise -log p. The loss is the mean; Adam lowers it.
let steps = 1000, learningRate = 0.01, beta1 = 0.85, beta2 = 0.99, epsilon = 1e-8, temperature = 0.5
for step in 0..<steps {
  let document = documents[step % documents.count], length = min(blockSize, document.count + 1)
  let tokens = [bos] + document.map { alphabet.firstIndex(of: $0)! } + [bos]
  let outputs = (0..<length).map { gpt(tokens[$0], $0) }, probabilities = outputs.map { softmax($0.logits) }
  let loss = (0..<length).reduce(0) { $0 - log(probabilities[$1].y[tokens[$1 + 1]]) } * (1 / Double(length))
  for t in (0..<length).reversed() {  // dp = -1 / p at the target, so dlogits = p, less 1 at the target.
    let target = tokens[t + 1], slope = 1 / probabilities[t].y[target] * (-1 / Double(length))
    outputs[t].back(probabilities[t].back((0..<vocabularySize).map { $0 == target ? slope : 0 }), target)
  }
  print(String(format: "step %4d / %4d | loss %.4f", step + 1, steps, loss))
  let t = Double(step + 1), rate = learningRate * (1 - Double(step) / Double(steps))
  let bias1 = 1 - power(beta1, t), bias2 = 1 - power(beta2, t)  // Both means start at 0, too low at first.
  for i in 0..<count {
    mean[i] = beta1 * mean[i] + (1 - beta1) * gradients[i]
    meanSquare[i] = beta2 * meanSquare[i] + (1 - beta2) * square(gradients[i])
    parameters[i] -= rate * (mean[i] / bias1) / (root(meanSquare[i] / bias2) + epsilon)
    gradients[i] = 0
  }
}

// INFERENCE: draw a token, feed it back in, repeat until BOS. A temperature below 1 favors probable tokens.
print("\n--- inference (new, hallucinated names) ---")
for sample in 1...20 {
  var token = bos, name = ""
  for position in 0..<blockSize {
    token = random.choice(weights: softmax(gpt(token, position).logits.map { $0 * power(temperature, -1) }).y)
    if token == bos { break }
    name.unicodeScalars.append(alphabet[token])
  }
  print(String(format: "sample %2d: ", sample) + name)
}
