/**
 * Workers that share the micro-batches of a batch. Each opens the same program; its parameters lie in memory that all
 * of them share, so this needs a page that is isolated (COOP and COEP). The bits are those of one thread, since they depend on the
 * micro-batches alone.
 */

import * as E from 'fp-ts/lib/Either.js';
import type { Arrays } from '../../compile/parameters.js';
import { engineFault } from '../../compile/tfjs/session/fault.js';
import type { LocalLane } from '../../compile/tfjs/session/lane.js';
import type { LossyMicroBatch, MicroBatch } from '../../compile/tfjs/session/micro-batch.js';
import { parametersIn, shareParameters } from '../../compile/tfjs/session/protocol.js';
import { type SharedSession, sessionOver } from '../../compile/tfjs/session/share.js';
import type { Program } from '../../dsl/index.js';
import { asks } from '../asks.js';
import { channelTo } from '../channel.js';
import type { Thread } from '../thread.js';
import type { Answered } from '../wire.js';

/** How many workers there may be, and what starts one. */
export interface Helpers {
  readonly count: number;
  readonly start: () => Thread;
}

declare const Worker: unknown;

/** Whether this thread can start others and share memory with them: in a page, only if it is isolated. */
export const canShare = (): boolean =>
  typeof SharedArrayBuffer !== 'undefined' && typeof Worker !== 'undefined';

const orThrow = <A>(found: Answered<A>): A => {
  if (E.isLeft(found)) throw engineFault('wasm', found.left.sentence);
  return found.right;
};

/** Views are copied to arrays of their own: a message would carry the memory behind them whole. */
const own = <M extends MicroBatch | LossyMicroBatch>(microBatch: M): M => ({
  ...microBatch,
  inputs: Object.fromEntries(
    Object.entries(microBatch.inputs).map(([name, values]) => [name, values.slice()]),
  ),
  ...('labels' in microBatch ? { labels: microBatch.labels.slice() } : {}),
});

/** A lane in another worker, which reads its parameters from this shared memory. */
const laneIn = (thread: Thread, program: Program, shared: Arrays): LocalLane => {
  const channel = channelTo(thread);
  const opened = channel.ask(asks.open, { program: program.graph, weights: shared, seed: 0, engine: 'wasm' });
  let loaded: Promise<Answered<unknown>> = opened;
  /** The handle, once the parameters hold that were loaded last. */
  const handleOf = async (): Promise<number> => {
    const { handle } = orThrow(await opened);
    orThrow(await loaded);
    return handle;
  };
  return {
    load: () => {
      loaded = opened.then((found) =>
        E.isLeft(found) ? found : channel.ask(asks.load, { handle: found.right.handle, weights: shared }),
      );
    },
    gradients: async (microBatch) =>
      orThrow(
        await channel.ask(asks.partGradients, { handle: await handleOf(), microBatch: own(microBatch) }),
      ),
    infer: async (microBatch, outputs, training) =>
      orThrow(
        await channel.ask(asks.partOutputs, {
          handle: await handleOf(),
          microBatch: own(microBatch),
          outputs,
          training,
        }),
      ),
    tensors: async () => 0,
    close: () => channel.end(),
  };
};

/** A session whose micro-batches these workers compute. */
export const sessionOfHelpers = (
  program: Program,
  parameters: Arrays,
  { count, start }: Helpers,
): SharedSession => {
  const shared = parametersIn(program, shareParameters(program));
  const keep = (values: Arrays): void => {
    for (const [name, value] of Object.entries(values)) shared[name]?.set(value);
  };
  keep(parameters);
  const lanes = Array.from({ length: count }, () => laneIn(start(), program, shared));
  return sessionOver(program, {
    engine: 'wasm',
    lanes,
    load: (values) => {
      keep(values);
      for (const lane of lanes) lane.load(values);
    },
    close: () => {
      for (const lane of lanes) lane.close();
    },
  });
};
