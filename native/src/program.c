/* Decodes lists of instructions and runs them. */

#include "program.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* times t + plus, what remains of it by `over`, how often `per` is in it; 0 where there is none. */
struct count {
  int loop;
  int64_t times, plus, over, per;
};

struct term {
  int64_t stride;
  struct count count;
};

enum argument_kind { NUMBER, MOVING, CHOICE, READ };

struct argument;

struct condition {
  struct count count;
  struct argument *is;
};

struct argument {
  enum argument_kind kind;
  int64_t base; /* NUMBER, MOVING; READ: the most */
  int terms_count;
  struct term *terms;
  struct condition when;
  struct argument *take, *otherwise; /* CHOICE; READ: take is the address */
};

struct list;

enum instruction_kind { CALL, LOOP, WHEN, CLOCK };

/* An argument that is no number, and its place. */
struct moved {
  int place;
  const struct argument *argument;
};

struct instruction {
  enum instruction_kind kind;
  /* CALL */
  int made; /* its place among the kernels of the program */
  int given_count;
  int64_t *given; /* with numbers in their places */
  int moved_count;
  struct moved *moved;
  /* LOOP, CLOCK */
  int loop;
  struct argument *from, *times, *until;
  int by;
  /* WHEN */
  int conditions_count;
  struct condition *conditions;
  struct list *body;
};

struct list {
  int count;
  struct instruction *instructions;
};

struct made {
  int number;
  struct made_for of;
};

/* Memory that is freed at once. */
struct piece {
  struct piece *next;
};

struct program {
  struct piece *pieces;
  int made_count;
  struct made *made;
  int loops;
  struct list *list;
};

struct reader {
  const double *numbers;
  size_t at, count;
  const char *problem;
  struct program *program;
};

static void *take(struct program *program, size_t count, size_t size) {
  struct piece *piece = calloc(1, sizeof(struct piece) + 16 + count * size);
  if (piece == NULL) return NULL;
  piece->next = program->pieces;
  program->pieces = piece;
  return (char *)piece + 16;
}

static double number(struct reader *r) {
  if (r->at < r->count) return r->numbers[r->at++];
  r->problem = "the list ends too early";
  return 0;
}

static int64_t whole(struct reader *r) {
  double value = number(r);
  if (value >= -9007199254740992.0 && value <= 9007199254740992.0) return (int64_t)value;
  r->problem = "a number is no whole number";
  return 0;
}

/* A count of things that follow: each takes one number at least. */
static int size(struct reader *r) {
  int64_t value = whole(r);
  if (value >= 0 && (size_t)value <= r->count - r->at) return (int)value;
  r->problem = "a size is more than what follows";
  return 0;
}

static int loop_number(struct reader *r) {
  int64_t value = whole(r);
  if (value < 0 || value >= 1 << 24) {
    r->problem = "a loop has no such number";
    return 0;
  }
  if (value >= r->program->loops) r->program->loops = (int)value + 1;
  return (int)value;
}

static struct count read_count(struct reader *r) {
  struct count c;
  c.loop = loop_number(r);
  c.times = whole(r);
  c.plus = whole(r);
  c.over = whole(r);
  c.per = whole(r);
  return c;
}

static struct argument *read_argument(struct reader *r, int depth);

static struct condition read_condition(struct reader *r, int depth) {
  struct condition c;
  c.count = read_count(r);
  c.is = read_argument(r, depth);
  return c;
}

/* Arguments and lists are in each other no deeper than this. */
enum { MOST_DEPTH = 500 };

static struct argument *read_argument(struct reader *r, int depth) {
  struct argument *a = take(r->program, 1, sizeof *a);
  if (a == NULL || depth > MOST_DEPTH) {
    r->problem = a == NULL ? "there is no memory" : "an argument is too deep";
    return NULL;
  }
  if (r->problem) return a;
  a->kind = (enum argument_kind)whole(r);
  switch (a->kind) {
    case NUMBER:
      a->base = whole(r);
      return a;
    case MOVING:
      a->base = whole(r);
      a->terms_count = size(r);
      a->terms = take(r->program, (size_t)a->terms_count, sizeof(struct term));
      for (int i = 0; i < a->terms_count && !r->problem; i++) {
        a->terms[i].stride = whole(r);
        a->terms[i].count = read_count(r);
      }
      return a;
    case CHOICE:
      a->when = read_condition(r, depth + 1);
      a->take = read_argument(r, depth + 1);
      a->otherwise = read_argument(r, depth + 1);
      return a;
    case READ:
      a->take = read_argument(r, depth + 1);
      a->base = whole(r);
      return a;
  }
  r->problem = "an argument is of no known kind";
  return a;
}

static struct list *read_list(struct reader *r, int depth);

static void read_call(struct reader *r, struct instruction *i) {
  i->made = (int)whole(r);
  if (i->made < 0 || i->made >= r->program->made_count) {
    r->problem = "a call is of no known kernel";
    return;
  }
  i->given_count = size(r);
  i->given = take(r->program, (size_t)i->given_count, sizeof(int64_t));
  i->moved = take(r->program, (size_t)i->given_count, sizeof(struct moved));
  for (int k = 0; k < i->given_count && !r->problem; k++) {
    const struct argument *a = read_argument(r, 0);
    if (r->problem) return;
    if (a->kind == NUMBER) i->given[k] = a->base;
    else i->moved[i->moved_count++] = (struct moved){k, a};
  }
}

static void read_instruction(struct reader *r, struct instruction *i, int depth) {
  i->kind = (enum instruction_kind)whole(r);
  switch (i->kind) {
    case CALL:
      read_call(r, i);
      return;
    case LOOP:
      i->loop = loop_number(r);
      i->from = read_argument(r, 0);
      i->by = (int)whole(r);
      i->times = read_argument(r, 0);
      if (whole(r) != 0) i->until = read_argument(r, 0);
      i->body = read_list(r, depth + 1);
      return;
    case WHEN:
      i->conditions_count = size(r);
      i->conditions = take(r->program, (size_t)i->conditions_count, sizeof(struct condition));
      for (int k = 0; k < i->conditions_count && !r->problem; k++) i->conditions[k] = read_condition(r, 0);
      i->body = read_list(r, depth + 1);
      return;
    case CLOCK:
      i->loop = loop_number(r);
      i->from = read_argument(r, 0);
      return;
  }
  r->problem = "an instruction is of no known kind";
}

static struct list *read_list(struct reader *r, int depth) {
  struct list *l = take(r->program, 1, sizeof *l);
  if (l == NULL || depth > MOST_DEPTH) {
    r->problem = l == NULL ? "there is no memory" : "a list is too deep";
    return NULL;
  }
  if (r->problem) return l;
  l->count = size(r);
  l->instructions = take(r->program, (size_t)l->count, sizeof(struct instruction));
  for (int i = 0; i < l->count && !r->problem; i++) read_instruction(r, &l->instructions[i], depth);
  return l;
}

static void read_made(struct reader *r) {
  struct program *p = r->program;
  p->made_count = size(r);
  p->made = take(p, (size_t)p->made_count, sizeof(struct made));
  for (int i = 0; i < p->made_count && !r->problem; i++) {
    struct made *made = &p->made[i];
    made->number = (int)whole(r);
    if (made->number < 0 || made->number >= KERNELS) r->problem = "there is no such kernel";
    made->of.count = size(r);
    double *numbers = take(p, (size_t)made->of.count, sizeof(double));
    for (int k = 0; k < made->of.count && !r->problem; k++) numbers[k] = number(r);
    made->of.numbers = numbers;
  }
}

struct program *program_of(const double *numbers, size_t count, const char **problem) {
  struct program *p = calloc(1, sizeof *p);
  if (p == NULL) {
    *problem = "there is no memory";
    return NULL;
  }
  struct reader r = {numbers, 0, count, NULL, p};
  read_made(&r);
  if (!r.problem) p->list = read_list(&r, 0);
  if (!r.problem && r.at != count) r.problem = "something follows the list";
  if (!r.problem) return p;
  *problem = r.problem;
  program_free(p);
  return NULL;
}

void program_free(struct program *p) {
  for (struct piece *piece = p->pieces, *next; piece != NULL; piece = next) {
    next = piece->next;
    free(piece);
  }
  free(p);
}

struct running {
  const struct program *program;
  const struct level *level;
  char *memory;
  int64_t *counters;
  outside call;
  void *context;
};

static int64_t quotient(int64_t value, int64_t by) {
  int64_t q = value / by;
  return q * by > value ? q - 1 : q;
}

static int64_t count_at(const struct count *c, const int64_t *counters) {
  int64_t value = c->times * counters[c->loop] + c->plus;
  if (c->over > 0) value -= quotient(value, c->over) * c->over;
  return c->per > 0 ? quotient(value, c->per) : value;
}

static int64_t value_of(const struct argument *a, const struct running *r);

static bool holds(const struct condition *c, const struct running *r) {
  return count_at(&c->count, r->counters) == value_of(c->is, r);
}

static int64_t value_of(const struct argument *a, const struct running *r) {
  switch (a->kind) {
    case NUMBER:
      return a->base;
    case MOVING: {
      int64_t sum = a->base;
      for (int i = 0; i < a->terms_count; i++)
        sum += a->terms[i].stride * count_at(&a->terms[i].count, r->counters);
      return sum;
    }
    case CHOICE:
      return value_of(holds(&a->when, r) ? a->take : a->otherwise, r);
    case READ: {
      float found;
      memcpy(&found, r->memory + value_of(a->take, r), 4);
      if (!(found > 0)) return 0;
      return found >= (float)a->base ? a->base : (int64_t)found;
    }
  }
  return 0;
}

static bool run_list(const struct list *l, struct running *r);

static bool run_loop(const struct instruction *i, struct running *r) {
  int64_t first = value_of(i->from, r), times = value_of(i->times, r);
  for (int64_t turn = 0; turn < times; turn++) {
    r->counters[i->loop] = first + turn * i->by;
    if (!run_list(i->body, r)) return false;
    if (i->until != NULL) {
      float ends;
      memcpy(&ends, r->memory + value_of(i->until, r), 4);
      if (ends != 0) break;
    }
  }
  return true;
}

/* More than any kernel is called with. */
enum { MOST_GIVEN = 256 };

static bool run_call(const struct instruction *i, struct running *r) {
  const struct made *made = &r->program->made[i->made];
  const int64_t *given = i->given;
  int64_t numbers[MOST_GIVEN];
  int64_t *many = NULL;
  if (i->moved_count > 0) {
    int64_t *own = numbers;
    if (i->given_count > MOST_GIVEN && (own = many = malloc(sizeof(int64_t) * (size_t)i->given_count)) == NULL)
      return false;
    memcpy(own, i->given, sizeof(int64_t) * (size_t)i->given_count);
    for (int k = 0; k < i->moved_count; k++) own[i->moved[k].place] = value_of(i->moved[k].argument, r);
    given = own;
  }
  bool goes_on = true;
  if (made->number == KERNEL_OUTSIDE) goes_on = r->call(r->context, i->made, i->given_count, given);
  else r->level->kernels[made->number](r->memory, given, &made->of);
  free(many);
  return goes_on;
}

static bool run_list(const struct list *l, struct running *r) {
  for (int n = 0; n < l->count; n++) {
    const struct instruction *i = &l->instructions[n];
    switch (i->kind) {
      case CALL:
        if (!run_call(i, r)) return false;
        break;
      case LOOP:
        if (!run_loop(i, r)) return false;
        break;
      case WHEN:
        for (int k = 0; k < i->conditions_count; k++)
          if (holds(&i->conditions[k], r)) {
            if (!run_list(i->body, r)) return false;
            break;
          }
        break;
      case CLOCK: {
        float clock = (float)r->counters[i->loop];
        memcpy(r->memory + value_of(i->from, r), &clock, 4);
        break;
      }
    }
  }
  return true;
}

bool program_run(const struct program *p, const struct level *level, char *memory, outside call, void *context) {
  int64_t *counters = calloc((size_t)p->loops + 1, sizeof(int64_t));
  if (counters == NULL) return false;
  struct running r = {p, level, memory, counters, call, context};
  bool ended = run_list(p->list, &r);
  free(counters);
  return ended;
}
