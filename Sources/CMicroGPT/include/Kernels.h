// How one binary holds the kernels for every instruction set without a compiler flag.
//
// A kernel is a Swift function. It is declared here three times, and for the wider two there is a
// trampoline: an inline C function with a `target` attribute, which the importer compiles into the Swift
// module, where `flatten` draws the Swift function into it. So the Swift code is compiled for that target.
// Everything that a kernel calls has to be inlined, or it stays compiled for the baseline.
#pragma once

#if defined(__x86_64__)
#define MICROGPT_AVX512                                                                                     \
  __attribute__((                                                                                           \
    target("avx512f,avx512vl,avx512bw,avx512dq,avx512cd,avx2,fma,bmi,bmi2,lzcnt,f16c,movbe"),               \
    min_vector_width(512), flatten))
#define MICROGPT_AVX2 __attribute__((target("avx2,fma,bmi,bmi2,lzcnt,f16c,movbe"), flatten))
#else
#define MICROGPT_AVX512
#define MICROGPT_AVX2
#endif

/// The levels of `microgpt_instruction_set`.
enum { MICROGPT_BASELINE = 0, MICROGPT_LEVEL_AVX2 = 2, MICROGPT_LEVEL_AVX512 = 3 };

/// The widest instruction set that this processor has. Elsewhere than on x86-64 the baseline is all there is.
int microgpt_instruction_set(void);

/// Sets whether numbers too small for the normal format count as zero, and says whether they did.
/// Without effect where the processor cannot.
int microgpt_flush_denormals(int flush);

/// Declares a kernel. `arguments` points to a Swift structure that only Swift knows.
#define MICROGPT_KERNEL(name)                                                                               \
  void microgpt_##name##_avx512_body(const void *arguments);                                                \
  void microgpt_##name##_avx2_body(const void *arguments);                                                  \
  void microgpt_##name##_baseline(const void *arguments);                                                   \
  MICROGPT_AVX512 static inline void microgpt_##name##_avx512(const void *arguments) {                      \
    microgpt_##name##_avx512_body(arguments);                                                               \
  }                                                                                                         \
  MICROGPT_AVX2 static inline void microgpt_##name##_avx2(const void *arguments) {                          \
    microgpt_##name##_avx2_body(arguments);                                                                 \
  }

MICROGPT_KERNEL(product_wide_f32)
MICROGPT_KERNEL(product_narrow_f32)
MICROGPT_KERNEL(product_wide_f64)
MICROGPT_KERNEL(product_narrow_f64)
MICROGPT_KERNEL(ordered_product_wide_f64)
MICROGPT_KERNEL(ordered_product_narrow_f64)
MICROGPT_KERNEL(position_product_f32)
MICROGPT_KERNEL(position_product_f64)
MICROGPT_KERNEL(embed_f32)
MICROGPT_KERNEL(embed_f64)
MICROGPT_KERNEL(embed_back_f32)
MICROGPT_KERNEL(embed_back_f64)
MICROGPT_KERNEL(transpose_f32)
MICROGPT_KERNEL(transpose_f64)
MICROGPT_KERNEL(adam_f32)
MICROGPT_KERNEL(adam_f64)
MICROGPT_KERNEL(update_matrix_f32)
MICROGPT_KERNEL(normalize_f32)
MICROGPT_KERNEL(normalize_f64)
MICROGPT_KERNEL(normalize_back_f32)
MICROGPT_KERNEL(normalize_back_f64)
MICROGPT_KERNEL(attend_f32)
MICROGPT_KERNEL(attend_from_peaks_f32)
MICROGPT_KERNEL(attend_f64)
MICROGPT_KERNEL(attend_back_f32)
MICROGPT_KERNEL(attend_back_f64)
MICROGPT_KERNEL(causal_softmax_f32)
MICROGPT_KERNEL(causal_softmax_back_f32)
MICROGPT_KERNEL(loss_f32)
MICROGPT_KERNEL(loss_f64)
MICROGPT_KERNEL(sample_normalize_f32)
MICROGPT_KERNEL(sample_normalize_f64)
MICROGPT_KERNEL(sample_attend_f32)
MICROGPT_KERNEL(sample_attend_f64)
MICROGPT_KERNEL(sample_attend_few_f64)
MICROGPT_KERNEL(sample_sums_f32)
MICROGPT_KERNEL(sample_sums_f64)
MICROGPT_KERNEL(sample_draw_f32)
MICROGPT_KERNEL(sample_draw_f64)

// Vector operations that Swift's SIMD types have not, or turn into loops over the lanes. Vectors of C are
// SIMD types in Swift. Always inlined, so each becomes one or a few instructions of the caller's target.

#define MICROGPT_INLINE static inline __attribute__((always_inline))

/// The same number, of which the optimizer no longer knows where it comes from.
MICROGPT_INLINE long microgpt_opaque(long x) {
  __asm__("" : "+r"(x));
  return x;
}

/// The operations on vectors `V` of `n` numbers `T`, whose bits are vectors `I`.
#define MICROGPT_VECTOR(V, I, T, U, n)                                                                      \
  typedef T V __attribute__((ext_vector_type(n)));                                                          \
  typedef U I __attribute__((ext_vector_type(n)));                                                          \
  /** a + b·c, rounded once. */                                                                             \
  MICROGPT_INLINE V V##_fused(V a, V b, V c) { return __builtin_elementwise_fma(b, c, a); }                 \
  /** a - b·c, rounded once. */                                                                             \
  MICROGPT_INLINE V V##_fused_rest(V a, V b, V c) { return __builtin_elementwise_fma(-b, c, a); }           \
  /** b where one of the two is not a number, as the processor does it. */                                  \
  MICROGPT_INLINE V V##_max(V a, V b) { return a > b ? a : b; }                                             \
  MICROGPT_INLINE V V##_min(V a, V b) { return a < b ? a : b; }                                             \
  MICROGPT_INLINE V V##_abs(V a) { return __builtin_elementwise_abs(a); }                                   \
  MICROGPT_INLINE V V##_root(V a) { return __builtin_elementwise_sqrt(a); }                                 \
  /** The lanes of a where those of x are above 0, and 0 elsewhere. */                                      \
  MICROGPT_INLINE V V##_where_positive(V x, V a) { return (V)((I)(x > 0) & (I)a); }                         \
  /** a where x is below y, and b elsewhere. */                                                             \
  MICROGPT_INLINE V V##_where_less(V x, V y, V a, V b) {                                                    \
    I mask = (I)(x < y);                                                                                    \
    return (V)((mask & (I)a) | (~mask & (I)b));                                                             \
  }

MICROGPT_VECTOR(microgpt_f32x16, microgpt_i32x16, float, int, 16)
MICROGPT_VECTOR(microgpt_f32x8, microgpt_i32x8, float, int, 8)
MICROGPT_VECTOR(microgpt_f32x4, microgpt_i32x4, float, int, 4)
MICROGPT_VECTOR(microgpt_f64x8, microgpt_i64x8, double, long long, 8)
MICROGPT_VECTOR(microgpt_f64x4, microgpt_i64x4, double, long long, 4)
MICROGPT_VECTOR(microgpt_f64x2, microgpt_i64x2, double, long long, 2)

/// The first and the second half of the lanes a[0], b[0], a[1], b[1] and so on.
#define MICROGPT_ZIP(V, low, high)                                                                          \
  MICROGPT_INLINE V V##_zip_low(V a, V b) { return __builtin_shufflevector(a, b, MICROGPT_UNPACK low); }    \
  MICROGPT_INLINE V V##_zip_high(V a, V b) { return __builtin_shufflevector(a, b, MICROGPT_UNPACK high); }
#define MICROGPT_UNPACK(...) __VA_ARGS__

MICROGPT_ZIP(
  microgpt_f32x16, (0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
  (8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31))
MICROGPT_ZIP(microgpt_f32x8, (0, 8, 1, 9, 2, 10, 3, 11), (4, 12, 5, 13, 6, 14, 7, 15))
MICROGPT_ZIP(microgpt_f32x4, (0, 4, 1, 5), (2, 6, 3, 7))
MICROGPT_ZIP(microgpt_f64x8, (0, 8, 1, 9, 2, 10, 3, 11), (4, 12, 5, 13, 6, 14, 7, 15))
MICROGPT_ZIP(microgpt_f64x4, (0, 4, 1, 5), (2, 6, 3, 7))
MICROGPT_ZIP(microgpt_f64x2, (0, 2), (1, 3))

/// Every lane changes places with the one 1, 2, 4 or 8 away, by the bits of their numbers.
#define MICROGPT_SWAP(V, k, order)                                                                          \
  MICROGPT_INLINE V V##_swap##k(V a) { return __builtin_shufflevector(a, a, MICROGPT_UNPACK order); }

MICROGPT_SWAP(microgpt_f32x16, 1, (1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14))
MICROGPT_SWAP(microgpt_f32x16, 2, (2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13))
MICROGPT_SWAP(microgpt_f32x16, 4, (4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11))
MICROGPT_SWAP(microgpt_f32x16, 8, (8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7))
MICROGPT_SWAP(microgpt_f32x8, 1, (1, 0, 3, 2, 5, 4, 7, 6))
MICROGPT_SWAP(microgpt_f32x8, 2, (2, 3, 0, 1, 6, 7, 4, 5))
MICROGPT_SWAP(microgpt_f32x8, 4, (4, 5, 6, 7, 0, 1, 2, 3))
MICROGPT_SWAP(microgpt_f32x4, 1, (1, 0, 3, 2))
MICROGPT_SWAP(microgpt_f32x4, 2, (2, 3, 0, 1))

/// All ones in the lanes whose number has bit k, and the lanes of b where a mask has ones and those of a elsewhere. The
/// optimizer must not know the mask: it would make shuffles of it for the baseline, which other targets do not undo.
#define MICROGPT_SELECT(V, I, ...)                                                                          \
  MICROGPT_INLINE I V##_lanes_with(long k) {                                                                \
    return ((I){__VA_ARGS__} & (int)microgpt_opaque(k)) != 0;                                               \
  }                                                                                                         \
  MICROGPT_INLINE V V##_select(I mask, V a, V b) { return (V)((~mask & (I)a) | (mask & (I)b)); }

MICROGPT_SELECT(microgpt_f32x16, microgpt_i32x16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
MICROGPT_SELECT(microgpt_f32x8, microgpt_i32x8, 0, 1, 2, 3, 4, 5, 6, 7)
MICROGPT_SELECT(microgpt_f32x4, microgpt_i32x4, 0, 1, 2, 3)

/// Lanes as bits: where x is not below y, and where they are not equal.
#define MICROGPT_COMPARE(V, n)                                                                              \
  typedef _Bool V##_bits __attribute__((ext_vector_type(n)));                                               \
  MICROGPT_INLINE unsigned char V##_not_below(V x, V y) {                                                   \
    unsigned char bits = __builtin_bit_cast(unsigned char, __builtin_convertvector(~(x < y), V##_bits));    \
    return bits & ((1 << n) - 1); /* beyond the lanes there may be anything */                              \
  }                                                                                                         \
  MICROGPT_INLINE unsigned char V##_differ(V x, V y) {                                                      \
    unsigned char bits = __builtin_bit_cast(unsigned char, __builtin_convertvector(x != y, V##_bits));      \
    return bits & ((1 << n) - 1);                                                                           \
  }

MICROGPT_COMPARE(microgpt_f64x8, 8)
MICROGPT_COMPARE(microgpt_f64x4, 4)
MICROGPT_COMPARE(microgpt_f64x2, 2)

/// Estimates that the compiler makes of the processor's own and a step of Newton's, within 2 ulp or so:
/// it may, since `reciprocal` and `precise, off` tell it that a quotient need not be rounded correctly.
#define MICROGPT_ESTIMATE(V)                                                                                \
  MICROGPT_INLINE V V##_inverse_root(V x) { return 1.0f / __builtin_elementwise_sqrt(x); }                  \
  MICROGPT_INLINE V V##_inverse(V x) { return 1.0f / x; }

#pragma float_control(push)
#pragma float_control(precise, off)
MICROGPT_ESTIMATE(microgpt_f32x16)
MICROGPT_ESTIMATE(microgpt_f32x8)
MICROGPT_ESTIMATE(microgpt_f32x4)
#define MICROGPT_DOUBLE_ESTIMATE(V, F, n)                                                                   \
  typedef float F __attribute__((ext_vector_type(n)));                                                      \
  MICROGPT_INLINE V V##_inverse_root_estimate(V x) {                                                        \
    return __builtin_convertvector(1.0f / __builtin_elementwise_sqrt(__builtin_convertvector(x, F)), V);    \
  }

MICROGPT_DOUBLE_ESTIMATE(microgpt_f64x8, microgpt_half_f64x8, 8)
MICROGPT_DOUBLE_ESTIMATE(microgpt_f64x4, microgpt_half_f64x4, 4)
MICROGPT_DOUBLE_ESTIMATE(microgpt_f64x2, microgpt_half_f64x2, 2)
#pragma float_control(pop)

/// How many lanes of x are not above those of y.
#define MICROGPT_COUNT_NOT_ABOVE(V, T, n)                                                                   \
  typedef _Bool V##_flags __attribute__((ext_vector_type(n)));                                              \
  MICROGPT_INLINE long V##_count_not_above(V x, V y) {                                                      \
    T bits = __builtin_bit_cast(T, __builtin_convertvector(x <= y, V##_flags));                             \
    return __builtin_popcount(bits & ((1 << n) - 1)); /* beyond the lanes there may be anything */          \
  }

MICROGPT_COUNT_NOT_ABOVE(microgpt_f32x16, unsigned short, 16)
MICROGPT_COUNT_NOT_ABOVE(microgpt_f32x8, unsigned char, 8)
MICROGPT_COUNT_NOT_ABOVE(microgpt_f32x4, unsigned char, 4)
MICROGPT_COUNT_NOT_ABOVE(microgpt_f64x8, unsigned char, 8)
MICROGPT_COUNT_NOT_ABOVE(microgpt_f64x4, unsigned char, 4)
MICROGPT_COUNT_NOT_ABOVE(microgpt_f64x2, unsigned char, 2)

/// All lanes k places up, and zeros in the first k: `order` takes lanes of zero by their number and those of
/// `a` by theirs and n.
#define MICROGPT_LIFT(V, k, order)                                                                          \
  MICROGPT_INLINE V V##_lift##k(V a) { return __builtin_shufflevector((V)0, a, MICROGPT_UNPACK order); }

MICROGPT_LIFT(microgpt_f32x16, 1, (0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30))
MICROGPT_LIFT(microgpt_f32x16, 2, (0, 1, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29))
MICROGPT_LIFT(microgpt_f32x16, 4, (0, 1, 2, 3, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27))
MICROGPT_LIFT(microgpt_f32x16, 8, (0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23))
MICROGPT_LIFT(microgpt_f32x8, 1, (0, 8, 9, 10, 11, 12, 13, 14))
MICROGPT_LIFT(microgpt_f32x8, 2, (0, 1, 8, 9, 10, 11, 12, 13))
MICROGPT_LIFT(microgpt_f32x8, 4, (0, 1, 2, 3, 8, 9, 10, 11))
MICROGPT_LIFT(microgpt_f32x4, 1, (0, 4, 5, 6))
MICROGPT_LIFT(microgpt_f32x4, 2, (0, 1, 4, 5))
