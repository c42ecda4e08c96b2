/** Measures contenders in turn, A B C A B C, so that other work on the machine slows all of them alike. */

import { type Case, flopsOf, type Phase, phases, programOf } from './cases.js';
import { openContender, type Running } from './contenders/process.js';
import type { Contender } from './contenders/protocol.js';
import type { Row } from './row.js';
import { median } from './statistics.js';

export interface Timed {
  readonly row: Row;
  /** In the order they were taken. */
  readonly seconds: readonly number[];
}

export interface Refused {
  readonly case: string;
  readonly contender: Contender;
  readonly why: string;
}

export interface Measured {
  readonly timed: readonly Timed[];
  readonly refused: readonly Refused[];
}

export interface Budget {
  /** Seconds for each contender and phase, the warm-up not counted. */
  readonly seconds: number;
  readonly rounds: number;
}

const restMilliseconds = 10;

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/**
 * Rounds of one phase. A contender whose time is used up is skipped; each has at least one round after its
 * warm-up.
 */
const inTurn = async (
  running: readonly Running[],
  phase: Phase,
  budget: Budget,
  refuse: (contender: Contender, why: string) => void,
): Promise<ReadonlyMap<Running, { readonly seconds: readonly number[]; readonly peakBytes: number }>> => {
  const results = new Map<Running, { seconds: number[]; peakBytes: number }>();
  for (let round = -1; round < budget.rounds; round++)
    for (const one of running) {
      const known = results.get(one) ?? { seconds: [], peakBytes: 0 };
      const spent = known.seconds.reduce((sum, s) => sum + s, 0);
      if (round > 0 && (spent >= budget.seconds || !results.has(one))) continue;
      // lets the threads of the contender before come to rest, since some spin while they wait for work
      await new Promise((resolve) => setTimeout(resolve, restMilliseconds));
      try {
        const { seconds, peakBytes } = await one.step(phase);
        if (round >= 0) known.seconds.push(seconds);
        known.peakBytes = peakBytes;
        results.set(one, known);
      } catch (cause) {
        results.delete(one);
        if (round <= 0) refuse(one.contender, messageOf(cause));
      }
    }
  return results;
};

/** All contenders on one case. */
export const measure = async (
  one: Case,
  contenders: readonly Contender[],
  budget: Budget,
  wanted: readonly Phase[] = phases,
): Promise<Measured> => {
  const refused: Refused[] = [];
  const refuse = (contender: Contender, why: string): void =>
    void refused.push({ case: one.name, contender, why: why.split('\n')[0] });
  const opened = await Promise.all(
    contenders.map((contender) =>
      openContender(contender, one, contender === 'stock' ? one.stockBatch : one.batch).catch((cause) => {
        refuse(contender, messageOf(cause));
        return undefined;
      }),
    ),
  );
  const running = opened.flatMap((contender) => contender ?? []);
  const program = programOf(one);
  const timed: Timed[] = [];
  try {
    for (const phase of wanted)
      for (const [{ contender, batch }, { seconds, peakBytes }] of await inTurn(
        running,
        phase,
        budget,
        refuse,
      )) {
        const secondsMedian = median(seconds);
        const row = {
          case: one.name,
          contender,
          phase,
          batch,
          secondsMedian,
          secondsMin: Math.min(...seconds),
          peakBytes,
          gflops: flopsOf(program, batch, phase) / secondsMedian / 1e9,
        };
        timed.push({ row, seconds });
      }
  } finally {
    for (const { close } of running) close();
  }
  return { timed, refused };
};
