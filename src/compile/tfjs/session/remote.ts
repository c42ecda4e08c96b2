/** A lane in a worker thread, from the side of the thread that started it. */

import { Worker } from 'node:worker_threads';
import { defect } from '../../../base/error.js';
import { engineFault, type SessionFault } from './fault.js';
import type { Lane } from './lane.js';
import type { Meet } from './meeting.js';
import {
  type Answer,
  type AnswerOf,
  type Asked,
  handOver,
  type Request,
  type Said,
  type Setup,
} from './protocol.js';

/** A lane in a worker thread. */
export interface RemoteLane extends Lane {
  /** Lets the worker read these shared parameters again, before later requests. */
  readonly load: (names: readonly string[]) => void;
  /** Stops the worker at once; present and later requests are rejected with this. */
  readonly end: (fault: SessionFault) => void;
}

/** Beside this file; from source it needs tsx, which Node 20 does not hand on to a thread by `--import`. */
const entry = import.meta.url.endsWith('.ts') ? './worker-from-source.mjs' : './worker.js';

const spawn = (setup: Setup): Worker => {
  try {
    return new Worker(new URL(entry, import.meta.url), { name: 'drumhead', workerData: setup });
  } catch (cause) {
    throw engineFault(setup.engine, `a worker did not start: ${defect(cause).message}`);
  }
};

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (cause: unknown) => void;
  readonly meet: Meet | undefined;
}

/**
 * Starts a worker and waits until it can compute. A worker keeps the process alive only while a request is open.
 *
 * **Errors** Rejects with a SessionFault if the worker cannot start.
 *
 * @param lost called when the worker ends, for whatever reason
 */
export const startRemoteLane = async (
  setup: Setup,
  lost: (fault: SessionFault) => void,
): Promise<RemoteLane> => {
  const worker = spawn(setup);
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let ended: SessionFault | undefined;

  const end = (fault: SessionFault): void => {
    if (ended !== undefined) return;
    ended = fault;
    for (const { reject } of waiting.values()) reject(fault);
    waiting.clear();
    void worker.terminate();
    lost(fault);
  };
  const fail = (reason: string): void => end(engineFault(setup.engine, `a worker ended: ${reason}`));
  worker.on('error', (cause) => fail(cause instanceof Error ? cause.message : String(cause)));
  worker.on('messageerror', (cause) => fail(cause.message));
  worker.on('exit', (code) => fail(`its thread stopped with code ${code}`));
  const post = (id: number, request: Request, buffers: readonly ArrayBuffer[] = []): void => {
    if (ended === undefined) worker.postMessage({ id, request } satisfies Asked, buffers);
  };
  const settle = (id: number): void => {
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
  };
  worker.on('message', ({ id, answer: said }: Said) => {
    const one = waiting.get(id);
    if (one === undefined) return;
    if (said.kind !== 'sums') {
      settle(id);
      one.resolve(said);
      return;
    }
    const met = one.meet?.(said.sums) ?? Promise.resolve(said.sums);
    met.then(
      (totals) => post(id, { kind: 'totals', totals }),
      (cause: unknown) => {
        post(id, { kind: 'abandon' });
        settle(id);
        one.reject(cause);
      },
    );
  });

  const answer = (id: number, meet?: Meet): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) return reject(ended);
      waiting.set(id, { resolve, reject, meet });
      worker.ref();
    });
  const ask = (request: Request, buffers: readonly ArrayBuffer[] = [], meet?: Meet): Promise<Answer> => {
    const id = ++asked;
    const promise = answer(id, meet);
    post(id, request, buffers);
    return promise;
  };

  const first = await answer(0);
  if (first.kind === 'failed') {
    const fault = engineFault(setup.engine, `a worker did not start: ${first.message}`);
    end(fault);
    throw fault;
  }
  return {
    load: (names) => {
      post(0, { kind: 'load', names });
    },
    gradients: async (microBatch, meet) => {
      const { arrays, buffers } = handOver(microBatch.inputs);
      const labels = 'labels' in microBatch ? microBatch.labels.slice() : undefined;
      const request: Request = {
        kind: 'gradients',
        microBatch: { ...microBatch, inputs: arrays, ...(labels === undefined ? {} : { labels }) },
      };
      const moved = labels === undefined ? buffers : [...buffers, labels.buffer];
      return expect(await ask(request, moved, meet), 'gradients').gradients;
    },
    infer: async (microBatch, outputs, training, meet) => {
      const { arrays, buffers } = handOver(microBatch.inputs);
      const request: Request = {
        kind: 'infer',
        microBatch: { ...microBatch, inputs: arrays },
        outputs,
        training,
      };
      return expect(await ask(request, buffers, meet), 'inference').inference;
    },
    tensors: async () => expect(await ask({ kind: 'tensors' }), 'tensors').count,
    end,
  };
};

const isKind = <K extends Answer['kind']>(answer: Answer, kind: K): answer is AnswerOf<K> =>
  answer.kind === kind;

/** The answer of this kind; throws the worker's error if it failed. */
const expect = <K extends Answer['kind']>(answer: Answer, kind: K): AnswerOf<K> => {
  if (isKind(answer, kind)) return answer;
  throw new Error(
    answer.kind === 'failed' ? answer.message : `a worker answered ${answer.kind}, not ${kind}`,
  );
};
