import * as fc from 'fast-check';
import {
  at,
  type Boundary,
  batchNorm,
  broadcast,
  concatAlong,
  conv,
  convTranspose,
  dense,
  depthwise,
  fourier,
  linearRecurrence,
  matrixRecurrence,
  maxPool,
  mean,
  meanPool,
  modulus,
  pad,
  program,
  resample,
  reshape,
  reverse,
  roll,
  type Shape,
  scale,
  shapeOf,
  slice,
  softmax,
  spectrum,
  type Tensor,
  tanh,
  timeToChannels,
  transpose,
  upsample,
} from '../../../src/dsl/index.js';
import { isExact } from './observe.js';

type Layer = (x: Tensor) => Tensor;

type Field = Tensor<readonly [number, number, number]>;

/** A field of known rank; the language's functions ask for it in their types. */
const field = (x: Tensor): Field => {
  const [h, w, c] = shapeOf(x);
  return reshape(h, w, c)(x);
};

const boundaries = ['zero', 'circular', 'reflect', 'none', { fixed: 0.5 }] as const;

/** A step of a chain that fits any field of at least 4 x 4 sites, and makes another of at least 3 x 3. */
const layers: fc.Arbitrary<{ readonly name: string; readonly layer: Layer }> = fc.oneof(
  fc
    .record({
      kernel: fc.integer({ min: 1, max: 4 }),
      stride: fc.integer({ min: 1, max: 2 }),
      boundary: fc.constantFrom<Boundary>(...boundaries),
      deep: fc.boolean(),
    })
    .map(({ kernel, stride, boundary, deep }) => ({
      name: `conv ${kernel} / ${stride} ${JSON.stringify(boundary)} ${deep}`,
      layer: (x: Tensor) =>
        tanh(
          deep
            ? depthwise<number, number, Boundary>({ kernel, stride, boundary })(field(x))
            : conv<2, number, number, Boundary>(2, { kernel, stride, boundary, bias: false })(field(x)),
        ),
    })),
  fc.constantFrom<{ readonly name: string; readonly layer: Layer }>(
    { name: 'max pool', layer: (x) => maxPool(2, 1)(field(x)) },
    { name: 'mean pool', layer: (x) => meanPool(2)(field(x)) },
    { name: 'max pool beyond the edge', layer: (x) => maxPool(3, 2, 'replicate')(field(x)) },
    { name: 'mean pool on a ring', layer: (x) => meanPool(3, 1, 'circular')(field(x)) },
    { name: 'pad a ring', layer: (x) => pad([1, [0, 2]], 'circular')(x) },
    { name: 'pad a mirror', layer: (x) => pad([[2, 1]], 'reflect')(x) },
    { name: 'pad the edge', layer: (x) => pad([0, 2], 'replicate')(x) },
    { name: 'pad zeros', layer: (x) => pad([1, 1])(x) },
    { name: 'resample', layer: (x) => resample([7, 5])(field(x)) },
    { name: 'resample to the nearest', layer: (x) => resample([5, 6], 'nearest')(field(x)) },
    { name: 'transposed', layer: (x) => convTranspose(2, { kernel: 3, stride: 2, bias: false })(field(x)) },
    { name: 'upsample', layer: (x) => upsample(2)(field(x)) },
    { name: 'dense', layer: (x) => tanh(dense(2)(field(x))) },
    { name: 'batch norm', layer: (x) => batchNorm()(x) },
    { name: 'softmax', layer: (x) => softmax()(x) },
    { name: 'roll', layer: (x) => roll(1, 2)(x) },
    { name: 'modes', layer: (x) => modulus(fourier(0)(x)) },
    { name: 'reverse', layer: (x) => reverse(0)(x) },
    { name: 'transpose', layer: (x) => transpose(1, 0, 2)(field(x)) },
    {
      name: 'cut',
      layer: (x) => {
        const [h, w, c] = shapeOf(x);
        return slice(x, [1, 0, 0], [h - 1, w - 1, c]);
      },
    },
    { name: 'join', layer: (x) => concatAlong(2, x, scale(2, reverse(1)(x))) },
    { name: 'nothing', layer: (x) => scale(0, x) },
  ),
);

/** Small enough to be observed site by site, large enough for the next layer. */
const fits = (shape: Shape): boolean =>
  shape.every((n, axis) => (axis < 2 ? n >= 4 && n <= 12 : n <= 4)) && shape.length === 3;

/** A size that the compiler does not know. */
const open = (size: number): number => size;

describe('light cone of operations', () => {
  it('is what is observed, for chains of layers', () => {
    fc.assert(
      fc.property(fc.array(layers, { minLength: 1, maxLength: 3 }), fc.nat(), fc.nat(), (chain, y, x) => {
        const p = program({ x: [open(5), open(4), open(2)] }, (inputs) => {
          const start: Tensor = inputs.x;
          return {
            y: chain.reduce((value, { layer }) => (fits(shapeOf(value)) ? layer(value) : value), start),
          };
        });
        const [h, w] = p.graph.nodes[p.graph.outputs.y].shape;
        isExact(p, { output: 'y', site: [y % h, x % w] }, 'x');
      }),
      { numRuns: 60 },
    );
  });

  it('is what is observed, over time', () => {
    const over = (f: (x: Field) => Tensor): void => {
      const p = program({ x: [open(4), open(3), open(2)] }, ({ x }) => ({ y: f(x) }));
      const { shape } = p.graph.nodes[p.graph.outputs.y];
      isExact(p, { output: 'y', site: shape.map((n) => Math.floor(n / 2)) }, 'x');
      isExact(p, { output: 'y', site: [0] }, 'x');
    };
    const spread = (x: Field) =>
      broadcast(open(4), open(3), open(2), open(2))(reshape(open(4), open(3), open(2), open(1))(x));
    over((x) => spectrum(x));
    over((x) => mean(0)(x));
    over((x) => at(x, 2));
    over((x) => linearRecurrence(tanh(x), x));
    over((x) => linearRecurrence(tanh(x), x, at(x, 3)));
    over((x) => timeToChannels(reshape(open(4), open(1), open(3), open(2))(x)));
    over((x) => {
      const factors = spread(x);
      return matrixRecurrence(tanh(factors), x);
    });
    over((x) => {
      const factors = spread(x);
      return matrixRecurrence(tanh(factors), x, at(x, 0));
    });
  });
});
