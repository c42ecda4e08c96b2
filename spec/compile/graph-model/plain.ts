/** Talks to a process of plain TensorFlow.js: see `plain.mjs`. */

import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import * as t from 'io-ts';
import type { GraphModel } from '../../../src/compile/graph-model/index.js';
import { weightBytes, weightSpecs } from '../../../src/compile/graph-model/shards.js';

export interface Filled {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const Answer = t.type({
  values: t.record(t.string, t.type({ shape: t.array(t.number), dtype: t.string, data: t.array(t.number) })),
  left: t.number,
  slope: t.union([t.array(t.number), t.undefined]),
  seconds: t.array(t.number),
  inputs: t.array(t.string),
  outputs: t.array(t.string),
  metadata: t.UnknownRecord,
});
export type Answer = t.TypeOf<typeof Answer>;

const Message = t.type({
  id: t.number,
  answer: t.union([Answer, t.undefined]),
  error: t.union([t.string, t.undefined]),
});

export interface Work {
  readonly backend: 'cpu' | 'wasm';
  /** A model, or the address of its model.json. */
  readonly model: GraphModel | string;
  readonly inputs: Readonly<Record<string, Filled>>;
  /** By default all. */
  readonly outputs?: readonly string[];
  /** With `execute` instead of `executeAsync`. */
  readonly sync?: boolean;
  /** With `predict`, which gives outputs by their names. */
  readonly named?: boolean;
  /** Of the sum of this output, by the first input. */
  readonly gradient?: string;
  /** How many runs more are timed. */
  readonly runs?: number;
}

export interface Plain {
  readonly run: (work: Work) => Promise<Answer>;
}

/** What `tf.loadGraphModel` is given. */
const artifactsOf = (model: GraphModel) => ({
  format: 'graph-model',
  modelTopology: model.graph,
  signature: model.signature,
  userDefinedMetadata: { structuredOutputKeys: Object.keys(model.signature.outputs) },
  weightSpecs: weightSpecs(model),
  weightData: weightBytes(model).buffer,
});

let started: Promise<Plain> | null = null;

/** The one process of all specs that run in this one: it takes seconds to start, and ends with this one. */
export const plainTensorFlow = (): Promise<Plain> => {
  started ??= start();
  return started;
};

const start = async (): Promise<Plain> => {
  const child: ChildProcess = fork(new URL('plain.mjs', import.meta.url), {
    serialization: 'advanced',
    execArgv: [],
  });
  await once(child, 'message');
  // It keeps this process alive only while it is asked.
  child.unref();
  child.channel?.unref();
  let count = 0;
  const waiting = new Map<number, (message: unknown) => void>();
  child.on('message', (message) => {
    const id = t.type({ id: t.number }).decode(message);
    if (id._tag === 'Right') waiting.get(id.right.id)?.(message);
  });
  return {
    run: async ({ model, ...work }) => {
      const id = count++;
      child.channel?.ref();
      const message = await new Promise((resolve) => {
        waiting.set(id, resolve);
        child.send({ id, source: typeof model === 'string' ? model : artifactsOf(model), ...work });
      });
      waiting.delete(id);
      if (waiting.size === 0) child.channel?.unref();
      const read = Message.decode(message);
      if (read._tag === 'Left') return assert.fail(`plain TensorFlow.js answered ${JSON.stringify(message)}`);
      const { answer, error } = read.right;
      return answer ?? assert.fail(error);
    },
  };
};
