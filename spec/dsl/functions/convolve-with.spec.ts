/** Convolutions whose kernel is an expression: on lines, grids and volumes, depthwise, and different for each sample. */

import assert from 'node:assert/strict';
import {
  convolveWith,
  data,
  depthwiseWith,
  type Inputs,
  program,
  type Shape,
  type Shapes,
  type Tensor,
  zeros,
} from '../../../src/index.js';
import { agrees } from '../agrees.js';
import { claim, near, refused, valuesOfProgram } from '../refusal.js';

const wave = (shape: Shape, seed = 1): readonly number[] =>
  Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(seed + i * i));

const boundaries = ['zero', 'circular', 'reflect', { fixed: 0.5 }] as const;

/** Lines, grids and volumes, with kernels of odd and even sides. */
const cases: readonly (readonly [Shape, Shape])[] = [
  [
    [5, 2],
    [3, 2, 3],
  ],
  [
    [6, 2],
    [4, 2, 1],
  ],
  [
    [4, 3, 2],
    [3, 2, 2, 3],
  ],
  [
    [3, 2, 4, 2],
    [3, 2, 3, 2, 2],
  ],
];

describe('convolution with a kernel', () => {
  type Convolve = (x: Tensor, kernel: Tensor, boundary: (typeof boundaries)[number]) => Tensor;
  const ways: Readonly<Record<string, Convolve>> = {
    convolveWith: (x, kernel, boundary) =>
      convolveWith<readonly number[], number, number, typeof boundary>(claim(x), claim(kernel), boundary),
    depthwiseWith: (x, kernel, boundary) =>
      depthwiseWith<readonly number[], number, number, typeof boundary>(claim(x), claim(kernel), boundary),
  };
  for (const [name, convolve] of Object.entries(ways)) {
    it(`of a sample is that of all samples, where they are equal: ${name}`, () => {
      for (const [field, kernel] of cases)
        for (const boundary of boundaries) {
          const values = { x: wave(field), k: wave(kernel, 2) };
          const own = program({ x: field, k: kernel }, ({ x, k }) => ({ y: convolve(x, k, boundary) }));
          const fixed = program({ x: field }, ({ x }) => ({
            y: convolve(x, data(values.k, ...kernel), boundary),
          }));
          assert.ok(own.graph.nodes.some(({ op }) => op.op === 'gather'));
          assert.ok(fixed.graph.nodes.some(({ op }) => op.op === 'conv'));
          near(valuesOfProgram(own, values), valuesOfProgram(fixed, { x: values.x }), 1e-12);
        }
    });

    it(`has derivatives by the field and by the kernel, on every engine: ${name}`, async () => {
      for (const [field, kernel] of cases) {
        const of = (inputs: Inputs<Shapes>): Tensor => convolve(inputs.x, inputs.k, 'circular');
        await agrees<Shapes>({ x: field, k: kernel }, of);
      }
    });

    it(`refuses a kernel that does not fit: ${name}`, () => {
      const said = (kernel: Shape): string =>
        refused(() => program({ x: [5, 2], k: kernel }, ({ x, k }) => ({ y: convolve(x, k, 'circular') })));
      assert.match(
        said([3, 3, 1]),
        new RegExp(`^${name}: the kernel \\[3,3,1\\] expects 3 channels, got \\[5,2\\]`),
      );
      assert.match(said([3, 3, 2, 1]), new RegExp(`^${name}: a field of \\[5,2\\] and a kernel of`));
      assert.match(
        said([13, 2, 1]),
        new RegExp(`^${name}: a kernel of \\[13\\] is too wide for the circular boundary`),
      );
    });
  }

  it('is written out for a line', () => {
    const slope = data([-1, 0, 1], 3, 1, 1);
    const p = program({ x: [4, 1] }, ({ x }) => ({ y: convolveWith(x, slope, 'circular') }));
    assert.deepEqual(valuesOfProgram(p, { x: [1, 2, 4, 8] }), [2 - 8, 4 - 1, 8 - 2, 1 - 4]);
    const each = program({ x: [3, 2] }, ({ x }) => ({ y: depthwiseWith(x, data([1, 2, 10, 20], 1, 2, 2)) }));
    assert.deepEqual(
      valuesOfProgram(each, { x: [1, 2, 3, 4, 5, 6] }),
      [1, 2, 20, 40, 3, 6, 40, 80, 5, 10, 60, 120],
    );
    assert.throws(
      () => depthwiseWith(zeros(3, 2), claim<readonly [1, 2, 1]>(zeros(1, 3, 1))),
      /expects 3 channels/,
    );
  });
});
