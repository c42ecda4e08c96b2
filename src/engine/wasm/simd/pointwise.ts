/** Pointwise maps over floats, four at a time. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import {
  bitAnd,
  block,
  constant,
  type Local,
  load,
  loadOne,
  repeat,
  type Statement,
  set,
  shiftRight,
  step,
  store,
  type Value,
} from './code.js';
import type { Fresh, Source } from './module.js';
import { native } from './native.js';

/** The computation on a vector of values: statements first, then the result. */
export type Formula = (
  values: readonly Local<'v128'>[],
  fresh: Fresh,
) => { readonly first?: Statement; readonly result: Value<'v128'> };

const source = (inputs: number, formula: Formula): Source => ({
  parameters: inputs + 2,
  body: (parameters, fresh) => {
    const from = parameters.slice(0, inputs);
    const [to, count] = parameters.slice(inputs);
    const values = from.map(fresh.v128);
    const { first = [], result } = formula(values, fresh);
    const counter = fresh.i32();
    const pass = (lanes: 1 | 4): Statement =>
      block(
        ...from.map((address, i) => set(values[i], lanes === 4 ? load(address) : loadOne(address))),
        first,
        store(to, 0, result, lanes),
        ...[...from, to].map((address) => step(address, constant(4 * lanes))),
      );
    return block(
      repeat(counter, shiftRight(count, constant(2)), pass(4)),
      repeat(counter, bitAnd(count, constant(3)), pass(1)),
    );
  },
});

/** A tensor of the formula's results on tensors of the same shape; `key` names the formula. */
export const pointwise = (
  backend: BackendWasm,
  key: string,
  inputs: readonly TensorInfo[],
  formula: Formula,
): TensorInfo => {
  const [{ shape }] = inputs;
  const out = backend.makeOutput([...shape], 'float32');
  const run = native(backend, `pointwise ${key}`, () => source(inputs.length, formula));
  const count = shape.reduce((a, b) => a * b, 1);
  run(...[...inputs, out].map(({ dataId }) => backend.getMemoryOffset(dataId)), count);
  return out;
};
