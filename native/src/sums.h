/*
 * Long sums: over the pixels of a line in SUM_LANES virtual lanes, one after the other, then as one tree. A vector is as many of
 * these lanes as there are in one.
 */

#ifndef DRUMHEAD_SUMS_H
#define DRUMHEAD_SUMS_H

#include "vector.h"

#define PARTS (SUM_LANES / W)

/* The lanes of a sum. */
struct lanes {
  vf part[PARTS];
};

/* Products of lines, added to the lanes of rows * columns sums. */
INLINE void line_of_dots(struct lanes *sums, int rows, int columns, const float *const *x, const float *const *y, int64_t pixels) {
  int64_t at = 0;
  for (; at + SUM_LANES <= pixels; at += SUM_LANES) {
    UNROLL
    for (int q = 0; q < PARTS; q++) {
      vf ys[4];
      UNROLL
      for (int j = 0; j < columns; j++) ys[j] = load(y[j] + at + q * W);
      UNROLL
      for (int i = 0; i < rows; i++) {
        vf xs = load(x[i] + at + q * W);
        UNROLL
        for (int j = 0; j < columns; j++) sums[i * columns + j].part[q] = fma_(xs, ys[j], sums[i * columns + j].part[q]);
      }
    }
  }
  int rest = (int)(pixels - at);
#ifdef LOOPS
  /* a pixel that is masked adds 0 */
  if (rest > 0)
    for (int i = 0; i < rows; i++)
      for (int j = 0; j < columns; j++)
        for (int l = 0; l < SUM_LANES; l++)
          sums[i * columns + j].part[0][l] += l < rest ? x[i][at + l] * y[j][at + l] : 0;
#elif W == 16
  if (rest > 0) {
    __mmask16 mask = (__mmask16)((1u << rest) - 1);
    UNROLL
    for (int i = 0; i < rows; i++) {
      UNROLL
      for (int j = 0; j < columns; j++)
        sums[i * columns + j].part[0] =
            (vf)_mm512_mask3_fmadd_ps(_mm512_maskz_loadu_ps(mask, x[i] + at), _mm512_maskz_loadu_ps(mask, y[j] + at),
                                      (__m512)sums[i * columns + j].part[0], mask);
    }
  }
#else
  for (int l = 0; l < rest; l++)
    for (int i = 0; i < rows; i++)
      for (int j = 0; j < columns; j++) {
        float *lane = (float *)&sums[i * columns + j] + l;
        *lane = fma1(x[i][at + l], y[j][at + l], *lane);
      }
#endif
}

struct dots {
  char *memory;
  const int64_t *given;
  int64_t pixels;
};

/* Rows i to i + rows times columns j to j + columns. */
INLINE void tile_of_dots(const struct dots *d, int64_t i, int64_t j, int rows, int columns) {
  const int64_t *g = d->given;
  const int32_t *offsets = integers(d->memory, g[1]);
  int64_t lines = g[8];
  for (int64_t block = 0; block < g[7]; block++) {
    struct lanes sums[16];
    UNROLL
    for (int s = 0; s < rows * columns; s++) {
      UNROLL
      for (int q = 0; q < PARTS; q++) sums[s].part[q] = all(0);
    }
    const float *x[4], *y[4];
    UNROLL
    for (int r = 0; r < rows; r++) x[r] = floats(d->memory, g[0] + offsets[i + r] + block * lines * g[9]);
    UNROLL
    for (int r = 0; r < columns; r++) y[r] = floats(d->memory, g[2] + (j + r) * g[3] + block * lines * g[10]);
    int64_t x_line = g[9] / 4, y_line = g[10] / 4, pixels = d->pixels;
    for (int64_t line = lines; line > 0; line--) {
      line_of_dots(sums, rows, columns, x, y, pixels);
      UNROLL
      for (int r = 0; r < rows; r++) x[r] += x_line;
      UNROLL
      for (int r = 0; r < columns; r++) y[r] += y_line;
    }
    UNROLL
    for (int r = 0; r < rows; r++) {
      UNROLL
      for (int s = 0; s < columns; s++) {
        float lanes[SUM_LANES];
        memcpy(lanes, &sums[r * columns + s], sizeof lanes);
        *doubles(d->memory, g[4] + (i + r) * g[5] + (j + s) * g[6]) += tree_of_floats(lanes);
      }
    }
  }
}

#define DOTS(rows, columns) \
  static void dots_##rows##_##columns(const struct dots *d, int64_t i, int64_t j) { tile_of_dots(d, i, j, rows, columns); }
DOTS(4, 4)
DOTS(4, 2)
DOTS(4, 1)
DOTS(1, 4)
DOTS(1, 1)

/* rows, columns */
static void JOIN(dot, LEVEL)(char *memory, const int64_t *given, const struct made_for *of) {
  int64_t rows = (int64_t)of->numbers[0] * given[13], columns = (int64_t)of->numbers[1] * given[14];
  struct dots d = {memory, given, pixels_of(memory, given[11], given[12])};
  for (int64_t j = 0; j < columns;) {
    int wide = W == 16 && columns - j >= 4 ? 4 : columns - j >= 2 && W == 16 ? 2 : 1;
    for (int64_t i = 0; i < rows;) {
      int high = rows - i >= 4 ? 4 : 1;
      if (high == 4 && wide == 4) dots_4_4(&d, i, j);
      else if (high == 4 && wide == 2) dots_4_2(&d, i, j);
      else if (high == 4) dots_4_1(&d, i, j);
      else if (wide == 4) dots_1_4(&d, i, j);
      else
        for (int s = 0; s < wide; s++) dots_1_1(&d, i, j + s);
      i += high;
    }
    j += wide;
  }
}

/* The lanes of one dot product. */
INLINE void lanes_of(const float *x, const float *y, int64_t pixels, float *lanes) {
  struct lanes sums[1];
  for (int q = 0; q < PARTS; q++) sums[0].part[q] = all(0);
  line_of_dots(sums, 1, 1, &x, &y, pixels);
  memcpy(lanes, sums, sizeof sums);
}

/* rows, columns */
static void JOIN(matrix_dots, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  int64_t rows = (int64_t)of->numbers[0] * g[11], columns = (int64_t)of->numbers[1] * g[12];
  int64_t pixels = pixels_of(memory, g[13], g[14]);
  for (int64_t batch = 0; batch < g[10]; batch++)
    for (int64_t j = 0; j < columns; j++)
      for (int64_t i = 0; i < rows; i++) {
        float lanes[SUM_LANES];
        lanes_of(floats(memory, g[0] + batch * g[1] + i * g[2]), floats(memory, g[3] + batch * g[4] + j * g[5]), pixels, lanes);
        for (int half = SUM_LANES / 2; half > 0; half /= 2)
          for (int l = 0; l < half; l++) lanes[l] += lanes[l + half];
        *floats(memory, g[6] + batch * g[7] + i * g[8] + j * g[9]) = lanes[0];
      }
}

/* rows, columns */
static void JOIN(plane_dots, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  int64_t rows = (int64_t)of->numbers[0] * g[8], columns = (int64_t)of->numbers[1] * g[9], depth = g[10];
  int64_t pixels = pixels_of(memory, g[11], g[12]);
  const int32_t *batches = integers(memory, g[3]), *of_rows = integers(memory, g[4]), *of_columns = integers(memory, g[5]),
                *of_depth = integers(memory, g[6]);
  for (int64_t batch = 0; batch < g[7]; batch++)
    for (int64_t j = 0; j < columns; j++)
      for (int64_t i = 0; i < rows; i++) {
        double even = 0, odd = 0;
        for (int64_t k = 0; k < depth; k++) {
          float lanes[SUM_LANES];
          lanes_of(floats(memory, g[0] + batches[3 * batch] + of_rows[2 * i] + of_depth[2 * k]),
                   floats(memory, g[1] + batches[3 * batch + 1] + of_columns[2 * j] + of_depth[2 * k + 1]), pixels, lanes);
#ifdef LOOPS
          even += (double)lanes[0] + lanes[2];
          odd += (double)lanes[1] + lanes[3];
#else
          even += tree_of_floats(lanes);
#endif
        }
        *doubles(memory, g[2] + batches[3 * batch + 2] + of_rows[2 * i + 1] + of_columns[2 * j + 1]) += even + odd;
      }
}

#ifndef LOOPS
typedef double v8d __attribute__((vector_size(64)));

/* The sums of so many planes at once, in double precision. */
INLINE void planes_of_sums(char *memory, const int64_t *g, int64_t p, int count, int64_t pixels, double scale) {
  v8d low[4], high[4];
  UNROLL
  for (int n = 0; n < count; n++) low[n] = high[n] = (v8d){0};
  for (int64_t s = 0; s < g[5]; s++) {
    const float *from[4];
    UNROLL
    for (int n = 0; n < count; n++) from[n] = floats(memory, g[0] + (p + n) * g[1] + s * g[2]);
    int64_t at = 0;
    for (; at + SUM_LANES <= pixels; at += SUM_LANES) {
      UNROLL
      for (int n = 0; n < count; n++) {
        low[n] += __builtin_convertvector(load8(from[n] + at), v8d);
        high[n] += __builtin_convertvector(load8(from[n] + at + 8), v8d);
      }
    }
    for (int l = 0; at + l < pixels; l++)
      for (int n = 0; n < count; n++) {
        if (l < 8) low[n][l] += from[n][at + l];
        else high[n][l - 8] += from[n][at + l];
      }
  }
  for (int n = 0; n < count; n++) {
    double lanes[SUM_LANES];
    memcpy(lanes, &low[n], 64);
    memcpy(lanes + 8, &high[n], 64);
    doubles(memory, g[3])[p + n] += tree(lanes) * scale;
  }
}
#endif

/* scale */
static void JOIN(sum_planes, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  double scale = of->numbers[0];
  int64_t pixels = pixels_of(memory, g[6], g[7]);
#ifdef LOOPS
  double *to = doubles(memory, g[3]);
  for (int64_t p = 0; p < g[4]; p++) {
    double even = 0, odd = 0;
    for (int64_t s = 0; s < g[5]; s++) {
      const float *from = floats(memory, g[0] + p * g[1] + s * g[2]);
      for (int64_t v = 0; v <= g[6]; v++) {
        double of_four[4];
        for (int l = 0; l < 4; l++) of_four[l] = 4 * v + l < pixels ? from[4 * v + l] : 0;
        even += of_four[0] + of_four[2];
        odd += of_four[1] + of_four[3];
      }
    }
    to[p] += scale == 1 ? even + odd : even * scale + odd * scale;
  }
#else
  int64_t p = 0;
  for (; p + 4 <= g[4]; p += 4) planes_of_sums(memory, g, p, 4, pixels, scale);
  for (; p < g[4]; p++) planes_of_sums(memory, g, p, 1, pixels, scale);
#endif
}

/* scale */
static void JOIN(sum_short_planes, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  double scale = of->numbers[0];
  int64_t pixels = pixels_of(memory, g[4], g[5]);
  double *to = doubles(memory, g[2]);
  for (int64_t p = 0; p < g[3]; p++) {
    const float *from = floats(memory, g[0] + p * g[1]);
    float lanes[SUM_LANES] = {0};
    int64_t at = 0;
    for (; at + SUM_LANES <= pixels; at += SUM_LANES)
      for (int l = 0; l < SUM_LANES; l++) lanes[l] += from[at + l];
#ifdef LOOPS
    if (at < pixels)
      for (int l = 0; l < SUM_LANES; l++) lanes[l] += at + l < pixels ? from[at + l] : 0;
    double even = (double)lanes[0] + lanes[2], odd = (double)lanes[1] + lanes[3];
    to[p] += scale == 1 ? even + odd : even * scale + odd * scale;
#else
    for (int l = 0; at + l < pixels; l++) lanes[l] += from[at + l];
    to[p] += tree_of_floats(lanes) * scale;
#endif
  }
}

static void JOIN(moments, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  (void)of;
  int64_t pixels = pixels_of(memory, g[5], g[6]);
#ifdef LOOPS
  enum { LANES = 2 };
#else
  enum { LANES = SUM_LANES };
#endif
  for (int64_t p = 0; p < g[4]; p++) {
    const float *from = floats(memory, g[0] + p * g[1]);
    double sums[LANES] = {0}, squares[LANES] = {0};
    for (int64_t first = 0; first < pixels; first += LANES)
      for (int l = 0; l < LANES && first + l < pixels; l++) {
        double value = from[first + l];
        sums[l] += value;
        squares[l] += value * value;
      }
#ifdef LOOPS
    doubles(memory, g[2])[p] += sums[0] + sums[1];
    doubles(memory, g[3])[p] += squares[0] + squares[1];
#else
    doubles(memory, g[2])[p] += tree(sums);
    doubles(memory, g[3])[p] += tree(squares);
#endif
  }
}

static void JOIN(list_moments, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  (void)of;
  const float *from = floats(memory, g[0]);
  for (int64_t i = 0; i < g[3]; i++) {
    double value = from[i];
    doubles(memory, g[1])[i] += value;
    doubles(memory, g[2])[i] += value * value;
  }
}

/* taking */
static void JOIN(add_onto, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  float *from = floats(memory, g[0]);
  double *to = doubles(memory, g[1]);
  int64_t count = 4 * g[2];
  for (int64_t i = 0; i < count; i++) to[i] += from[i];
  if (of->numbers[0] != 0) memset(from, 0, 4 * (size_t)count);
}

static void JOIN(round, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  (void)of;
  const double *from = doubles(memory, g[0]);
  float *to = floats(memory, g[1]);
  for (int64_t i = 0; i < 4 * g[2]; i++) to[i] = (float)from[i];
}

#endif
