/*
 * Runs lists without Node, so that a sanitizer or another processor can, and prints for each a hash of the memory that it leaves.
 * Lists come from files that specs have written (DRUMHEAD_LISTS names the folder, see spec/compile/fuse/list/both.ts), named as
 * arguments, or one after the other from the standard input (npm run native:replay, bench/native/replay).
 *
 * A list: a count and so many numbers of double precision, a count and so many bytes of memory. With GUARDS the memory stands
 * between pages that nobody may touch.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef GUARDS
#include <sys/mman.h>
#endif

#include "../src/program.h"

extern const struct level level_under_test;

static bool outside_call(void *context, int number, int count, const int64_t *given) {
  (void)context, (void)number, (void)count, (void)given;
  return false;
}

/* Of words: what a NaN carries is no value. */
static uint32_t hash_of(const char *memory, size_t bytes) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i + 4 <= bytes; i += 4) {
    uint32_t word;
    memcpy(&word, memory + i, 4);
    if ((word & 0x7fffffff) > 0x7f800000) word = 0x7fc00000;
    hash = (hash ^ word) * 16777619u;
  }
  return hash;
}

struct memory {
  char *whole, *start;
  size_t size;
};

#ifdef GUARDS
static const size_t page = 65536;

/* The memory ends where the page behind it begins. */
static struct memory memory_of(size_t bytes) {
  size_t inner = (bytes + page - 1) / page * page;
  struct memory m = {NULL, NULL, inner + 2 * page};
  m.whole = mmap(NULL, m.size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (m.whole == MAP_FAILED || (inner > 0 && mprotect(m.whole + page, inner, PROT_READ | PROT_WRITE) != 0)) exit(3);
  m.start = m.whole + page + inner - bytes;
  return m;
}

static void release(struct memory m) { munmap(m.whole, m.size); }
#else
static struct memory memory_of(size_t bytes) {
  struct memory m = {malloc(bytes), NULL, bytes};
  if (m.whole == NULL && bytes > 0) exit(3);
  m.start = m.whole;
  return m;
}

static void release(struct memory m) { free(m.whole); }
#endif

/* A list of a file, run: 1 where there is none any more, 2 where it is no list, 0 else. */
static int replay(FILE *file, const char *name) {
  uint64_t count, bytes;
  if (fread(&count, 8, 1, file) != 1) return 1;
  double *numbers = malloc(count * 8 + 1);
  if (numbers == NULL || fread(numbers, 8, count, file) != count || fread(&bytes, 8, 1, file) != 1) return 2;
  struct memory memory = memory_of(bytes);
  if (fread(memory.start, 1, bytes, file) != bytes) return 2;
  const char *problem = NULL;
  struct program *program = program_of(numbers, count, &problem);
  if (program == NULL) {
    fprintf(stderr, "%s: %s\n", name, problem);
    return 2;
  }
  bool ended = program_run(program, &level_under_test, memory.start, outside_call, NULL);
  printf("%s %s %08x\n", name, ended ? "ends" : "calls outside", hash_of(memory.start, bytes));
  fflush(stdout);
  program_free(program);
  release(memory);
  free(numbers);
  return 0;
}

int main(int count, char **names) {
  int failed = 0;
  if (count == 1) {
    while (failed == 0) failed = replay(stdin, "-");
    return failed == 1 ? 0 : failed;
  }
  for (int i = 1; i < count; i++) {
    FILE *file = fopen(names[i], "rb");
    if (file == NULL || replay(file, names[i]) != 0) {
      fprintf(stderr, "%s is no list\n", names[i]);
      failed = 1;
    }
    if (file != NULL) fclose(file);
  }
  return failed;
}
