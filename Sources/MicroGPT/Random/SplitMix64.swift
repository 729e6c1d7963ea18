// Counter-based random numbers: any place of any stream of a seed, without state.

/// Random numbers by seed, stream and place.
///
/// A place's bits are those of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// 2014, with the constants of Vigna's splitmix64.c). A stream's initial state is the number that the seed's
/// generator outputs at the stream's index, so streams start at random places of the one cycle of 2⁶⁴.
struct SplitMix64: Sendable {
  let seed: UInt64

  /// Successive states differ by this, the odd number next to 2⁶⁴ over the golden ratio.
  private static let step: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// 64 random bits: the number at `place` of a stream, both from 0.
  @inline(__always)
  func bits(stream: UInt64, place: UInt64) -> UInt64 {
    let start = SplitMix64.mixed(seed &+ (stream &+ 1) &* SplitMix64.step)
    return SplitMix64.mixed(start &+ (place &+ 1) &* SplitMix64.step)
  }

  @inline(__always)
  private static func mixed(_ state: UInt64) -> UInt64 {
    var bits = (state ^ state &>> 30) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ bits &>> 27) &* 0x94d0_49bb_1331_11eb
    return bits ^ bits &>> 31
  }
}
