/** One model in a worker of its own, and the samples of the tasks. */

import type { Arrays } from '../../../src/compile/parameters.js';
import type { ModelSpec, Sizes } from '../../../src/models/catalogue.js';
import { answerBy } from '../engine/call.js';
import { type Decider, decider } from '../engine/decide.js';
import { sampleOf } from '../engine/tasks.js';

let model: Decider | undefined;

const opened = (): Decider => {
  if (model === undefined) throw new Error('no model is open');
  return model;
};

const handlers = {
  open: ({
    spec,
    sizes,
    values,
  }: {
    readonly spec: ModelSpec;
    readonly sizes: Sizes;
    readonly values: Arrays | null;
  }): null => {
    model = decider(spec, sizes, values ?? {});
    return null;
  },
  see: ({ image }: { readonly image: Float32Array }): null => {
    opened().see(image);
    return null;
  },
  damage: ({
    image,
    erased,
    step,
  }: {
    readonly image: Float32Array;
    readonly erased: Uint8Array;
    readonly step: number;
  }): null => {
    opened().damage(image, erased, step);
    return null;
  },
  show: ({ step }: { readonly step: number }) => opened().show(step),
  hear: ({ row, column }: { readonly row: number; readonly column: number }) => opened().hear(row, column),
  cone: ({ row, column }: { readonly row: number; readonly column: number }) =>
    opened().cone(row, column).slice(),
  sample: ({ task, index }: { readonly task: Readonly<Record<string, unknown>>; readonly index: number }) =>
    sampleOf(task, index),
};

export type DrawHandlers = typeof handlers;

answerBy(handlers);
