/** GraphModels give what we give: every operation, random programs, every model family and readout. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { initialParameters } from '../../../src/compile/parameters.js';
import { fill, mul, program, slice } from '../../../src/dsl/index.js';
import { modelWithSizesArbitrary } from '../../../src/laws/arbitraries/model.js';
import { type GeneratedProgram, programArbitrary } from '../../../src/laws/arbitraries/program.js';
import { buildModel } from '../../../src/models/catalogue.js';
import { everyKind, kindsIn } from '../../laws/arbitraries/variants.js';
import { right } from '../../support/either.js';
import { assertEqual, backends, exactly, exported, fed, type Ours, openOurs, waving } from './against.js';
import { type Answer, type Plain, plainTensorFlow } from './plain.js';
import { exclude, sameAsGraphModel } from './same.js';

describe('a GraphModel in plain TensorFlow.js computes what we compute', () => {
  let plain: Plain;
  let ours: Ours;
  before(async () => {
    plain = await plainTensorFlow();
    ours = await openOurs();
  });

  const assertSame = (made: GeneratedProgram, batch: number): Promise<void> =>
    sameAsGraphModel(plain, ours)(made, batch);

  it('for random programs, looping and unrolled, in batches of any size', () =>
    fc.assert(fc.asyncProperty(programArbitrary({ exclude }), fc.integer({ min: 1, max: 3 }), assertSame), {
      numRuns: 40,
    }));

  it('for every operation of the language and every variant of it', async () => {
    const missing = new Set(everyKind.filter((kind) => !kind.startsWith('noise')));
    for (const made of fc.sample(programArbitrary({ exclude }), { numRuns: 800, seed: 1 })) {
      const news = [...kindsIn(made)].filter((kind) => missing.has(kind));
      if (news.length === 0) continue;
      await assertSame(made, 2);
      for (const kind of news) missing.delete(kind);
    }
    assert.deepEqual([...missing], [], 'never tried');
  });

  it('for a cut of a scalar, which has no axes to cut', async () => {
    const p = program({ x: [3] }, ({ x }) => ({ y: mul(x, slice(fill(2), [], [])) }));
    const inputs = { x: Float32Array.of(1, -2, 0.5, 4, 0, 3) };
    const exact = exactly(p, {}, inputs, 2);
    assert.deepEqual([...exact.y.data], [2, -4, 1, 8, 0, 6]);
    for (const unroll of [false, true]) {
      const model = exported(p, {}, { unroll });
      for (const backend of backends) {
        const expected = ours(backend, p, { parameters: {}, inputs, batch: 2 }, ['y']);
        const { values } = await plain.run({
          backend,
          model,
          inputs: fed(p, model, inputs, 2),
          sync: unroll,
        });
        assertEqual(values, expected, exact, backend);
      }
    }
  });

  it('for every model family and readout at random sizes', async () => {
    await fc.assert(
      fc.asyncProperty(modelWithSizesArbitrary, fc.nat(99), async ([spec, sizes], seed) => {
        const batch = 1 + (seed % 3);
        const p = right(buildModel(spec, sizes));
        const parameters = initialParameters(p.graph, seed);
        const model = exported(p, parameters);
        const image = waving(batch * sizes.height * sizes.width * sizes.channels);
        const exact = exactly(p, parameters, { image }, batch);
        const names = Object.keys(model.signature.outputs);
        assert.deepEqual(
          names,
          ['logits', 'classes', 'waves'].filter((name) => name !== 'waves' || 'readout' in spec),
        );
        for (const backend of backends) {
          const { values } = await plain.run({ backend, model, inputs: fed(p, model, { image }, batch) });
          const expected = ours(
            backend,
            p,
            { parameters, inputs: { image }, batch },
            names.filter((name) => name !== 'classes'),
          );
          assertEqual(values, expected, exact, backend);
          assertClasses(values, sizes.classes);
        }
      }),
      { numRuns: 15 },
    );
  });

  /** The classes are those of the logits beside them. */
  const assertClasses = (values: Answer['values'], count: number): void => {
    assert.equal(values.classes.dtype, 'int32');
    assert.deepEqual(values.classes.shape, values.logits.shape.slice(0, -1));
    values.classes.data.forEach((found, pixel) => {
      const own = values.logits.data.slice(pixel * count, (pixel + 1) * count);
      assert.equal(own[found], Math.max(...own));
    });
  };
});
