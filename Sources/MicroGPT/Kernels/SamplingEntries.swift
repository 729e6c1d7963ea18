// The kernels of sampling by name: C entries, and the table of those for one instruction set. Kernels.h
// declares them and holds the trampolines, which are compiled into the file that names them: so tables
// stand beside entries.

import CMicroGPT

/// The kernels of sampling of one arithmetic, compiled for one instruction set.
struct SamplingKernels<Scalar> {
  typealias Entry = @convention(c) (UnsafeRawPointer?) -> Void

  /// The numbers of a vector, and of one that attention pads heads to.
  let lanes: Int
  private let normalize, attend, attendFew, sums, draw: Entry

  @inline(__always) func normalize(_ arguments: SampleNormalize<Scalar>) { call(normalize, arguments) }
  /// In the exact arithmetic, whose lanes are heads, four or fewer heads have a kernel of four lanes.
  @inline(__always) func attend(_ arguments: SampleAttend<Scalar>) {
    call(arguments.paddedWidth % lanes == 0 ? attend : attendFew, arguments)
  }
  @inline(__always) func sums(_ arguments: SampleSums<Scalar>) { call(sums, arguments) }
  @inline(__always) func draw(_ arguments: SampleDraw<Scalar>) { call(draw, arguments) }

  @inline(__always)
  private func call<Arguments>(_ entry: Entry, _ arguments: Arguments) {
    withUnsafePointer(to: arguments) { entry(UnsafeRawPointer($0)) }
  }
}

extension SamplingKernels<Float> {
  /// Never inlined, so that the trampolines stay in the file with the entries that they draw in.
  @inline(never)
  init(_ set: InstructionSet) {
    switch set {
    case .avx512:
      self.init(
        lanes: 16, normalize: microgpt_sample_normalize_f32_avx512,
        attend: microgpt_sample_attend_f32_avx512,
        attendFew: microgpt_sample_attend_f32_avx512,
        sums: microgpt_sample_sums_f32_avx512,
        draw: microgpt_sample_draw_f32_avx512)
    case .avx2:
      self.init(
        lanes: 8, normalize: microgpt_sample_normalize_f32_avx2,
        attend: microgpt_sample_attend_f32_avx2,
        attendFew: microgpt_sample_attend_f32_avx2,
        sums: microgpt_sample_sums_f32_avx2,
        draw: microgpt_sample_draw_f32_avx2)
    case .baseline:
      self.init(
        lanes: 4, normalize: microgpt_sample_normalize_f32_baseline,
        attend: microgpt_sample_attend_f32_baseline,
        attendFew: microgpt_sample_attend_f32_baseline,
        sums: microgpt_sample_sums_f32_baseline,
        draw: microgpt_sample_draw_f32_baseline)
    }
  }
}

extension SamplingKernels<Double> {
  /// Never inlined, so that the trampolines stay in the file with the entries that they draw in.
  @inline(never)
  init(_ set: InstructionSet) {
    switch set {
    case .avx512:
      self.init(
        lanes: 8, normalize: microgpt_sample_normalize_f64_avx512,
        attend: microgpt_sample_attend_f64_avx512,
        attendFew: microgpt_sample_attend_few_f64_avx512,
        sums: microgpt_sample_sums_f64_avx512,
        draw: microgpt_sample_draw_f64_avx512)
    case .avx2:
      self.init(
        lanes: 4, normalize: microgpt_sample_normalize_f64_avx2,
        attend: microgpt_sample_attend_f64_avx2,
        attendFew: microgpt_sample_attend_few_f64_avx2,
        sums: microgpt_sample_sums_f64_avx2,
        draw: microgpt_sample_draw_f64_avx2)
    case .baseline:
      self.init(
        lanes: 2, normalize: microgpt_sample_normalize_f64_baseline,
        attend: microgpt_sample_attend_f64_baseline,
        attendFew: microgpt_sample_attend_few_f64_baseline,
        sums: microgpt_sample_sums_f64_baseline,
        draw: microgpt_sample_draw_f64_baseline)
    }
  }
}

// MARK: - Entries

@c @implementation func microgpt_sample_normalize_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.sampleNormalize(a.arguments())
}
@c @implementation func microgpt_sample_normalize_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.sampleNormalize(a.arguments())
}
@c @implementation func microgpt_sample_normalize_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.sampleNormalize(a.arguments())
}

@c @implementation func microgpt_sample_normalize_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.sampleNormalize(a.arguments())
}
@c @implementation func microgpt_sample_normalize_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.sampleNormalize(a.arguments())
}
@c @implementation func microgpt_sample_normalize_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.sampleNormalize(a.arguments())
}

@c @implementation func microgpt_sample_attend_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.sampleAttend(a.arguments())
}
@c @implementation func microgpt_sample_attend_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.sampleAttend(a.arguments())
}
@c @implementation func microgpt_sample_attend_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.sampleAttend(a.arguments())
}

@c @implementation func microgpt_sample_attend_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.sampleAttend(a.arguments())
}
@c @implementation func microgpt_sample_attend_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.sampleAttend(a.arguments())
}
@c @implementation func microgpt_sample_attend_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.sampleAttend(a.arguments())
}

@c @implementation func microgpt_sample_attend_few_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact4.sampleAttend(a.arguments())
}
@c @implementation func microgpt_sample_attend_few_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.sampleAttend(a.arguments())
}
@c @implementation func microgpt_sample_attend_few_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.sampleAttend(a.arguments())
}

@c @implementation func microgpt_sample_sums_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.sampleSums(a.arguments())
}
@c @implementation func microgpt_sample_sums_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.sampleSums(a.arguments())
}
@c @implementation func microgpt_sample_sums_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.sampleSums(a.arguments())
}

@c @implementation func microgpt_sample_sums_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.sampleSums(a.arguments())
}
@c @implementation func microgpt_sample_sums_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.sampleSums(a.arguments())
}
@c @implementation func microgpt_sample_sums_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.sampleSums(a.arguments())
}

@c @implementation func microgpt_sample_draw_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.sampleDraw(a.arguments())
}
@c @implementation func microgpt_sample_draw_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.sampleDraw(a.arguments())
}
@c @implementation func microgpt_sample_draw_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.sampleDraw(a.arguments())
}

@c @implementation func microgpt_sample_draw_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.sampleDraw(a.arguments())
}
@c @implementation func microgpt_sample_draw_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.sampleDraw(a.arguments())
}
@c @implementation func microgpt_sample_draw_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.sampleDraw(a.arguments())
}
