/*
 * What the processor can run, asked of itself: the compilers' own answer (__builtin_cpu_supports) is a stub in some of them, which
 * says no to everything.
 */

#pragma once

#include <stdbool.h>

#if defined(__x86_64__)
#include <cpuid.h>

/* Whether the system keeps these registers (bits of XCR0) when it changes between threads. */
static bool keeps(unsigned registers) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & bit_OSXSAVE) == 0) return false;
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (low & registers) == registers;
}

/* Vectors of eight floats, and a product and a sum in one instruction. */
static bool has_avx2(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & bit_FMA) == 0) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_AVX2) != 0 && keeps(0x6);
}

/* Vectors of sixteen floats, with masks, whole numbers and shorter vectors. */
static bool has_avx512(void) {
  const unsigned wanted = bit_AVX512F | bit_AVX512DQ | bit_AVX512VL | bit_AVX512BW;
  unsigned a, b, c, d;
  return has_avx2() && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & wanted) == wanted && keeps(0xe6);
}
#endif
