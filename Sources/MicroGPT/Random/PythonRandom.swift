// CPython's `random.Random`, draw for draw and bit for bit: the Mersenne Twister and the methods that the algorithm
// calls. Swift's own generators and `shuffle` give other numbers.
//
//     var random = PythonRandom(seed: 42)                random.seed(42)
//     random.bits(32)                                    random.getrandbits(32)
//     random.uniform()                                   random.random()
//     random.gaussian(mean: 0, standardDeviation: 0.08)  random.gauss(0, 0.08)
//
// Both give 2746317213, 0.11133106816568039 and -0.0031818764205640243.

/// The random numbers of CPython's `random.Random`, for a seed that is an integer.
///
///     var random = PythonRandom(seed: 42)
///     var names = ["emma", "olivia", "ava", "isabella"]
///     random.shuffle(&names)  // ["ava", "olivia", "isabella", "emma"]
///
/// A value: a copy draws the same numbers again. It deliberately does not conform to `RandomNumberGenerator`: from
/// the same bits, Swift's `shuffle(using:)` and `random(in:using:)` compute other results than Python.
///
/// The generator is MT19937: Makoto Matsumoto and Takuji Nishimura, "Mersenne Twister: A 623-dimensionally
/// equidistributed uniform pseudorandom number generator", 1998. The methods follow CPython's
/// `Modules/_randommodule.c` and `Lib/random.py`.
public struct PythonRandom: Sendable, Equatable {
  /// Everything that determines the numbers to come: save it, and set it to resume.
  public var state: State

  /// The generator after Python's `random.seed(seed)`.
  public init(seed: UInt64) {
    state = State(seed: seed)
  }

  /// A generator that continues from `state`.
  public init(state: State) {
    self.state = state
  }

  /// Python's `random.getrandbits(count)`: the upper `count` bits of the next 32, as an unsigned integer.
  ///
  /// - Precondition: `count` is 1 to 32.
  public mutating func bits(_ count: Int) -> UInt32 {
    precondition(1...32 ~= count, "One draw gives 1 to 32 bits, not \(count).")
    return state.nextWord() >> UInt32(32 - count)
  }

  /// Python's `random.random()`: a double in 0..<1, a multiple of 2⁻⁵³, from two draws.
  public mutating func uniform() -> Double {
    let upper = Double(state.nextWord() >> 5)
    let lower = Double(state.nextWord() >> 6)
    return (upper * 67_108_864 + lower) * (1 / 9_007_199_254_740_992)
  }

  /// Python's `random.gauss(mean, standardDeviation)`: a normally distributed double.
  ///
  /// Two uniform numbers make two independent normal ones, `cos(2πx)·√(−2·log(1−y))` and the same with the
  /// sine (Box and Muller, 1958). The second is kept, as a standard normal number, for the next call.
  public mutating func gaussian(mean: Double = 0, standardDeviation: Double = 1) -> Double {
    let standard: Double
    if let cached = state.cachedGaussian {
      state.cachedGaussian = nil
      standard = cached
    } else {
      let angle = uniform() * (2 * Double.pi)
      let radius = sqrt(-2 * log(1 - uniform()))
      standard = cos(angle) * radius
      state.cachedGaussian = sin(angle) * radius
    }
    return mean + standard * standardDeviation
  }

  /// `count` successive `gaussian(standardDeviation:)`, with mean 0.
  ///
  /// - Complexity: O(*count*).
  mutating func gaussians(_ count: Int, standardDeviation: Double = 1) -> [Double] {
    var numbers: [Double] = []
    numbers.reserveCapacity(count)
    for _ in 0..<count { numbers.append(gaussian(standardDeviation: standardDeviation)) }
    return numbers
  }

  /// Python's `random.shuffle(items)`: from the last item down, each is swapped with a random one at or before it.
  ///
  /// Python draws an index by `random._randbelow(last + 1)`, with as many bits as the bound has, until it is in range.
  /// A quarter of the draws are not, and no processor can foresee which. So every draw swaps; one that is out of range
  /// swaps the last item with itself.
  ///
  /// - Precondition: There are fewer than 2³² items.
  /// - Complexity: O(*n*).
  public mutating func shuffle<Element>(_ items: inout [Element]) {
    precondition(
      items.count <= UInt32.max,
      "Python draws one word per item up to 2³² - 1 items; there are \(items.count).")
    items.withUnsafeMutableBufferPointer { items in
      var last = items.count - 1
      while last > 0 {
        let width = Int.bitWidth - (last + 1).leadingZeroBitCount
        // As long as the bound has this many bits.
        let least = 1 << (width - 1) - 1
        state.forEachWord { word in
          let drawn = Int(word &>> UInt32(32 &- width)), isInRange = drawn <= last
          let other = isInRange ? drawn : last, item = items[other]
          items[other] = items[last]
          items[last] = item
          last &-= isInRange ? 1 : 0
          return last >= least
        }
      }
    }
  }

  /// Python's `random.choices(range(len(weights)), weights)[0]`: an index, with probability proportional to its
  /// weight.
  ///
  ///     var random = PythonRandom(seed: 42)
  ///     random.choice(weights: [0.1, 0.2, 0.3, 0.4])  // 3
  ///
  /// - Precondition: No weight is negative or NaN, and their sum is positive and finite.
  /// - Complexity: O(*n*).
  public mutating func choice(weights: [Double]) -> Int {
    weights.withUnsafeBufferPointer { choice(weights: $0) }
  }

  /// `choice(weights:)` over memory that the caller holds; allocates nothing.
  ///
  /// Python stores the running sums and bisects all but the last, to the right. Running sums never decrease, so this
  /// finds the first one above the mark. Adding up a second time finds it too: the same additions in the same order
  /// give the same bits.
  mutating func choice(weights: UnsafeBufferPointer<Double>) -> Int {
    var total = 0.0
    for weight in weights {
      precondition(weight >= 0, "A weight is \(weight); weights are zero or more.")
      total += weight
    }
    precondition(
      total > 0 && total.isFinite,
      "The weights add up to \(total), but the sum has to be positive and finite.")

    let mark = uniform() * total
    var sum = 0.0
    for index in 0..<weights.count - 1 {
      sum += weights[index]
      if mark < sum { return index }
    }
    return weights.count - 1
  }
}

extension PythonRandom {
  /// What Python's `random.getstate()` returns: the twister's words, how many have been used, and the second of a
  /// pair of normal numbers.
  public struct State: Sendable, Equatable {
    /// How many words the twister has.
    public static let wordCount = 624

    /// The twister's words, `[624]`.
    public private(set) var words: [UInt32]
    /// How many of the words have been used, 0 to 624.
    public private(set) var position: Int
    /// The second of the last pair of normal numbers, until a call returns it.
    public internal(set) var cachedGaussian: Double?

    /// A state of these parts, such as those read from a file; `nil` if there are not 624 words or the position is
    /// not in 0...624.
    public init?(words: [UInt32], position: Int, cachedGaussian: Double?) {
      guard words.count == State.wordCount, 0...State.wordCount ~= position else { return nil }
      self.words = words
      self.position = position
      self.cachedGaussian = cachedGaussian
    }

    /// The state after `random.seed(seed)`: MT19937's `init_by_array` over the seed's 32-bit words, least significant
    /// first. A seed below 2³², including 0, is one word.
    init(seed: UInt64) {
      let lower = UInt32(truncatingIfNeeded: seed)
      let upper = UInt32(truncatingIfNeeded: seed >> 32)
      let key = upper == 0 ? [lower] : [lower, upper]

      var words = [UInt32](repeating: 19_650_218, count: State.wordCount)
      for index in 1..<State.wordCount {
        words[index] = 1_812_433_253 &* State.folded(words[index - 1]) &+ UInt32(index)
      }

      // Both passes cycle through words 1 to 623. Until the end, word 0 holds a copy of word 623, the predecessor of
      // word 1.
      var index = 1
      func advance() {
        index += 1
        if index == State.wordCount {
          words[0] = words[State.wordCount - 1]
          index = 1
        }
      }
      for step in 0..<State.wordCount {
        let part = step % key.count
        words[index] ^= State.folded(words[index - 1]) &* 1_664_525
        words[index] &+= key[part] &+ UInt32(part)
        advance()
      }
      for _ in 1..<State.wordCount {
        words[index] ^= State.folded(words[index - 1]) &* 1_566_083_941
        words[index] &-= UInt32(index)
        advance()
      }
      words[0] = 0x8000_0000

      self.words = words
      position = State.wordCount
      cachedGaussian = nil
    }

    /// The next 32 bits: a word of the state, tempered.
    mutating func nextWord() -> UInt32 {
      if position == State.wordCount { twist() }
      position += 1
      return State.tempered(words[position - 1])
    }

    /// Calls `body` with the next 32 bits, and those after them, as long as it returns `true`.
    @inline(__always)
    mutating func forEachWord(_ body: (UInt32) -> Bool) {
      var isAsking = true
      while isAsking {
        if position == State.wordCount { twist() }
        position = words.withUnsafeBufferPointer { words in
          var next = position
          repeat {
            isAsking = body(State.tempered(words[next]))
            next &+= 1
          } while isAsking && next < State.wordCount
          return next
        }
      }
    }

    @inline(__always)
    private static func tempered(_ word: UInt32) -> UInt32 {
      var word = word
      word ^= word >> 11
      word ^= word << 7 & 0x9D2C_5680
      word ^= word << 15 & 0xEFC6_0000
      return word ^ word >> 18
    }

    /// Replaces all 624 words. Each new word combines one bit of its old value, 31 bits of the next word, and the
    /// word 397 places further on. Past the end, the next words are new ones.
    private mutating func twist() {
      words.withUnsafeMutableBufferPointer { words in
        func renew(_ index: Int, _ next: Int, _ far: Int) {
          let mixed = words[index] & 0x8000_0000 | words[next] & 0x7FFF_FFFF
          words[index] = words[far] ^ mixed >> 1 ^ (0 &- (mixed & 1)) & 0x9908_B0DF
        }
        // In each loop the place of the far word is at a fixed distance, so that it is computed in vectors.
        let count = State.wordCount, wrap = count - 397
        for index in 0..<wrap { renew(index, index &+ 1, index &+ 397) }
        for index in wrap..<count - 1 { renew(index, index &+ 1, index &- wrap) }
        renew(count - 1, 0, 396)
      }
      position = 0
    }

    /// A word with its two upper bits folded into its lower ones, the first step of every seeding pass.
    private static func folded(_ word: UInt32) -> UInt32 { word ^ word >> 30 }
  }
}
