/** The diagnosis of a machine: its processor, the engines that compute on it with their speed, and optional packages. */

import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { autoOrder, EngineName } from '../../engine/index.js';
import { packageVersion } from '../folder/versions.js';
import { type Companion, companionCodec, companions } from './companions.js';
import { type Reply, type Request, type Taken, type Trial, takenCodec, trialCodec } from './messages.js';
import { askApart } from './try-apart.js';

const orNull = t.union([t.number, t.null]);

const machineCodec = t.type({
  platform: t.string,
  processor: t.string,
  /** Threads of the machine, and how many of them this process may use. */
  threads: t.number,
  threadsAllowed: t.number,
  /** Bytes of memory: of the machine, and free now. */
  memory: t.number,
  memoryFree: t.number,
  /** Bytes that this process may use, if something limits them: a container, `ulimit -v`, Node's own heap. */
  memoryAllowed: orNull,
  addressesAllowed: orNull,
  heapAllowed: t.number,
});
export type Machine = t.TypeOf<typeof machineCodec>;

/** What `drumhead doctor --json` prints. */
export const diagnosisCodec = t.type({
  drumhead: t.string,
  node: t.string,
  machine: machineCodec,
  /** Seconds for which the training of each engine was timed. */
  seconds: t.number,
  engines: t.readonlyArray(t.type({ name: EngineName, trial: trialCodec })),
  auto: takenCodec,
  others: t.readonlyArray(companionCodec),
});
export type Diagnosis = t.TypeOf<typeof diagnosisCodec>;

/** The limit on addresses that `ulimit -v` sets; unknown on systems without /proc. */
const addressLimit = (): number | null => {
  try {
    const found = /^Max address space\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
};

/** This machine as this process sees it. */
export const machineHere = (): Machine => {
  const constrained = process.constrainedMemory();
  return {
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    threads: cpus().length,
    threadsAllowed: availableParallelism(),
    memory: totalmem(),
    memoryFree: freemem(),
    // Without a limit, this is 0 or more than the memory of the machine.
    memoryAllowed: constrained > 0 && constrained < totalmem() ? constrained : null,
    addressesAllowed: addressLimit(),
    heapAllowed: getHeapStatistics().heap_size_limit,
  };
};

/** The functions that try an engine and find optional packages. */
export interface Ways {
  readonly ask: (request: Request) => Promise<E.Either<string, Reply>>;
  readonly others: () => Promise<readonly Companion[]>;
}

const apart: Ways = { ask: askApart, others: companions };

const trialOf = (answer: E.Either<string, Reply>): Trial =>
  E.isLeft(answer)
    ? { state: 'fails', reason: answer.left }
    : answer.right.kind === 'trial'
      ? answer.right.trial
      : { state: 'fails', reason: 'its process answered another question' };

const takenOf = (answer: E.Either<string, Reply>): Taken =>
  E.isLeft(answer)
    ? { engine: null, why: answer.left }
    : answer.right.kind === 'taken'
      ? answer.right.taken
      : { engine: null, why: 'its process answered another question' };

/**
 * Tries every engine, one after the other so that none slows another, and looks for optional packages.
 *
 * @param seconds for which the training of each engine is timed
 */
export const diagnose = async (seconds: number, { ask, others }: Ways = apart): Promise<Diagnosis> => {
  const engines: { name: EngineName; trial: Trial }[] = [];
  for (const name of autoOrder) engines.push({ name, trial: trialOf(await ask({ engine: name, seconds })) });
  return {
    drumhead: packageVersion(),
    node: process.version,
    machine: machineHere(),
    seconds,
    engines,
    auto: takenOf(await ask({ engine: 'auto', seconds })),
    others: await others(),
  };
};
