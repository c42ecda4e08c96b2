/** Steps that methods write, in every interpreter: engines, derivatives, graphs. */

import assert from 'node:assert/strict';
import { pipe } from 'fp-ts/lib/function.js';
import { initialParameters } from '../../src/compile/parameters.js';
import { numericalGradient, randomCoordinates } from '../../src/compile/reference/index.js';
import { openSession } from '../../src/compile/tfjs/session/session.js';
import { newton } from '../../src/compile/transform/index.js';
import {
  at,
  conv,
  coupling,
  decay,
  dormandPrince,
  type Flow,
  flowOf,
  implicitMidpoint,
  type Method,
  mul,
  type Program,
  parameter,
  program,
  rk4,
  scan,
  sin,
  softplus,
  stepOf,
  strang,
  sub,
  symplecticEuler,
  type Tensor,
  tanh,
  verlet,
  type Wave,
  zeros,
} from '../../src/dsl/index.js';
import { openEngine } from '../../src/engine/index.js';
import { right } from '../support/either.js';
import { assertEqual, backends, exactly, exported, fed, openOurs, waving } from './graph-model/against.js';
import { plainTensorFlow } from './graph-model/plain.js';
import { adjoints, caseOf, inner, randoms, reverse } from './transform/differentiate.js';

type Field = readonly [5, 5, 1];

/** Driven pendulums on a torus with a learned friction, and the class of each from where it ends. */
const swinging = (
  flow: (rate: (s: Wave<Field>, t: Tensor<readonly []>) => Wave<Field>) => Flow<Wave<Field>>,
): Program =>
  program({ image: [5, 5, 1] }, ({ image }) => {
    const neighbours = coupling();
    const friction = softplus(parameter('friction', [5, 5, 1], { init: { normal: 0.5 } }));
    const waves = scan({
      steps: 3,
      init: { y: tanh(conv(1)(image)), z: zeros(5, 5, 1) },
      step: stepOf(
        flow(({ y, z }, time) => ({
          y: z,
          z: sub(sub(neighbours(y), mul(sin(time), y)), mul(friction, z)),
        })),
        0.2,
      ),
      observe: (s) => s.y,
    });
    return { logits: pipe(at(waves, -1), conv(2)) };
  });

const by = (method: Method<'z'>): Program => swinging((rate) => flowOf(method, rate));
const cases: readonly (readonly [string, Program])[] = [
  ...[symplecticEuler(), verlet(), rk4, implicitMidpoint({ sweeps: 3 })].map(
    (method) => [method.name, by(method)] as const,
  ),
  ['implicitMidpoint by Newton', by(implicitMidpoint({ solver: newton({ iterations: 2 }) }))],
  // The sizes of its steps are decided by the error: several tries a step, some of them rejected.
  ['dormandPrince', by(dormandPrince({ tolerance: 1e-6, tries: 6 }))],
  ['strang', swinging((rate) => strang(decay({ z: softplus(zeros(5, 5, 1)) }), flowOf(verlet(), rate)))],
];

describe('methods of integration in every interpreter', () => {
  const inputs = { image: waving(50) };
  for (const [name, p] of cases) {
    const parameters = initialParameters(p.graph, 1);

    it(`${name}: sessions on wasm and cpu give what the reference gives, and its gradients`, async () => {
      const exact = exactly(p, parameters, inputs, 2).logits.data;
      const labels = Uint8Array.from({ length: 50 }, (_, i) => i % 2);
      const found: Record<string, Float32Array>[] = [];
      for (const backend of ['wasm', 'cpu'] as const) {
        const session = right(openSession(right(await openEngine(backend)()), p, parameters));
        const { logits } = (await session.infer({ count: 2, inputs }, ['logits'])).outputs;
        found.push({ ...(await session.gradients({ count: 2, inputs, labels }, [2])).gradients });
        session.close();
        logits.forEach((v, i) => {
          assert.ok(Math.abs(v - exact[i]) < 1e-5, `${v}, exactly ${exact[i]}, on ${backend}`);
        });
      }
      const [one, two] = found;
      assert.ok(Object.keys(one).length > 0);
      for (const [parameter, values] of Object.entries(one))
        values.forEach((v, i) => {
          assert.ok(Math.abs(v - two[parameter][i]) < 1e-5, `${parameter}: ${v} and ${two[parameter][i]}`);
        });
    });

    it(`${name}: forward and reverse mode are adjoint, and reverse mode is the difference quotient`, () => {
      const c = caseOf(p, 3);
      const { left, right } = adjoints(c, 1);
      assert.ok(Math.abs(left.value - right.value) < 1e-11 * Math.max(1, left.size), `${left.value}`);
      const cotangents = randoms({ logits: [5, 5, 2] }, [1], 5, 'cotangent');
      const back = reverse(c, cotangents);
      const coordinates = randomCoordinates(p, 1, 8, 2);
      const quotients = numericalGradient(p, (outputs) => inner([cotangents, outputs]).value, c, coordinates);
      coordinates.forEach(({ of, name: parameter, index }, i) => {
        const found = back[of][parameter].data[index];
        assert.ok(Math.abs(found - quotients[i]) < 1e-5, `${parameter}: ${found} against ${quotients[i]}`);
      });
    });
  }

  it('graphs in plain TensorFlow.js, looping and unrolled, give the same', async () => {
    const [plain, ours] = [await plainTensorFlow(), await openOurs()];
    for (const [name, p] of cases) {
      const parameters = initialParameters(p.graph, 1);
      const exact = exactly(p, parameters, inputs, 2);
      for (const unroll of [false, true])
        for (const backend of backends) {
          const model = exported(p, parameters, { unroll });
          const expected = ours(backend, p, { parameters, inputs, batch: 2 }, ['logits']);
          const { values } = await plain.run({
            backend,
            model,
            inputs: fed(p, model, inputs, 2),
            sync: unroll,
          });
          assertEqual(values, expected, exact, `${backend}, ${name}`);
        }
    }
  });
});
