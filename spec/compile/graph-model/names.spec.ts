/** Names in GraphModels: what a program calls its inputs and outputs is what plain TensorFlow.js answers to. */

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { graphModelFiles } from '../../../src/compile/graph-model/shards.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import {
  add,
  inputsOf,
  mul,
  offset,
  type Program,
  parameter,
  program,
  scale,
  scan,
  scope,
  square,
  volume,
} from '../../../src/dsl/index.js';
import { buildSystem, startOf, systemNamed, systemNames } from '../../../src/models/systems/index.js';
import { exportTrained } from '../../../src/runner/export/index.js';
import { compute } from '../../../src/runner/import/compute.js';
import { readRunnable } from '../../../src/runner/import/index.js';
import { newFolder } from '../../runner/import/exchange.js';
import { rightOf } from '../../support/effects.js';
import { right } from '../../support/either.js';
import {
  type Arrays,
  assertEqual,
  backends,
  exactly,
  exported,
  fed,
  type Ours,
  openOurs,
  waving,
} from './against.js';
import { type Plain, plainTensorFlow } from './plain.js';

/** Names that every object of JavaScript has and that a program may give. */
const inherited = Object.getOwnPropertyNames(Object.prototype).filter((name) => /^[A-Za-z]+$/.test(name));

describe('names in a GraphModel', () => {
  let plain: Plain;
  let ours: Ours;
  before(async () => {
    plain = await plainTensorFlow();
    ours = await openOurs();
  });

  /** All outputs, asked for by their names, looping and unrolled, are ours. */
  const same = async (p: Program, inputs: Arrays, batch = 1): Promise<void> => {
    const parameters = initialParameters(p.graph, 1);
    const exact = exactly(p, parameters, inputs, batch);
    const names = Object.keys(exact);
    for (const unroll of [false, true])
      for (const backend of backends) {
        const model = exported(p, parameters, { unroll, outputs: names });
        const nodes = model.graph.node.map(({ name }) => name);
        assert.equal(new Set(nodes).size, nodes.length, 'two nodes of one name');
        const expected = ours(backend, p, { parameters, inputs, batch }, names);
        const given = fed(p, model, inputs, batch);
        const listed = await plain.run({ backend, model, inputs: given, outputs: names, sync: unroll });
        assertEqual(listed.values, expected, exact, `${backend}, unroll ${unroll}`);
        assert.deepEqual([...listed.outputs].sort(), [...names].sort());
        assert.equal(listed.left, 0);
        if (!unroll) continue;
        const named = await plain.run({ backend, model, inputs: given, named: true });
        assertEqual(named.values, expected, exact, `${backend}, predict`);
      }
  };

  for (const name of systemNames)
    it(`${name}: outputs that have the names of its inputs are its outputs`, async () => {
      const full = right(systemNamed(name));
      const size = 'length' in full ? { length: 5 } : { height: 4, width: 5 };
      const small = right(systemNamed(name, { ...size, ...('reach' in full ? { reach: 1 } : {}), steps: 3 }));
      const inputs = Object.fromEntries(
        Object.entries(startOf(small, 3)).map(([input, values]) => [input, Float32Array.from(values)]),
      );
      await same(right(buildSystem(small)), inputs);
    });

  it('may be those that every object has', async () => {
    const p = program(Object.fromEntries(inherited.map((name) => [`${name}`, [2, 2, 1] as const])), (given) =>
      Object.fromEntries(inherited.map((name, i) => [name, offset(i, square(given[name]))])),
    );
    await same(
      p,
      Object.fromEntries(inherited.map((name, i) => [name, waving(8 + 4 * i).slice(4 * i, 4 * i + 8)])),
      2,
    );
    const other = program({ x: [2, 2, 1] }, ({ x }) => ({ constructor: square(x), toString: scale(2, x) }));
    await same(other, { x: waving(4) });
  });

  it('may be those of parameters, of fields and of what TensorFlow.js calls its own', async () => {
    const p = program({ w: [3], batch: [3], scan: [3] }, ({ w, batch, scan: other }) => {
      const own = scope('w', () => parameter('w', [3], { init: { normal: 1 } }))();
      const mine = parameter('y', [3], { init: { normal: 1 } });
      const hidden = parameter('constructor', [3], { init: { normal: 1 } });
      return {
        y: scan({
          steps: 3,
          init: { w, constructor: batch, toString: other, step: w },
          step: (s) => ({
            w: mul(s.w, own),
            constructor: add(s.constructor, mine),
            toString: add(s.toString, s.w),
            step: mul(s.step, hidden),
          }),
          observe: (s) => add(add(s.w, s.constructor), add(s.toString, s.step)),
        }),
        w: square(own),
        batch,
        Y: add(mine, other),
        classes: w,
        logits: hidden,
      };
    });
    await same(p, { w: waving(6), batch: waving(6).map((v) => v + 1), scan: waving(6).map((v) => 2 * v) }, 2);
  });

  it('come back from a folder: what the export writes is run by those names', async () => {
    const p = right(buildSystem(right(systemNamed('wave', { height: 3, width: 4, steps: 3 }))));
    const inputs = Object.fromEntries(
      Object.entries(inputsOf(p.graph)).map(([name, shape]) => [name, waving(2 * volume(shape))]),
    );
    const folder = newFolder();
    try {
      const trained = { program: p, parameters: {}, experiment: null, model: null, description: 'waves' };
      for (const unroll of [false, true]) {
        const at = join(folder, `unroll-${unroll}`);
        await rightOf(exportTrained(trained, 'graph-model', at, { unroll }));
        const found = await rightOf(compute(await rightOf(readRunnable(at)), inputs, 2, 'cpu'));
        const expected = ours('cpu', p, { parameters: {}, inputs, batch: 2 }, Object.keys(found));
        assert.deepEqual(Object.keys(found).sort(), ['y', 'z']);
        for (const [name, { shape, data }] of Object.entries(found)) {
          assert.deepEqual(shape, [3, 3, 4, 1]);
          assert.deepEqual(Array.from(data), Array.from(expected[name]), name);
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('reach its files: the signature names a node for each', () => {
    const p = program({ y: [2], x: [2] }, ({ y, x }) => ({ y: square(y), x: square(x) }));
    const model = exported(p, {});
    const files = graphModelFiles(model, { generatedBy: 'spec', metadata: {} });
    const { signature, modelTopology } = JSON.parse(new TextDecoder().decode(files['model.json']));
    const nodes: readonly string[] = modelTopology.node.map(({ name }: { name: string }) => name);
    for (const side of [signature.inputs, signature.outputs])
      for (const name of ['x', 'y']) assert.ok(nodes.includes(side[name].name.replace(/:0$/, '')), name);
    assert.notEqual(signature.inputs.y.name, signature.outputs.y.name);
  });
});
