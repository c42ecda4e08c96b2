/*
 * Node-API: `levels` names what this processor can run, `program` decodes a list, `run` runs it on a memory, which native code
 * sees as it is: nothing is copied. `sources` is the digest of what the binary was made from.
 */

#include <node_api.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "processor.h"
#include "program.h"

/* The digest of these sources, by which the loader knows a binary that was made from others. */
#ifndef SOURCES
#define SOURCES ""
#endif

extern const struct level level_portable, level_loops;
#if defined(__x86_64__)
extern const struct level level_avx2, level_avx512;
#elif defined(__aarch64__)
extern const struct level level_neon;
#endif

#define MOST_LEVELS 4

/* What this processor can run, the fastest last; `loops` is for tests alone and stands first. */
static int usable(const struct level **found) {
  int count = 0;
  found[count++] = &level_loops;
  found[count++] = &level_portable;
#if defined(__x86_64__)
  if (has_avx2()) found[count++] = &level_avx2;
  if (has_avx512()) found[count++] = &level_avx512;
#elif defined(__aarch64__)
  found[count++] = &level_neon;
#endif
  return count;
}

#define TRY(call)                                                   \
  do {                                                              \
    if ((call) != napi_ok) {                                        \
      bool pending = false;                                         \
      napi_is_exception_pending(env, &pending);                     \
      if (!pending) napi_throw_error(env, NULL, "native: " #call);  \
      return NULL;                                                  \
    }                                                               \
  } while (0)

static napi_value levels(napi_env env, napi_callback_info info) {
  (void)info;
  const struct level *found[MOST_LEVELS];
  int count = usable(found);
  napi_value list;
  TRY(napi_create_array_with_length(env, (size_t)count, &list));
  for (int i = 0; i < count; i++) {
    napi_value name;
    TRY(napi_create_string_utf8(env, found[i]->name, NAPI_AUTO_LENGTH, &name));
    TRY(napi_set_element(env, list, (uint32_t)i, name));
  }
  return list;
}

static void free_program(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  program_free(data);
}

/* program(numbers: Float64Array): an external */
static napi_value make_program(napi_env env, napi_callback_info info) {
  size_t count = 1, length;
  napi_value numbers, made;
  TRY(napi_get_cb_info(env, info, &count, &numbers, NULL, NULL));
  napi_typedarray_type type;
  void *data;
  bool is = false;
  if (count == 1) TRY(napi_is_typedarray(env, numbers, &is));
  if (is) TRY(napi_get_typedarray_info(env, numbers, &type, &length, &data, NULL, NULL));
  if (!is || type != napi_float64_array) {
    napi_throw_type_error(env, NULL, "native: a program is a Float64Array");
    return NULL;
  }
  const char *problem = NULL;
  struct program *program = program_of(data, length, &problem);
  if (program == NULL) {
    napi_throw_error(env, NULL, problem);
    return NULL;
  }
  if (napi_create_external(env, program, free_program, NULL, &made) != napi_ok) {
    program_free(program);
    return NULL;
  }
  return made;
}

struct calling {
  napi_env env;
  napi_value function;
};

/* Calls the function with the number of the kernel and what it is called with. */
static bool call_outside(void *context, int number, int count, const int64_t *given) {
  struct calling *calling = context;
  napi_env env = calling->env;
  napi_handle_scope scope;
  napi_value *values = malloc(sizeof(napi_value) * (size_t)(count + 1)), receiver;
  if (values == NULL) return false;
  bool ended = false;
  sig_atomic_t deep = inside;
  inside = 0;
  if (napi_open_handle_scope(env, &scope) == napi_ok) {
    bool made = napi_create_int32(env, number, &values[0]) == napi_ok;
    for (int i = 0; i < count && made; i++) made = napi_create_int64(env, given[i], &values[i + 1]) == napi_ok;
    ended = made && napi_get_undefined(env, &receiver) == napi_ok &&
            napi_call_function(env, receiver, calling->function, (size_t)(count + 1), values, NULL) == napi_ok;
    napi_close_handle_scope(env, scope);
  }
  free(values);
  inside = deep;
  return ended;
}

/* run(program, level, memory: ArrayBuffer, outside: function) */
static napi_value run(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value given[4];
  TRY(napi_get_cb_info(env, info, &count, given, NULL, NULL));
  const struct level *found[MOST_LEVELS];
  int32_t number = -1;
  void *program, *memory;
  size_t bytes;
  if (count != 4) {
    napi_throw_type_error(env, NULL, "native: run takes a program, a level, a memory and a function");
    return NULL;
  }
  TRY(napi_get_value_external(env, given[0], &program));
  TRY(napi_get_value_int32(env, given[1], &number));
  TRY(napi_get_arraybuffer_info(env, given[2], &memory, &bytes));
  if (number < 0 || number >= usable(found)) {
    napi_throw_range_error(env, NULL, "native: there is no such level");
    return NULL;
  }
  struct calling calling = {env, given[3]};
  inside++;
  bool ended = program_run(program, found[number], memory, call_outside, &calling);
  inside--;
  if (!ended) {
    bool pending = false;
    napi_is_exception_pending(env, &pending);
    if (!pending) napi_throw_error(env, NULL, "native: the list could not be run");
  }
  return NULL;
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"levels", NULL, levels, NULL, NULL, NULL, napi_enumerable, NULL},
      {"program", NULL, make_program, NULL, NULL, NULL, napi_enumerable, NULL},
      {"run", NULL, run, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  say_faults();
  napi_value sources;
  TRY(napi_create_string_utf8(env, SOURCES, NAPI_AUTO_LENGTH, &sources));
  TRY(napi_set_named_property(env, exports, "sources", sources));
  TRY(napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions));
  return exports;
}
