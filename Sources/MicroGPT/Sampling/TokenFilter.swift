// Which tokens may be drawn: top-k, top-p and min-p sampling, in this order, after the temperature.

/// Restricts the draw to probable tokens.
///
///     let filter = try TokenFilter(topK: 40, topP: 0.9)
///     try sampler.sample(temperature: 0.8, filter: filter)
///
/// The filters apply one after the other to the probabilities at the temperature. Of equally probable tokens the one
/// with the smaller number counts as more probable. What remains is drawn in proportion to its probability, and at
/// least the most probable token remains.
public struct TokenFilter: Sendable, Equatable {
  /// Keeps this many of the most probable tokens; `nil` keeps all.
  public let topK: Int?
  /// Keeps the smallest set of most probable tokens whose share of the probability that top-k has left reaches this
  /// (nucleus sampling); `nil` keeps all.
  public let topP: Double?
  /// Keeps tokens that are at least this many times as probable as the most probable one; `nil` keeps all.
  public let minP: Double?

  /// The filter that keeps all tokens.
  public init() { (topK, topP, minP) = (nil, nil, nil) }

  /// A filter of these parts.
  ///
  /// - Parameters:
  ///   - topK: 1 or more.
  ///   - topP: More than 0, at most 1; 1 keeps all.
  ///   - minP: 0 to 1; 0 keeps all.
  /// - Throws: `TokenFilterError` if one of them is out of range.
  public init(topK: Int? = nil, topP: Double? = nil, minP: Double? = nil) throws(TokenFilterError) {
    if let topK, topK < 1 { throw .topK(topK) }
    if let topP, !(topP > 0 && topP <= 1) { throw .topP(topP) }
    if let minP, !(minP >= 0 && minP <= 1) { throw .minP(minP) }
    (self.topK, self.topP, self.minP) = (topK, topP, minP)
  }

  /// Whether it keeps all tokens.
  public var isEmpty: Bool { topK == nil && (topP ?? 1) == 1 && (minP ?? 0) == 0 }
}

/// Why tokens cannot be filtered like this.
public enum TokenFilterError: Error, Equatable {
  /// Less than 1.
  case topK(Int)
  /// Not above 0 and at most 1.
  case topP(Double)
  /// Not in 0 to 1.
  case minP(Double)
}

extension TokenFilterError: CustomStringConvertible {
  /// What is wrong, and what to do.
  public var description: String {
    switch self {
    case .topK(let k): "Top-k is \(k), but has to keep a token at least. Give 1 or more."
    case .topP(let p): "Top-p is \(p), but is a share of the probability. Give more than 0, at most 1."
    case .minP(let p): "Min-p is \(p), but is a share of the largest probability. Give 0 to 1."
    }
  }
}

extension TokenFilter {
  /// Sets the weights of tokens that may not be drawn to 0.
  ///
  /// - Parameters:
  ///   - weights: The tokens' probabilities, or multiples of them, `[count]`.
  ///   - order: Scratch for the tokens, `[count]`.
  /// - Complexity: O(*V* + *k*·log *V*) for *k* tokens that top-k and top-p keep.
  func apply<Scalar: BinaryFloatingPoint>(
    to weights: UnsafeMutablePointer<Scalar>, _ count: Int, order: UnsafeMutablePointer<Int32>
  ) {
    var peak = weights[0]
    for token in 1..<count where weights[token] > peak { peak = weights[token] }
    if let last = lastKept(weights, count, order) {
      let weight = weights[last]
      for token in 0..<count where weights[token] < weight || weights[token] == weight && token > last {
        weights[token] = 0
      }
    }
    if let minP {
      let least = minP * Double(peak)
      for token in 0..<count where Double(weights[token]) < least { weights[token] = 0 }
    }
  }

  /// The least probable token that top-k and top-p keep; `nil` if they keep all.
  private func lastKept<Scalar: BinaryFloatingPoint>(
    _ weights: UnsafeMutablePointer<Scalar>, _ count: Int, _ order: UnsafeMutablePointer<Int32>
  ) -> Int? {
    let limit = min(topK ?? count, count), share = topP ?? 1
    if limit == count && share == 1 { return nil }
    var heap = TokenHeap(weights, count, order), last = 0
    var total = 0.0
    if limit < count {
      for _ in 0..<limit {
        last = heap.pop()
        total += Double(weights[last])
      }
      if share == 1 { return last }
    } else {
      for token in 0..<count { total += Double(weights[token]) }
    }
    // Tokens that the heap has given are behind it, the first of them last.
    let goal = share * total
    var sum = 0.0
    for kept in 1...limit {
      last = limit < count ? Int(order[count - kept]) : heap.pop()
      sum += Double(weights[last])
      if sum >= goal { break }
    }
    return last
  }
}

/// Tokens as a binary heap, the most probable first, in memory that the caller owns.
private struct TokenHeap<Scalar: BinaryFloatingPoint> {
  private let weights: UnsafeMutablePointer<Scalar>
  /// The heap, `[count]`, and behind it the tokens that it has given.
  private let tokens: UnsafeMutablePointer<Int32>
  private var count: Int

  init(_ weights: UnsafeMutablePointer<Scalar>, _ count: Int, _ tokens: UnsafeMutablePointer<Int32>) {
    (self.weights, self.tokens, self.count) = (weights, tokens, count)
    for token in 0..<count { tokens[token] = Int32(truncatingIfNeeded: token) }
    for place in stride(from: count / 2 - 1, through: 0, by: -1) { sink(place) }
  }

  /// Takes out the most probable token.
  mutating func pop() -> Int {
    count -= 1
    (tokens[0], tokens[count]) = (tokens[count], tokens[0])
    sink(0)
    return Int(tokens[count])
  }

  /// Whether the token at `a` is more probable than that at `b`.
  private func isAbove(_ a: Int, _ b: Int) -> Bool {
    let (x, y) = (weights[Int(tokens[a])], weights[Int(tokens[b])])
    return x > y || x == y && tokens[a] < tokens[b]
  }

  private func sink(_ start: Int) {
    var place = start
    while true {
      var largest = place
      for child in 2 * place + 1..<min(2 * place + 3, max(count, 2 * place + 1)) where isAbove(child, largest)
      {
        largest = child
      }
      if largest == place { return }
      (tokens[place], tokens[largest]) = (tokens[largest], tokens[place])
      place = largest
    }
  }
}
