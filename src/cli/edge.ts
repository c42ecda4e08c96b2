/** The edge: effects run, errors become sentences and exit codes, Ctrl-C becomes a signal. */

import * as E from 'fp-ts/lib/Either.js';
import {
  cutLong,
  type DrumheadError,
  decodeError,
  defect,
  type Effect,
  errorMessage,
  fileError,
} from '../base/error.js';
import { plainText } from '../base/plain-text.js';
import type { Writing } from '../files/write-folder.js';
import { commandLineSource } from './flags/all-flags.js';
import { settingsOf } from './flags/spread.js';

/** Sources of errors that are typed on the command line: a flag, several of them, and the SQL of `drumhead query`. */
const onCommandLine = new RegExp(`^(--|query$|${commandLineSource}$)`);

/** Node's exit code if the event loop is empty although the work is not done. */
const unsettled = 13;

/** 0 success; 1 failure; 2 a wrong command line; 130 stopped by the person. */
export const exitCode = (error: DrumheadError): number => {
  switch (error._tag) {
    case 'UnknownName':
      return 2;
    case 'DecodeError':
      return onCommandLine.test(error.source) ? 2 : 1;
    case 'Interrupted':
      return 130;
    default:
      return 1;
  }
};

/**
 * Writes an answer to stdout and a remark to stderr. All text that comes from files passes here, so it is made
 * printable here.
 */
export const answer = (text: string): void => void process.stdout.write(`${plainText(text)}\n`);
export const remark = (text: string): void => void process.stderr.write(`${plainText(text)}\n`);

/** The option `--force` of a command that writes: it reports where it moved the earlier file. */
export const sayingMoves = ({ force }: { readonly force?: boolean }): Writing => ({
  ...(force === undefined ? {} : { force }),
  movedAside: (from, to) => remark(`note: what was at ${from} is moved aside, to ${to}`),
});

/**
 * An error in the words that a person typed: settings need no `--set`, and where none was typed they are named themselves.
 *
 * @param words of the command line
 * @example
 * asTyped(decodeError('--set', 'it does nothing here'), ['report', 'mine', 'training.rate=1'])
 * // training.rate=1: it does nothing here
 */
export const asTyped = (error: DrumheadError, words: readonly string[]): DrumheadError => {
  const own = settingsOf(words).join(' ');
  if (error._tag !== 'DecodeError' || own === '') return error;
  const { source, problems } = error;
  if (source === '--set') return decodeError(own, problems);
  return source === commandLineSource
    ? decodeError(
        source,
        problems.map((problem) => problem.replace(/^--set: /, `${own}: `)),
      )
    : error;
};

/** Runs a command to its end: prints what it returns, or one sentence, and sets the exit code. */
export const atEdge = async (work: Effect<string>): Promise<void> => {
  const done = await work().catch((cause: unknown) => E.left(defect(cause)));
  if (E.isRight(done)) {
    if (done.right !== '') answer(done.right);
    return;
  }
  remark(`drumhead: ${errorMessage(asTyped(done.left, process.argv.slice(2)))}`);
  process.exitCode = exitCode(done.left);
};

/**
 * Handles output that cannot be written. If the reader stops (`| head -1`), the rest of stdout and stderr is dropped,
 * and the work continues to its end. A full disk is reported.
 */
export const survivingItsReaders = (): void => {
  process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EPIPE') return;
    remark(`drumhead: ${errorMessage(fileError('the output', cause))}`);
    process.exitCode = 1;
  });
  process.stderr.on('error', () => {});
};

/**
 * Failures outside of the work, such as a promise that is not awaited, or `process.exit` in a person's code, also end
 * with a sentence and exit code 1. Returns a function to call once the work is done.
 */
export const endingInSentences = (): (() => void) => {
  let done = false;
  const fail = (cause: unknown): never => {
    done = true;
    const said = cause instanceof Error ? cause.message : String(cause);
    remark(
      `drumhead: something failed that nobody waited for, such as a promise or a timer in code of yours: ${cutLong(said)}`,
    );
    process.exit(1);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  process.on('exit', (code) => {
    if (done || (code !== 0 && code !== unsettled)) return;
    remark(
      'drumhead: the work was ended before its end, by code of yours: process.exit in it, or a promise that never comes; leave that out',
    );
    process.exitCode = 1;
  });
  return () => {
    done = true;
  };
};

/**
 * A signal that the first Ctrl-C aborts, so that the current step ends and its state is saved. The second Ctrl-C ends
 * the process at once. SIGTERM aborts it too; a second one changes nothing, since schedulers send it more than once.
 */
export const interruptible = (): { readonly signal: AbortSignal; readonly done: () => void } => {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    remark('\nstopping after this step; press Ctrl-C again to stop at once');
    controller.abort();
  };
  const end = (): void => {
    if (controller.signal.aborted) return;
    remark('stopping after this step');
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', end);
  return {
    signal: controller.signal,
    done: () => {
      process.removeListener('SIGINT', stop);
      process.removeListener('SIGTERM', end);
    },
  };
};

/**
 * Runs work during which Ctrl-C and SIGTERM end the process at once, without listeners: a person's code may loop for
 * ever, and then no listener would be called.
 */
export const endedAtOnce =
  <A>(work: Effect<A>): Effect<A> =>
  async () => {
    const held = (['SIGINT', 'SIGTERM'] as const).map(
      (signal) => [signal, process.listeners(signal)] as const,
    );
    for (const [signal] of held) process.removeAllListeners(signal);
    try {
      return await work();
    } finally {
      for (const [signal, listeners] of held) for (const listener of listeners) process.on(signal, listener);
    }
  };
