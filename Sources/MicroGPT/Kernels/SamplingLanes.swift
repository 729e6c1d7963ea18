// The vector operations of sampling in both arithmetics: checks for finite numbers, greedy choice and the draw.

import CMicroGPT

/// Lanes with the operations of sampling in both arithmetics.
protocol SamplingLanes: Lanes {
  /// How many lanes of `a` are not above those of `b`.
  static func countNotAbove(_ a: Vector, _ b: Vector) -> Int
  /// The largest lane.
  static func largest(_ x: Vector) -> Scalar
}

/// Lanes of the fast arithmetic with the operations of sampling.
protocol FastSamplingLanes: FastLanes, SamplingLanes {
  /// In each lane the sum of the lanes up to it.
  static func runningSums(_ x: Vector) -> Vector
}

/// Lanes of the exact arithmetic with the operations of sampling.
protocol ExactSamplingLanes: ExactLanes, SamplingLanes {
  /// Floats in twice as many lanes.
  associatedtype Floats: FastSamplingLanes
  /// `a` and then `b`, rounded to floats.
  static func floats(_ a: Vector, _ b: Vector) -> Floats.Vector
  /// The lanes for a few long chains of additions, one of which takes as long as its additions wait for one another. On
  /// some processors the widest vectors wait longer.
  associatedtype Chains: ExactSamplingLanes
}

extension SamplingLanes {
  /// A vector of zeros if all numbers are finite; otherwise some lane is NaN.
  @inline(__always)
  static func zeros(_ x: UnsafePointer<Scalar>, _ count: Int) -> Vector {
    var zeros = all(0), c = 0
    while c < count {
      zeros = add(zeros, load(x + c), times: all(0))
      c &+= Self.count
    }
    return zeros
  }

  /// Writes running sums that leave the first of the largest logits as the only choice, and returns their total.
  @inline(__always)
  static func greedySums(
    _ logits: UnsafePointer<Scalar>, _ vocabulary: Int, _ stride: Int,
    into sums: UnsafeMutablePointer<Scalar>
  ) -> Scalar {
    var best = 0
    for i in 0..<vocabulary where logits[i] > logits[best] { best = i }
    for i in 0..<stride { sums[i] = i < best ? 0 : .infinity }
    return 0
  }

  /// Draws a token for every sample of a row: the number of running sums that are not above the sample's mark.
  ///
  /// - Parameter mark: Turns random bits into a number between 0 and the total.
  @inline(__always)
  static func draw(_ a: SampleDraw<Scalar>, _ r: Int, _ mark: (UInt64) -> Scalar) {
    let sums = a.sums + r &* a.stride
    for i in Int(a.starts[r])..<Int(a.ends[r]) {
      let sample = a.first &+ UInt64(truncatingIfNeeded: a.order[i])
      let mark = all(mark(a.random.bits(stream: sample, place: a.draws)))
      var token = 0, c = 0
      while c < a.vocabulary {
        token &+= countNotAbove(load(sums + c), mark)
        c &+= count
      }
      a.drawn[i] = Int32(truncatingIfNeeded: token)
    }
  }
}

extension Fast16: FastSamplingLanes {
  @inline(__always) static func countNotAbove(_ a: Vector, _ b: Vector) -> Int {
    microgpt_f32x16_count_not_above(a, b)
  }
  @inline(__always) static func runningSums(_ x: Vector) -> Vector {
    let pairs = add(x, microgpt_f32x16_lift1(x)), fours = add(pairs, microgpt_f32x16_lift2(pairs))
    let eights = add(fours, microgpt_f32x16_lift4(fours))
    return add(eights, microgpt_f32x16_lift8(eights))
  }
}

extension Fast8: FastSamplingLanes {
  @inline(__always) static func countNotAbove(_ a: Vector, _ b: Vector) -> Int {
    microgpt_f32x8_count_not_above(a, b)
  }
  @inline(__always) static func runningSums(_ x: Vector) -> Vector {
    let pairs = add(x, microgpt_f32x8_lift1(x)), fours = add(pairs, microgpt_f32x8_lift2(pairs))
    return add(fours, microgpt_f32x8_lift4(fours))
  }
}

extension Fast4: FastSamplingLanes {
  @inline(__always) static func countNotAbove(_ a: Vector, _ b: Vector) -> Int {
    microgpt_f32x4_count_not_above(a, b)
  }
  @inline(__always) static func runningSums(_ x: Vector) -> Vector {
    let pairs = add(x, microgpt_f32x4_lift1(x))
    return add(pairs, microgpt_f32x4_lift2(pairs))
  }
}

extension Exact8: ExactSamplingLanes {
  @inline(__always) static func countNotAbove(_ a: Vector, _ b: Vector) -> Int {
    microgpt_f64x8_count_not_above(a, b)
  }
  typealias Floats = Fast16
  typealias Chains = Exact4
  @inline(__always) static func floats(_ a: Vector, _ b: Vector) -> Floats.Vector {
    microgpt_f64x8_floats(a, b)
  }
  @inline(__always) static func largest(_ x: Vector) -> Double {
    Exact4.largest(Exact4.max(x.lowHalf, x.highHalf))
  }
}

extension Exact4: ExactSamplingLanes {
  @inline(__always) static func countNotAbove(_ a: Vector, _ b: Vector) -> Int {
    microgpt_f64x4_count_not_above(a, b)
  }
  typealias Floats = Fast8
  typealias Chains = Exact4
  @inline(__always) static func floats(_ a: Vector, _ b: Vector) -> Floats.Vector {
    microgpt_f64x4_floats(a, b)
  }
  @inline(__always) static func largest(_ x: Vector) -> Double {
    Exact2.largest(Exact2.max(x.lowHalf, x.highHalf))
  }
}

extension Exact2: ExactSamplingLanes {
  @inline(__always) static func countNotAbove(_ a: Vector, _ b: Vector) -> Int {
    microgpt_f64x2_count_not_above(a, b)
  }
  typealias Floats = Fast4
  typealias Chains = Exact2
  @inline(__always) static func floats(_ a: Vector, _ b: Vector) -> Floats.Vector {
    microgpt_f64x2_floats(a, b)
  }
  @inline(__always) static func largest(_ x: Vector) -> Double {
    Swift.max(x[0], x[1])
  }
}
