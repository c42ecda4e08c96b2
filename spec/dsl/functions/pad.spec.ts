/** Padding and pools with a boundary: every entry by its definition, derivatives, engines, and what is refused. */

import assert from 'node:assert/strict';
import {
  conv,
  hashProgram,
  maxPool,
  maxPool1d,
  maxPool3d,
  meanPool,
  meanPool1d,
  meanPool3d,
  type PadBoundary,
  type Padding,
  type Program,
  pad,
  parameter,
  program,
  resize,
  type Shape,
  type Tensor,
} from '../../../src/index.js';
import { agrees } from '../agrees.js';
import { claim, near, refused, valuesOfProgram } from '../refusal.js';

/** A size that types do not follow: what is tried here is not what types say. */
const n = (size: number): number => size;
type Plane = readonly [number, number, number];
const [none, one, aside, uneven]: readonly (readonly Padding[])[] = [
  [0, [0, 0]],
  [1, [2, 0]],
  [1, 1],
  [2, [0, 1]],
];

const boundaries: readonly PadBoundary[] = ['zero', 'circular', 'reflect', 'replicate', { fixed: 0.5 }];

/** What stands at place i of a line of n, by walking from the edge; null for nothing of the line. */
const walked = (i: number, n: number, boundary: PadBoundary): number | null => {
  if (i >= 0 && i < n) return i;
  if (boundary === 'zero' || typeof boundary === 'object') return null;
  if (boundary === 'replicate') return i < 0 ? 0 : n - 1;
  if (boundary === 'circular') return i < 0 ? walked(i + n, n, boundary) : walked(i - n, n, boundary);
  return i < 0 ? walked(-i, n, boundary) : walked(2 * n - 2 - i, n, boundary);
};

const beyond = (boundary: PadBoundary): number => (typeof boundary === 'object' ? boundary.fixed : 0);

/** Entry [i, j] of a plane that goes on beyond its edges. */
const lookup =
  (x: readonly number[], [h, w]: Shape, boundary: PadBoundary) =>
  (i: number, j: number): number => {
    const [row, column] = [walked(i, h, boundary), walked(j, w, boundary)];
    return row === null || column === null ? beyond(boundary) : x[row * w + column];
  };

const plane = (f: (i: number, j: number) => number, [h, w]: Shape): readonly number[] =>
  Array.from({ length: h * w }, (_, flat) => f(Math.floor(flat / w), flat % w));

const wave = (size: number): readonly number[] => Array.from({ length: size }, (_, i) => Math.sin(1 + i * i));

const outputOf = (shape: Shape, f: (x: Tensor) => Tensor, x: readonly number[]): readonly number[] =>
  valuesOfProgram(
    program({ x: shape }, (inputs) => ({ y: f(inputs.x) })),
    { x },
  );

const name = (boundary: PadBoundary): string => (typeof boundary === 'object' ? 'fixed' : boundary);

describe('pad', () => {
  const [h, w] = [4, 3];
  const x = wave(h * w);
  for (const boundary of boundaries)
    it(`adds what lies beyond the edge: ${name(boundary)}`, () => {
      const at = lookup(x, [h, w], boundary);
      assert.deepEqual(
        outputOf([h, w], pad(uneven, boundary), x),
        plane((i, j) => at(i - 2, j), [h + 4, w + 1]),
      );
    });

  for (const boundary of boundaries)
    it(`has a derivative, forward and back, on every engine: ${name(boundary)}`, () =>
      agrees({ x: [n(5), n(4), n(2)] }, (inputs) => pad(one, boundary)(inputs.x)));

  it('equals the margins of a convolution with that boundary', () => {
    for (const boundary of ['zero', 'circular', 'reflect', { fixed: 0.5 }] as const) {
      const layer = (own: boolean) => {
        const filter = { kernel: 3, bias: false, init: { uniform: 1 }, name: 'same' } as const;
        return program({ x: [n(5), n(4), n(2)] }, (inputs) => ({
          y: own
            ? conv(3, { ...filter, boundary })(inputs.x)
            : conv(3, { ...filter, boundary: 'none' })(claim<Plane>(pad(aside, boundary)(inputs.x))),
        }));
      };
      const values = { x: wave(40) };
      near(valuesOfProgram(layer(false), values), valuesOfProgram(layer(true), values));
    }
  });

  it('stays what it is on a larger grid', () => {
    for (const boundary of boundaries) {
      const at = (height: number, width: number): Program =>
        program({ x: [height, width, n(2)] }, (inputs) => ({
          y: conv(1, { kernel: 5, boundary: 'none' })(claim<Plane>(pad(uneven, boundary)(inputs.x))),
          z: maxPool(3, 1, boundary)(inputs.x),
        }));
      const grown = resize(at(12, 16), { inputs: { x: [20, 32, 2] } });
      assert.equal(hashProgram(grown), hashProgram(at(20, 32)));
    }
  });

  it('writes nothing if nothing is added', () => {
    const p = program({ x: [n(3), n(2)] }, (inputs) => ({ y: pad(none, 'circular')(inputs.x) }));
    assert.deepEqual(
      p.graph.nodes.map(({ op }) => op.op),
      ['input'],
    );
  });

  it('refuses margins that cannot be added', () => {
    const line: Tensor = parameter('x', [3, 2], { init: 'zeros' });
    const of = (margins: readonly Padding[], boundary?: PadBoundary) =>
      refused(() => pad(margins, boundary)(line));
    assert.match(of([1, 1, 1]), /^pad: 3 margins are more than the axes of \[3,2\]/);
    assert.match(of([-1]), /^pad: a margin is a whole number from 0, got -1/);
    assert.match(of([[0, 0.5]]), /^pad: a margin is a whole number from 0, got 0.5/);
    assert.match(
      of([4], 'circular'),
      /^pad: margins of 4 and 4 are too wide for the circular boundary of an axis of 3/,
    );
    assert.match(of([[3, 0]], 'reflect'), /^pad: margins of 3 and 0 are too wide for the reflect boundary/);
    assert.match(of([1], { fixed: Number.NaN }), /^pad: every number must be a finite 32-bit number/);
    assert.match(of([1], JSON.parse('"wrap"')), /^pad: 'wrap' is no boundary: zero, circular/);
  });
});

describe('pools with a boundary', () => {
  const [h, w] = [5, 4];
  const x = wave(h * w);
  const windows = (size: number, stride: number, boundary: PadBoundary) => {
    const at = lookup(x, [h, w], boundary);
    const begin = (i: number): number => i * stride - Math.floor((size - 1) / 2);
    return (of: (values: readonly number[]) => number) =>
      plane(
        (i, j) => of(plane((a, b) => at(begin(i) + a, begin(j) + b), [size, size])),
        [Math.ceil(h / stride), Math.ceil(w / stride)],
      );
  };
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;

  for (const boundary of boundaries)
    for (const [size, stride] of [
      [3, 1],
      [2, 2],
      [3, 2],
      [2, 3],
    ])
      it(`take windows of ${size} each ${stride} like a convolution: ${name(boundary)}`, () => {
        const expected = windows(size, stride, boundary);
        const field = (f: typeof maxPool) => (of: Tensor) => f(size, stride, boundary)(claim<Plane>(of));
        near(
          outputOf([h, w, 1], field(maxPool), x),
          expected((values) => Math.max(...values)),
        );
        near(outputOf([h, w, 1], field(meanPool), x), expected(mean));
      });

  it('of replicated edges are maxima of what is inside', () => {
    const inside = plane(
      (i, j) =>
        Math.max(
          ...plane(
            (a, b) => {
              const [row, column] = [i - 1 + a, j - 1 + b];
              return row < 0 || row >= h || column < 0 || column >= w
                ? Number.NEGATIVE_INFINITY
                : x[row * w + column];
            },
            [3, 3],
          ),
        ),
      [h, w],
    );
    near(
      outputOf([h, w, 1], (of) => maxPool(3, 1, 'replicate')(claim<Plane>(of)), x),
      inside,
    );
  });

  for (const boundary of boundaries)
    it(`have derivatives on every engine: ${name(boundary)}`, async () => {
      await agrees({ x: [n(5), n(4), n(2)] }, (inputs) => meanPool(3, 2, boundary)(inputs.x));
      await agrees({ x: [n(5), n(4), n(2)] }, (inputs) => maxPool(2, 1, boundary)(inputs.x));
      await agrees({ x: [n(7), n(2)] }, (inputs) => meanPool1d(3, 2, boundary)(inputs.x));
      await agrees({ x: [n(7), n(2)] }, (inputs) => maxPool1d(3, 1, boundary)(inputs.x));
      await agrees({ x: [n(3), n(4), n(3), n(1)] }, (inputs) => meanPool3d(3, 1, boundary)(inputs.x), 1);
      await agrees({ x: [n(3), n(4), n(3), n(1)] }, (inputs) => maxPool3d(2, 2, boundary)(inputs.x), 1);
    });

  it('refuse windows that reach too far', () => {
    const line = parameter('x', [3, 2], { init: 'zeros' });
    assert.match(
      refused(() => maxPool1d(9, 1, 'circular')(line)),
      /^maxPool1d: margins of 4 and 4 are too wide for the circular boundary of an axis of 3/,
    );
  });
});
