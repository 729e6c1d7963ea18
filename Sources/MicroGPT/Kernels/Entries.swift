// The kernels by name: one C entry for each kernel, arithmetic and instruction set, whose body is one call that
// is inlined. Kernels.h declares them and holds the trampolines through which the wide ones are called.

import CMicroGPT

/// The kernels of one arithmetic, compiled for one instruction set.
struct Kernels<Scalar> {
  /// A C function, which takes a pointer to the structure that names the kernel.
  typealias Entry = @convention(c) (UnsafeRawPointer?) -> Void

  let lanes: Int
  let productWide, productNarrow, orderedProductWide, orderedProductNarrow, positionProduct: Entry
  let embed, embedBack, transpose, adam, normalize, normalizeBack, attend, attendBack, loss: Entry
  /// Only in the fast arithmetic; in the exact one they are the ones for a document.
  let causalSoftmax, causalSoftmaxBack, attendFromPeaks: Entry
  /// Only in the fast arithmetic; in the exact one it is `adam`.
  let updateMatrix: Entry

  /// Two vectors of columns at a time, and then the one that is left. Panels are of an even number of vectors.
  @inline(__always) func product(_ arguments: Product<Scalar>) {
    split(arguments, productWide, productNarrow)
  }
  @inline(__always) func orderedProduct(_ arguments: Product<Scalar>) {
    split(arguments, orderedProductWide, orderedProductNarrow)
  }
  @inline(__always) func embed(_ arguments: Embedding<Scalar>) { call(embed, arguments) }
  @inline(__always) func embedBack(_ arguments: Embedding<Scalar>) { call(embedBack, arguments) }
  @inline(__always) func transpose(_ arguments: Transpose<Scalar>) { call(transpose, arguments) }
  @inline(__always) func adam(_ arguments: AdamStep<Scalar>) { call(adam, arguments) }
  @inline(__always) func positionProduct(_ arguments: PositionProduct<Scalar>) {
    call(positionProduct, arguments)
  }
  @inline(__always) func updateMatrix(_ arguments: MatrixUpdate<Scalar>) { call(updateMatrix, arguments) }
  @inline(__always) func normalize(_ arguments: Normalize<Scalar>) { call(normalize, arguments) }
  @inline(__always) func normalizeBack(_ arguments: NormalizeBack<Scalar>) { call(normalizeBack, arguments) }
  @inline(__always) func attend(_ arguments: Attend<Scalar>) { call(attend, arguments) }
  @inline(__always) func attendFromPeaks(_ arguments: Attend<Scalar>) { call(attendFromPeaks, arguments) }
  @inline(__always) func attendBack(_ arguments: Attend<Scalar>) { call(attendBack, arguments) }
  @inline(__always) func causalSoftmax(_ arguments: CausalSoftmax<Scalar>) { call(causalSoftmax, arguments) }
  @inline(__always) func causalSoftmaxBack(_ arguments: CausalSoftmax<Scalar>) {
    call(causalSoftmaxBack, arguments)
  }
  @inline(__always) func loss(_ arguments: Loss<Scalar>) { call(loss, arguments) }

  @inline(__always)
  private func split(_ arguments: Product<Scalar>, _ wide: Entry, _ narrow: Entry) {
    let columns = arguments.panel / (2 &* lanes) &* 2 &* lanes
    if columns > 0 { call(wide, arguments) }
    if columns < arguments.panel {
      var rest = arguments
      rest.b += columns
      rest.y += columns
      rest.z += columns
      rest.columns &-= columns
      call(narrow, rest)
    }
  }

  @inline(__always)
  private func call<Arguments>(_ entry: Entry, _ arguments: Arguments) {
    withUnsafePointer(to: arguments) { entry(UnsafeRawPointer($0)) }
  }
}

extension UnsafeRawPointer {
  /// The structure that a kernel was called with.
  @inline(__always)
  func arguments<Arguments>(_ type: Arguments.Type = Arguments.self) -> Arguments {
    assumingMemoryBound(to: type).pointee
  }
}

extension Kernels<Float> {
  /// The kernels of the fast arithmetic.
  ///
  /// Never inlined, because the trampolines are compiled into the file that names them, and draw in only what
  /// is in the same file.
  @inline(never)
  init(_ set: InstructionSet) {
    switch set {
    case .avx512:
      self.init(
        lanes: 16, productWide: microgpt_product_wide_f32_avx512,
        productNarrow: microgpt_product_narrow_f32_avx512,
        orderedProductWide: microgpt_product_wide_f32_avx512,
        orderedProductNarrow: microgpt_product_narrow_f32_avx512,
        positionProduct: microgpt_position_product_f32_avx512,
        embed: microgpt_embed_f32_avx512, embedBack: microgpt_embed_back_f32_avx512,
        transpose: microgpt_transpose_f32_avx512,
        adam: microgpt_adam_f32_avx512,
        normalize: microgpt_normalize_f32_avx512,
        normalizeBack: microgpt_normalize_back_f32_avx512,
        attend: microgpt_attend_f32_avx512,
        attendBack: microgpt_attend_back_f32_avx512,
        loss: microgpt_loss_f32_avx512,
        causalSoftmax: microgpt_causal_softmax_f32_avx512,
        causalSoftmaxBack: microgpt_causal_softmax_back_f32_avx512,
        attendFromPeaks: microgpt_attend_from_peaks_f32_avx512,
        updateMatrix: microgpt_update_matrix_f32_avx512)
    case .avx2:
      self.init(
        lanes: 8, productWide: microgpt_product_wide_f32_avx2,
        productNarrow: microgpt_product_narrow_f32_avx2,
        orderedProductWide: microgpt_product_wide_f32_avx2,
        orderedProductNarrow: microgpt_product_narrow_f32_avx2,
        positionProduct: microgpt_position_product_f32_avx2,
        embed: microgpt_embed_f32_avx2, embedBack: microgpt_embed_back_f32_avx2,
        transpose: microgpt_transpose_f32_avx2,
        adam: microgpt_adam_f32_avx2,
        normalize: microgpt_normalize_f32_avx2,
        normalizeBack: microgpt_normalize_back_f32_avx2,
        attend: microgpt_attend_f32_avx2,
        attendBack: microgpt_attend_back_f32_avx2,
        loss: microgpt_loss_f32_avx2,
        causalSoftmax: microgpt_causal_softmax_f32_avx2,
        causalSoftmaxBack: microgpt_causal_softmax_back_f32_avx2,
        attendFromPeaks: microgpt_attend_from_peaks_f32_avx2,
        updateMatrix: microgpt_update_matrix_f32_avx2)
    case .baseline:
      self.init(
        lanes: 4, productWide: microgpt_product_wide_f32_baseline,
        productNarrow: microgpt_product_narrow_f32_baseline,
        orderedProductWide: microgpt_product_wide_f32_baseline,
        orderedProductNarrow: microgpt_product_narrow_f32_baseline,
        positionProduct: microgpt_position_product_f32_baseline,
        embed: microgpt_embed_f32_baseline, embedBack: microgpt_embed_back_f32_baseline,
        transpose: microgpt_transpose_f32_baseline,
        adam: microgpt_adam_f32_baseline,
        normalize: microgpt_normalize_f32_baseline,
        normalizeBack: microgpt_normalize_back_f32_baseline,
        attend: microgpt_attend_f32_baseline,
        attendBack: microgpt_attend_back_f32_baseline,
        loss: microgpt_loss_f32_baseline,
        causalSoftmax: microgpt_causal_softmax_f32_baseline,
        causalSoftmaxBack: microgpt_causal_softmax_back_f32_baseline,
        attendFromPeaks: microgpt_attend_from_peaks_f32_baseline,
        updateMatrix: microgpt_update_matrix_f32_baseline)
    }
  }
}

extension Kernels<Double> {
  /// The kernels of the exact arithmetic.
  ///
  /// Never inlined, because the trampolines are compiled into the file that names them, and draw in only what
  /// is in the same file.
  @inline(never)
  init(_ set: InstructionSet) {
    switch set {
    case .avx512:
      self.init(
        lanes: 8, productWide: microgpt_product_wide_f64_avx512,
        productNarrow: microgpt_product_narrow_f64_avx512,
        orderedProductWide: microgpt_ordered_product_wide_f64_avx512,
        orderedProductNarrow: microgpt_ordered_product_narrow_f64_avx512,
        positionProduct: microgpt_position_product_f64_avx512,
        embed: microgpt_embed_f64_avx512, embedBack: microgpt_embed_back_f64_avx512,
        transpose: microgpt_transpose_f64_avx512,
        adam: microgpt_adam_f64_avx512,
        normalize: microgpt_normalize_f64_avx512,
        normalizeBack: microgpt_normalize_back_f64_avx512,
        attend: microgpt_attend_f64_avx512,
        attendBack: microgpt_attend_back_f64_avx512,
        loss: microgpt_loss_f64_avx512,
        causalSoftmax: microgpt_attend_f64_avx512, causalSoftmaxBack: microgpt_attend_back_f64_avx512,
        attendFromPeaks: microgpt_attend_f64_avx512,
        updateMatrix: microgpt_adam_f64_avx512)
    case .avx2:
      self.init(
        lanes: 4, productWide: microgpt_product_wide_f64_avx2,
        productNarrow: microgpt_product_narrow_f64_avx2,
        orderedProductWide: microgpt_ordered_product_wide_f64_avx2,
        orderedProductNarrow: microgpt_ordered_product_narrow_f64_avx2,
        positionProduct: microgpt_position_product_f64_avx2,
        embed: microgpt_embed_f64_avx2, embedBack: microgpt_embed_back_f64_avx2,
        transpose: microgpt_transpose_f64_avx2,
        adam: microgpt_adam_f64_avx2,
        normalize: microgpt_normalize_f64_avx2,
        normalizeBack: microgpt_normalize_back_f64_avx2,
        attend: microgpt_attend_f64_avx2,
        attendBack: microgpt_attend_back_f64_avx2,
        loss: microgpt_loss_f64_avx2,
        causalSoftmax: microgpt_attend_f64_avx2, causalSoftmaxBack: microgpt_attend_back_f64_avx2,
        attendFromPeaks: microgpt_attend_f64_avx2,
        updateMatrix: microgpt_adam_f64_avx2)
    case .baseline:
      self.init(
        lanes: 2, productWide: microgpt_product_wide_f64_baseline,
        productNarrow: microgpt_product_narrow_f64_baseline,
        orderedProductWide: microgpt_ordered_product_wide_f64_baseline,
        orderedProductNarrow: microgpt_ordered_product_narrow_f64_baseline,
        positionProduct: microgpt_position_product_f64_baseline,
        embed: microgpt_embed_f64_baseline, embedBack: microgpt_embed_back_f64_baseline,
        transpose: microgpt_transpose_f64_baseline,
        adam: microgpt_adam_f64_baseline,
        normalize: microgpt_normalize_f64_baseline,
        normalizeBack: microgpt_normalize_back_f64_baseline,
        attend: microgpt_attend_f64_baseline,
        attendBack: microgpt_attend_back_f64_baseline,
        loss: microgpt_loss_f64_baseline,
        causalSoftmax: microgpt_attend_f64_baseline, causalSoftmaxBack: microgpt_attend_back_f64_baseline,
        attendFromPeaks: microgpt_attend_f64_baseline,
        updateMatrix: microgpt_adam_f64_baseline)
    }
  }
}

// MARK: - Entries

@c @implementation func microgpt_product_wide_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.productWide(a.arguments(), ordered: false)
}
@c @implementation func microgpt_product_narrow_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.productNarrow(a.arguments(), ordered: false)
}
@c @implementation func microgpt_product_wide_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.productWide(a.arguments(), ordered: false)
}
@c @implementation func microgpt_product_narrow_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.productNarrow(a.arguments(), ordered: false)
}
@c @implementation func microgpt_product_wide_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.productWide(a.arguments(), ordered: false)
}
@c @implementation func microgpt_product_narrow_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.productNarrow(a.arguments(), ordered: false)
}

@c @implementation func microgpt_embed_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.embed(a.arguments())
}
@c @implementation func microgpt_embed_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.embed(a.arguments())
}
@c @implementation func microgpt_embed_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.embed(a.arguments())
}

@c @implementation func microgpt_embed_back_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.embedBack(a.arguments())
}
@c @implementation func microgpt_embed_back_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.embedBack(a.arguments())
}
@c @implementation func microgpt_embed_back_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.embedBack(a.arguments())
}

@c @implementation func microgpt_transpose_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.transpose(a.arguments())
}
@c @implementation func microgpt_transpose_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.transpose(a.arguments())
}
@c @implementation func microgpt_transpose_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.transpose(a.arguments())
}

@c @implementation func microgpt_adam_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.adam(a.arguments())
}
@c @implementation func microgpt_adam_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.adam(a.arguments())
}
@c @implementation func microgpt_adam_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.adam(a.arguments())
}

@c @implementation func microgpt_update_matrix_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.updateMatrix(a.arguments())
}
@c @implementation func microgpt_update_matrix_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.updateMatrix(a.arguments())
}
@c @implementation func microgpt_update_matrix_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.updateMatrix(a.arguments())
}

@c @implementation func microgpt_position_product_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.positionProduct(a.arguments())
}
@c @implementation func microgpt_position_product_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.positionProduct(a.arguments())
}
@c @implementation func microgpt_position_product_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.positionProduct(a.arguments())
}

@c @implementation func microgpt_normalize_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.normalize(a.arguments())
}
@c @implementation func microgpt_normalize_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.normalize(a.arguments())
}
@c @implementation func microgpt_normalize_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.normalize(a.arguments())
}

@c @implementation func microgpt_normalize_back_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.normalizeBack(a.arguments())
}
@c @implementation func microgpt_normalize_back_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.normalizeBack(a.arguments())
}
@c @implementation func microgpt_normalize_back_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.normalizeBack(a.arguments())
}

@c @implementation func microgpt_attend_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.attend(a.arguments())
}
@c @implementation func microgpt_attend_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.attend(a.arguments())
}
@c @implementation func microgpt_attend_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.attend(a.arguments())
}

@c @implementation func microgpt_attend_from_peaks_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.attendFromPeaks(a.arguments())
}
@c @implementation func microgpt_attend_from_peaks_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.attendFromPeaks(a.arguments())
}
@c @implementation func microgpt_attend_from_peaks_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.attendFromPeaks(a.arguments())
}

@c @implementation func microgpt_attend_back_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.attendBack(a.arguments())
}
@c @implementation func microgpt_attend_back_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.attendBack(a.arguments())
}
@c @implementation func microgpt_attend_back_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.attendBack(a.arguments())
}

@c @implementation func microgpt_loss_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.loss(a.arguments())
}
@c @implementation func microgpt_loss_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.loss(a.arguments())
}
@c @implementation func microgpt_loss_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.loss(a.arguments())
}

@c @implementation func microgpt_product_wide_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.productWide(a.arguments(), ordered: false)
}
@c @implementation func microgpt_product_narrow_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.productNarrow(a.arguments(), ordered: false)
}
@c @implementation func microgpt_product_wide_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.productWide(a.arguments(), ordered: false)
}
@c @implementation func microgpt_product_narrow_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.productNarrow(a.arguments(), ordered: false)
}
@c @implementation func microgpt_product_wide_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.productWide(a.arguments(), ordered: false)
}
@c @implementation func microgpt_product_narrow_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.productNarrow(a.arguments(), ordered: false)
}

@c @implementation func microgpt_ordered_product_wide_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.productWide(a.arguments(), ordered: true)
}
@c @implementation func microgpt_ordered_product_narrow_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.productNarrow(a.arguments(), ordered: true)
}
@c @implementation func microgpt_ordered_product_wide_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.productWide(a.arguments(), ordered: true)
}
@c @implementation func microgpt_ordered_product_narrow_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.productNarrow(a.arguments(), ordered: true)
}
@c @implementation func microgpt_ordered_product_wide_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.productWide(a.arguments(), ordered: true)
}
@c @implementation func microgpt_ordered_product_narrow_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.productNarrow(a.arguments(), ordered: true)
}

@c @implementation func microgpt_position_product_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.positionProduct(a.arguments())
}
@c @implementation func microgpt_position_product_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.positionProduct(a.arguments())
}
@c @implementation func microgpt_position_product_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.positionProduct(a.arguments())
}

@c @implementation func microgpt_embed_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.embed(a.arguments())
}
@c @implementation func microgpt_embed_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.embed(a.arguments())
}
@c @implementation func microgpt_embed_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.embed(a.arguments())
}

@c @implementation func microgpt_embed_back_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.embedBack(a.arguments())
}
@c @implementation func microgpt_embed_back_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.embedBack(a.arguments())
}
@c @implementation func microgpt_embed_back_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.embedBack(a.arguments())
}

@c @implementation func microgpt_transpose_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.transpose(a.arguments())
}
@c @implementation func microgpt_transpose_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.transpose(a.arguments())
}
@c @implementation func microgpt_transpose_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.transpose(a.arguments())
}

@c @implementation func microgpt_adam_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.adam(a.arguments())
}
@c @implementation func microgpt_adam_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.adam(a.arguments())
}
@c @implementation func microgpt_adam_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.adam(a.arguments())
}

@c @implementation func microgpt_normalize_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.normalize(a.arguments())
}
@c @implementation func microgpt_normalize_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.normalize(a.arguments())
}
@c @implementation func microgpt_normalize_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.normalize(a.arguments())
}

@c @implementation func microgpt_normalize_back_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.normalizeBack(a.arguments())
}
@c @implementation func microgpt_normalize_back_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.normalizeBack(a.arguments())
}
@c @implementation func microgpt_normalize_back_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.normalizeBack(a.arguments())
}

@c @implementation func microgpt_attend_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.attend(a.arguments())
}
@c @implementation func microgpt_attend_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.attend(a.arguments())
}
@c @implementation func microgpt_attend_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.attend(a.arguments())
}

@c @implementation func microgpt_attend_back_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.attendBack(a.arguments())
}
@c @implementation func microgpt_attend_back_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.attendBack(a.arguments())
}
@c @implementation func microgpt_attend_back_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.attendBack(a.arguments())
}

@c @implementation func microgpt_loss_f64_avx512_body(_ a: UnsafeRawPointer!) {
  Exact8.loss(a.arguments())
}
@c @implementation func microgpt_loss_f64_avx2_body(_ a: UnsafeRawPointer!) {
  Exact4.loss(a.arguments())
}
@c @implementation func microgpt_loss_f64_baseline(_ a: UnsafeRawPointer!) {
  Exact2.loss(a.arguments())
}
@c @implementation func microgpt_causal_softmax_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.causalSoftmax(a.arguments())
}
@c @implementation func microgpt_causal_softmax_back_f32_avx512_body(_ a: UnsafeRawPointer!) {
  Fast16.causalSoftmaxBack(a.arguments())
}
@c @implementation func microgpt_causal_softmax_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.causalSoftmax(a.arguments())
}
@c @implementation func microgpt_causal_softmax_back_f32_avx2_body(_ a: UnsafeRawPointer!) {
  Fast8.causalSoftmaxBack(a.arguments())
}
@c @implementation func microgpt_causal_softmax_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.causalSoftmax(a.arguments())
}
@c @implementation func microgpt_causal_softmax_back_f32_baseline(_ a: UnsafeRawPointer!) {
  Fast4.causalSoftmaxBack(a.arguments())
}
