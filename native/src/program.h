/* A list of instructions, decoded from numbers, and what runs it. See docs/decisions/native.md. */

#ifndef DRUMHEAD_PROGRAM_H
#define DRUMHEAD_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Kernels by their numbers, in the order of src/compile/fuse/native/encode.ts. */
enum kernel_number {
  KERNEL_OUTSIDE = 0,
  KERNEL_ADD_CELLS,
  KERNEL_ADD_ONTO,
  KERNEL_COPY_CELLS,
  KERNEL_COPY_LINES,
  KERNEL_COPY,
  KERNEL_COPY_SIDES,
  KERNEL_CROSS_ENTROPY,
  KERNEL_DOT,
  KERNEL_FILL,
  KERNEL_FIRST_MAX,
  KERNEL_FOLD_REFLECTED,
  KERNEL_GATHER_PIXELS,
  KERNEL_LIST_DENSE,
  KERNEL_LIST_DENSE_WEIGHT,
  KERNEL_LIST_FIRST_MAX,
  KERNEL_LIST_MOMENTS,
  KERNEL_LIST_REDUCE,
  KERNEL_MATRIX_DOTS,
  KERNEL_MATRIX_PRODUCT,
  KERNEL_MERGE_PAIRS,
  KERNEL_MIX_CELLS,
  KERNEL_MOMENTS,
  KERNEL_PICK_CELLS,
  KERNEL_PLACE_CELLS,
  KERNEL_PLANE_DOTS,
  KERNEL_PLANE_PRODUCT,
  KERNEL_POINTWISE,
  KERNEL_POOL,
  KERNEL_POOL_VJP,
  KERNEL_PRODUCT,
  KERNEL_REDUCE,
  KERNEL_ROUND,
  KERNEL_SPLIT_PAIRS,
  KERNEL_SUM_LINES,
  KERNEL_SUM_PLANES,
  KERNEL_SUM_SHORT_PLANES,
  KERNEL_TRANSFORM,
  KERNEL_TRANSPOSE,
  KERNELS
};

/* What a kernel is made for: numbers whose meaning it knows. */
struct made_for {
  int count;
  const double *numbers;
};

/* A kernel: memory, what it is called with (addresses and strides in bytes), and what it is made for. */
typedef void (*kernel)(char *memory, const int64_t *given, const struct made_for *of);

/* The kernels of one instruction set. */
struct level {
  const char *name;
  kernel kernels[KERNELS];
};

struct program;

/* Calls what is outside of native code: the kernel's place in the list of kernels, and what it is called with. Returns
   false to end the run. */
typedef bool (*outside)(void *context, int number, int count, const int64_t *given);

/* A program from its numbers; NULL where they are none, with a clause in `problem`. */
struct program *program_of(const double *numbers, size_t count, const char **problem);
void program_free(struct program *program);

/* Runs it on a memory. Returns false where `call` did. */
bool program_run(const struct program *program, const struct level *level, char *memory, outside call, void *context);

#endif
