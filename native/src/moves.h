/* Kernels that move numbers, or reduce, pool and transform planes. */

#ifndef DRUMHEAD_MOVES_H
#define DRUMHEAD_MOVES_H

#include "functions.h"

static void JOIN(copy, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  (void)of;
  for (int64_t o = 0; o < g[6]; o++) {
    const char *from = memory + g[0] + o * g[2];
    char *to = memory + g[3] + o * g[5];
    if (g[8] == 2)
      for (int64_t i = 0; i < g[7]; i++, from += g[1], to += g[4]) store8((float *)to, load8((const float *)from));
    else
      for (int64_t i = 0; i < g[7]; i++, from += g[1], to += g[4]) memcpy(to, from, 16 * (size_t)g[8]);
  }
}

static void JOIN(copy_cells, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  (void)of;
  for (int64_t o = 0; o < g[6]; o++)
    for (int64_t i = 0; i < g[7]; i++)
      *integers(memory, g[3] + o * g[5] + i * g[4]) = *integers(memory, g[0] + o * g[2] + i * g[1]);
}

static void JOIN(add_cells, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  (void)of;
  for (int64_t o = 0; o < g[6]; o++)
    for (int64_t i = 0; i < g[7]; i++)
      *floats(memory, g[3] + o * g[5] + i * g[4]) += *floats(memory, g[0] + o * g[2] + i * g[1]);
}

static void JOIN(pick_cells, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  (void)of;
  const int32_t *table = integers(memory, g[0]);
  int32_t *to = integers(memory, g[2]);
  for (int64_t i = 0; i < 4 * g[3]; i++) to[i] = *integers(memory, g[1] + table[i]);
}

static void JOIN(place_cells, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  (void)of;
  const int32_t *table = integers(memory, g[0]), *from = integers(memory, g[1]);
  for (int64_t i = 0; i < g[3]; i++) *integers(memory, g[2] + table[i]) = from[i];
}

static void JOIN(fill, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  (void)of;
  int32_t value = *integers(memory, g[0]);
  for (int64_t o = 0; o < g[3]; o++) {
    int32_t *to = integers(memory, g[1] + o * g[2]);
    for (int64_t i = 0; i < 4 * g[4]; i++) to[i] = value;
  }
}

/* rest */
static void JOIN(copy_sides, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  size_t bytes = 16 * (size_t)g[5] + 4 * (size_t)of->numbers[0];
  for (int64_t l = 0; l < g[4]; l++) memmove(memory + g[2] + l * g[3], memory + g[0] + l * g[1], bytes);
}

/* rest */
static void JOIN(sum_lines, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  int64_t pixels = 4 * g[5] + (int64_t)of->numbers[0];
  const int32_t *names = integers(memory, g[1]);
  for (int64_t l = 0; l < g[4]; l++) {
    int32_t count = names[0];
    float *to = floats(memory, g[2] + l * g[3]);
    int64_t x = 0;
    for (; x + W <= pixels; x += W) {
      vf sum = all(0);
      for (int32_t k = 0; k < count; k++) sum += load(floats(memory, g[0] + names[1 + k]) + x);
      store(to + x, sum);
    }
    for (; x < pixels; x++) {
      float sum = 0;
      for (int32_t k = 0; k < count; k++) sum += floats(memory, g[0] + names[1 + k])[x];
      to[x] = sum;
    }
    names += 1 + count;
  }
}

static void JOIN(copy_lines, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  (void)of;
  size_t bytes = 16 * (size_t)g[8] + 4 * (size_t)g[9];
  const int32_t *rows = integers(memory, g[5]);
  for (int64_t p = 0; p < g[6]; p++)
    for (int64_t l = 0; l < g[7]; l++)
      memmove(memory + g[0] + p * g[1] + l * g[2], memory + g[3] + p * g[4] + rows[l], bytes);
}

/* add */
static void JOIN(gather_pixels, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  bool add = of->numbers[0] != 0;
  const int32_t *rows = integers(memory, g[5]), *columns = integers(memory, g[6]);
  for (int64_t p = 0; p < g[7]; p++)
    for (int64_t l = 0; l < g[8]; l++) {
      int32_t *near = integers(memory, g[0] + p * g[1] + l * g[2]);
      char *far = memory + g[3] + p * g[4] + rows[l];
      if (add)
        for (int64_t c = 0; c < g[9]; c++) *floats(far, columns[c]) += ((float *)near)[c];
      else
        for (int64_t c = 0; c < g[9]; c++) near[c] = *integers(far, columns[c]);
    }
}

static void JOIN(split_pairs, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  (void)of;
  for (int64_t l = 0; l < g[5]; l++) {
    const int32_t *from = integers(memory, g[0] + l * g[1]);
    int32_t *even = integers(memory, g[2] + l * g[4]), *odd = integers(memory, g[3] + l * g[4]);
    for (int64_t x = 0; x < 4 * g[6]; x++) {
      even[x] = from[2 * x];
      odd[x] = from[2 * x + 1];
    }
  }
}

static void JOIN(merge_pairs, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  (void)of;
  for (int64_t l = 0; l < g[5]; l++) {
    const int32_t *even = integers(memory, g[0] + l * g[2]), *odd = integers(memory, g[1] + l * g[2]);
    int32_t *to = integers(memory, g[3] + l * g[4]);
    for (int64_t x = 0; x < 4 * g[6]; x++) {
      to[2 * x] = even[x];
      to[2 * x + 1] = odd[x];
    }
  }
}

/* rows, wide: blocks of features turned over, eight pixels at a time */
static void JOIN(transpose, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  int rows = (int)of->numbers[0], wide = (int)of->numbers[1];
  for (int64_t block = 0; block < g[7]; block++)
    for (int64_t strip = 0; strip < g[6]; strip++) {
      const char *from = memory + g[0] + block * g[3] + strip * g[2];
      float *to = floats(memory, g[4] + block * g[5]) + 8 * strip * wide;
#if W >= 8
      if (wide == 8 || wide == 4) {
        __m256 a[8];
        for (int f = 0; f < wide; f++)
          a[f] = f < rows ? _mm256_loadu_ps((const float *)(from + f * g[1])) : _mm256_setzero_ps();
        __m256 b0 = _mm256_unpacklo_ps(a[0], a[1]), b1 = _mm256_unpackhi_ps(a[0], a[1]);
        __m256 b2 = _mm256_unpacklo_ps(a[2], a[3]), b3 = _mm256_unpackhi_ps(a[2], a[3]);
        /* pixels 0 and 4, 1 and 5, 2 and 6, 3 and 7 of the first four features */
        __m256 c0 = _mm256_shuffle_ps(b0, b2, 0x44), c1 = _mm256_shuffle_ps(b0, b2, 0xee);
        __m256 c2 = _mm256_shuffle_ps(b1, b3, 0x44), c3 = _mm256_shuffle_ps(b1, b3, 0xee);
        if (wide == 4) {
          _mm256_storeu_ps(to, _mm256_permute2f128_ps(c0, c1, 0x20));
          _mm256_storeu_ps(to + 8, _mm256_permute2f128_ps(c2, c3, 0x20));
          _mm256_storeu_ps(to + 16, _mm256_permute2f128_ps(c0, c1, 0x31));
          _mm256_storeu_ps(to + 24, _mm256_permute2f128_ps(c2, c3, 0x31));
          continue;
        }
        __m256 b4 = _mm256_unpacklo_ps(a[4], a[5]), b5 = _mm256_unpackhi_ps(a[4], a[5]);
        __m256 b6 = _mm256_unpacklo_ps(a[6], a[7]), b7 = _mm256_unpackhi_ps(a[6], a[7]);
        __m256 c4 = _mm256_shuffle_ps(b4, b6, 0x44), c5 = _mm256_shuffle_ps(b4, b6, 0xee);
        __m256 c6 = _mm256_shuffle_ps(b5, b7, 0x44), c7 = _mm256_shuffle_ps(b5, b7, 0xee);
        _mm256_storeu_ps(to, _mm256_permute2f128_ps(c0, c4, 0x20));
        _mm256_storeu_ps(to + 8, _mm256_permute2f128_ps(c1, c5, 0x20));
        _mm256_storeu_ps(to + 16, _mm256_permute2f128_ps(c2, c6, 0x20));
        _mm256_storeu_ps(to + 24, _mm256_permute2f128_ps(c3, c7, 0x20));
        _mm256_storeu_ps(to + 32, _mm256_permute2f128_ps(c0, c4, 0x31));
        _mm256_storeu_ps(to + 40, _mm256_permute2f128_ps(c1, c5, 0x31));
        _mm256_storeu_ps(to + 48, _mm256_permute2f128_ps(c2, c6, 0x31));
        _mm256_storeu_ps(to + 56, _mm256_permute2f128_ps(c3, c7, 0x31));
        continue;
      }
#endif
      for (int pixel = 0; pixel < 8; pixel++)
        for (int feature = 0; feature < wide; feature++)
          to[pixel * wide + feature] = feature < rows ? ((const float *)(from + feature * g[1]))[pixel] : 0;
    }
}

/* fn: 0 sum, 1 sum in double precision, 2 max */
static void JOIN(reduce, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  int fn = (int)of->numbers[0];
  int64_t outer = g[2], count = g[3], inner = g[4], plane = g[5], pixels = 4 * g[6];
  int64_t apart = inner * plane / 4;
  for (int64_t s = 0; s < g[7]; s++)
    for (int64_t o = 0; o < outer; o++)
      for (int64_t i = 0; i < inner; i++) {
        const float *from = floats(memory, g[0] + s * g[8] + (o * count * inner + i) * plane);
        float *to = floats(memory, g[1] + s * g[9]) + (o * inner + i) * pixels;
        if (fn == 1) {
          for (int64_t x = 0; x < pixels; x += 4) {
            double sum[4];
            for (int l = 0; l < 4; l++) sum[l] = from[x + l];
            for (int64_t k = 1; k < count; k++)
              for (int l = 0; l < 4; l++) sum[l] += from[k * apart + x + l];
            for (int l = 0; l < 4; l++) to[x + l] = (float)sum[l];
          }
          continue;
        }
        int64_t x = 0;
        for (; x + W <= pixels; x += W) {
          vf value = load(from + x);
          for (int64_t k = 1; k < count; k++) {
            vf next = load(from + k * apart + x);
            value = fn == 2 ? larger(value, next) : value + next;
          }
          store(to + x, value);
        }
        for (; x < pixels; x++) {
          float value = from[x];
          for (int64_t k = 1; k < count; k++) {
            float next = from[k * apart + x];
            value = fn == 2 ? larger1(value, next) : value + next;
          }
          to[x] = value;
        }
      }
}

INLINE bool alike(float a, float b) { return a == b || (a != a && b != b); }

static void JOIN(first_max, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  (void)of;
  int64_t outer = g[4], count = g[5], inner = g[6], plane = g[7], pixels = 4 * g[8];
  int64_t apart = inner * plane / 4;
  for (int64_t s = 0; s < g[9]; s++)
    for (int64_t o = 0; o < outer; o++)
      for (int64_t i = 0; i < inner; i++) {
        int64_t large = s * g[10] + (o * count * inner + i) * plane;
        int64_t small = s * g[11] + 4 * (o * inner + i) * pixels;
        const float *from = floats(memory, g[0] + large), *top = floats(memory, g[1] + small), *d = floats(memory, g[2] + small);
        float *to = floats(memory, g[3] + large);
        for (int64_t x = 0; x < pixels; x++) {
          bool found = false;
          float maximum = top[x], cotangent = d[x];
          for (int64_t k = 0; k < count; k++) {
            bool hit = !found && alike(from[k * apart + x], maximum);
            to[k * apart + x] = hit ? cotangent : 0;
            found = found || hit;
          }
        }
      }
}

/* The place that a margin of a line of so many reflects: the edge itself is not repeated. */
INLINE int64_t reflected(int64_t at, int64_t size) {
  if (size == 1) return 0;
  int64_t turn = 2 * (size - 1), place = at % turn;
  if (place < 0) place += turn;
  return place < size ? place : turn - place;
}

/* height, width, top, bottom, left, right: what stands in margins is added to where it was copied from */
static void JOIN(fold_reflected, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  int64_t height = (int64_t)of->numbers[0], width = (int64_t)of->numbers[1], top = (int64_t)of->numbers[2],
          bottom = (int64_t)of->numbers[3], left = (int64_t)of->numbers[4], right = (int64_t)of->numbers[5];
  for (int64_t p = 0; p < g[5]; p++) {
    float *to = floats(memory, g[3] + p * g[4]);
    memset(to, 0, 4 * (size_t)(height * width));
    for (int64_t y = -top; y < height + bottom; y++) {
      const float *from = floats(memory, g[0] + y * g[1] + p * g[2]);
      float *line = to + reflected(y, height) * width;
      for (int64_t x = -left; x < width + right; x++) line[reflected(x, width)] += from[x];
    }
  }
}

/* fn (0 mean, 1 max), scale */
static void JOIN(pool, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  bool max = of->numbers[0] != 0;
  float factor = (float)of->numbers[1];
  const int32_t *table = integers(memory, g[3]);
  for (int64_t p = 0; p < g[8]; p++)
    for (int64_t l = 0; l < g[9]; l++) {
      const char *from = memory + g[0] + p * g[1] + l * g[2];
      float *to = floats(memory, g[5] + p * g[6] + l * g[7]);
      int64_t pixels = 4 * g[10], x = 0;
      for (; x + W <= pixels; x += W) {
        vf value = load((const float *)(from + table[0]) + x);
        for (int64_t k = 1; k < g[4]; k++) {
          vf next = load((const float *)(from + table[k]) + x);
          value = max ? larger(value, next) : value + next;
        }
        store(to + x, max ? value : value * all(factor));
      }
      for (; x < pixels; x++) {
        float value = ((const float *)(from + table[0]))[x];
        for (int64_t k = 1; k < g[4]; k++) {
          float next = ((const float *)(from + table[k]))[x];
          value = max ? larger1(value, next) : value + next;
        }
        to[x] = max ? value : value * factor;
      }
    }
}

/* fn (0 mean, 1 max), scale: four pixels at a time, tap by tap, since windows lie over each other */
static void JOIN(pool_vjp, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  bool max = of->numbers[0] != 0;
  float factor = (float)of->numbers[1];
  const int32_t *table = integers(memory, g[4]);
  int64_t taps = g[5], pixels = pixels_of(memory, g[12], g[13]);
  for (int64_t p = 0; p < g[10]; p++)
    for (int64_t l = 0; l < g[11]; l++) {
      int64_t at = p * g[1] + l * g[2], small = p * g[8] + l * g[9];
      const float *top = floats(memory, g[6] + small), *d = floats(memory, g[7] + small);
      for (int64_t v = 0; v <= g[12]; v++) {
        bool found[4] = {false};
        for (int64_t k = 0; k < taps; k++) {
          const float *x = floats(memory, g[0] + at + table[k]) + 4 * v;
          float *dx = floats(memory, g[3] + at + table[k]) + 4 * v;
          for (int lane = 0; lane < 4; lane++) {
            bool is_there = 4 * v + lane < pixels;
            float adds = 0;
            if (!max) adds = is_there ? d[4 * v + lane] * factor : 0;
            else {
              bool hit = !found[lane] && alike(x[lane], top[4 * v + lane]);
              if (hit) adds = is_there ? d[4 * v + lane] : 0;
              found[lane] = found[lane] || hit;
            }
            dx[lane] += adds;
          }
        }
      }
    }
}

/* Lines combined by a matrix: in the order of columns. */
INLINE void combine(char *memory, const int64_t *g, int rows, int columns, const double *matrix) {
  for (int64_t plane = 0; plane < g[8]; plane++)
    for (int64_t group = 0; group < g[9]; group++) {
      const char *from = memory + g[0] + plane * g[3] + group * g[2];
      char *to = memory + g[4] + plane * g[7] + group * g[6];
      int64_t pixels = 4 * g[10];
      for (int64_t x = 0; x < pixels; x += W) {
        int count = pixels - x < W ? (int)(pixels - x) : W;
        vf lines[6];
        UNROLL
        for (int j = 0; j < columns; j++) {
          const float *line = (const float *)(from + j * g[1]) + x;
          if (count == W) lines[j] = load(line);
          else {
            lines[j] = all(0);
            memcpy(&lines[j], line, 4 * (size_t)count);
          }
        }
        UNROLL
        for (int i = 0; i < rows; i++) {
          vf sum = all(0);
          bool begun = false;
          UNROLL
          for (int j = 0; j < columns; j++) {
            double factor = matrix[i * columns + j];
            if (factor == 0) continue;
            if (!begun) sum = factor == 1 ? lines[j] : factor == -1 ? -lines[j] : lines[j] * all((float)factor);
            else if (factor == 1) sum += lines[j];
            else if (factor == -1) sum -= lines[j];
            else sum = fma_(lines[j], all((float)factor), sum);
            begun = true;
          }
          float *line = (float *)(to + i * g[5]) + x;
          if (count == W) store(line, sum);
          else memcpy(line, &sum, 4 * (size_t)count);
        }
      }
    }
}

/* The matrices of src/compile/fuse/kernels/winograd.ts: with them known, nothing is asked. */
static const double winograd_input[] = {
    0.25, -0.375, -0.5, 0.375, 0.25, 0, 0, -0.5, 0.25, 1.25, 0.5, 0, 0, 0.5, -1.25, 0.25, 0.5, 0,
    0, -0.5, -0.25, 0.5, 0.25, 0, 0, 0.25, -0.5, -0.25, 0.5, 0, 0, 0.25, -0.375, -0.5, 0.375, 0.25};
static const double winograd_answer[] = {1, 1, 1, 1, 1, 0, 0, 1, -1, 0.5, -2, 0, 0, 1, 1, 0.25, 4, 0, 0, 1, -1, 0.125, -8, 1};
static const double winograd_spread[] = {1, 0, 0, 0, 1, 1, 1, 1, 1, -1, 1, -1, 1, 0.5, 0.25, 0.125, 1, -2, 4, -8, 0, 0, 0, 1};

/* rows, columns, then the matrix row by row */
static void JOIN(transform, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  int rows = (int)of->numbers[0], columns = (int)of->numbers[1];
  const double *matrix = of->numbers + 2;
#define KNOWN(known, r, c) \
  if (rows == r && columns == c && memcmp(matrix, known, sizeof known) == 0) return combine(memory, g, r, c, known)
  KNOWN(winograd_input, 6, 6);
  KNOWN(winograd_answer, 4, 6);
  KNOWN(winograd_spread, 6, 4);
  combine(memory, g, rows, columns, matrix);
}

/* outer, count, inner, to, transposed */
static void JOIN(list_dense, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  int64_t outer = (int64_t)of->numbers[0], count = (int64_t)of->numbers[1], inner = (int64_t)of->numbers[2],
          to = (int64_t)of->numbers[3];
  bool transposed = of->numbers[4] != 0;
  const float *x = floats(memory, g[0]), *weights = floats(memory, g[1]);
  float *result = floats(memory, g[2]);
  for (int64_t o = 0; o < outer; o++)
    for (int64_t i = 0; i < inner; i++)
      for (int64_t j = 0; j < to; j++) {
        double sum = 0;
        for (int64_t k = 0; k < count; k++)
          sum += (double)x[(o * count + k) * inner + i] * (double)weights[transposed ? j * count + k : k * to + j];
        result[(o * to + j) * inner + i] = (float)sum;
      }
}

/* outer, count, inner, to */
static void JOIN(list_dense_weight, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  int64_t outer = (int64_t)of->numbers[0], count = (int64_t)of->numbers[1], inner = (int64_t)of->numbers[2],
          to = (int64_t)of->numbers[3];
  const float *x = floats(memory, g[0]), *d = floats(memory, g[1]);
  double *result = doubles(memory, g[2]);
  for (int64_t o = 0; o < outer; o++)
    for (int64_t i = 0; i < inner; i++)
      for (int64_t k = 0; k < count; k++)
        for (int64_t j = 0; j < to; j++)
          result[k * to + j] += (double)x[(o * count + k) * inner + i] * (double)d[(o * to + j) * inner + i];
}

/* outer, count, inner, fn (0 sum, 1 max) */
static void JOIN(list_reduce, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  int64_t outer = (int64_t)of->numbers[0], count = (int64_t)of->numbers[1], inner = (int64_t)of->numbers[2];
  bool max = of->numbers[3] != 0;
  const float *x = floats(memory, g[0]);
  float *result = floats(memory, g[1]);
  for (int64_t o = 0; o < outer; o++)
    for (int64_t i = 0; i < inner; i++) {
      const float *from = x + o * count * inner + i;
      if (max) {
        float value = from[0];
        for (int64_t k = 1; k < count; k++) value = larger1(value, from[k * inner]);
        result[o * inner + i] = value;
      } else {
        double value = from[0];
        for (int64_t k = 1; k < count; k++) value += from[k * inner];
        result[o * inner + i] = (float)value;
      }
    }
}

/* outer, count, inner */
static void JOIN(list_first_max, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  int64_t outer = (int64_t)of->numbers[0], count = (int64_t)of->numbers[1], inner = (int64_t)of->numbers[2];
  const float *x = floats(memory, g[0]), *top = floats(memory, g[1]), *d = floats(memory, g[2]);
  float *to = floats(memory, g[3]);
  for (int64_t o = 0; o < outer; o++)
    for (int64_t i = 0; i < inner; i++) {
      bool found = false;
      for (int64_t k = 0; k < count; k++) {
        int64_t at = (o * count + k) * inner + i;
        bool hit = !found && alike(x[at], top[o * inner + i]);
        to[at] = hit ? d[o * inner + i] : 0;
        found = found || hit;
      }
    }
}

/* factors */
static void JOIN(mix_cells, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  const int32_t *table = integers(memory, g[0]);
  float *to = floats(memory, g[3]);
  for (int64_t i = 0; i < g[4]; i++) {
    const char *first = memory + g[1] + table[i];
    double sum = 0;
    for (int j = 0; j < of->count; j++) sum += of->numbers[j] * (double)*(const float *)(first + j * g[2]);
    to[i] = (float)sum;
  }
}

/* rows, vectors, lanes */
static void JOIN(matrix_product, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  int64_t rows = (int64_t)of->numbers[0], vectors = (int64_t)of->numbers[1];
  int lanes = 4 * ((int)vectors - 1) + (int)of->numbers[2];
  const int32_t *table = integers(memory, g[4]);
  int64_t depth = g[12];
  for (int64_t batch = 0; batch < g[8]; batch++)
    for (int64_t strip = 0; strip < g[9]; strip++) {
      const char *b = memory + g[2] + batch * g[3] + strip * g[10];
      for (int64_t row = 0; row < rows * g[11]; row++) {
        const float *a = floats(memory, g[0] + batch * g[1]) + (row / rows) * depth * rows + row % rows;
        /* what is past the last lane is not written, so it may be anything: read it where vectors are whole */
        v8 sum = all8(0);
        if (vectors == 2)
          for (int64_t k = 0; k < depth; k++) sum = fma8(all8(a[k * rows]), load8((const float *)(b + table[k])), sum);
        else
          for (int64_t k = 0; k < depth; k++) {
            const float *values = (const float *)(b + table[k]);
            for (int x = 0; x < 4; x++) sum[x] = fma1(a[k * rows], values[x], sum[x]);
          }
        memcpy(memory + g[5] + batch * g[6] + row * g[7] + 16 * vectors * strip, &sum, 4 * (size_t)lanes);
      }
    }
}

/* rows, columns, whether a and b are lists */
static void JOIN(plane_product, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  int64_t rows = (int64_t)of->numbers[0] * g[8], columns = (int64_t)of->numbers[1] * g[9], depth = g[10];
  bool list_a = of->numbers[2] != 0, list_b = of->numbers[3] != 0;
  const int32_t *batches = integers(memory, g[3]), *of_rows = integers(memory, g[4]), *of_columns = integers(memory, g[5]),
                *of_depth = integers(memory, g[6]);
  for (int64_t batch = 0; batch < g[7]; batch++)
    for (int64_t strip = 0; strip < g[11]; strip++)
      for (int64_t j = 0; j < columns; j++)
        for (int64_t i = 0; i < rows; i++) {
          const char *a = memory + g[0] + batches[3 * batch] + of_rows[2 * i] + (list_a ? 0 : 32 * strip);
          const char *b = memory + g[1] + batches[3 * batch + 1] + of_columns[2 * j] + (list_b ? 0 : 32 * strip);
          v8 sum = all8(0);
          for (int64_t k = 0; k < depth; k++) {
            const float *in_a = (const float *)(a + of_depth[2 * k]), *in_b = (const float *)(b + of_depth[2 * k + 1]);
            sum = fma8(list_a ? all8(*in_a) : load8(in_a), list_b ? all8(*in_b) : load8(in_b), sum);
          }
          store8(floats(memory, g[2] + batches[3 * batch + 2] + of_rows[2 * i + 1] + of_columns[2 * j + 1]) + 8 * strip, sum);
        }
}

static void JOIN(cross_entropy, LEVEL)(char *memory, const int64_t *g, const struct made_for *of) {
  (void)of;
  int64_t classes = g[3], strips = g[4];
  const float *weights = floats(memory, g[6]);
  vf scale = all(*floats(memory, g[5]));
#ifdef LOOPS
  enum { LANES = 4 };
#else
  enum { LANES = 16 };
#endif
  float losses[LANES] = {0};
  for (int64_t s = 0; s < strips; s++)
    for (int part = 0; part < 8; part += W < 8 ? W : 8) {
      enum { COUNT = W < 8 ? W : 8 };
      /* of sixteen lanes the last eight hold what nobody reads */
      vf label = all(-1), logit[1];
      memcpy(&label, floats(memory, g[1]) + 8 * s + part, 4 * COUNT);
      const float *logits = floats(memory, g[0]) + 8 * classes * s + part;
      float *to = floats(memory, g[2]) + 8 * classes * s + part;
#define LOGIT(k) (logit[0] = all(0), memcpy(&logit[0], logits + 8 * (k), 4 * COUNT), logit[0])
      vf top = LOGIT(0);
      for (int64_t k = 1; k < classes; k++) top = larger(top, LOGIT(k));
      vf sum = all(0), own = all(0), weight = all(0);
      for (int64_t k = 0; k < classes; k++) {
        vf less = LOGIT(k) - top;
        vf e = f_exp(less);
        memcpy(to + 8 * k, &e, 4 * COUNT);
        sum += e;
        vm is = same(label, all((float)k));
        own = pick(is, less, own);
        weight = pick(is, all(weights[k]), weight);
      }
      vf loss = weight * (f_log(sum) - own);
      for (int x = 0; x < COUNT; x++)
        if (label[x] > -0.5f) losses[(8 * s + part + x) % LANES] += loss[x];
      weight = weight * scale;
      vf factor = weight / sum;
      for (int64_t k = 0; k < classes; k++) {
        vf e = all(0);
        memcpy(&e, to + 8 * k, 4 * COUNT);
        e = e * factor - pick(same(label, all((float)k)), weight, all(0));
        memcpy(to + 8 * k, &e, 4 * COUNT);
      }
    }
  double *total = doubles(memory, g[7]);
  for (int lane = 0; lane < 4; lane++) {
#ifdef LOOPS
    total[lane] += losses[lane];
#else
    total[lane] += ((double)losses[lane] + losses[lane + 8]) + ((double)losses[lane + 4] + losses[lane + 12]);
#endif
  }
}

#endif
