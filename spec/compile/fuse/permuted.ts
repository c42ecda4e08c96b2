/**
 * Random programs whose axes change places: transposes of pixels and channels of equal length (cubes, axes of size 1),
 * reshapes that change the meaning of axes, and then operations along the grid, or along a time that was pixels or channels.
 * Parts of them are fused, the rest runs op by op. Neither may infer from sizes which axes are pixels.
 */

import fc from 'fast-check';
import { stream } from '../../../src/base/random.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { runReference } from '../../../src/compile/reference/index.js';
import { compileSegments } from '../../../src/compile/tfjs/segmented.js';
import { openSession } from '../../../src/compile/tfjs/session/session.js';
import {
  add,
  broadcast,
  concatAlong,
  data,
  fill,
  layer,
  mul,
  type Program,
  parameterOf,
  program,
  reshape,
  reverse,
  roll,
  scale,
  scanOver,
  shapeOf,
  sigmoid,
  signature,
  slice,
  softmax,
  type Tensor,
  tanh,
  transpose,
} from '../../../src/dsl/index.js';
import { type Shape, volume } from '../../../src/dsl/shape.js';
import { apply } from '../../../src/dsl/tensor.js';
import { type Engine, opByOp } from '../../../src/engine/index.js';
import { right } from '../../support/either.js';
import { cotangentsOf, inputsFor, isClose, referenceOptions, tapePull } from './oracles.js';

const kinds = [
  'turn',
  'turn',
  'swap',
  'conv',
  'conv',
  'depthwise',
  'pool',
  'roll',
  'mirror',
  'join',
  'cut',
  'stacked',
  'dense',
  'softmax',
  'level',
  'times',
  'diagonal',
  'diagonal',
  'matrix',
  'driven',
  'spectrum',
] as const;
type Kind = (typeof kinds)[number];

export interface Instruction {
  readonly kind: Kind;
  readonly pick: readonly number[];
}

export interface Recipe {
  /** Height, width, channels. */
  readonly sizes: readonly [number, number, number];
  readonly instructions: readonly Instruction[];
  readonly seed: number;
}

/** All orders of so many axes. */
const orders = (rank: number): readonly (readonly number[])[] =>
  rank === 0
    ? [[]]
    : orders(rank - 1).flatMap((order) =>
        Array.from({ length: rank }, (_, at) => [...order.slice(0, at), rank - 1, ...order.slice(at)]),
      );

const of = <A>(items: readonly A[], n: number): A => items[n % items.length];

const values = (shape: Shape, seed: number): Tensor => {
  const random = stream(seed, 'permuted');
  return data(
    Array.from({ length: volume(shape) }, () => (random.integer(129) - 64) / 64),
    ...shape,
  );
};

const weight = (kind: string, shape: Shape, fan: number): Tensor =>
  parameterOf(layer(kind), 'weight', shape, { init: { uniform: 1 / Math.sqrt(fan) }, fanIn: fan });

const convolved = (x: Tensor, depthwise: boolean, [a, b, c]: readonly number[]): Tensor => {
  const shape = shapeOf(x);
  if (shape.length !== 2 && shape.length !== 3) return x;
  const spatial = shape.slice(0, -1);
  const [from] = shape.slice(-1);
  // mostly as many channels as before, so that cubes stay cubes
  const to = depthwise ? 1 : a % 3 === 0 ? 1 + (b % 4) : from;
  const kernel = spatial.map((n) => (n < 3 ? 1 + (c % 2) : 3));
  const boundary = b % 2 === 0 ? 'zero' : 'circular';
  const op = { op: 'conv', boundary, stride: spatial.map(() => 1), depthwise } as const;
  const fan = volume(kernel) * (depthwise ? 1 : from);
  return apply('conv', op, x, weight('conv', [...kernel, from, to], fan));
};

/** TensorFlow.js has no gradient of what is repeated along more axes, the batch's among them. */
const mostRepeated = 3;

/** Something of this shape from the outside: one number, numbers, weights, numbers or weights that are repeated. */
const beside = (shape: Shape, [a, b]: readonly number[]): Tensor => {
  const ways = shape.length > mostRepeated ? 4 : 5;
  const thin = shape.map((n, axis) => ((b >> axis) % 2 === 0 ? n : 1));
  switch (a % ways) {
    case 0:
      return fill(0.5, ...shape);
    case 1:
      return values(shape, b);
    case 2:
      return parameterOf(layer('place'), 'weight', shape, { init: { uniform: 0.7 } });
    case 3:
      return broadcast(...shape)(values(thin, b));
    default:
      return broadcast(...shape)(parameterOf(layer('thin'), 'weight', thin, { init: { uniform: 0.7 } }));
  }
};

const isSequence = (x: Tensor): x is Tensor<readonly [number, ...number[]]> => shapeOf(x).length > 1;

const most = 700;

const makers: Readonly<Record<Kind, (x: Tensor, pick: readonly number[]) => Tensor>> = {
  turn: (x, [a]) => transpose(...of(orders(shapeOf(x).length), a))(x),
  swap: (x, [a]) => {
    const shape = shapeOf(x);
    const [first = 1, ...rest] = shape;
    return reshape(...of([[...shape].reverse(), [...rest, first], [first, volume(rest)], [1, ...shape]], a))(
      x,
    );
  },
  conv: (x, pick) => convolved(x, false, pick),
  depthwise: (x, pick) => convolved(x, true, pick),
  pool: (x, [a]) => {
    const shape = shapeOf(x);
    if (shape.length !== 2 && shape.length !== 3) return x;
    const size = shape.slice(0, -1).map((n) => Math.min(n, 1 + (a % 2)));
    return apply('pool', { op: 'pool', fn: 'mean', size, stride: size.map(() => 1) }, x);
  },
  roll: (x, [a, b]) => roll(a % shapeOf(x).length, (b % 5) - 2)(x),
  mirror: (x, [a]) => reverse(a % shapeOf(x).length)(x),
  join: (x, [a]) => concatAlong(a % shapeOf(x).length, x, tanh(x)),
  cut: (x, [a]) => {
    const shape = shapeOf(x);
    const axis = a % shape.length;
    return slice(
      x,
      shape.map(() => 0),
      shape.map((n, at) => (at === axis ? Math.max(1, n - 1) : n)),
    );
  },
  stacked: (x) => concatAlong(0, reshape(1, ...shapeOf(x))(x), reshape(1, ...shapeOf(x))(scale(-0.5, x))),
  dense: (x, [a, b]) => {
    const [from] = shapeOf(x).slice(-1);
    const to = a % 2 === 0 ? from : 1 + (b % 4);
    return apply('dense', { op: 'dense' }, x, weight('dense', [from, to], from));
  },
  softmax: (x, [a]) => (shapeOf(x).length > mostRepeated ? x : softmax(a % shapeOf(x).length)(x)),
  level: (x, [a, b]) => {
    const shape = shapeOf(x);
    const axes = [...shape.keys()].filter((axis) => (a >> axis) % 2 === 1);
    if (axes.length === 0 || shape.length > mostRepeated) return x;
    const fn = b % 2 === 0 ? 'mean' : 'sum';
    const level: Tensor = apply('level', { op: 'reduce', fn, axes }, x);
    const thin = shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
    return add(x, scale(0.3, broadcast(...shape)(reshape(...thin)(level))));
  },
  times: (x, pick) => mul(x, beside(shapeOf(x), pick)),
  diagonal: (x, [a, b, c]) => {
    if (!isSequence(x)) return x;
    const factors = a % 3 === 0 ? sigmoid(x) : beside(shapeOf(x), [b, c]);
    const start: readonly Tensor[] = c % 3 === 0 ? [beside(shapeOf(x).slice(1), [c, a])] : [];
    return apply('recur', { op: 'recurrence', kind: 'diagonal' }, factors, x, ...start);
  },
  matrix: (x, [a, b, c]) => {
    const shape = shapeOf(x);
    const [n] = shape.slice(-1);
    if (!isSequence(x) || volume(shape) * n > 4 * most) return x;
    const factors =
      a % 2 === 0 || shape.length >= mostRepeated
        ? beside([...shape, n], [b, c])
        : broadcast(...shape, n)(reshape(...shape, 1)(tanh(x)));
    return apply('recur', { op: 'recurrence', kind: 'matrix' }, scale(1 / n, factors), x);
  },
  driven: (x, [a, b]) => {
    if (!isSequence(x)) return x;
    const shape = shapeOf(x).slice(1);
    return scanOver({
      over: x,
      init: { h: fill(0, ...shape) as Tensor },
      step: ({ h }, u: Tensor) => ({
        h: add(scale(0.5, h), tanh(b % 2 === 0 ? convolved(u, false, [1, a, 0]) : u)) as Tensor,
      }),
      observe: ({ h }) => h,
    });
  },
  spectrum: (x) => apply('spectrum', { op: 'spectrum' }, add(x, fill(3, ...shapeOf(x)))),
};

export interface Permuted {
  readonly program: Program;
  readonly recipe: Recipe;
}

export const permuted = (recipe: Recipe): Permuted => ({
  recipe,
  program: program({ x: recipe.sizes, other: recipe.sizes }, ({ x, other }) => {
    let value: Tensor = x;
    for (const { kind, pick } of recipe.instructions) {
      const next = makers[kind](value, pick);
      const shape = shapeOf(next);
      if (shape.length > 4 || shape.length < 2 || volume(shape) > most) continue;
      value = pick[0] % 4 === 0 ? tanh(next) : scale(0.8, next);
    }
    return { y: value, other: convolved(other, false, [1, 0, 0]) };
  }),
});

const size = fc.integer({ min: 1, max: 7 });
const sizes: fc.Arbitrary<readonly [number, number, number]> = fc.oneof(
  fc.integer({ min: 2, max: 6 }).map((n) => [n, n, n] as const),
  fc
    .tuple(fc.integer({ min: 2, max: 7 }), fc.integer({ min: 1, max: 3 }))
    .map(([n, m]) => [n, n, m] as const),
  fc
    .tuple(fc.integer({ min: 4, max: 7 }), fc.integer({ min: 1, max: 3 }))
    .map(([n, m]) => [n, 1, m] as const),
  fc
    .tuple(fc.integer({ min: 4, max: 7 }), fc.integer({ min: 1, max: 3 }))
    .map(([n, m]) => [1, n, m] as const),
  fc.tuple(size, size, size),
);

export const permutedArbitrary: fc.Arbitrary<Permuted> = fc
  .noBias(
    fc.record({
      sizes,
      instructions: fc.array(
        fc.record({
          kind: fc.constantFrom(...kinds),
          pick: fc.array(fc.nat(99), { minLength: 3, maxLength: 3 }),
        }),
        { minLength: 2, maxLength: 7 },
      ),
      seed: fc.nat(),
    }),
  )
  .map((recipe) => {
    const made = permuted(recipe);
    return Object.assign(made, {
      [fc.toStringMethod]: () => `${signature(made.program)}\nof the recipe ${JSON.stringify(recipe)}`,
    });
  });

const samples = 2;

/** Values as in float64, gradients as the tape's op by op, on an engine that fuses what it can. */
export const isFusedRight =
  (engine: Engine) =>
  async ({ program: made, recipe }: Permuted): Promise<void> => {
    const parameters = initialParameters(made.graph, recipe.seed);
    const inputs = inputsFor(made, samples, recipe.seed);
    const outputs = Object.keys(made.graph.outputs);
    const expected = runReference(made, referenceOptions(made, parameters, inputs, samples)).outputs;
    const opened = openSession(engine, made, parameters);
    const session = right(opened);
    const found = await session.infer({ count: samples, inputs }, outputs);
    session.close();
    isClose(
      'value',
      found.outputs,
      Object.fromEntries(Object.entries(expected).map(([name, { data: of64 }]) => [name, of64])),
      3e-5,
    );
    const cotangents = cotangentsOf(made, outputs, samples, recipe.seed);
    const [fused, plain] = [compileSegments, undefined].map((compiled) =>
      tapePull(opByOp(engine), made, parameters, inputs, samples, cotangents, compiled && { compiled }),
    );
    isClose('gradient', fused.parameters, plain.parameters, 1e-4);
    isClose('gradient', fused.inputs, plain.inputs, 1e-4);
  };
