/**
 * A session over lanes: parts are handed out as lanes become free, their results stand in the order of the cut.
 * So the bits of a result follow from the cut alone, whoever computed which part, and however many there were.
 */

import { inputsOf, parametersOf } from '../../../dsl/graph.js';
import type { Program } from '../../../dsl/index.js';
import { volume } from '../../../dsl/shape.js';
import type { EngineName } from '../../../engine/index.js';
import type { Cut } from '../../micro-batches.js';
import { closedFault } from './fault.js';
import type { Lane } from './lane.js';
import { join, labelledPartsOf, partsOf, sum } from './micro-batch.js';
import type { Arrays, Session } from './values.js';

/** Lanes that compute the same program with the same parameters. */
export interface Lanes {
  readonly engine: EngineName;
  /** At least one. */
  readonly lanes: readonly Lane[];
  /** Sets the parameters of all; called while none computes. */
  readonly load: (parameters: Arrays) => void;
  readonly close: () => void;
}

/** A session, with a look inside for tests and for whoever hunts a leak. */
export interface SharedSession extends Session {
  /** Tensors alive on the engine of each lane. */
  readonly tensors: () => Promise<readonly number[]>;
}

let open = 0;

/** How many sessions this process has open: none, once all work is done or has failed. */
export const openSessions = (): number => open;

export const sessionOver = (program: Program, { engine, lanes, load, close }: Lanes): SharedSession => {
  const inputs = inputsOf(program.graph);
  const sizes = new Map(parametersOf(program.graph).map(({ name, shape }) => [name, volume(shape)]));
  let closed = false;
  open++;
  let last: Promise<unknown> = Promise.resolve();
  const next = <A>(work: () => A | Promise<A>): Promise<A> => {
    const answer = last.then(() => {
      if (closed) throw closedFault(engine);
      return work();
    });
    last = answer.catch(() => {});
    return answer;
  };
  return {
    load: (parameters) => {
      for (const [name, values] of Object.entries(parameters)) {
        const size = sizes.get(name);
        if (size !== undefined && size !== values.length)
          throw new Error(`parameter '${name}' has ${size} values, not ${values.length}`);
      }
      const loaded = next(() => load(parameters));
      // nobody waits for a load, so the call after it fails in its place
      loaded.catch(() => {});
      last = loaded;
    },
    gradients: (batch, cut) =>
      next(async () => {
        checkCut(cut, batch.count);
        const parts = labelledPartsOf(inputs, batch, cut);
        return sum(await spread(lanes, parts, (lane, part) => lane.gradients(part)));
      }),
    infer: (samples, outputs, { training = false, cut = [samples.count] } = {}) =>
      next(async () => {
        checkCut(cut, samples.count);
        const parts = partsOf(inputs, samples, cut);
        return join(await spread(lanes, parts, (lane, part) => lane.infer(part, outputs, training)));
      }),
    tensors: () => next(() => Promise.all(lanes.map((lane) => lane.tensors()))),
    close: () => {
      if (!closed) open--;
      closed = true;
      close();
    },
  };
};

const checkCut = (cut: Cut, count: number): void => {
  if (cut.length === 0 || cut.reduce((a, b) => a + b, 0) !== count)
    throw new Error(`the cut [${cut.join(', ')}] is not one of ${count} samples`);
};

/**
 * Lets the lanes take parts until there are none. A lane that fails ends the generator, as leaving a loop does, so
 * that the others take no more; all have come to rest when this is answered.
 */
const spread = async <P, A>(
  lanes: readonly Lane[],
  parts: Generator<readonly [number, P]>,
  compute: (lane: Lane, part: P) => Promise<A>,
): Promise<readonly A[]> => {
  const results: A[] = [];
  const work = async (lane: Lane): Promise<void> => {
    for (const [place, part] of parts) results[place] = await compute(lane, part);
  };
  for (const settled of await Promise.allSettled(lanes.map(work)))
    if (settled.status === 'rejected') throw settled.reason;
  return results;
};
