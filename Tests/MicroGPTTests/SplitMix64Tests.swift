import Testing

@testable import MicroGPT

@Suite("SplitMix64")
struct SplitMix64Tests {
  /// Vigna's splitmix64.c, as a sequential generator.
  private struct Generator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }

  @Test("a stream is that of a generator seeded by the seed's output at the stream's index")
  func streams() {
    var known = Generator(state: 1_234_567)
    let first = (0..<5).map { _ in known.next() }
    #expect(
      first == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
    for seed in [0, 1_234_567, UInt64.max] {
      var seeds = Generator(state: seed)
      for stream in 0..<20 as Range<UInt64> {
        var generator = Generator(state: seeds.next())
        for place in 0..<20 as Range<UInt64> {
          #expect(SplitMix64(seed: seed).bits(stream: stream, place: place) == generator.next())
        }
      }
    }
  }

  @Test("neighboring streams, places and seeds are independent")
  func independence() {
    // Two random numbers agree in half their bits; for 64 bits the count has a standard deviation of 4.
    let random = SplitMix64(seed: 42), other = SplitMix64(seed: 43), count = 20_000
    var equal = [0, 0, 0]
    for i in 0..<UInt64(count) {
      let bits = random.bits(stream: i, place: 3)
      let neighbors = [
        random.bits(stream: i + 1, place: 3), random.bits(stream: i, place: 4),
        other.bits(stream: i, place: 3),
      ]
      for (k, neighbor) in neighbors.enumerated() { equal[k] += (~(bits ^ neighbor)).nonzeroBitCount }
    }
    for equal in equal {
      #expect(abs(Double(equal) - 32 * Double(count)) < 5 * 4 * Double(count).squareRoot())
    }
  }
}
