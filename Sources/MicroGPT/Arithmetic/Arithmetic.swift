// The two arithmetics that a run can be computed in.

/// Which arithmetic a run computes in.
public enum Arithmetic: String, Sendable, CaseIterable {
  /// Doubles, with every sum in the reference's order: the reference's losses and parameters, bit for bit.
  case exact
  /// Floats, with fused multiply-adds and an exponential within 2 units in the last place: several times faster, with
  /// losses that agree to about three decimals. The optimizer's effective `epsilon` is up to 3 % larger or smaller.
  case fast
}
