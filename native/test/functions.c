/*
 * How far the functions of one level are from the right result, over all floats or every n-th, in units in the last place of the
 * result (of a subnormal, of the least float).
 *
 *     functions [every n-th] [name of a function]
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

enum { COUNT = 4096 };
static float memory[2 * COUNT + 32] __attribute__((aligned(64)));

static double unit(double right) {
  int exponent;
  frexp(right, &exponent);
  return ldexp(1, (exponent < -125 ? -125 : exponent) - 24);
}

int main(int count, char **given) {
  uint64_t step = count > 1 ? strtoull(given[1], NULL, 10) : 1;
  int failed = 0;
  for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
    if (count > 2 && strcmp(given[2], functions[f].name) != 0) continue;
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
        float x = memory[i], y = memory[COUNT + i];
        double right = functions[f].right(x);
        float rounded = (float)right;
        if (isnan(rounded) ? isnan(y) : rounded == y) continue;
        double off = isnan(y) || isnan(rounded) ? INFINITY
                     : isinf(y) || isinf(rounded) ? (fabs(right) > 0x1.fffffep127 && fabsf(y) > 0x1.fffff0p127f ? 1 : INFINITY)
                                                  : fabs(y - right) / unit(right);
        if (off > 2) wrong++;
        if (off > worst) {
          worst = off;
          at = x;
          gave = y;
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
