/*
 * What one instruction set can do, and the same by loops where it cannot. Included once for each level, which defines
 * LEVEL, and W, the floats of a vector.
 *
 * PORTABLE is the level that needs nothing of the processor: its fma is one of double precision.
 *
 * LOOPS is the level that rounds as WebAssembly and the plain loops of TypeScript do: no fma, sums over pixels in four lanes.
 * It is there for tests: it holds everything but the rounding against that oracle, to the bit.
 */

#ifndef DRUMHEAD_VECTOR_H
#define DRUMHEAD_VECTOR_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define INLINE static inline __attribute__((always_inline, unused))
#define UNROLL _Pragma("GCC unroll 16")

#ifdef LOOPS
#define SUM_LANES 4
#else
#define SUM_LANES 16
#endif

typedef float vf __attribute__((vector_size(4 * W)));
typedef int32_t vi __attribute__((vector_size(4 * W)));
typedef float vf_any __attribute__((vector_size(4 * W), aligned(4), may_alias));
typedef int32_t vi_any __attribute__((vector_size(4 * W), aligned(4), may_alias));
/* Eight floats: a strip of pixels. */
typedef float v8 __attribute__((vector_size(32)));
typedef float v8_any __attribute__((vector_size(32), aligned(4), may_alias));

INLINE float *floats(char *memory, int64_t at) { return (float *)(memory + at); }
INLINE double *doubles(char *memory, int64_t at) { return (double *)(memory + at); }
INLINE int32_t *integers(char *memory, int64_t at) { return (int32_t *)(memory + at); }

INLINE vf load(const float *from) { return *(const vf_any *)from; }
INLINE void store(float *to, vf value) { *(vf_any *)to = value; }
INLINE v8 load8(const float *from) { return *(const v8_any *)from; }
INLINE void store8(float *to, v8 value) { *(v8_any *)to = value; }

/* Minus zero is kept: a number less 0 is itself. */
INLINE vf all(float value) { return value - (vf){0}; }
INLINE v8 all8(float value) { return value - (v8){0}; }
INLINE vi alli(int32_t value) { return value + (vi){0}; }

/*
 * a b + c, rounded once. The product is exact in double precision; the sum is rounded to odd there, so that rounding it again
 * is rounding it once.
 */
INLINE float fma_by_doubles(float a, float b, float c) {
  double p = (double)a * (double)b, x = (double)c, sum = p + x;
  int64_t bits;
  memcpy(&bits, &sum, 8);
  if (((bits >> 52) & 2047) != 2047) {
    double of_x = sum - p, rest = (p - (sum - of_x)) + (x - of_x);
    if (rest != 0 && (bits & 1) == 0) {
      bits += (rest > 0) == (bits >= 0) ? 1 : -1;
      memcpy(&sum, &bits, 8);
    }
  }
  return (float)sum;
}

INLINE float fma1(float a, float b, float c) {
#if defined(LOOPS)
  return a * b + c;
#elif !defined(PORTABLE) && (defined(__FMA__) || defined(__ARM_FEATURE_FMA))
  return __builtin_fmaf(a, b, c);
#else
  return fma_by_doubles(a, b, c);
#endif
}

/* a b + c: one rounding. */
INLINE vf fma_(vf a, vf b, vf c) {
#if defined(LOOPS)
  return a * b + c;
#elif W == 16
  return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif W == 8
  return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__ARM_NEON) && !defined(PORTABLE)
  return (vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
  vf r;
  for (int i = 0; i < W; i++) r[i] = fma1(a[i], b[i], c[i]);
  return r;
#endif
}

INLINE v8 fma8(v8 a, v8 b, v8 c) {
#if defined(LOOPS)
  return a * b + c;
#elif defined(__AVX2__)
  return (v8)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
  v8 r;
  for (int h = 0; h < 8; h += W) {
    vf x, y, z;
    memcpy(&x, (float *)&a + h, sizeof x);
    memcpy(&y, (float *)&b + h, sizeof y);
    memcpy(&z, (float *)&c + h, sizeof z);
    z = fma_(x, y, z);
    memcpy((float *)&r + h, &z, sizeof z);
  }
  return r;
#endif
}

INLINE vf root(vf x) {
#if W == 16
  return (vf)_mm512_sqrt_ps((__m512)x);
#elif W == 8
  return (vf)_mm256_sqrt_ps((__m256)x);
#else
  vf r;
  for (int i = 0; i < W; i++) r[i] = sqrtf(x[i]);
  return r;
#endif
}

INLINE vf floor_(vf x) {
#if W == 16
  return (vf)_mm512_roundscale_ps((__m512)x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
#elif W == 8
  return (vf)_mm256_floor_ps((__m256)x);
#else
  vf r;
  for (int i = 0; i < W; i++) r[i] = floorf(x[i]);
  return r;
#endif
}

INLINE vi bits(vf x) { return (vi)x; }
INLINE vf of_bits(vi x) { return (vf)x; }

/* What is true in each lane: a bit, or all bits of a number. */
#if W == 16
typedef __mmask16 vm;
#define COMPARED(name, operator, predicate) \
  INLINE vm name(vf a, vf b) { return _mm512_cmp_ps_mask((__m512)a, (__m512)b, predicate); }
#else
typedef vi vm;
#define COMPARED(name, operator, predicate) \
  INLINE vm name(vf a, vf b) { return a operator b; }
#endif
COMPARED(above, >, _CMP_GT_OQ)
COMPARED(below, <, _CMP_LT_OQ)
COMPARED(at_least, >=, _CMP_GE_OQ)
COMPARED(at_most, <=, _CMP_LE_OQ)
COMPARED(same, ==, _CMP_EQ_OQ)

/* a where it is true, else b. */
INLINE vf pick(vm where, vf a, vf b) {
#if W == 16
  return (vf)_mm512_mask_blend_ps(where, (__m512)b, (__m512)a);
#else
  return (vf)((where & (vi)a) | (~where & (vi)b));
#endif
}

INLINE vm is_nan(vf x) {
#if W == 16
  return _mm512_cmp_ps_mask((__m512)x, (__m512)x, _CMP_UNORD_Q);
#else
  return x != x;
#endif
}

INLINE vm nonzero(vi x) {
#if W == 16
  return _mm512_test_epi32_mask((__m512i)x, (__m512i)x);
#else
  return x != alli(0);
#endif
}

INLINE bool any(vm where) {
#if W == 16
  return where != 0;
#elif W == 8
  return !_mm256_testz_si256((__m256i)where, (__m256i)where);
#else
  return (where[0] | where[1] | where[2] | where[3]) != 0;
#endif
}

INLINE bool lane_of(vm where, int lane) {
#if W == 16
  return (where >> lane & 1) != 0;
#else
  return where[lane] != 0;
#endif
}

INLINE vf absolute(vf x) { return of_bits(bits(x) & alli(0x7fffffff)); }

/* As Math.max: NaN where one is NaN, and 0 above -0. */
INLINE vf larger(vf a, vf b) {
#if W == 16
  /* of two zeros the right one, but of a NaN and a number the number */
  __m512 ordered = _mm512_range_ps((__m512)a, (__m512)b, 5);
  __mmask16 unordered = _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_UNORD_Q);
  return (vf)_mm512_mask_add_ps(ordered, unordered, (__m512)a, (__m512)b);
#else
  vf equal = of_bits(bits(a) & bits(b));
  vf ordered = pick(above(a, b), a, pick(same(a, b), equal, b));
  return pick(is_nan(a), a, ordered);
#endif
}

/* As Math.min. */
INLINE vf smaller(vf a, vf b) {
#if W == 16
  __m512 ordered = _mm512_range_ps((__m512)a, (__m512)b, 4);
  __mmask16 unordered = _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_UNORD_Q);
  return (vf)_mm512_mask_add_ps(ordered, unordered, (__m512)a, (__m512)b);
#else
  vf equal = of_bits(bits(a) | bits(b));
  vf ordered = pick(below(a, b), a, pick(same(a, b), equal, b));
  return pick(is_nan(a), a, ordered);
#endif
}

/* The same against a number that is neither NaN nor 0: of a NaN, the NaN. */
INLINE vf no_less(vf x, float low) {
#if W == 16
  return (vf)_mm512_max_ps((__m512)all(low), (__m512)x);
#elif W == 8
  return (vf)_mm256_max_ps((__m256)all(low), (__m256)x);
#else
  return pick(below(x, all(low)), all(low), x);
#endif
}

INLINE vf no_more(vf x, float high) {
#if W == 16
  return (vf)_mm512_min_ps((__m512)all(high), (__m512)x);
#elif W == 8
  return (vf)_mm256_min_ps((__m256)all(high), (__m256)x);
#else
  return pick(above(x, all(high)), all(high), x);
#endif
}

/* As Math.max with 0: NaN stays, and what is not above 0 is 0. */
INLINE vf positive(vf x) {
#if W == 16
  return (vf)_mm512_maskz_mov_ps(_mm512_cmp_ps_mask((__m512)x, _mm512_setzero_ps(), _CMP_NLE_UQ), (__m512)x);
#else
  return of_bits(bits(x) & ~at_most(x, all(0)));
#endif
}

INLINE float larger1(float a, float b) {
  if (a != a) return a;
  if (a > b) return a;
  if (a == b) return signbit(a) ? b : a;
  return b;
}

/* A whole number as an integer; NaN is 0. It is small enough. */
INLINE vi to_integers(vf x) {
  vf safe = pick(is_nan(x), all(0), x);
  vi r;
#if W == 16
  r = (vi)_mm512_cvttps_epi32((__m512)safe);
#elif W == 8
  r = (vi)_mm256_cvttps_epi32((__m256)safe);
#else
  for (int i = 0; i < W; i++) r[i] = (int32_t)safe[i];
#endif
  return r;
}

INLINE vf to_floats(vi x) {
  vf r;
#if W == 16
  r = (vf)_mm512_cvtepi32_ps((__m512i)x);
#elif W == 8
  r = (vf)_mm256_cvtepi32_ps((__m256i)x);
#else
  for (int i = 0; i < W; i++) r[i] = (float)x[i];
#endif
  return r;
}

/* The sum of the lanes of a long sum, as one tree. */
INLINE double tree(double *lanes) {
  for (int half = SUM_LANES / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
  return lanes[0];
}

INLINE double tree_of_floats(const float *lanes) {
  double wide[SUM_LANES];
  for (int i = 0; i < SUM_LANES; i++) wide[i] = lanes[i];
  return tree(wide);
}

/* The pixels of a line of whole vectors of four and one that is masked: its first lanes are set. */
INLINE int64_t pixels_of(char *memory, int64_t vectors, int64_t mask) {
  const int32_t *lanes = integers(memory, mask);
  return 4 * vectors + (lanes[0] != 0) + (lanes[1] != 0) + (lanes[2] != 0) + (lanes[3] != 0);
}

#endif
