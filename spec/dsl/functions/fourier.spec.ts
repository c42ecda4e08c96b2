/** Fourier transforms: what they are, what they undo, and what is refused. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import { evaluate } from '../../../src/compile/reference/evaluate.js';
import { vjp } from '../../../src/compile/transform/index.js';
import type { OpOf } from '../../../src/dsl/op.js';
import {
  complex,
  conjugate,
  fourier,
  fourierComplex,
  fromPolar,
  imaginaryPart,
  inverseFourier,
  inverseFourierComplex,
  modulus,
  multiplyComplex,
  ndarray,
  parameter,
  phase,
  program,
  realPart,
  roll,
  runReference,
  scaleComplex,
  type Tensor,
  volume,
} from '../../../src/index.js';

type Numbers = readonly number[];

/** The value of a function of one real tensor. */
const value = (shape: Numbers, f: (x: Tensor) => Tensor, x: Numbers): Numbers => [
  ...runReference(
    program({ x: shape }, (inputs) => ({ y: f(inputs.x) })),
    { parameters: {}, inputs: { x: ndarray([1, ...shape], x) }, batch: 1 },
  ).outputs.y.data,
];

const near = (found: Numbers, expected: Numbers, within = 1e-12): void => {
  assert.equal(found.length, expected.length);
  const size = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  for (const [i, v] of found.entries())
    assert.ok(Math.abs(v - expected[i]) <= within * size, `${i}: ${v} for ${expected[i]}`);
};

const numbers = (size: number): fc.Arbitrary<Numbers> =>
  fc.array(fc.integer({ min: -9, max: 9 }), { minLength: size, maxLength: size });
const anyShape = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 });

/** A shape, some of its axes in some order, and numbers that fill it, once for each part. */
const transforms = anyShape.chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axes: fc.shuffledSubarray([...shape.keys()], { minLength: 1 }),
    re: numbers(volume(shape)),
    im: numbers(volume(shape)),
  }),
);
const interleaved = (re: Numbers, im: Numbers): Numbers => re.flatMap((v, i) => [v, im[i]]);

describe('fourier', () => {
  it('has the modes of a wave, an impulse and a constant', () => {
    const modes = (x: Numbers): Numbers => value([x.length], fourier(0), x);
    near(modes([1, 0, 0, 0]), [1, 0, 1, 0, 1, 0, 1, 0]);
    near(modes([3, 3, 3, 3, 3]), [15, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    // one wave to the right of 8 sites is mode 1, and by what is real mode 7
    const wave = Array.from({ length: 8 }, (_, t) => Math.cos((2 * Math.PI * t) / 8 - 0.5));
    const expected = new Array<number>(16).fill(0);
    [expected[3], expected[15]] = [-4 * Math.sin(0.5), 4 * Math.sin(0.5)];
    [expected[2], expected[14]] = [4 * Math.cos(0.5), 4 * Math.cos(0.5)];
    near(modes(wave), expected);
  });

  it('is undone by its inverse, along any axes in any order', () => {
    fc.assert(
      fc.property(transforms, ({ shape, axes, re, im }) => {
        near(
          value(shape, (x) => pipe(x, fourier(...axes), inverseFourier(...axes)), re),
          re,
        );
        const both = interleaved(re, im);
        const there = (z: Tensor): Tensor =>
          inverseFourierComplex(...axes)(fourierComplex(...axes)({ expr: z.expr }));
        near(value([...shape, 2], there, both), both);
      }),
      { numRuns: 60, seed: 4 },
    );
  });

  it('of a real value is that of a complex value without imaginary part', () => {
    fc.assert(
      fc.property(transforms, ({ shape, axes, re }) => {
        near(
          value(shape, fourier(...axes), re),
          value(
            [...shape, 2],
            (z) => fourierComplex(...axes)({ expr: z.expr }),
            interleaved(
              re,
              re.map(() => 0),
            ),
          ),
        );
      }),
      { numRuns: 30, seed: 5 },
    );
  });

  it('keeps the energy: sum |X|^2 = N sum |x|^2 (Parseval)', () => {
    fc.assert(
      fc.property(transforms, ({ shape, axes, re, im }) => {
        const x = interleaved(re, im);
        const energy = (z: Numbers): number => z.reduce((sum, v) => sum + v * v, 0);
        const modes = value([...shape, 2], (z) => fourierComplex(...axes)({ expr: z.expr }), x);
        const count = volume(axes.map((axis) => shape[axis]));
        near([energy(modes)], [count * energy(x)]);
      }),
      { numRuns: 60, seed: 6 },
    );
  });

  it('turns a shift into a phase', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }).chain((n) => fc.tuple(numbers(n), fc.nat(n - 1))),
        ([x, by]) => {
          const n = x.length;
          const shifted = value([n, 1], (z) => fourier(0)(roll(0, by)(z)), x);
          const phases = Array.from({ length: n }, (_, k) => (-2 * Math.PI * k * by) / n);
          const modes = value([n, 1], fourier(0), x);
          near(
            shifted,
            phases.flatMap((a, k) => {
              const [re, im] = modes.slice(2 * k, 2 * k + 2);
              return [re * Math.cos(a) - im * Math.sin(a), re * Math.sin(a) + im * Math.cos(a)];
            }),
          );
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });

  it('turns a circular convolution into a product', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }).chain((n) => fc.tuple(numbers(n), numbers(n))),
        ([x, y]) => {
          const n = x.length;
          const p = program({ x: [n], y: [n] }, (given) => ({
            z: inverseFourier(0)(multiplyComplex(fourier(0)(given.x), fourier(0)(given.y))),
          }));
          const inputs = { x: ndarray([1, n], x), y: ndarray([1, n], y) };
          const { z } = runReference(p, { parameters: {}, inputs, batch: 1 }).outputs;
          near(
            [...z.data],
            x.map((_, t) => x.reduce((sum, v, s) => sum + v * y[(t - s + n) % n], 0)),
          );
        },
      ),
      { numRuns: 60, seed: 8 },
    );
  });

  const applied = (op: OpOf<'fourier'>, shape: Numbers, x: Numbers): Numbers => {
    const body = op.from === 'complex' ? shape.slice(0, -1) : shape;
    return [
      ...evaluate(op, [ndarray(shape, x)], op.to === 'complex' ? [...body, 2] : body, {
        noiseSeed: 0,
        sample: 0,
        leaf: () => ndarray([], [0]),
      }).data,
    ];
  };

  it('has itself as its adjoint, the other way around', () => {
    const ends = ['real', 'complex'] as const;
    fc.assert(
      fc.property(
        transforms,
        fc.constantFrom(...ends),
        fc.constantFrom(...ends),
        fc.boolean(),
        ({ shape, axes, re, im }, from, to, turned) => {
          const op: OpOf<'fourier'> = { op: 'fourier', axes, conjugate: turned, from, to };
          const back: OpOf<'fourier'> = { ...op, conjugate: !turned, from: to, to: from };
          const sized = (end: 'real' | 'complex') => (end === 'complex' ? [...shape, 2] : shape);
          const [x, y] = [from, to].map((end, i) =>
            end === 'complex' ? interleaved(re, im) : i === 0 ? re : im,
          );
          const dot = (a: Numbers, b: Numbers): number => a.reduce((sum, v, i) => sum + v * b[i], 0);
          near([dot(applied(op, sized(from), x), y)], [dot(x, applied(back, sized(to), y))]);
        },
      ),
      { numRuns: 100, seed: 9 },
    );
    const p = program({ x: [4, 3] }, ({ x }) => ({ modes: fourier(0)(x) }));
    const backwards = vjp(p).graph.nodes.flatMap(({ op }) =>
      op.op === 'fourier' && op.conjugate ? [op] : [],
    );
    assert.deepEqual(backwards, [{ op: 'fourier', axes: [0], conjugate: true, from: 'complex', to: 'real' }]);
  });

  const x = parameter('x', [3, 4], { init: 'zeros' });
  const z = parameter('z', [3, 2], { init: 'zeros' });
  const axes = (...list: Numbers): Numbers => list;
  const refused: readonly (readonly [() => unknown, RegExp])[] = [
    [() => fourier(...axes(2))(x), /fourier: 2 is not an axis of \[3,4\]/],
    [() => fourier(...axes(0, 0))(x), /fourier: axis 0 of \[3,4\] is given twice/],
    [() => fourier()(x), /fourier: it takes at least one axis/],
    [() => fourierComplex(...axes(1))(z), /fourierComplex: 1 is not an axis of \[3\]/],
    [
      () => inverseFourier(0)({ expr: x.expr }),
      /inverseFourier: a complex value has a last axis of 2, its real and its imaginary part, got \[3,4\]/,
    ],
    [() => modulus({ expr: x.expr }), /modulus: a complex tensor has a last axis of 2/],
  ];
  for (const [write, message] of refused)
    it(`refuses: ${message.source}`, () => assert.throws(write, message));
});

describe('complex numbers', () => {
  const of = (f: (z: Tensor<readonly [1, 2]>) => Tensor, re: number, im: number): Numbers =>
    value([1, 2], (z) => f({ expr: z.expr }), [re, im]);

  it('have parts, a conjugate, products and a modulus', () => {
    assert.deepEqual(of(realPart, 3, 4), [3]);
    assert.deepEqual(of(imaginaryPart, 3, 4), [4]);
    assert.deepEqual(of(conjugate, 3, 4), [3, -4]);
    assert.deepEqual(
      of((z) => multiplyComplex(z, z), 3, 4),
      [-7, 24],
    );
    assert.deepEqual(
      of((z) => scaleComplex(realPart(z), z), 3, 4),
      [9, 12],
    );
    assert.deepEqual(
      of((z) => complex(imaginaryPart(z), realPart(z)), 3, 4),
      [4, 3],
    );
    near(
      of((z) => fromPolar(realPart(z), imaginaryPart(z)), 2, 0.5),
      [2 * Math.cos(0.5), 2 * Math.sin(0.5)],
    );
  });

  it('have their modulus and phase', () => {
    for (const [re, im] of [
      [3, 4],
      [-2, 0.5],
      [-1, -1],
      [100, -2e-3],
    ])
      near(
        of((z) => fromPolar(modulus(z), phase(z)), re, im),
        [re, im],
      );
    near(of(phase, 0, -2), [-Math.PI / 2]);
    near(of(phase, 0, 0), [0]);
  });

  it('have a modulus, and its gradient, that is right at every scale', () => {
    const p = program({ z: [1, 2] }, ({ z }) => ({ r: modulus(z) }));
    const backwards = vjp(p);
    for (const scale of [1e-45, 1e-38, 1e-30, 1e-20, 1e-12, 1, 1e12, 1e20, 1e30, 4e37]) {
      near([of(modulus, 3 * scale, -4 * scale)[0] / scale], [5]);
      const inputs = { z: ndarray([1, 1, 2], [3 * scale, -4 * scale]), cotangent_r: ndarray([1, 1], [1]) };
      const { outputs } = runReference(backwards, { parameters: {}, inputs, batch: 1 });
      near([...outputs.gradient_z.data], [0.6, -0.8]);
    }
    near(of(modulus, 0, 0), [0]);
  });
});
