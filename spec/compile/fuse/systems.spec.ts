/** The systems of the catalogue, fused as a whole: no kernel was written for any of them. */

import assert from 'node:assert/strict';
import { pipe } from 'fp-ts/lib/function.js';
import { fusionPlan } from '../../../src/compile/fuse/coverage/fusion-plan.js';
import { showPlan } from '../../../src/compile/fuse/coverage/show.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { runReference } from '../../../src/compile/reference/index.js';
import type { Program } from '../../../src/dsl/index.js';
import { type Engine, opByOp } from '../../../src/engine/index.js';
import {
  buildSystem,
  type SystemSpec,
  startOf,
  systemNamed,
  systemNames,
} from '../../../src/models/systems/index.js';
import { right } from '../../support/either.js';
import { cotangentsOf, fusedOf, isClose, referenceOptions, tapePull, wasm } from './oracles.js';

/** As it comes, and small enough for loops. */
const specOf = (
  name: string,
  more: Readonly<Record<string, unknown>>,
): { full: SystemSpec; small: SystemSpec } => {
  const full = right(systemNamed(name, more));
  const size = 'length' in full ? { length: 9 } : { height: 7, width: 9 };
  const reach = 'reach' in full ? { reach: 2 } : {};
  return { full, small: right(systemNamed(name, { ...more, ...size, ...reach, steps: 6 })) };
};

const variants: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ...systemNames.map((name) => [name, {}] as const),
  ['linoss', { form: 'sequential' }],
  ['linoss', { discretisation: 'implicit' }],
  ['wave-rnn', { channels: 3, activation: 'tanh' }],
];

describe('systems', () => {
  let engine: Engine;
  before(async () => {
    engine = opByOp(await wasm());
  });

  for (const [name, more] of variants)
    it(`${name} ${JSON.stringify(more)} is fused as a whole, with the values and gradients of the other paths`, () => {
      const { full, small } = specOf(name, more);
      const plan = fusionPlan(right(buildSystem(full)));
      assert.deepEqual(plan.leftOut, [], showPlan(plan));
      const p: Program = right(pipe(small, buildSystem));
      const parameters = initialParameters(p.graph, 1);
      const inputs = Object.fromEntries(
        Object.entries(startOf(small, 3)).map(([input, values]) => [input, Float32Array.from(values)]),
      );
      const fused = fusedOf(p, parameters);
      const outputs = Object.keys(p.graph.outputs);
      const expected = runReference(p, referenceOptions(p, parameters, inputs, 1)).outputs;
      isClose(
        'value',
        fused.infer({ count: 1, inputs }, outputs),
        Object.fromEntries(outputs.map((output) => [output, expected[output].data])),
        1e-5,
      );
      const cotangents = cotangentsOf(p, outputs, 1, 5);
      const pulled = fused.vjp({ count: 1, inputs }, cotangents);
      const tape = tapePull(engine, p, parameters, inputs, 1, cotangents);
      isClose('gradient', pulled.parameters, tape.parameters, 1e-4);
      isClose('gradient', pulled.inputs, tape.inputs, 1e-4);
    });
});
