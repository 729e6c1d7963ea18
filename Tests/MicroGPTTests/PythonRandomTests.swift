import Testing

@testable import MicroGPT

/// Every golden value below was printed by CPython 3.11, for the seeds 0, 1 and 42 and around those where a seed
/// needs a second word: 2³² - 1 (one word), 2³² and 2⁶⁴ - 1 (two).
@Suite struct PythonRandomTests {
  @Test("the examples in the documentation hold")
  func documentedExamples() {
    do {
      // python3 -c 'import random; random.seed(42)
      // print(random.getrandbits(32), random.random(), random.gauss(0, 0.08))'
      var random = PythonRandom(seed: 42)
      #expect(random.bits(32) == 2_746_317_213)
      #expect(random.uniform() == 0.11133106816568039)
      #expect(random.gaussian(mean: 0, standardDeviation: 0.08) == -0.0031818764205640243)
    }
    do {
      // python3 -c 'import random; random.seed(42)
      // names = ["emma", "olivia", "ava", "isabella"]; random.shuffle(names); print(names)'
      var random = PythonRandom(seed: 42)
      var names = ["emma", "olivia", "ava", "isabella"]
      random.shuffle(&names)
      #expect(names == ["ava", "olivia", "isabella", "emma"])
    }
    do {
      // python3 -c 'import random; random.seed(42); print(random.choices(range(4), [0.1, 0.2, 0.3, 0.4])[0])'
      var random = PythonRandom(seed: 42)
      #expect(random.choice(weights: [0.1, 0.2, 0.3, 0.4]) == 3)
    }
  }

  // python3 -c 'import random; random.seed(SEED)
  // print([random.getrandbits(k) for k in (32, 32, 1, 5, 16, 31, 32)])'
  @Test(
    "bits are Python's getrandbits",
    arguments: [
      (0, [3_626_764_237, 1_654_615_998, 1, 28, 27_562, 86_939_546, 1_112_038_970]),
      (1, [577_090_037, 2_444_712_010, 1, 25, 50_054, 135_520_872, 1_095_513_148]),
      (42, [2_746_317_213, 478_163_327, 0, 23, 18_024, 525_901_256, 958_682_846]),
      (0xFFFF_FFFF, [2_728_839_433, 2_661_025_012, 0, 6, 39_804, 1_121_840_874, 1_251_276_551]),
      (0x1_0000_0000, [485_306_839, 1_508_871_100, 0, 29, 1092, 49_009_542, 2_627_323_657]),
      (0xFFFF_FFFF_FFFF_FFFF, [93_740_670, 1_068_495_656, 0, 19, 13_891, 979_389_737, 2_641_946_051]),
    ] as [(UInt64, [UInt32])])
  func bits(seed: UInt64, golden: [UInt32]) {
    var random = PythonRandom(seed: seed)
    #expect([32, 32, 1, 5, 16, 31, 32].map { random.bits($0) } == golden)
  }

  // python3 -c 'import random; random.seed(SEED); print([random.random().hex() for _ in range(3)])'
  @Test(
    "uniform is Python's random",
    arguments: [
      (0, [0x1.b0580f98a7dbep-1, 0x1.84129978f9c1ap-1, 0x1.aeaa51052e978p-2]),
      (1, [0x1.132d8f91b7584p-3, 0x1.b1e2d5b3584f8p-1, 0x1.870d778409f13p-1]),
      (42, [0x1.4762f307200c5p-1, 0x1.99c6b5eeb2060p-6, 0x1.19a1491f589dcp-2]),
      (0xFFFF_FFFF, [0x1.454d9227a7013p-1, 0x1.a0274a3720bf8p-3, 0x1.36f8c1616ef77p-1]),
      (0x1_0000_0000, [0x1.ced31cb3df170p-4, 0x1.abdb5477a4f26p-2, 0x1.1139c02ebd380p-6]),
      (0xFFFF_FFFF_FFFF_FFFF, [0x1.659799fd7f980p-6, 0x1.5a35a94f333d8p-2, 0x1.b21c0274c09a4p-3]),
    ] as [(UInt64, [Double])])
  func uniform(seed: UInt64, golden: [Double]) {
    var random = PythonRandom(seed: seed)
    #expect(golden.map { _ in random.uniform() } == golden)
  }

  // python3 -c 'import random; random.seed(SEED); print([random.gauss(0, 0.08).hex() for _ in range(3)])'
  @Test(
    "gaussian is Python's gauss, both of a pair and the first of the next",
    arguments: [
      (0, [0x1.3494d05382c7bp-4, -0x1.c9a1766e14d76p-4, -0x1.bd7529404bb32p-5]),
      (1, [0x1.a61cc4ee1747cp-4, 0x1.daf44f6ef8a73p-4, 0x1.5bca6a653e624p-8]),
      (42, [-0x1.79b96220d7201p-7, -0x1.c541a459f41e7p-7, -0x1.23cecf65fb604p-7]),
      (0xFFFF_FFFF, [-0x1.235fa3c060a71p-5, -0x1.4bffa52a6d5eep-5, -0x1.a8c06da877878p-5]),
      (0x1_0000_0000, [0x1.027e5b64ed3e3p-4, 0x1.bc55426d1d278p-5, 0x1.c0426d6e47e83p-4]),
      (0xFFFF_FFFF_FFFF_FFFF, [0x1.26e23a1fafca2p-4, 0x1.458dd94ffd459p-7, 0x1.acbad639e9836p-6]),
    ] as [(UInt64, [Double])])
  func gaussian(seed: UInt64, golden: [Double]) {
    var random = PythonRandom(seed: seed)
    #expect(golden.map { _ in random.gaussian(mean: 0, standardDeviation: 0.08) } == golden)
  }

  // python3 -c 'import random; random.seed(SEED); a = list(range(10)); random.shuffle(a); print(a)'
  @Test(
    "shuffle is Python's shuffle",
    arguments: [
      (0, [7, 8, 1, 5, 3, 4, 2, 0, 9, 6]),
      (1, [6, 8, 9, 7, 5, 3, 0, 4, 1, 2]),
      (42, [7, 3, 2, 8, 5, 6, 9, 4, 0, 1]),
      (0xFFFF_FFFF, [0, 7, 1, 5, 2, 6, 4, 8, 3, 9]),
      (0x1_0000_0000, [8, 9, 3, 2, 4, 7, 0, 6, 5, 1]),
      (0xFFFF_FFFF_FFFF_FFFF, [2, 6, 7, 9, 8, 1, 4, 5, 3, 0]),
    ] as [(UInt64, [Int])])
  func shuffle(seed: UInt64, golden: [Int]) {
    var random = PythonRandom(seed: seed)
    var items = Array(0..<10)
    random.shuffle(&items)
    #expect(items == golden)
  }

  // python3 -c 'import random; random.seed(SEED)
  // print(random.choices(range(5), [0.1, 0, 0.2, 0.3, 0.4], k=10))'
  @Test(
    "choice is Python's choices",
    arguments: [
      (0, [4, 4, 3, 2, 3, 3, 4, 3, 3, 3]),
      (1, [2, 4, 4, 2, 3, 3, 4, 4, 0, 0]),
      (42, [4, 0, 2, 2, 4, 4, 4, 0, 3, 0]),
      (0xFFFF_FFFF, [4, 2, 4, 2, 3, 3, 4, 4, 2, 4]),
      (0x1_0000_0000, [2, 3, 0, 4, 4, 3, 3, 3, 2, 4]),
      (0xFFFF_FFFF_FFFF_FFFF, [0, 3, 2, 4, 4, 3, 4, 4, 4, 4]),
    ] as [(UInt64, [Int])])
  func choice(seed: UInt64, golden: [Int]) {
    var random = PythonRandom(seed: seed)
    #expect(golden.map { _ in random.choice(weights: [0.1, 0, 0.2, 0.3, 0.4]) } == golden)
  }

  @Test("ten thousand draws are Python's, across sixteen twists")
  func longRuns() {
    // python3 -c 'import random, struct, hashlib; random.seed(7)
    // values = [random.getrandbits(32) for _ in range(10000)]
    // print(hashlib.sha256(struct.pack("<10000I", *values)).hexdigest())'
    var random = PythonRandom(seed: 7)
    var digest = SHA256()
    for _ in 0..<10_000 { digest.update(littleEndian: random.bits(32)) }
    #expect(digest.hexString == "1807e5036ee223f44da87dcfe9d58e965394b5951ea884328fd0336862ba6ae4")

    // python3 -c 'import random, struct, hashlib; random.seed(7); x = list(range(32033)); random.shuffle(x)
    // print(hashlib.sha256(struct.pack("<32033I", *x)).hexdigest())'
    random = PythonRandom(seed: 7)
    var items = Array(0..<UInt32(32_033))
    random.shuffle(&items)
    digest = SHA256()
    for item in items { digest.update(littleEndian: item) }
    #expect(digest.hexString == "a3c2affbcc66c45bbbfd100161ea94ea44310539b60e85530543b40d8d06cd09")
  }

  @Test("ten thousand normal numbers are Python's")
  func longRunOfGaussians() {
    // python3 -c 'import random, struct, hashlib; random.seed(7)
    // values = [random.gauss(0, 1) for _ in range(10000)]
    // print(hashlib.sha256(struct.pack("<10000d", *values)).hexdigest())'
    var random = PythonRandom(seed: 7)
    var digest = SHA256()
    for _ in 0..<10_000 { digest.update(littleEndian: random.gaussian().bitPattern) }
    #expect(digest.hexString == "b1955e55b2fef3474b8aa22e652c97c478bf16f4d08b4d85d57189ce3760b4e9")
  }

  @Test("no items and one item are shuffled without a draw", arguments: [[], [1]])
  func shuffleOfLittle(items: [Int]) {
    var random = PythonRandom(seed: 42)
    var shuffled = items
    random.shuffle(&shuffled)
    #expect(shuffled == items)
    #expect(random == PythonRandom(seed: 42))
  }

  @Test("the state is what Python's getstate returns")
  func stateMatchesPython() {
    // python3 -c 'import random; random.seed(42); s = random.getstate()[1]; print(s[:3], s[-2:])'
    let fresh = PythonRandom(seed: 42).state
    #expect(fresh.words.prefix(3) == [2_147_483_648, 3_564_348_608, 1_266_698_288])
    #expect(fresh.words.last == 3_831_079_317)
    #expect(fresh.words.count == 624)
    #expect(fresh.position == 624)
    #expect(fresh.cachedGaussian == nil)

    // python3 -c 'import random; random.seed(3); print(random.gauss(10, 2).hex())
    // s = random.getstate(); print(s[1][624], s[2].hex())'
    var random = PythonRandom(seed: 3)
    #expect(random.gaussian(mean: 10, standardDeviation: 2) == 0x1.460fb24dc72fcp+3)
    #expect(random.state.position == 4)
    #expect(random.state.cachedGaussian == 0x1.4001990bf4dc8p+0)
  }

  @Test("a generator resumes from its state, with a cached normal number or without")
  func stateResumes() throws {
    var random = PythonRandom(seed: 42)
    for _ in 0..<1_001 {
      let saved = random.state
      let parts = PythonRandom.State(
        words: saved.words, position: saved.position, cachedGaussian: saved.cachedGaussian)
      var resumed = PythonRandom(state: try #require(parts))
      #expect(resumed == random)
      let expected = random.gaussian()
      #expect(resumed.gaussian() == expected)
    }
    var other = PythonRandom(seed: 0)
    #expect(other != random)
    other.state = random.state
    #expect(other == random)
  }

  @Test(
    "invalid parts of a state are refused",
    arguments: [(623, 0), (625, 0), (0, 0), (624, -1), (624, 625)])
  func stateRefusesOtherParts(count: Int, position: Int) {
    let words = [UInt32](repeating: 1, count: count)
    #expect(PythonRandom.State(words: words, position: position, cachedGaussian: nil) == nil)
  }

  @Test("choice equals bisecting the running sums", arguments: [1, 2, 3, 27, 100])
  func choiceEqualsBisection(count: Int) {
    var weightsRandom = PythonRandom(seed: UInt64(count))
    var random = PythonRandom(seed: 42)
    var slowRandom = random
    for _ in 0..<200 {
      // A third of the weights are zero, so that sums repeat and the side of the bisection matters.
      var weights = (0..<count).map { _ in max(0, weightsRandom.uniform() - 1 / 3) }
      weights[weightsRandom.choice(weights: weights.map { _ in 1 })] = 0.5
      let index = random.choice(weights: weights)
      #expect(index == slowChoice(weights: weights, using: &slowRandom))
      #expect(weights[index] > 0)
    }
  }

  /// `random.choices(range(len(weights)), weights)[0]` as `Lib/random.py` and `Lib/bisect.py` write it.
  private func slowChoice(weights: [Double], using random: inout PythonRandom) -> Int {
    var sums = [weights[0]]
    for weight in weights.dropFirst() { sums.append(sums[sums.count - 1] + weight) }
    let total = sums[sums.count - 1] + 0.0
    let mark = random.uniform() * total
    var low = 0
    var high = weights.count - 1
    while low < high {
      let middle = (low + high) / 2
      if mark < sums[middle] { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
