/*
 * How far the functions of one level are from the right result, in units in the last place of the result (of a subnormal, of the
 * least float): those of one number over all floats or every n-th, those of two numbers over seeded pairs. Of half of the pairs
 * each is any float; of the others the exponents are at most 16 apart, where the result depends on both.
 *
 *     functions [every n-th] [name of a function]
 *     functions pairs [so many] [name of a function]
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/program.h"

extern const struct level level_under_test;

static double softplus(double x) { return x > 40 ? x : log1p(exp(x)); }
static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double reciprocal(double x) { return 1 / x; }
static double square(double x) { return x * x; }

/* The kinds of steps of pointwise.h. */
static const struct {
  const char *name;
  int kind;
  double (*right)(double);
} functions[] = {{"tanh", 5, tanh},    {"sigmoid", 7, sigmoid}, {"softplus", 8, softplus}, {"sin", 9, sin},
                 {"cos", 10, cos},     {"exp", 11, exp},        {"log", 12, log},          {"sqrt", 13, sqrt},
                 {"square", 14, square}, {"reciprocal", 16, reciprocal}, {"erf", 19, erf}};

static double quotient(double x, double y) { return x / y; }
static double sum(double x, double y) { return x + y; }
static double difference(double x, double y) { return x - y; }
static double product(double x, double y) { return x * y; }
static double larger_of(double x, double y) { return isnan(x) || isnan(y) ? NAN : x > y || (x == y && signbit(y)) ? x : y; }
static double smaller_of(double x, double y) { return isnan(x) || isnan(y) ? NAN : x < y || (x == y && signbit(x)) ? x : y; }
/* The angle of two infinities is that of the diagonal between them, as it is in C; NaN goes through length, unlike in C. */
static double length(double x, double y) { return isnan(x) || isnan(y) ? NAN : hypot(x, y); }

static const struct {
  const char *name;
  int kind;
  double (*right)(double, double);
} functions_of_two[] = {{"add", 21, sum},          {"sub", 22, difference}, {"mul", 23, product},
                        {"div", 24, quotient},     {"max", 25, larger_of},  {"min", 26, smaller_of},
                        {"atan2", 29, atan2},    {"length", 31, length}};

enum { COUNT = 4096 };
static float memory[3 * COUNT + 32] __attribute__((aligned(64)));

static double unit(double right) {
  int exponent;
  frexp(right, &exponent);
  return ldexp(1, (exponent < -125 ? -125 : exponent) - 24);
}

/* How many units y is off; a sign of zero counts, the carried bits of a NaN do not. */
static double distance(double right, float y) {
  float rounded = (float)right;
  if (isnan(rounded) || isnan(y)) return isnan(rounded) && isnan(y) ? 0 : INFINITY;
  if (rounded == y) return 0;
  if (isinf(y) || isinf(rounded)) return fabs(right) > 0x1.fffffep127 && fabsf(y) > 0x1.fffff0p127f ? 1 : INFINITY;
  return fabs(y - right) / unit(right);
}

static int of_one(uint64_t step, const char *name) {
  int failed = 0;
  for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
    if (name != NULL && strcmp(name, functions[f].name) != 0) continue;
    double numbers[] = {1, 1, 1, 1, 0, 0, functions[f].kind, 0, 0, 0, 0, 0, 0, 0, 1};
    struct made_for of = {sizeof numbers / sizeof *numbers, numbers};
    int64_t call[] = {1, 1, COUNT / 4, 0, 4 * COUNT};
    double worst = 0;
    float at = 0, gave = 0;
    uint64_t wrong = 0;
    for (uint64_t first = 0; first < (1ull << 32);) {
      uint64_t word = first;
      int n = 0;
      for (; n < COUNT && word < (1ull << 32); n++, word += step) {
        uint32_t bits = (uint32_t)word;
        memcpy(&memory[n], &bits, 4);
      }
      first = word;
      level_under_test.kernels[KERNEL_POINTWISE]((char *)memory, call, &of);
      for (int i = 0; i < n; i++) {
        double off = distance(functions[f].right(memory[i]), memory[COUNT + i]);
        if (off > 2) wrong++;
        if (off > worst) {
          worst = off;
          at = memory[i];
          gave = memory[COUNT + i];
        }
      }
    }
    printf("%-10s at most %.3f units, at %a (%g), which gave %a; %llu above 2\n", functions[f].name, worst, at, at, gave,
           (unsigned long long)wrong);
    fflush(stdout);
    failed |= wrong > 0;
  }
  return failed;
}

/* The next word of a generator by Steele, Lea & Flood 2014 (SplitMix). */
static uint64_t drawn(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

static void draw_pair(uint64_t *state, float *x, float *y) {
  uint64_t word = drawn(state), more = drawn(state);
  uint32_t a = (uint32_t)word, b = (uint32_t)(word >> 32);
  if (more & 1) {
    int exponent = (int)(a >> 23 & 255) + (int)((more >> 1) % 33) - 16;
    b = (b & 0x807fffffu) | (uint32_t)(exponent < 0 ? 0 : exponent > 254 ? 254 : exponent) << 23;
  }
  memcpy(x, &a, 4);
  memcpy(y, &b, 4);
}

static int of_two(uint64_t pairs, const char *name) {
  int failed = 0;
  for (size_t f = 0; f < sizeof functions_of_two / sizeof *functions_of_two; f++) {
    if (name != NULL && strcmp(name, functions_of_two[f].name) != 0) continue;
    double numbers[] = {2, 1, 1, 1, 0, 0, 0, 0, functions_of_two[f].kind, 0, 1, 0, 0, 0, 0, 0, 2};
    struct made_for of = {sizeof numbers / sizeof *numbers, numbers};
    int64_t call[] = {1, 1, COUNT / 4, 0, 4 * COUNT, 8 * COUNT};
    double worst = 0;
    float at[2] = {0, 0}, gave = 0;
    uint64_t wrong = 0, state = 1;
    for (uint64_t done = 0; done < pairs; done += COUNT) {
      for (int i = 0; i < COUNT; i++) draw_pair(&state, &memory[i], &memory[COUNT + i]);
      level_under_test.kernels[KERNEL_POINTWISE]((char *)memory, call, &of);
      for (int i = 0; i < COUNT; i++) {
        double off = distance(functions_of_two[f].right(memory[i], memory[COUNT + i]), memory[2 * COUNT + i]);
        if (off > 2) wrong++;
        if (off > worst) {
          worst = off;
          at[0] = memory[i];
          at[1] = memory[COUNT + i];
          gave = memory[2 * COUNT + i];
        }
      }
    }
    printf("%-10s at most %.3f units, at %a, %a (%g, %g), which gave %a; %llu of %llu pairs above 2\n", functions_of_two[f].name,
           worst, at[0], at[1], at[0], at[1], gave, (unsigned long long)wrong, (unsigned long long)pairs);
    fflush(stdout);
    failed |= wrong > 0;
  }
  return failed;
}

int main(int count, char **given) {
  if (count > 1 && strcmp(given[1], "pairs") == 0)
    return of_two(count > 2 ? strtoull(given[2], NULL, 10) : 1000000000, count > 3 ? given[3] : NULL);
  return of_one(count > 1 ? strtoull(given[1], NULL, 10) : 1, count > 2 ? given[2] : NULL);
}
