/*
 * Groups of pointwise maps: each step over a tile of numbers that stays in the first cache, then the next. Numbers of a step
 * are read where they are, in memory or in the tile, so that nothing is copied first.
 *
 * A group is: how many operands, steps, results and slots; for each operand 0 (a number a pixel), 1 (a number a plane) or 2
 * (one number), and the last step that reads it; for each step its kind, the three values that it reads, its slot (a tile), the
 * result that its value is (or -1), and two numbers; for each result its value.
 */

#ifndef DRUMHEAD_POINTWISE_H
#define DRUMHEAD_POINTWISE_H

#include "functions.h"

enum step_kind {
  STEP_CONSTANT,
  STEP_AFFINE,
  STEP_WHERE,
  STEP_LENGTH_VJP,
  STEP_ANGLE_VJP,
  /* of one number */
  STEP_TANH,
  STEP_RELU,
  STEP_SIGMOID,
  STEP_SOFTPLUS,
  STEP_SIN,
  STEP_COS,
  STEP_EXP,
  STEP_LOG,
  STEP_SQRT,
  STEP_SQUARE,
  STEP_ABS,
  STEP_RECIPROCAL,
  STEP_SIGN,
  STEP_FLOOR,
  STEP_ERF,
  STEP_SAME,
  /* of two */
  STEP_ADD,
  STEP_SUB,
  STEP_MUL,
  STEP_DIV,
  STEP_MAX,
  STEP_MIN,
  STEP_GREATER,
  STEP_GREATER_EQUAL,
  STEP_ATAN2,
  STEP_KEEP,
  STEP_LENGTH,
};

#define TILE 512
#define STEP_NUMBERS 8
/* So many tiles are on the stack; a group with more takes memory. */
#define FEW_TILES 40
#define FEW_VALUES 200

#include <stdlib.h>

static inline float *aligned_tiles(int tiles) {
  char *memory = malloc(sizeof(float) * TILE * (size_t)tiles + 64 + sizeof(void *));
  if (memory == NULL) abort();
  char *at = memory + sizeof(void *);
  at += 64 - (uintptr_t)at % 64;
  memcpy(at - sizeof(void *), &memory, sizeof memory);
  return (float *)at;
}
static inline void free_tiles(float *tile) {
  char *memory;
  memcpy(&memory, (char *)tile - sizeof(void *), sizeof memory);
  free(memory);
}
static inline const float **pointers(int count) {
  const float **made = malloc(sizeof(float *) * (size_t)count);
  if (made == NULL) abort();
  return made;
}

#define EACH(expression)               \
  {                                    \
    _Pragma("GCC unroll 4")            \
    for (int i = 0; i < count; i += W) { \
      vf x = load(a + i);              \
      store(to + i, expression);       \
    }                                  \
    return;                            \
  }
#define PAIRS(expression)                  \
  {                                        \
    _Pragma("GCC unroll 4")                \
    for (int i = 0; i < count; i += W) {   \
      vf x = load(a + i), y = load(b + i); \
      store(to + i, expression);           \
    }                                      \
    return;                                \
  }

/* One step over so many numbers, a multiple of W: what is past the end is computed too. */
static void JOIN(step, LEVEL)(const double *step, float *to, const float *a, const float *b, const float *c, int count) {
  switch ((enum step_kind)step[0]) {
    case STEP_CONSTANT: {
      vf value = all((float)step[6]);
      for (int i = 0; i < count; i += W) store(to + i, value);
      break;
    }
    case STEP_AFFINE: {
      vf scale = all((float)step[6]), shift = all((float)step[7]);
      if (step[6] == 1 && step[7] == 0) EACH(x)
      if (step[6] == 1) EACH(x + shift)
      if (step[7] == 0) EACH(x * scale)
      EACH(fma_(x, scale, shift))
    }
    case STEP_WHERE:
      for (int i = 0; i < count; i += W) store(to + i, pick(at_most(load(a + i), all(0)), load(c + i), load(b + i)));
      break;
    case STEP_LENGTH_VJP:
      for (int i = 0; i < count; i += W) store(to + i, f_length_vjp(load(a + i), load(b + i), load(c + i)));
      break;
    case STEP_ANGLE_VJP:
      for (int i = 0; i < count; i += W) store(to + i, f_angle_vjp(load(a + i), load(b + i), load(c + i)));
      break;
    case STEP_TANH: EACH(f_tanh(x))
    case STEP_RELU: EACH(positive(x))
    case STEP_SIGMOID: EACH(f_sigmoid(x))
    case STEP_SOFTPLUS: EACH(f_softplus(x))
    case STEP_SIN: EACH(wave(x, 0))
    case STEP_COS: EACH(wave(x, 1))
    case STEP_EXP: EACH(f_exp(x))
    case STEP_LOG: EACH(f_log(x))
    case STEP_SQRT: EACH(root(x))
    case STEP_SQUARE: EACH(x * x)
    case STEP_ABS: EACH(absolute(x))
    case STEP_RECIPROCAL: EACH(all(1) / x)
    case STEP_SIGN: EACH(f_sign(x))
    case STEP_FLOOR: EACH(floor_(x))
    case STEP_ERF: EACH(f_erf(x))
    case STEP_SAME: EACH(x)
    case STEP_ADD: PAIRS(x + y)
    case STEP_SUB: PAIRS(x - y)
    case STEP_MUL: PAIRS(x * y)
    case STEP_DIV: PAIRS(x / y)
    case STEP_MAX: PAIRS(larger(x, y))
    case STEP_MIN: PAIRS(smaller(x, y))
    case STEP_GREATER: PAIRS(pick(above(x, y), all(1), all(0)))
    case STEP_GREATER_EQUAL: PAIRS(pick(at_least(x, y), all(1), all(0)))
    case STEP_ATAN2: PAIRS(f_angle(x, y))
    case STEP_KEEP: PAIRS(pick(above(y, all(0)), x, y))
    case STEP_LENGTH: PAIRS(f_length(x, y))
  }
}

/* Fills with the number of each plane, from the number `first` of a flat piece of planes on. */
static void JOIN(spread_planes, LEVEL)(float *to, const float *numbers, int64_t planes, int64_t pixels, int64_t first, int count) {
  int64_t plane = (first / pixels) % planes, left = pixels - first % pixels;
  if (pixels == 8 && first % 8 == 0 && count % 8 == 0) {
    for (int i = 0; i < count; i += 8) {
      store8(to + i, all8(numbers[plane]));
      plane = plane + 1 == planes ? 0 : plane + 1;
    }
    return;
  }
  for (int i = 0; i < count;) {
    int run = left < count - i ? (int)left : count - i;
    float value = numbers[plane];
    int k = 0;
    for (; k + W <= run; k += W) store(to + i + k, all(value));
    for (; k < run; k++) to[i + k] = value;
    i += run;
    left = pixels;
    plane = plane + 1 == planes ? 0 : plane + 1;
  }
}

static void JOIN(pointwise, LEVEL)(char *memory, const int64_t *given, const struct made_for *of) {
  const double *group = of->numbers;
  int operands = (int)group[0], steps = (int)group[1], results = (int)group[2], slots = (int)group[3];
  const double *kinds = group + 4, *first_step = kinds + 2 * operands, *result = first_step + STEP_NUMBERS * steps;
  int64_t strips = given[0], planes = given[1], pixels = 4 * given[2];
  int64_t all_numbers = strips * planes * pixels;
  if (all_numbers <= 0) return;
  const int64_t *addresses = given + 3;
  /* slots, then a tile of each operand */
  int tiles = slots + operands;
  float few[FEW_TILES * TILE] __attribute__((aligned(64)));
  float *tile = tiles <= FEW_TILES ? few : aligned_tiles(tiles);
  const float *few_values[FEW_VALUES];
  const float **values = operands + steps <= FEW_VALUES ? few_values : pointers(operands + steps);
  for (int k = 0; k < operands; k++)
    if (kinds[2 * k] == 2) {
      float value = *floats(memory, addresses[k]);
      float *to = tile + (slots + k) * TILE;
      for (int i = 0; i < TILE; i++) to[i] = value;
      values[k] = to;
    }
  /* a step writes a result where it goes, if no later step reads an operand that lies there */
  bool few_direct[FEW_VALUES], *direct = operands + steps <= FEW_VALUES ? few_direct : malloc((size_t)steps);
  if (direct == NULL) abort();
  for (int k = 0; k < steps; k++) {
    int r = (int)first_step[STEP_NUMBERS * k + 5];
    direct[k] = r >= 0;
    for (int o = 0; o < operands && direct[k]; o++) {
      int64_t from = addresses[o], to = r < 0 ? 0 : addresses[operands + r];
      int64_t bytes = kinds[2 * o] == 0 ? 4 * all_numbers : kinds[2 * o] == 1 ? 4 * planes : 4;
      bool apart = from + bytes <= to || to + 4 * all_numbers <= from;
      bool read_later = kinds[2 * o] != 0 || kinds[2 * o + 1] > k;
      /* what is read at the same places, and not after this step, may be written over */
      if (!apart && (read_later || from != to)) direct[k] = false;
    }
    for (int o = 0; o < results && direct[k]; o++)
      if (result[o] < operands) direct[k] = false;
  }
  for (int64_t first = 0; first < all_numbers; first += TILE) {
    int count = all_numbers - first < TILE ? (int)(all_numbers - first) : TILE;
    bool whole = count % W == 0;
    for (int k = 0; k < operands; k++) {
      float *own = tile + (slots + k) * TILE;
      if (kinds[2 * k] == 0) {
        values[k] = floats(memory, addresses[k]) + first;
        /* vectors are whole: what is past the end must not be read from memory that may not be there */
        if (!whole) values[k] = memcpy(own, values[k], 4 * (size_t)count);
      } else if (kinds[2 * k] == 1) {
        JOIN(spread_planes, LEVEL)(own, floats(memory, addresses[k]), planes, pixels, first, count);
        values[k] = own;
      }
    }
    for (int k = 0; k < steps; k++) {
      const double *step = first_step + STEP_NUMBERS * k;
      float *to = direct[k] && whole ? floats(memory, addresses[operands + (int)step[5]]) + first : tile + (int)step[4] * TILE;
      JOIN(step, LEVEL)(step, to, values[(int)step[1]], values[(int)step[2]], values[(int)step[3]], count);
      values[operands + k] = to;
    }
    for (int k = 0; k < results; k++) {
      float *to = floats(memory, addresses[operands + k]) + first;
      const float *from = values[(int)result[k]];
      if (from != to) memcpy(to, from, 4 * (size_t)count);
    }
  }
  if (tile != few) free_tiles(tile);
  if (values != few_values) free(values);
  if (direct != few_direct) free(direct);
}

#endif
