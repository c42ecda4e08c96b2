import assert from 'node:assert/strict';
import fc from 'fast-check';
import { initialParameters } from '../../src/compile/parameters.js';
import { openSession } from '../../src/compile/tfjs/session/session.js';
import { parametersOf, volume } from '../../src/dsl/index.js';
import { openEngine } from '../../src/engine/index.js';
import { modelWithSizesArbitrary } from '../../src/laws/arbitraries/model.js';
import { buildModel } from '../../src/models/catalogue.js';
import { right } from '../support/either.js';

describe('every model at any size', () => {
  it('runs, gives finite outputs, and a gradient for every parameter that is trained', async () => {
    const engine = right(await openEngine('cpu')());
    await fc.assert(
      fc.asyncProperty(modelWithSizesArbitrary, fc.nat(2 ** 16), async ([spec, sizes], seed) => {
        const program = right(buildModel(spec, sizes));
        const parameters = initialParameters(program.graph, seed);
        const session = right(openSession(engine, program, parameters));
        const count = 2;
        const pixels = sizes.height * sizes.width;
        const image = Float32Array.from({ length: count * pixels * sizes.channels }, (_, i) =>
          Math.sin(seed + i),
        );
        const labels = Uint8Array.from({ length: count * pixels }, (_, i) => (seed + i) % sizes.classes);
        const batch = { count, inputs: { image }, labels };
        try {
          const names = Object.keys(program.graph.outputs);
          const { outputs } = await session.infer(batch, names, { training: true });
          for (const name of names) {
            const { shape } = program.graph.nodes[program.graph.outputs[name]];
            assert.equal(outputs[name].length, count * volume(shape), name);
            assert.ok(
              outputs[name].every((x) => Number.isFinite(x)),
              name,
            );
          }
          const { loss, gradients } = await session.gradients(batch, [count]);
          assert.ok(Number.isFinite(loss));
          for (const { name, shape, trainable } of parametersOf(program.graph)) {
            assert.equal(gradients[name]?.length, trainable ? volume(shape) : undefined, name);
            if (trainable)
              assert.ok(
                gradients[name].every((x) => Number.isFinite(x)),
                name,
              );
          }
        } finally {
          session.close();
        }
      }),
      { numRuns: 25 },
    );
  });
});
