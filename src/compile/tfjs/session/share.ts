/**
 * A session over lanes. Each free lane takes the next micro-batch; results are put together in the order of the
 * micro-batches. So the bits of a result depend on the micro-batches alone, not on which lane computed them or on the
 * number of lanes.
 */

import { inputsOf, parametersOf } from '../../../dsl/graph.js';
import type { Program } from '../../../dsl/index.js';
import { volume } from '../../../dsl/shape.js';
import type { EngineName } from '../../../engine/index.js';
import type { MicroBatches } from '../../micro-batches.js';
import { closedFault } from './fault.js';
import type { Lane } from './lane.js';
import { join, labelledMicroBatchesOf, microBatchesOf, sum } from './micro-batch.js';
import type { Arrays, Session } from './values.js';

/** Lanes that compute the same program with the same parameters. */
export interface Lanes {
  readonly engine: EngineName;
  /** At least one. */
  readonly lanes: readonly Lane[];
  /** Sets the parameters of all lanes; called while none computes. */
  readonly load: (parameters: Arrays) => void;
  readonly close: () => void;
}

/** A session that can also count its tensors, to find leaks. */
export interface SharedSession extends Session {
  /** Tensors alive on the engine of each lane. */
  readonly tensors: () => Promise<readonly number[]>;
}

let open = 0;

/** The number of open sessions in this process; 0 once all work is done or has failed. */
export const openSessions = (): number => open;

/** A session whose micro-batches these lanes compute. */
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
      // load() is not awaited, so its error surfaces in the next call
      loaded.catch(() => {});
      last = loaded;
    },
    gradients: (batch, microBatches) =>
      next(async () => {
        checkMicroBatches(microBatches, batch.count);
        const labelled = labelledMicroBatchesOf(inputs, batch, microBatches);
        return sum(await spread(lanes, labelled, (lane, each) => lane.gradients(each)));
      }),
    infer: (samples, outputs, { training = false, microBatches = [samples.count] } = {}) =>
      next(async () => {
        checkMicroBatches(microBatches, samples.count);
        const all = microBatchesOf(inputs, samples, microBatches);
        return join(await spread(lanes, all, (lane, each) => lane.infer(each, outputs, training)));
      }),
    tensors: () => next(() => Promise.all(lanes.map((lane) => lane.tensors()))),
    close: () => {
      if (!closed) open--;
      closed = true;
      close();
    },
  };
};

const checkMicroBatches = (sizes: MicroBatches, count: number): void => {
  if (sizes.length === 0 || sizes.reduce((a, b) => a + b, 0) !== count)
    throw new Error(`micro-batches of ${sizes.join(' + ')} samples are not a batch of ${count}`);
};

/**
 * Lets the lanes take micro-batches until there are none left. When a lane fails, leaving its loop ends the generator,
 * so the others take no more. All lanes are idle when the promise settles.
 */
const spread = async <M, A>(
  lanes: readonly Lane[],
  microBatches: Generator<readonly [number, M]>,
  compute: (lane: Lane, microBatch: M) => Promise<A>,
): Promise<readonly A[]> => {
  const results: A[] = [];
  const work = async (lane: Lane): Promise<void> => {
    for (const [index, microBatch] of microBatches) results[index] = await compute(lane, microBatch);
  };
  for (const settled of await Promise.allSettled(lanes.map(work)))
    if (settled.status === 'rejected') throw settled.reason;
  return results;
};
