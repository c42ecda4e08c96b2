/** The loop of a scan with `until` ends when all samples have stopped, and gives what taking all steps would give. */

import assert from 'node:assert/strict';
import { complement, program, scale, scanWithFinal } from '../../../src/dsl/index.js';
import { backends, exactly, exported, fed } from './against.js';
import { type Plain, plainTensorFlow } from './plain.js';

const halved = (steps: number, every: number) =>
  program({ x: [] }, ({ x }) => {
    const run = scanWithFinal({
      steps,
      every,
      init: { x },
      step: (s) => ({ x: scale(0.5, s.x) }),
      observe: (s) => s.x,
      until: (s) => complement(1, s.x),
    });
    return { path: run.sequence, last: run.final.x, taken: run.steps };
  });

describe('a GraphModel of a scan that ends', () => {
  let plain: Plain;
  before(async () => {
    plain = await plainTensorFlow();
  });

  const inputs = { x: Float32Array.of(100, 5, 0.25) };

  it('does not take the steps that are left: half a million would take minutes', async function () {
    this.timeout(20_000);
    const p = halved(500_000, 1);
    for (const backend of backends) {
      const model = exported(p, {}, { outputs: ['last', 'taken'] });
      const { values } = await plain.run({
        backend,
        model,
        inputs: fed(p, model, inputs, 3),
        sync: false,
      });
      assert.deepEqual([...values.last.data], [0.78125, 0.625, 0.25]);
      assert.deepEqual([...values.taken.data], [7, 3, 0]);
    }
  });

  it('repeats the last observation, whatever it keeps', async () => {
    for (const [steps, every] of [
      [12, 1],
      [12, 5],
      [11, 4],
      [6, 4],
    ]) {
      const p = halved(steps, every);
      const exact = exactly(p, {}, inputs, 3);
      for (const unroll of [false, true]) {
        const model = exported(p, {}, { unroll });
        const { values } = await plain.run({
          backend: 'cpu',
          model,
          inputs: fed(p, model, inputs, 3),
          sync: unroll,
        });
        for (const [name, { shape, data }] of Object.entries(exact)) {
          assert.deepEqual(values[name].shape, shape);
          assert.deepEqual([...values[name].data], [...data], `${name}, ${steps}, ${every}, ${unroll}`);
        }
      }
    }
  });
});
