/**
 * A session over lanes. Each free lane takes the next micro-batch; results are put together in the order of the
 * micro-batches. So the bits of a result depend on the micro-batches alone, not on which lane computed them or on the
 * number of lanes.
 */

import { inputsOf, parametersOf, usesBatchStatistics } from '../../../dsl/graph.js';
import type { Program } from '../../../dsl/index.js';
import { volume } from '../../../dsl/shape.js';
import type { EngineName } from '../../../engine/index.js';
import type { MicroBatches } from '../../micro-batches.js';
import { closedFault } from './fault.js';
import type { Lane } from './lane.js';
import { type Meet, Meeting } from './meeting.js';
import { memoryFault } from './memory-fault.js';
import {
  join,
  type LossyMicroBatch,
  labelledMicroBatchesOf,
  microBatchesOf,
  sum,
  summedMicroBatchesOf,
} from './micro-batch.js';
import type { Arrays, Gradients, Session, Summed } from './values.js';

/** Lanes that compute the same program with the same parameters. */
export interface Lanes {
  readonly engine: EngineName;
  /** At least one. */
  readonly lanes: readonly Lane[];
  /** Sets the parameters of all lanes; called while none computes. */
  readonly load: (parameters: Arrays) => void;
  readonly close: () => void;
}

/** A session that can also count its tensors, to find leaks, and wait for its parameters. */
export interface SharedSession extends Session {
  /** Resolves once what was loaded holds; rejects with the error of a load, which the next call then has not. */
  readonly loaded: () => Promise<void>;
  /** Tensors alive on the engine of each lane. */
  readonly tensors: () => Promise<readonly number[]>;
}

let open = 0;

/** The number of open sessions in this process; 0 once all work is done or has failed. */
export const openSessions = (): number => open;

/** A session whose micro-batches these lanes compute. */
export const sessionOver = (program: Program, { engine, lanes, load, close }: Lanes): SharedSession => {
  const inputs = inputsOf(program.graph);
  const together = usesBatchStatistics(program.graph);
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
  const inMemory = <A>(
    outputs: readonly string[],
    purpose: 'inference' | 'training',
    work: () => Promise<A>,
  ): Promise<A> =>
    work().catch((cause: unknown) => {
      throw memoryFault(cause, program, engine, outputs, purpose);
    });
  /** The loss count of a batch, of its samples alone: no weight enters it. If it is 0 the loss is 0, not NaN. */
  const countOf = async (batch: Summed, sizes: MicroBatches): Promise<number> => {
    const { count } = batch.loss;
    if (count === undefined) return batch.count;
    const all = microBatchesOf(inputs, batch, sizes);
    const counted = join(await spread(lanes, all, (lane, each) => lane.infer(each, [count], true)));
    return counted.outputs[count].reduce((total, each) => total + each, 0) || 1;
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
    loaded: () => next(() => {}),
    gradients: (batch, microBatches) =>
      next(async () => {
        checkMicroBatches(microBatches, batch.count);
        const [parts, minimised] =
          'labels' in batch
            ? [labelledMicroBatchesOf(inputs, batch, microBatches), 'logits']
            : [
                summedMicroBatchesOf(inputs, batch, microBatches, await countOf(batch, microBatches)),
                batch.loss.output,
              ];
        return sum(
          await inMemory([minimised], 'training', () =>
            (together ? spreadTogether : spread)<LossyMicroBatch, Gradients>(
              lanes,
              parts,
              (lane, each, meet) => lane.gradients(each, meet),
            ),
          ),
        );
      }),
    infer: (samples, outputs, { training = false, microBatches = [samples.count] } = {}) =>
      next(async () => {
        checkMicroBatches(microBatches, samples.count);
        const all = microBatchesOf(inputs, samples, microBatches);
        return join(
          await inMemory(outputs, 'inference', () =>
            (training && together ? spreadTogether : spread)(lanes, all, (lane, each, meet) =>
              lane.infer(each, outputs, training, meet),
            ),
          ),
        );
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
  compute: (lane: Lane, microBatch: M, meet?: Meet) => Promise<A>,
): Promise<readonly A[]> => {
  const results: A[] = [];
  const work = async (lane: Lane): Promise<void> => {
    for (const [index, microBatch] of microBatches) results[index] = await compute(lane, microBatch);
  };
  for (const settled of await Promise.allSettled(lanes.map(work)))
    if (settled.status === 'rejected') throw settled.reason;
  return results;
};

/**
 * Gives all micro-batches to the lanes at once, in turn, since each waits for the others wherever a value is one of the whole
 * batch. When one fails, the others do not wait for it.
 */
const spreadTogether = async <M, A>(
  lanes: readonly Lane[],
  microBatches: Generator<readonly [number, M]>,
  compute: (lane: Lane, microBatch: M, meet?: Meet) => Promise<A>,
): Promise<readonly A[]> => {
  const all = [...microBatches];
  const meeting = new Meeting(all.length);
  const settled = await Promise.allSettled(
    all.map(async ([index, microBatch]) => {
      try {
        return await compute(lanes[index % lanes.length], microBatch, meeting.meet(index));
      } catch (cause) {
        meeting.end(cause);
        throw cause;
      }
    }),
  );
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
};
