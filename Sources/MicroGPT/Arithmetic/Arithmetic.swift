// The two arithmetics that a run can be computed in.

/// Which arithmetic a run computes in.
public enum Arithmetic: String, Sendable, CaseIterable {
  /// Doubles, with every sum in the reference's order: the reference's losses and parameters, bit for bit.
  case exact
  /// Floats, with fused multiply-adds and an exponential within 2 units in the last place: several times
  /// faster, and the same curve to three decimals or so. The optimizer's `epsilon` counts as up to 3 % more or less
  /// than it is.
  case fast
}
