/*
 * Functions of one and of two numbers, on vectors. Every step is said: what rounds, and where a product and a sum round once.
 * Polynomials and their order are those of src/compile/fuse/loops, so that the level LOOPS gives their bits; where that is
 * more than 2 units in the last place off, there is another way for all other levels.
 */

#ifndef DRUMHEAD_FUNCTIONS_H
#define DRUMHEAD_FUNCTIONS_H

#include "vector.h"

/* -a b + c */
INLINE vf fnma_(vf a, vf b, vf c) { return fma_(-a, b, c); }

/* From the highest power. */
INLINE vf horner(vf x, const float *coefficients, int count) {
  vf sum = all(coefficients[0]);
  UNROLL
  for (int i = 1; i < count; i++) sum = fma_(sum, x, all(coefficients[i]));
  return sum;
}
#define HORNER(x, ...) horner(x, (const float[]){__VA_ARGS__}, (int)(sizeof((const float[]){__VA_ARGS__}) / 4))

/* The nearest whole number of what is smaller than 2^22, ties to even. */
INLINE vf rounded(vf x) { return (x + all(0x1.8p23f)) - all(0x1.8p23f); }

INLINE vf keep_in(vf x, float low, float high) { return no_more(no_less(x, low), high); }

INLINE vf f_exp(vf value) {
  vf x = keep_in(value, -104, 88.73f);
  vf n = rounded(x * all(0x1.715476p+0f));
  vf near = fnma_(n, all(0.693359375f), x);
  vf r = fnma_(n, all(-2.1219444e-4f), near);
  vf p = HORNER(r, 1.98756915e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f,
                5.0000001201e-1f);
#ifdef LOOPS
  vf small = fma_(r * r, p, r) + all(1);
#else
  /* what r has lost is added to what is small */
  vf small = (near + fma_(r * r, p, n * all(2.1219444e-4f))) + all(1);
#endif
#if W == 16 && !defined(LOOPS)
  return (vf)_mm512_scalef_ps((__m512)small, (__m512)n);
#else
  vi whole = to_integers(n);
  vi half = whole >> 1;
  return (small * of_bits((half + alli(127)) << 23)) * of_bits((whole - half + alli(127)) << 23);
#endif
}

#ifdef LOOPS
INLINE vf f_tanh(vf value) {
  vf x = keep_in(value, -9, 9);
  vf square = x * x;
  vf p = HORNER(square, -2.76076847742355e-16f, 2.00018790482477e-13f, -8.60467152213735e-11f, 5.12229709037114e-8f,
                1.48572235717979e-5f, 6.37261928875436e-4f, 4.89352455891786e-3f);
  vf q = HORNER(square, 1.19825839466702e-6f, 1.18534705686654e-4f, 2.268434632439e-3f, 4.89352518554385e-3f);
  return (x * p) / q;
}
#else
/* x + x p(x^2) where it is nearly straight; further out 1 less 2 / (exp(2 x) + 1). */
INLINE vf f_tanh(vf value) {
  vf x = absolute(value);
  vf square = x * x;
  vf p = HORNER(square, -0x1.763ee4p-8f, 0x1.521aacp-6f, -0x1.b832cap-5f, 0x1.11066ep-3f, -0x1.55552ap-2f);
  vf far = all(1) - all(2) / (f_exp(no_more(x, 20) * all(2)) + all(1));
  vf found = pick(above(x, all(0.6f)), far, fma_(x, p * square, x));
  return of_bits(bits(found) | (bits(value) & alli(INT32_MIN)));
}
#endif

#define LOG_TERMS                                                                                                        \
  7.0376836292e-2f, -1.151461031e-1f, 1.167699874e-1f, -1.2420140846e-1f, 1.4249322787e-1f, -1.6668057665e-1f, 2.0000714765e-1f, \
      -2.4999993993e-1f, 3.3333331174e-1f

INLINE vf f_log(vf given) {
  vm tiny = below(given, all(0x1p-126f));
  vi whole = bits(pick(tiny, given * all(8388608), given)) - alli(0x3f3504f3);
  vf m = of_bits((whole & alli(0x007fffff)) + alli(0x3f3504f3)) - all(1);
  vf exponent = to_floats(whole >> 23) - pick(tiny, all(23), all(0));
  vf z = m * m;
  vf p = HORNER(m, LOG_TERMS);
#ifdef LOOPS
  vf tail = ((m * z) * p - z * all(0.5f)) + exponent * all(-2.1219444e-4f);
#else
  vf tail = fma_(exponent, all(-2.1219444e-4f), fma_(m * z, p, z * all(-0.5f)));
#endif
  vf found = fma_(exponent, all(0.693359375f), m + tail);
  found = pick(same(given, all(INFINITY)), given, found);
  found = pick(same(given, all(0)), all(-INFINITY), found);
  found = pick(below(given, all(0)), all(NAN), found);
  return pick(is_nan(given), given, found);
}

/* The angle beyond the nearest quarter turn, and how many quarter turns. */
struct reduced {
  vf angle;
  vi turns;
};

INLINE struct reduced reduced_fast(vf x) {
  vf n = rounded(x * all(0x1.45f306p-1f));
#ifdef LOOPS
  vf angle = x - n * all(1.5703125f);
  angle = angle - n * all(4.837512969970703e-4f);
  angle = angle - n * all(7.549789948768648e-8f);
#else
  vf angle = fnma_(n, all(0x1.921fb6p+0f), x);
  angle = fnma_(n, all(-0x1.777a5cp-25f), angle);
  angle = fnma_(n, all(-0x1.ee59dap-50f), angle);
#endif
  return (struct reduced){angle, to_integers(n)};
}

/* To the nearest whole number, ties to even: in double precision. */
INLINE double nearest(double x) {
  if (!(fabs(x) < 4503599627370496.0)) return x;
  double low = floor(x), rest = x - low;
  double found = rest < 0.5 || (rest == 0.5 && fmod(low, 2) == 0) ? low : low + 1;
  return found == 0 && signbit(x) ? -0.0 : found;
}

#ifdef LOOPS
static void reduced_far(float x, float *angle, int32_t *turns) {
  double n = nearest(x * (2 / 3.141592653589793));
  double a = x;
  a -= n * 1.570796012878418;
  a -= n * 3.139164164167596e-7;
  a -= n * 6.223372171896613e-14;
  double rest = n - nearest(n * 0.25) * 4;
  float low = -0.8f, high = 0.8f, f = (float)a;
  *angle = f != f ? f : f < low ? low : f > high ? high : f;
  *turns = rest != rest ? 0 : (int32_t)(float)rest;
}
#else
/* 2 / pi in binary, from the first bit behind the point on. */
static const uint32_t two_over_pi[] = {0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0,
                                       0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561};

/* Of any number: its product with 2 / pi in whole numbers, of which only what is left of whole turns counts. */
static void reduced_far(float x, float *angle, int32_t *turns) {
  uint32_t word;
  memcpy(&word, &x, 4);
  int exponent = (int)((word >> 23) & 255) - 150;
  *turns = 0;
  if (exponent == 105) {
    *angle = NAN;
    return;
  }
  uint64_t mantissa = (word & 0x7fffff) | 0x800000;
  /* bits of 2 / pi that count whole turns of four quarters are left out; 96 follow */
  int first = exponent < 2 ? 0 : exponent - 2;
  unsigned __int128 part = 0;
  for (int i = 0; i < 3; i++) {
    int at = first / 32 + i;
    uint64_t two = ((uint64_t)(at < 8 ? two_over_pi[at] : 0) << 32) | (at + 1 < 8 ? two_over_pi[at + 1] : 0);
    part = (part << 32) | (uint32_t)((two << (first % 32)) >> 32);
  }
  unsigned __int128 product = mantissa * part;
  int point = 96 - (exponent - first);
  uint64_t whole = (uint64_t)(product >> point);
  uint64_t fraction = (uint64_t)((product << (128 - point)) >> 64);
  if (fraction >> 63) whole += 1;
  double rest = (double)(int64_t)fraction * 0x1p-64 * 1.5707963267948966;
  int32_t t = (int32_t)(whole & 3);
  *angle = (float)(word >> 31 ? -rest : rest);
  *turns = word >> 31 ? -t : t;
}
#endif

/* Sine of x + quarters turns of pi / 2. */
INLINE vf wave(vf x, int quarters) {
  struct reduced r = reduced_fast(x);
  vm far = above(absolute(x), all(8192));
  if (any(far)) {
    for (int i = 0; i < W; i++)
      if (lane_of(far, i)) {
        float angle;
        int32_t turns;
        reduced_far(x[i], &angle, &turns);
        r.angle[i] = angle;
        r.turns[i] = turns;
      }
  }
  vf square = r.angle * r.angle;
  vi turn = r.turns + alli(quarters);
  vf s = HORNER(square, -1.9515295891e-4f, 8.3321608736e-3f, -1.6666654611e-1f);
  vf c = HORNER(square, 2.443315711809948e-5f, -1.388731625493765e-3f, 4.166664568298827e-2f);
#ifdef LOOPS
  vf even = r.angle + (r.angle * square) * s;
  vf odd = (all(1) - square * all(0.5f)) + (square * square) * c;
#else
  vf even = fma_(r.angle * square, s, r.angle);
  vf odd = fma_(square * square, c, fnma_(square, all(0.5f), all(1)));
#endif
  vf value = pick(nonzero(turn & alli(1)), odd, even);
  return of_bits(bits(value) ^ ((turn & alli(2)) << 30));
}

INLINE vf f_sigmoid(vf x) {
#ifdef LOOPS
  return all(1) / (all(1) + f_exp(-x));
#else
  vf e = f_exp(-absolute(x));
  vf d = all(1) + e;
  vm negative = below(x, all(0));
  vf q = pick(negative, e, all(1)) / d;
  /* what d has lost, times 1 / d */
  vf lost = e - (d - all(1));
  return fnma_(q * lost, pick(negative, all(1) - q, q), q);
#endif
}

#ifdef LOOPS
#define ERF_END 3.92f

INLINE vf f_erf(vf value) {
  vf x = keep_in(value, -ERF_END, ERF_END);
  vf square = x * x;
  vf p = HORNER(square, 0.00000205009067f, 0.000284883026f, 0.00376561849f, 0.0527487282f, 0.190406468f, 1.12837915f);
  vf q = HORNER(square, 0.000038091766f, 0.00116253639f, 0.0149692193f, 0.114109117f, 0.502076079f, 1);
  return keep_in((x * p) / q, -1, 1);
}
#else
/* x + x p(x^2) where it is nearly straight; further out 1 less exp(-x q(x)). Polynomials by reweighted least squares. */
INLINE vf f_erf(vf value) {
  vf x = no_more(absolute(value), 3.95f);
  vf p = HORNER(x * x, 0x1.5e0604p-14f, -0x1.aaa2cap-11f, 0x1.54d428p-8f, -0x1.b80ff2p-6f, 0x1.ce2e1cp-4f, -0x1.812744p-2f,
                0x1.06eba8p-3f);
  vf q = HORNER(x, 0x1.693254p-17f, -0x1.4d85e2p-12f, 0x1.dade9cp-9f, -0x1.84a214p-6f, 0x1.b2f1e4p-4f, 0x1.453680p-1f,
                0x1.20ee9ep+0f);
  vf found = pick(above(x, all(0.93f)), all(1) - f_exp(-(x * q)), fma_(x, p, x));
  return of_bits(bits(found) | (bits(value) & alli(INT32_MIN)));
}
#endif

/* log(1 + e) of what is between 0 and 1. */
INLINE vf log_beyond_one(vf e) {
#ifdef LOOPS
  vf u = all(1) + e;
  vf d = u - all(1);
  return pick(same(d, all(0)), e, (f_log(u) * e) / d);
#else
  /* of (1 + e) / 2 where that is nearer to 1 */
  vm large = above(e, all(0x1.a8279ap-2f));
  vf m = pick(large, (e - all(1)) * all(0.5f), e);
  vf z = m * m;
  vf p = HORNER(m, LOG_TERMS);
  vf tail = fma_(m * z, p, z * all(-0.5f));
  return pick(large, all(0.693359375f) + (m + (tail + all(-2.1219444e-4f))), m + tail);
#endif
}

INLINE vf f_softplus(vf x) { return positive(x) + log_beyond_one(f_exp(-absolute(x))); }

INLINE vf f_sign(vf x) {
  vf one = pick(above(x, all(0)), all(1), all(0)) - pick(below(x, all(0)), all(1), all(0));
  return pick(is_nan(x), x, one);
}

/* atan2(a, b), the angle of the vector (b, a). */
INLINE vf f_angle(vf a, vf b) {
  vf rise = absolute(a), run = absolute(b);
  vf large = larger(rise, run);
  vf t = pick(same(rise, run), pick(same(large, all(0)), all(0), all(1)), smaller(rise, run) / large);
#ifdef LOOPS
  vm far = above(t, all(0.414213562373095f));
  vf z = pick(far, (t - all(1)) / (t + all(1)), t);
  vf square = z * z;
  vf p = HORNER(square, 8.05374449538e-2f, -1.38776856032e-1f, 1.99777106478e-1f, -3.33329491539e-1f);
  vf octant = ((square * z) * p + z) + pick(far, all(0x1.921fb6p-1f), all(0));
  vf steep = pick(above(rise, run), all(0x1.921fb6p+0f) - octant, octant);
  vf half = pick(nonzero(bits(b) & alli(INT32_MIN)), all(0x1.921fb6p+1f) - steep, steep);
#else
  /* around 1 from the diagonal on; below tan(3 pi / 16) the angle itself, so that little of it is a difference */
  vm far = above(t, all(0x1.561b82p-1f)), steep = above(rise, run), back = nonzero(bits(b) & alli(INT32_MIN));
  vf z = pick(far, (t - all(1)) / (t + all(1)), t);
  vf square = z * z;
  vf p = HORNER(square, -0x1.183714p-6f, 0x1.9e9abp-5f, -0x1.51e7bp-4f, 0x1.c0a766p-4f, -0x1.243ccp-3f, 0x1.999554p-3f,
                -0x1.55554cp-2f);
  vf rest = fma_(square * z, p, z);
  /* one sum with the nearest eighth of a turn, which has a second part */
  vf level = pick(back, all(0x1.921fb6p+1f), all(0)), level_rest = pick(back, all(-0x1.777a5cp-24f), all(0));
  vf turned = pick(back, all(0x1.2d97c8p+1f), all(0x1.921fb6p-1f));
  vf turned_rest = pick(back, all(-0x1.99bc5cp-28f), all(-0x1.777a5cp-26f));
  vf eighth = pick(far, turned, pick(steep, all(0x1.921fb6p+0f), level));
  vf eighth_rest = pick(far, turned_rest, pick(steep, all(-0x1.777a5cp-25f), level_rest));
  vf signed_rest = pick(steep, pick(back, rest, -rest), pick(back, -rest, rest));
  vf half = eighth + (eighth_rest + signed_rest);
#endif
  return of_bits(bits(half) ^ (bits(a) & alli(INT32_MIN)));
}

INLINE vf f_angle_vjp(vf d, vf part, vf other) {
  vf large = larger(absolute(part), absolute(other));
  vf unit = pick(same(large, all(0)), all(1), large);
  vf u = part / unit, v = other / unit;
  vf total = fma_(v, v, u * u);
  return (d * (u / pick(same(total, all(0)), all(1), total))) / unit;
}

struct scaled {
  vf x, length, back;
  vm is_far;
};

INLINE struct scaled scaled(vf a, vf b) {
  vf large = larger(absolute(a), absolute(b));
  vm is_far = above(large, all(0x1p40f)), is_near = below(large, all(0x1p-40f));
  vf scale = pick(is_far, all(0x1p-70f), pick(is_near, all(0x1p90f), all(1)));
  vf x = a * scale, y = b * scale;
  vf back = pick(is_far, all(0x1p70f), pick(is_near, all(0x1p-90f), all(1)));
  return (struct scaled){x, root(fma_(y, y, x * x)), back, is_far};
}

INLINE vf f_length(vf a, vf b) {
  struct scaled s = scaled(a, b);
  return s.length * s.back;
}

INLINE vf f_length_vjp(vf d, vf a, vf b) {
  struct scaled s = scaled(a, b);
  vf part = (d / s.length) * pick(s.is_far, a, s.x);
  vf found = part * pick(s.is_far, all(0x1p-70f), all(1));
  return pick(same(s.length, all(0)), all(0), found);
}

#endif
