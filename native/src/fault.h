/*
 * A fault in native code (an address that is nobody's) ends the process, and no other thread can go on: it ends with a sentence,
 * not without a word. Faults elsewhere go to whoever had them before: V8 takes those of WebAssembly.
 */

#pragma once

#include <signal.h>
#include <stdbool.h>

/* How deep this thread is in native code; kernels without native code call out of it. */
static __thread volatile sig_atomic_t inside;

#if defined(_WIN32)
static void say_faults(void) {}
#else
#include <string.h>
#include <unistd.h>

static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
enum { FAULTS = sizeof faults / sizeof faults[0] };
static struct sigaction before[FAULTS];

static void on_fault(int number, siginfo_t *info, void *context) {
  int place = 0;
  while (place < FAULTS - 1 && faults[place] != number) place++;
  const struct sigaction *earlier = &before[place];
  if (inside) {
    static const char sentence[] =
        "\ndrumhead: native code has ended this process by a fault, which is a defect of drumhead: please report the program; the same "
        "command with --engine wasm (or DRUMHEAD_NATIVE=off, for auto) computes without it, and what was saved is kept\n";
    ssize_t written = write(2, sentence, sizeof sentence - 1);
    (void)written;
    signal(number, SIG_DFL); /* the same instruction again, and nobody in between */
  } else if (earlier->sa_flags & SA_SIGINFO) earlier->sa_sigaction(number, info, context);
  else if (earlier->sa_handler != SIG_DFL && earlier->sa_handler != SIG_IGN) earlier->sa_handler(number);
  else signal(number, SIG_DFL);
}

/* Once a process: every thread that loads the binary asks for it. */
static void say_faults(void) {
  static volatile char done;
  if (__atomic_test_and_set(&done, __ATOMIC_SEQ_CST)) return;
  for (int i = 0; i < FAULTS; i++) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(faults[i], &action, &before[i]);
  }
}
#endif
