// The arguments of the sampling kernels. Every row is the last position of a prefix; it finds the keys and values of
// earlier positions by their places. FastSampling.swift and ExactSampling.swift have the kernels.

/// `y[r] = s·x[r]` with `s = (mean(x[r]²) + 1e-5)^(-1/2)`, for every row.
struct SampleNormalize<Scalar> {
  /// `[rows, stride]` each; `y` is overwritten. Lanes beyond the channels are zero.
  var x: UnsafePointer<Scalar>
  var y: UnsafeMutablePointer<Scalar>
  var rows, channels, stride: Int
  /// One over the number of channels.
  var inverseChannels: Scalar
}

/// `output[r] = Σₛ softmax(q[r]·k[s]·scale)·v[s]` for every row and head, over the positions up to the row's
/// own.
///
/// In the fast arithmetic a head's channels are adjacent, padded with zeros to a power of two or to whole vectors. In
/// the exact one heads are adjacent, with channel 0 of every head first, so that lanes are heads and every sum has
/// the reference's order.
struct SampleAttend<Scalar> {
  /// `[rows, segment]`; rows are `queryStride` numbers apart.
  var query: UnsafePointer<Scalar>
  var queryStride: Int
  /// The keys of place 0. Its values follow `segment` numbers later, and the next place `placeStride` numbers later.
  var keys: UnsafePointer<Scalar>
  var segment, placeStride: Int
  /// The places of a row's positions, `[rows, placesStride]`.
  var places: UnsafePointer<Int32>
  var placesStride: Int
  /// The attention output, overwritten; rows are `outputStride` numbers apart. Here a head's channels are adjacent in
  /// the exact arithmetic too.
  var output: UnsafeMutablePointer<Scalar>
  var outputStride: Int
  var rows, positions: Int
  var heads, headWidth: Int
  /// The channels of a head, padded; in the exact arithmetic the number of heads, padded.
  var paddedWidth: Int
  /// `D^(-1/2)`.
  var scale: Scalar
  /// Scratch for a vector for each position, and for the channels.
  var scratch: UnsafeMutablePointer<Scalar>
}

/// For every row, the running sums of `softmax(logits / temperature)`, from which a random number selects the token.
struct SampleSums<Scalar> {
  /// `[rows, stride]`. Overwritten with intermediate results.
  var logits: UnsafeMutablePointer<Scalar>
  /// `[rows, stride]`, overwritten: the running sums for all tokens but the last, and ∞ from there on.
  var sums: UnsafeMutablePointer<Scalar>
  /// `[rows]`, overwritten: the sums over all tokens. In the fast arithmetic these need not be 1.
  var totals: UnsafeMutablePointer<Scalar>
  /// `[stride]` each. `padding` is 0 for every token and -∞ beyond; `limits` is 0 for every token but the last, and ∞
  /// from there on.
  var padding, limits: UnsafePointer<Scalar>
  var rows, vocabulary, stride: Int
  /// One over the temperature.
  var inverseTemperature: Scalar
  /// Whether the temperature is 0. The total is 0 then, as are the sums before the most probable token, or the first
  /// of several; from it on the sums are ∞.
  var isGreedy: Bool
  /// Two sums, added to. `[0]` stays 0 as long as all logits are finite, `[1]` as long as all totals are.
  var check: UnsafeMutablePointer<Scalar>
}

/// Draws a token for every sample of every row.
struct SampleDraw<Scalar> {
  /// Written by `SampleSums`.
  var sums, totals: UnsafePointer<Scalar>
  var rows, vocabulary, stride: Int
  /// Row `r` has the entries `starts[r]..<ends[r]` of `order`, each a sample's number less `first`.
  var starts, ends, order: UnsafePointer<Int32>
  var first: UInt64
  /// The token of the sample `order[i]` at `[i]`. Overwritten.
  var drawn: UnsafeMutablePointer<Int32>
  var random: SplitMix64
  /// How many tokens each of the samples has drawn before.
  var draws: UInt64
}
