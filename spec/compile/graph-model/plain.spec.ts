/** GraphModels in plain TensorFlow.js, as a person uses them: outputs by name, predict, gradients, shards over HTTP. */

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { initialParameters } from '../../../src/compile/parameters.js';
import { add, data, gaussian, program, scan, zeros } from '../../../src/dsl/index.js';
import { buildModel } from '../../../src/models/catalogue.js';
import { exportTrained } from '../../../src/runner/export/index.js';
import { newFolder } from '../../runner/import/exchange.js';
import { rightOf } from '../../support/effects.js';
import { right } from '../../support/either.js';
import { exported, waving } from './against.js';
import { serve } from './browser.js';
import { type Plain, plainTensorFlow } from './plain.js';

describe('a GraphModel in plain TensorFlow.js', () => {
  let plain: Plain;
  before(async () => {
    plain = await plainTensorFlow();
  });

  const spec = {
    name: 'nwm',
    mid: 3,
    channels: 2,
    steps: 4,
    dt: 0.2,
    readout: 'linear',
    hidden: [5],
  } as const;
  const sizes = { height: 6, width: 5, channels: 3, classes: 4 };
  const nwm = right(buildModel(spec, sizes));
  const weights = initialParameters(nwm.graph, 3);
  const image = { shape: [3, 6, 5, 3], data: waving(3 * 90) };

  it('gives each output alone, whatever the batch', async () => {
    const model = exported(nwm, weights);
    const all = await plain.run({ backend: 'cpu', model, inputs: { image } });
    assert.deepEqual(all.inputs, ['image']);
    assert.deepEqual(all.outputs, ['logits', 'classes', 'waves']);
    for (const name of all.outputs) {
      const one = await plain.run({ backend: 'cpu', model, inputs: { image }, outputs: [name] });
      assert.deepEqual(Object.keys(one.values), [name]);
      assert.equal(one.values[name].shape[0], 3);
      assert.deepEqual(one.values[name], all.values[name]);
    }
    const chosen = exported(nwm, weights, { outputs: ['omega'] });
    assert.deepEqual(Object.keys(chosen.signature.outputs), ['omega']);
    assert.equal(chosen.graph.library, undefined, 'the waves are not computed for omega');
  });

  it('without a loop is run by predict, which gives its outputs by name', async () => {
    const model = exported(nwm, weights, { unroll: true });
    const named = await plain.run({ backend: 'cpu', model, inputs: { image }, named: true });
    const listed = await plain.run({ backend: 'cpu', model, inputs: { image }, sync: true });
    assert.deepEqual(named.values, listed.values);
  });

  it('of a program without inputs has a batch of one', async () => {
    const alone = program({}, () => ({
      path: scan({
        steps: 3,
        init: { y: zeros(2) },
        step: ({ y }) => ({ y: add(y, data([1, 10], 2)) }),
        observe: ({ y }) => y,
      }),
    }));
    const { values } = await plain.run({ backend: 'wasm', model: exported(alone, {}), inputs: {} });
    assert.deepEqual(values.path, { shape: [1, 3, 2], dtype: 'float32', data: [1, 10, 2, 20, 3, 30] });
  });

  it('unrolled can be differentiated', async () => {
    const model = exported(nwm, weights, { unroll: true });
    const { slope, values } = await plain.run({
      backend: 'cpu',
      model,
      inputs: { image },
      outputs: ['logits'],
      sync: true,
      gradient: 'logits',
    });
    if (slope === undefined) return assert.fail('no gradient came back');
    const total = (data: readonly number[]): number => data.reduce((a, b) => a + b, 0);
    for (const index of [0, 77, 200]) {
      const step = 0.01;
      const moved = { ...image, data: image.data.map((v, i) => (i === index ? v + step : v)) };
      const after = await plain.run({
        backend: 'cpu',
        model,
        inputs: { image: moved },
        outputs: ['logits'],
        sync: true,
      });
      const difference = (total(after.values.logits.data) - total(values.logits.data)) / step;
      assert.ok(Math.abs(difference - slope[index]) < 0.02 * Math.max(0.1, Math.abs(difference)));
    }
  });

  it('draws fresh noise of the right kind at every site, step and run', async () => {
    const noisy = program({ x: [8, 8, 2] }, ({ x }) => {
      const thermal = gaussian('thermal');
      return {
        path: scan({
          steps: 4,
          init: { y: x },
          step: (_, clock) => ({ y: thermal(clock, 8, 8, 2) }),
          observe: ({ y }) => y,
        }),
      };
    });
    const model = exported(noisy, {});
    const x = { shape: [4, 8, 8, 2], data: new Float32Array(512) };
    const draw = async () => (await plain.run({ backend: 'wasm', model, inputs: { x } })).values.path.data;
    const [first, second] = [await draw(), await draw()];
    assert.equal(first.length, 2048);
    assert.ok(new Set([...first, ...second]).size > 4090);
    const mean = first.reduce((a, b) => a + b, 0) / 2048;
    const variance = first.reduce((a, b) => a + b * b, 0) / 2048;
    assert.ok(Math.abs(mean) < 0.12 && Math.abs(variance - 1) < 0.2, `${mean}, ${variance}`);
  });

  it('is loaded over HTTP, in shards, and says what it is', async () => {
    const wide = right(buildModel({ ...spec, hidden: [1100, 1100] }, sizes));
    const parameters = initialParameters(wide.graph, 3);
    const folder = newFolder();
    const served = await serve(folder);
    try {
      const files = await rightOf(
        exportTrained(
          { program: wide, parameters, experiment: null, model: null, description: 'a wide one' },
          'graph-model',
          join(folder, 'wide'),
        ),
      );
      assert.deepEqual(Object.keys(files).sort(), [
        'group1-shard1of2.bin',
        'group1-shard2of2.bin',
        'model.json',
      ]);
      const inputs = { image };
      const far = await plain.run({
        backend: 'cpu',
        model: `${served.origin}/models/wide/model.json`,
        inputs,
      });
      const near = await plain.run({ backend: 'cpu', model: exported(wide, parameters), inputs });
      assert.deepEqual(far.values, near.values);
      assert.equal(far.metadata.description, 'a wide one');
      assert.match(String(far.metadata.program), /^[0-9a-f]{64}$/);
    } finally {
      served.close();
      rmSync(folder, { recursive: true });
    }
  });
});
