/*
 * Products: c[line, i, x] = sum over k of a[i, k] b[line, k, x], in the order of k, one fma each, from zero on. What lies in
 * lanes are pixels, eight of a strip at a time, or two strips; how many rows and strips are computed at once is for registers
 * alone.
 */

#ifndef DRUMHEAD_PRODUCTS_H
#define DRUMHEAD_PRODUCTS_H

#include "vector.h"

/* What does not change during a call. */
struct product {
  char *memory;
  const float *a;
  const int32_t *table; /* places of b for each k, or NULL */
  int64_t depth, step, row, block;
  int onto; /* 0: written; 1: added to floats; 2: added to doubles */
  int lanes;
};

/* Adds the sums of eight pixels each to doubles: so many rows of so many groups. */
static __attribute__((noinline)) void add_to_doubles(const struct product *p, const float *sums, int64_t first, int rows, int groups,
                                                     char *const *c) {
  for (int r = 0; r < rows; r++)
    for (int g = 0; g < groups; g++) {
      double *to = (double *)(c[g] + (first + r) * p->row);
      for (int x = 0; x < p->lanes; x++) to[x] += sums[8 * (groups * r + g) + x];
    }
}

/* `rows` rows of each of `blocks` blocks from a block on, times groups of eight pixels. */
INLINE void tile8(const struct product *p, int64_t first, int rows, int blocks, int groups, char *const *b, char *const *c) {
  v8 sums[12][4];
  UNROLL
  for (int r = 0; r < rows * blocks; r++) {
    UNROLL
    for (int g = 0; g < groups; g++) sums[r][g] = all8(0);
  }
  const float *a[3];
  UNROLL
  for (int n = 0; n < blocks; n++) a[n] = p->a + (first + n) * p->depth * rows;
  int64_t place = 0;
  for (int64_t k = 0; k < p->depth; k++) {
    if (p->table) place = p->table[k];
    v8 values[4];
    UNROLL
    for (int g = 0; g < groups; g++) values[g] = load8((const float *)(b[g] + place));
    UNROLL
    for (int n = 0; n < blocks; n++) {
      UNROLL
      for (int r = 0; r < rows; r++) {
        v8 weight = all8(a[n][r]);
        UNROLL
        for (int g = 0; g < groups; g++) sums[n * rows + r][g] = fma8(weight, values[g], sums[n * rows + r][g]);
      }
    }
    UNROLL
    for (int n = 0; n < blocks; n++) a[n] += rows;
    place += p->step;
  }
#define LEAVE8(value)                                                   \
  UNROLL                                                                \
  for (int r = 0; r < rows * blocks; r++) {                             \
    UNROLL                                                              \
    for (int g = 0; g < groups; g++) {                                  \
      float *to = (float *)(c[g] + (first * rows + r) * p->row);        \
      store8(to, value);                                                \
    }                                                                   \
  }
  if (p->onto == 0) {
    LEAVE8(sums[r][g])
  } else if (p->onto == 1) {
    LEAVE8(load8(to) + sums[r][g])
  } else {
    float kept[12 * 4 * 8];
    UNROLL
    for (int r = 0; r < rows * blocks; r++) {
      UNROLL
      for (int g = 0; g < groups; g++) store8(kept + 8 * (groups * r + g), sums[r][g]);
    }
    add_to_doubles(p, kept, first * rows, rows * blocks, groups, c);
  }
}

#if W == 16
typedef __m512 v16;

INLINE v16 join(const char *low, const char *high) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps((const float *)low)),
                            _mm256_loadu_ps((const float *)high), 1);
}

/* The same with sixteen pixels in a vector: two groups, which lie side by side where `near`. */
INLINE void tile16(const struct product *p, int64_t first, int rows, int blocks, int pairs, bool near, bool table,
                   char *const *b, char *const *c) {
  v16 sums[12][4];
  UNROLL
  for (int r = 0; r < rows * blocks; r++) {
    UNROLL
    for (int g = 0; g < pairs; g++) sums[r][g] = _mm512_setzero_ps();
  }
  const float *a[3];
  UNROLL
  for (int n = 0; n < blocks; n++) a[n] = p->a + (first + n) * p->depth * rows;
  int64_t place = 0;
  const int32_t *places = p->table;
  for (int64_t k = p->depth; k > 0; k--) {
    if (table) place = *places++;
    v16 values[4];
    UNROLL
    for (int g = 0; g < pairs; g++)
      values[g] = near ? _mm512_loadu_ps((const float *)(b[2 * g] + place)) : join(b[2 * g] + place, b[2 * g + 1] + place);
    UNROLL
    for (int n = 0; n < blocks; n++) {
      UNROLL
      for (int r = 0; r < rows; r++) {
        v16 weight = _mm512_set1_ps(a[n][r]);
        UNROLL
        for (int g = 0; g < pairs; g++)
          sums[n * rows + r][g] = _mm512_fmadd_ps(weight, values[g], sums[n * rows + r][g]);
      }
    }
    UNROLL
    for (int n = 0; n < blocks; n++) a[n] += rows;
    if (!table) place += p->step;
  }
#define LEAVE16(low, high)                                              \
  UNROLL                                                                \
  for (int r = 0; r < rows * blocks; r++) {                             \
    UNROLL                                                              \
    for (int g = 0; g < pairs; g++) {                                   \
      int64_t at = (first * rows + r) * p->row;                         \
      float *to_low = (float *)(c[2 * g] + at), *to_high = (float *)(c[2 * g + 1] + at); \
      _mm256_storeu_ps(to_low, low _mm512_castps512_ps256(sums[r][g])); \
      _mm256_storeu_ps(to_high, high _mm512_extractf32x8_ps(sums[r][g], 1)); \
    }                                                                   \
  }
  if (p->onto == 0) {
    LEAVE16(, )
  } else if (p->onto == 1) {
    LEAVE16(_mm256_loadu_ps(to_low) +, _mm256_loadu_ps(to_high) +)
  } else {
    float kept[12 * 4 * 16];
    UNROLL
    for (int r = 0; r < rows * blocks; r++) {
      UNROLL
      for (int g = 0; g < pairs; g++) _mm512_storeu_ps(kept + 16 * (pairs * r + g), sums[r][g]);
    }
    add_to_doubles(p, kept, first * rows, rows * blocks, 2 * pairs, c);
  }
}

#define TILE16(rows, blocks, pairs)                                                  \
  static void tile16_##rows##_##blocks##_##pairs(const struct product *p, int64_t first, bool near, char *const *b, \
                                                 char *const *c) {                   \
    if (p->table) {                                                                  \
      if (near) tile16(p, first, rows, blocks, pairs, true, true, b, c);             \
      else tile16(p, first, rows, blocks, pairs, false, true, b, c);                 \
    } else if (near) tile16(p, first, rows, blocks, pairs, true, false, b, c);       \
    else tile16(p, first, rows, blocks, pairs, false, false, b, c);                  \
  }
TILE16(4, 3, 2)
TILE16(4, 2, 2)
TILE16(4, 1, 4)
TILE16(4, 1, 2)
TILE16(4, 3, 1)
TILE16(4, 2, 1)
TILE16(4, 1, 1)
TILE16(3, 1, 4)
TILE16(3, 1, 2)
TILE16(3, 1, 1)
TILE16(2, 1, 4)
TILE16(2, 1, 2)
TILE16(2, 1, 1)
TILE16(1, 1, 4)
TILE16(1, 1, 2)
TILE16(1, 1, 1)

/* All blocks times so many pairs: 4, 2 or 1. */
static void pairs16(const struct product *p, int rows, int64_t blocks, int pairs, bool near, char *const *b, char *const *c) {
#define ONE_BY_ONE(rows)                                                     \
  for (int64_t n = 0; n < blocks; n++) {                                     \
    if (pairs == 4) tile16_##rows##_1_4(p, n, near, b, c);                   \
    else if (pairs == 2) tile16_##rows##_1_2(p, n, near, b, c);              \
    else tile16_##rows##_1_1(p, n, near, b, c);                              \
  }                                                                          \
  return
  switch (rows) {
    case 1: ONE_BY_ONE(1);
    case 2: ONE_BY_ONE(2);
    case 3: ONE_BY_ONE(3);
  }
  int64_t n = 0;
  if (pairs == 4) {
    for (; n < blocks; n++) tile16_4_1_4(p, n, near, b, c);
    return;
  }
  /* three at a time, but none alone at the end */
  while (blocks - n > 4 || blocks - n == 3) {
    if (pairs == 2) tile16_4_3_2(p, n, near, b, c);
    else tile16_4_3_1(p, n, near, b, c);
    n += 3;
  }
  while (blocks - n >= 2) {
    if (pairs == 2) tile16_4_2_2(p, n, near, b, c);
    else tile16_4_2_1(p, n, near, b, c);
    n += 2;
  }
  if (n < blocks) {
    if (pairs == 2) tile16_4_1_2(p, n, near, b, c);
    else tile16_4_1_1(p, n, near, b, c);
  }
}
#endif

#define TILE8(rows, blocks, groups)                                                                                        \
  static void tile8_##rows##_##blocks##_##groups(const struct product *p, int64_t first, char *const *b, char *const *c) { \
    tile8(p, first, rows, blocks, groups, b, c);                                                                           \
  }
TILE8(4, 1, 3)
TILE8(4, 1, 2)
TILE8(4, 2, 1)
TILE8(4, 1, 1)
TILE8(3, 1, 3)
TILE8(3, 1, 1)
TILE8(2, 1, 3)
TILE8(2, 1, 1)
TILE8(1, 1, 3)
TILE8(1, 1, 1)

static void groups8(const struct product *p, int rows, int64_t blocks, int groups, char *const *b, char *const *c) {
  for (int64_t n = 0; n < blocks; n++) switch (rows) {
      case 4:
        if (groups == 3) tile8_4_1_3(p, n, b, c);
        else if (groups == 2) tile8_4_1_2(p, n, b, c);
        else if (n + 1 < blocks) tile8_4_2_1(p, n++, b, c);
        else tile8_4_1_1(p, n, b, c);
        break;
      case 3:
        if (groups == 3) tile8_3_1_3(p, n, b, c);
        else
          for (int g = 0; g < groups; g++) tile8_3_1_1(p, n, b + g, c + g);
        break;
      case 2:
        if (groups == 3) tile8_2_1_3(p, n, b, c);
        else
          for (int g = 0; g < groups; g++) tile8_2_1_1(p, n, b + g, c + g);
        break;
      case 1:
        if (groups == 3) tile8_1_1_3(p, n, b, c);
        else
          for (int g = 0; g < groups; g++) tile8_1_1_1(p, n, b + g, c + g);
        break;
    }
}

/* One number after the other: where strips are of four pixels, or rows of c lie over each other. */
static void product_slowly(const struct product *p, int rows, int64_t blocks, int pixels, char *b, char *c) {
  for (int64_t row = 0; row < rows * blocks; row++)
    for (int x = 0; x < pixels; x++) {
      const float *a = p->a + (row / rows) * p->depth * rows + row % rows;
      float sum = 0;
      for (int64_t k = 0; k < p->depth; k++) {
        int64_t place = p->table ? p->table[k] : k * p->step;
        sum = fma1(a[k * rows], ((const float *)(b + place))[x], sum);
      }
      char *to = c + row * p->row;
      if (p->onto == 0) ((float *)to)[x] = sum;
      else if (p->onto == 1) ((float *)to)[x] += sum;
      else if (x < p->lanes) ((double *)to)[x] += sum;
    }
}

/* rows, vectors, onto (0, 1, or 1 + lanes), table */
static void JOIN(product, LEVEL)(char *memory, const int64_t *given, const struct made_for *of) {
  int rows = (int)of->numbers[0], vectors = (int)of->numbers[1], onto = (int)of->numbers[2];
  bool table = of->numbers[3] != 0;
  int64_t b_step = given[4], lines = given[6], strips = given[9], blocks = given[12];
  struct product p = {memory,
                      floats(memory, given[0]),
                      table ? integers(memory, b_step) : NULL,
                      given[3],
                      table ? 0 : b_step,
                      given[5],
                      0,
                      onto > 1 ? 2 : onto,
                      onto - 1};
  bool over = onto == 0 && p.row > -32 && p.row < 32 && rows * blocks > 1;
  if (vectors == 1 || over) {
    for (int64_t line = 0; line < lines; line++)
      for (int64_t strip = 0; strip < strips; strip++)
        product_slowly(&p, rows, blocks, 4 * vectors, memory + given[1] + line * given[7] + strip * given[10],
                       memory + given[2] + line * given[8] + strip * given[11]);
    return;
  }
  int in_strip = vectors / 2;
#if W == 16
  enum { MOST = 8 };
#else
  enum { MOST = 3 };
#endif
  int64_t groups = lines * strips * in_strip;
  char *b[MOST], *c[MOST];
  int64_t line = 0, strip = 0;
  int part = 0;
  char *line_b = memory + given[1], *line_c = memory + given[2];
  for (int64_t group = 0; group < groups;) {
    int64_t left = groups - group;
#if W == 16
    /* four pairs where there are few rows, else two */
    int count = (blocks == 1 || rows < 4) && left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
#else
    int count = left >= 3 && left != 4 ? 3 : left >= 2 ? 2 : 1;
#endif
    for (int g = 0; g < count; g++) {
      b[g] = line_b + strip * given[10] + 32 * part;
      c[g] = line_c + strip * given[11] + 32 * part;
      if (++part == in_strip) {
        part = 0;
        if (++strip == strips) {
          strip = 0;
          line++;
          line_b = memory + given[1] + line * given[7];
          line_c = memory + given[2] + line * given[8];
        }
      }
    }
    group += count;
#if W == 16
    if (count == 1) groups8(&p, rows, blocks, 1, b, c);
    else {
      bool near = true;
      for (int g = 0; g < count; g += 2) near = near && b[g + 1] == b[g] + 32;
      pairs16(&p, rows, blocks, count / 2, near, b, c);
    }
#else
    groups8(&p, rows, blocks, count, b, c);
#endif
  }
}

#endif
