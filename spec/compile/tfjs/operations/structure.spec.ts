/** Structure along many axes has its gradient op by op: TensorFlow.js alone has none for some of them. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../../src/base/error.js';
import { crossEntropy } from '../../../../src/compile/loss.js';
import { initialParameters } from '../../../../src/compile/parameters.js';
import { openSession } from '../../../../src/compile/tfjs/session/session.js';
import {
  broadcast,
  conv,
  mean,
  mul,
  type Program,
  program,
  reshape,
  reverse,
  slice,
  type Tensor,
  tanh,
  transpose,
} from '../../../../src/dsl/index.js';
import { openEngine } from '../../../../src/engine/index.js';

type Image = Tensor<readonly [2, 3, 2]>;

/** What is done between two layers, which comes to what it was. */
const detours: Readonly<Record<string, (x: Image) => Tensor>> = {
  'repeated along 1, 2, 3 and 4 axes, kept ones between': (x) => {
    const one = mean(0)(broadcast(2, 2, 3, 2)(reshape(1, 2, 3, 2)(x)));
    const two = mean(0, 2)(broadcast(2, 2, 3, 3, 2)(reshape(1, 2, 1, 3, 2)(one)));
    const three = mean(0, 2, 4)(broadcast(2, 2, 2, 3, 2, 2)(reshape(1, 2, 1, 3, 1, 2)(two)));
    return mean(1, 3)(broadcast(2, 2, 3, 2, 2)(reshape(2, 1, 3, 1, 2)(three)));
  },
  'repeated along four axes at once': (x) => {
    const far = broadcast(3, 2, 2, 3, 2, 2, 2)(reshape(1, 2, 1, 3, 1, 2, 1)(x));
    return mean(
      0,
      2,
      4,
      6,
    )(
      mul(
        far,
        broadcast(
          3,
          2,
          2,
          3,
          2,
          2,
          2,
        )(
          reshape(1, 1, 1, 1, 1, 1, 1)(mean(0, 1, 2)(broadcast(2, 3, 2)(reshape(1, 1, 1)(mean(0, 1, 2)(x))))),
        ),
      ),
    );
  },
  'transposed, mirrored and cut along five axes': (x) => {
    const far = transpose(4, 2, 0, 3, 1)(reshape(2, 1, 3, 1, 2)(x));
    const cut = slice(reverse(0, 2)(far), [0, 0, 0, 0, 0], [2, 3, 2, 1, 1]);
    return reshape(2, 3, 2)(transpose(2, 4, 1, 3, 0)(reverse(0, 2)(cut)));
  },
};

/** The same of few axes. */
const plain: Readonly<Record<string, (x: Image) => Tensor>> = {
  'repeated along four axes at once': (x) => mul(x, broadcast(2, 3, 2)(reshape(1, 1, 1)(mean(0, 1, 2)(x)))),
};

const ofDetour = (detour: (x: Image) => Tensor): Program =>
  program({ image: [2, 3, 1] }, ({ image }) => {
    const x = tanh(conv(2, { name: 'first' })(image));
    return { logits: conv(3, { name: 'last' })(reshape(2, 3, 2)(detour(x))) };
  });

describe('gradients op by op of structure along many axes', () => {
  for (const engineName of ['cpu', 'wasm'] as const)
    for (const [name, detour] of Object.entries(detours))
      it(`${name}, on ${engineName}`, async () => {
        const engine = await openEngine(engineName, engineName === 'wasm' ? 'op by op' : undefined)();
        assert.ok(E.isRight(engine));
        const gradientsOf = async (p: Program) => {
          const session = openSession(engine.right, p, initialParameters(p.graph, 1));
          if (E.isLeft(session)) return assert.fail(errorMessage(session.left));
          try {
            const batch = {
              count: 3,
              inputs: { image: Float32Array.from({ length: 18 }, (_, i) => Math.sin(1 + 2.3 * i)) },
              labels: Uint8Array.from({ length: 18 }, (_, i) => i % 3),
              loss: crossEntropy,
            };
            return await session.right.gradients(batch, [3]);
          } finally {
            session.right.close();
          }
        };
        const found = await gradientsOf(ofDetour(detour));
        const expected = await gradientsOf(ofDetour(plain[name] ?? ((x) => x)));
        assert.ok(Math.abs(found.loss - expected.loss) < 1e-5);
        assert.deepEqual(Object.keys(found.gradients).sort(), Object.keys(expected.gradients).sort());
        for (const [parameter, values] of Object.entries(expected.gradients))
          for (const [i, v] of [...values].entries())
            assert.ok(
              Math.abs(v - found.gradients[parameter][i]) < 1e-5 * Math.max(1, Math.abs(v)),
              `${parameter} ${i}: ${found.gradients[parameter][i]} instead of ${v}`,
            );
      });
});
