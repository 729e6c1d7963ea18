// Vector operations that Swift's SIMD types lack, or turn into loops over the lanes. C's vectors are imported as SIMD
// types. All are inlined, so that each becomes one or a few instructions of the caller's target.
#pragma once

// No product is fused with a sum unless a function says so.
#pragma STDC FP_CONTRACT OFF

#define MICROGPT_INLINE static inline __attribute__((always_inline))

/// The same number, with its origin hidden from the optimizer.
MICROGPT_INLINE long microgpt_opaque(long x) {
  __asm__("" : "+r"(x));
  return x;
}

/// Reads the cache line at p ahead of its use; p may be anywhere.
MICROGPT_INLINE void microgpt_prefetch(const void *_Nonnull p) { __builtin_prefetch(p); }

/// The operations on vectors `V` of `n` numbers `T`, whose bits are vectors `I` of integers `U`. Swift's own vectors
/// have most of these, but as loops over the lanes, which take half of the compiler's time to become instructions
/// again.
#define MICROGPT_VECTOR(V, I, T, U, n)                                                                      \
  typedef T V __attribute__((ext_vector_type(n)));                                                          \
  typedef U I __attribute__((ext_vector_type(n)));                                                          \
  typedef V V##_unaligned __attribute__((aligned(sizeof(T)), may_alias));                                   \
  MICROGPT_INLINE V V##_load(const T *_Nonnull p) { return *(const V##_unaligned *)p; }                     \
  MICROGPT_INLINE void V##_store(V a, T *_Nonnull p) { *(V##_unaligned *)p = a; }                           \
  /** x in every lane. */                                                                                   \
  MICROGPT_INLINE V V##_all(T x) { return (V)x; }                                                           \
  MICROGPT_INLINE V V##_add(V a, V b) { return a + b; }                                                     \
  MICROGPT_INLINE V V##_subtract(V a, V b) { return a - b; }                                                \
  MICROGPT_INLINE V V##_multiply(V a, V b) { return a * b; }                                                \
  MICROGPT_INLINE V V##_divide(V a, V b) { return a / b; }                                                  \
  /** a + b·c, rounded once. */                                                                             \
  MICROGPT_INLINE V V##_fused(V a, V b, V c) { return __builtin_elementwise_fma(b, c, a); }                 \
  /** a - b·c, rounded once. */                                                                             \
  MICROGPT_INLINE V V##_fused_rest(V a, V b, V c) { return __builtin_elementwise_fma(-b, c, a); }           \
  /** b if either is not a number, as the processor's own instruction. */                                   \
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

/// Operations on the bits of floats.
#define MICROGPT_BITS(V, n)                                                                                 \
  typedef unsigned V##_words __attribute__((ext_vector_type(n)));                                           \
  typedef double V##_doubles __attribute__((ext_vector_type(n / 2)));                                       \
  /** Half the bits of numbers that are not below 0. */                                                     \
  MICROGPT_INLINE V V##_half_bits(V x) { return (V)((V##_words)x >> 1); }                                   \
  /** x times two to the power of the integer in the low bits of k. */                                      \
  MICROGPT_INLINE V V##_scale(V x, V k) { return (V)((V##_words)x + ((V##_words)k << 23)); }                \
  /** p[0] and p[1] in turn. */                                                                             \
  MICROGPT_INLINE V V##_broadcast_pair(const float *_Nonnull p) {                                           \
    double pair;                                                                                            \
    __builtin_memcpy(&pair, p, sizeof(pair));                                                               \
    return (V)(V##_doubles)pair;                                                                            \
  }

MICROGPT_BITS(microgpt_f32x16, 16)
MICROGPT_BITS(microgpt_f32x8, 8)
MICROGPT_BITS(microgpt_f32x4, 4)

/// Square roots as instructions. Swift's own call the C library where the argument is below 0.
MICROGPT_INLINE float microgpt_f32_root(float x) { return __builtin_elementwise_sqrt(x); }
MICROGPT_INLINE double microgpt_f64_root(double x) { return __builtin_elementwise_sqrt(x); }

/// The lanes of two vectors interleaved, a[0], b[0], a[1], b[1] and so on: the first half and the second half.
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

/// Exchanges each lane with the one whose index differs in bit 1, 2, 4 or 8.
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

/// All ones in the lanes whose index has bit k; and the lanes of b where a mask has ones, those of a elsewhere. The
/// mask is hidden from the optimizer, which would turn it into shuffles that suit the baseline alone.
#define MICROGPT_SELECT(V, I, ...)                                                                          \
  MICROGPT_INLINE I V##_lanes_with(long k) {                                                                \
    return ((I){__VA_ARGS__} & (int)microgpt_opaque(k)) != 0;                                               \
  }                                                                                                         \
  MICROGPT_INLINE V V##_select(I mask, V a, V b) { return (V)((~mask & (I)a) | (mask & (I)b)); }

MICROGPT_SELECT(microgpt_f32x16, microgpt_i32x16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
MICROGPT_SELECT(microgpt_f32x8, microgpt_i32x8, 0, 1, 2, 3, 4, 5, 6, 7)
MICROGPT_SELECT(microgpt_f32x4, microgpt_i32x4, 0, 1, 2, 3)

/// Masks of one bit a lane: where x is not below y, and where they differ.
#define MICROGPT_COMPARE(V, n)                                                                              \
  typedef _Bool V##_bits __attribute__((ext_vector_type(n)));                                               \
  MICROGPT_INLINE unsigned char V##_not_below(V x, V y) {                                                   \
    unsigned char bits = __builtin_bit_cast(unsigned char, __builtin_convertvector(~(x < y), V##_bits));    \
    return bits & ((1 << n) - 1); /* bits beyond the lanes are undefined */                              \
  }                                                                                                         \
  MICROGPT_INLINE unsigned char V##_differ(V x, V y) {                                                      \
    unsigned char bits = __builtin_bit_cast(unsigned char, __builtin_convertvector(x != y, V##_bits));      \
    return bits & ((1 << n) - 1);                                                                           \
  }

MICROGPT_COMPARE(microgpt_f64x8, 8)
MICROGPT_COMPARE(microgpt_f64x4, 4)
MICROGPT_COMPARE(microgpt_f64x2, 2)

/// The bits of doubles, as integers.
#define MICROGPT_WORDS(V, I)                                                                                \
  MICROGPT_INLINE I V##_words(V x) { return (I)x; }                                                         \
  MICROGPT_INLINE V V##_numbers(I a) { return (V)a; }                                                       \
  MICROGPT_INLINE I V##_all_words(long long x) { return (I)x; }                                             \
  MICROGPT_INLINE I V##_add_words(I a, I b) { return (I)((V##_unsigned)a + (V##_unsigned)b); }              \
  MICROGPT_INLINE I V##_subtract_words(I a, I b) { return (I)((V##_unsigned)a - (V##_unsigned)b); }         \
  MICROGPT_INLINE I V##_and_words(I a, I b) { return a & b; }                                               \
  MICROGPT_INLINE I V##_exclusive_or_words(I a, I b) { return a ^ b; }                                      \
  MICROGPT_INLINE I V##_shift_left(I a, long n) { return (I)((V##_unsigned)a << n); }                       \
  /** Fills with zeros. */                                                                                  \
  MICROGPT_INLINE I V##_shift_right(I a, long n) { return (I)((V##_unsigned)a >> n); }                      \
  /** All ones where a and b differ, and zeros elsewhere. */                                                \
  MICROGPT_INLINE I V##_differing(V a, V b) { return (I)(a != b); }

/// table[i] for the i of each lane.
#define MICROGPT_LOOK_UP(V, I, n, ...)                                                                      \
  typedef unsigned long long V##_unsigned __attribute__((ext_vector_type(n)));                              \
  MICROGPT_INLINE V V##_look_up(const double *_Nonnull table, I i) { return (V){__VA_ARGS__}; }             \
  MICROGPT_INLINE I V##_look_up_words(const unsigned long long *_Nonnull table, I i) {                      \
    return (I)(V##_unsigned){__VA_ARGS__};                                                                  \
  }

MICROGPT_LOOK_UP(
  microgpt_f64x8, microgpt_i64x8, 8, table[i[0]], table[i[1]], table[i[2]], table[i[3]], table[i[4]],
  table[i[5]], table[i[6]], table[i[7]])
MICROGPT_LOOK_UP(
  microgpt_f64x4, microgpt_i64x4, 4, table[i[0]], table[i[1]], table[i[2]], table[i[3]])
MICROGPT_LOOK_UP(microgpt_f64x2, microgpt_i64x2, 2, table[i[0]], table[i[1]])
MICROGPT_WORDS(microgpt_f64x8, microgpt_i64x8)
MICROGPT_WORDS(microgpt_f64x4, microgpt_i64x4)
MICROGPT_WORDS(microgpt_f64x2, microgpt_i64x2)

/// The processor's estimates, refined by one Newton step to about 2 ulp. The compiler may use these because under
/// `precise, off` a quotient need not be rounded correctly. WebAssembly has no estimates, and its compiler warns of the
/// pragma; there, as on arm64, roots and quotients are computed.
#define MICROGPT_ESTIMATE(V)                                                                                \
  MICROGPT_INLINE V V##_inverse_root(V x) { return 1.0f / __builtin_elementwise_sqrt(x); }                  \
  MICROGPT_INLINE V V##_inverse(V x) { return 1.0f / x; }

#if !defined(__wasm__)
#pragma float_control(push)
#pragma float_control(precise, off)
#endif
MICROGPT_ESTIMATE(microgpt_f32x16)
MICROGPT_ESTIMATE(microgpt_f32x8)
MICROGPT_ESTIMATE(microgpt_f32x4)
#define MICROGPT_DOUBLE_ESTIMATE(V, F, n)                                                                   \
  typedef float F __attribute__((ext_vector_type(n)));                                                      \
  MICROGPT_INLINE V V##_inverse_root_estimate(V x) {                                                        \
    return __builtin_convertvector(1.0f / __builtin_elementwise_sqrt(__builtin_convertvector(x, F)), V);    \
  }

MICROGPT_DOUBLE_ESTIMATE(microgpt_f64x4, microgpt_half_f64x4, 4)
MICROGPT_DOUBLE_ESTIMATE(microgpt_f64x2, microgpt_half_f64x2, 2)
#if !defined(__wasm__)
#pragma float_control(pop)
#endif

/// x^(-1/2) within 2^-14: AVX-512's estimate. By address, because where this is not inlined, as in debug builds, its
/// callers are compiled for the baseline, which passes vectors otherwise. For the same reason it is not always inlined:
/// the baseline lacks the instruction.
#if defined(__x86_64__)
__attribute__((target("avx512f"))) static inline void microgpt_f64x8_inverse_root(
  const void *_Nonnull x, void *_Nonnull y) {
  *(microgpt_f64x8_unaligned *)y =
    __builtin_ia32_rsqrt14pd512_mask(*(const microgpt_f64x8_unaligned *)x, (microgpt_f64x8)0, 0xff);
}
#else
MICROGPT_INLINE void microgpt_f64x8_inverse_root(const void *_Nonnull x, void *_Nonnull y) {
  *(microgpt_f64x8_unaligned *)y = 1 / __builtin_elementwise_sqrt(*(const microgpt_f64x8_unaligned *)x);
}
#endif

/// How many lanes of x are not above those of y.
#define MICROGPT_COUNT_NOT_ABOVE(V, T, n)                                                                   \
  typedef _Bool V##_flags __attribute__((ext_vector_type(n)));                                              \
  MICROGPT_INLINE long V##_count_not_above(V x, V y) {                                                      \
    T bits = __builtin_bit_cast(T, __builtin_convertvector(x <= y, V##_flags));                             \
    return __builtin_popcount(bits & ((1 << n) - 1)); /* bits beyond the lanes are undefined */          \
  }

MICROGPT_COUNT_NOT_ABOVE(microgpt_f32x16, unsigned short, 16)
MICROGPT_COUNT_NOT_ABOVE(microgpt_f32x8, unsigned char, 8)
MICROGPT_COUNT_NOT_ABOVE(microgpt_f32x4, unsigned char, 4)
MICROGPT_COUNT_NOT_ABOVE(microgpt_f64x8, unsigned char, 8)
MICROGPT_COUNT_NOT_ABOVE(microgpt_f64x4, unsigned char, 4)
MICROGPT_COUNT_NOT_ABOVE(microgpt_f64x2, unsigned char, 2)

/// Moves all lanes up by k places and fills with zeros. `order` names lanes of zero by their index, and lanes of `a`
/// by theirs plus n.
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

/// Two vectors of doubles, rounded to floats, side by side.
#define MICROGPT_FLOATS(V, F, n, ...)                                                                       \
  typedef float V##_narrow __attribute__((ext_vector_type(n)));                                             \
  MICROGPT_INLINE F V##_floats(V a, V b) {                                                                  \
    return __builtin_shufflevector(                                                                         \
      __builtin_convertvector(a, V##_narrow), __builtin_convertvector(b, V##_narrow), __VA_ARGS__);         \
  }

MICROGPT_FLOATS(
  microgpt_f64x8, microgpt_f32x16, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
MICROGPT_FLOATS(microgpt_f64x4, microgpt_f32x8, 4, 0, 1, 2, 3, 4, 5, 6, 7)
MICROGPT_FLOATS(microgpt_f64x2, microgpt_f32x4, 2, 0, 1, 2, 3)
