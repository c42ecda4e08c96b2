/** Fourier transforms of any length, by every way there is to compute them: on engines, in exported graphs, within their bound. */

import assert from 'node:assert/strict';
import { type FourierPlan, fourierPlan, fourierRoundings } from '../../../src/compile/fourier/plan.js';
import { fourier as reference } from '../../../src/compile/reference/fourier.js';
import type { OpOf } from '../../../src/dsl/op.js';
import { type Shape, volume } from '../../../src/dsl/shape.js';
import { apply } from '../../../src/dsl/tensor.js';
import { type Engine, opByOp, openEngine, openSession, type Program, program } from '../../../src/index.js';
import { right } from '../../support/either.js';
import { exported } from '../graph-model/against.js';
import { type Plain, plainTensorFlow } from '../graph-model/plain.js';

type Transform = OpOf<'fourier'>;

const kindsIn = (plan: FourierPlan): string =>
  plan.kind === 'split'
    ? `${kindsIn(plan.first)} by ${kindsIn(plan.second)}`
    : plan.kind === 'chirp'
      ? `chirp of ${kindsIn(plan.inner)}`
      : `${plan.n}`;

describe('the plan of a Fourier transform', () => {
  it('is a matrix where it is short, a split where its length is a product, a chirp where it has a large prime', () => {
    const plans = (lengths: Shape): readonly string[] => lengths.map((n) => kindsIn(fourierPlan(n)));
    assert.deepEqual(plans([1, 2, 31, 100, 509]), ['1', '2', '31', '100', '509']);
    assert.deepEqual(plans([256, 1000]), ['16 by 16', '25 by 40']);
    assert.equal(plans([521])[0], 'chirp of 32 by 64');
    assert.match(plans([1042])[0], /^2 by chirp of /);
  });

  it('never costs more than a few thousand multiplications a number, and finds its way at once', () => {
    for (const n of [65_537, 2 ** 20, 999_983, 720_720]) assert.ok(fourierRoundings(fourierPlan(n)) > 0);
  });
});

const program1 = (op: Transform, shape: Shape): Program =>
  program({ x: shape }, ({ x }) => ({ y: apply('fourier', op, x) }));

/** Numbers of several sizes, different in every sample. */
const numbers = (size: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(1 + 3 * i * i) + (i % 7 === 0 ? 2 : 0));

interface Case {
  readonly name: string;
  readonly op: Transform;
  /** Of a sample, without the axis of a complex value. */
  readonly body: Shape;
}

const ends = ['real', 'complex'] as const;
const line = (n: number, from: Transform['from'], to: Transform['to']): Case => ({
  name: `${n} numbers, ${from} to ${to}`,
  op: { op: 'fourier', axes: [0], conjugate: n % 2 === 0, from, to },
  body: [n],
});

const cases: readonly Case[] = [
  ...[1, 2, 5, 31, 144].flatMap((n) => ends.flatMap((from) => ends.map((to) => line(n, from, to)))),
  line(256, 'real', 'complex'),
  line(521, 'complex', 'real'),
  line(1042, 'real', 'complex'),
  ...(
    [
      [[0], [6, 5, 3]],
      [[1], [6, 5, 3]],
      [
        [1, 0],
        [6, 5, 3],
      ],
      [
        [0, 2],
        [6, 5, 3],
      ],
      [
        [2, 0, 1],
        [4, 3, 130],
      ],
    ] as const
  ).map(
    ([axes, body]): Case => ({
      name: `axes ${axes.join(', ')} of ${body.join('x')}`,
      op: { op: 'fourier', axes, conjugate: false, from: 'real', to: 'complex' },
      body,
    }),
  ),
];

const unit = 2 ** -24;

/** Each number within its bound, by the sum of all sizes along the axes, of the definition in float64. */
const assertRight = (
  { op, body }: Case,
  inputs: Float32Array,
  found: ArrayLike<number>,
  batch: number,
): void => {
  const shape = op.from === 'complex' ? [...body, 2] : body;
  const out = op.to === 'complex' ? [...body, 2] : body;
  const units = op.axes.reduce((sum, axis) => 1.5 * sum + fourierRoundings(fourierPlan(body[axis])), 0);
  assert.equal(found.length, batch * volume(out));
  for (let sample = 0; sample < batch; sample++) {
    const x = {
      shape,
      data: Float64Array.from(inputs.subarray(sample * volume(shape), (sample + 1) * volume(shape))),
    };
    const exact = reference(op, x, out).data;
    const total = x.data.reduce((sum, v) => sum + Math.abs(v), 0);
    for (const [i, v] of exact.entries()) {
      const off = Math.abs(found[sample * exact.length + i] - v);
      assert.ok(off <= units * unit * total, `${i}: off by ${off / unit / total} of ${units} roundings`);
    }
  }
};

describe('Fourier transforms', () => {
  const batch = 2;
  const given = ({ op, body }: Case): Float32Array =>
    numbers(batch * volume(body) * (op.from === 'complex' ? 2 : 1));
  const shapeOf = ({ op, body }: Case): Shape => (op.from === 'complex' ? [...body, 2] : body);

  for (const backend of ['cpu', 'wasm'] as const)
    it(`op by op on ${backend} are within their bound, whatever the length`, async () => {
      const engine: Engine = opByOp(right(await openEngine(backend)()));
      for (const each of cases) {
        const x = given(each);
        const session = right(openSession(engine, program1(each.op, shapeOf(each)), {}));
        const { y } = (await session.infer({ count: batch, inputs: { x } }, ['y'])).outputs;
        session.close();
        assertRight(each, x, y, batch);
      }
    });

  describe('in exported graphs', () => {
    let plain: Plain;
    before(async () => {
      plain = await plainTensorFlow();
    });
    for (const backend of ['cpu', 'wasm'] as const)
      it(`are within their bound on ${backend}`, async () => {
        for (const each of cases) {
          const x = given(each);
          const { values } = await plain.run({
            backend,
            model: exported(program1(each.op, shapeOf(each)), {}),
            inputs: { x: { shape: [batch, ...shapeOf(each)], data: x } },
          });
          assertRight(each, x, values.y.data, batch);
        }
      });
  });
});
