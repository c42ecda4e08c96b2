import { conv, convTranspose } from '../../../src/compile/reference/convolution.js';
import { ndarray } from '../../../src/compile/reference/index.js';
import {
  type Boundary,
  conv1d,
  conv as convLayer,
  convolveWith,
  convTranspose as convTransposeLayer,
  data,
  dense,
  depthwise,
  matmul,
  maxPool,
  meanPool,
} from '../../../src/dsl/index.js';
import { computed, counting, hasValues } from './compute.js';

/** Taps 1, 10, 100, ... show in the digits of a result which neighbours it read. */
const digits = (n: number): number[] => counting(n).map((i) => 10 ** i);

describe('reference: convolution', () => {
  const line = [1, 2, 3, 4];
  const cases: readonly (readonly [string, Boundary, number, number, readonly number[]])[] = [
    ['zero boundary', 'zero', 3, 1, [210, 321, 432, 43]],
    ['circular boundary', 'circular', 3, 1, [214, 321, 432, 143]],
    ['reflecting boundary', 'reflect', 3, 1, [212, 321, 432, 343]],
    ['fixed boundary', { fixed: 7 }, 3, 1, [217, 321, 432, 743]],
    ['no boundary', 'none', 3, 1, [321, 432]],
    ['stride 2', 'zero', 3, 2, [210, 432]],
    ['stride 3, the last window beyond the end', 'circular', 3, 3, [214, 143]],
    ['stride 2, no boundary', 'none', 2, 2, [21, 43]],
    ['an even kernel reaches one further to the right', 'zero', 2, 1, [21, 32, 43, 4]],
    ['kernel 4', 'zero', 4, 1, [3210, 4321, 432, 43]],
    ['kernel 5 on a ring', 'circular', 5, 1, [32143, 43214, 14321, 21432]],
    ['kernel 5 in mirrors', 'reflect', 5, 1, [32123, 43212, 34321, 23432]],
  ];
  for (const [name, boundary, kernel, stride, expected] of cases)
    it(`of a line: ${name}`, () => {
      const y = computed([4, 1], line, conv1d(1, { kernel, stride, boundary, bias: false }), {
        'conv1/weight': digits(kernel),
      });
      hasValues(y, [expected.length, 1], expected);
    });

  it('reads rows and columns in their order', () => {
    // x is 3 x 3; the result's middle sees all of it, its corner the lower right of the kernel.
    const y = computed([3, 3, 1], counting(9, 1), convLayer(1, { bias: false }), {
      'conv1/weight': digits(9),
    });
    const at = (taps: readonly (readonly [number, number])[]): number =>
      taps.reduce((sum, [tap, value]) => sum + value * 10 ** tap, 0);
    hasValues(
      { shape: [2], data: Float64Array.of(y.data[4], y.data[0]) },
      [2],
      [
        at(counting(9).map((i) => [i, i + 1])),
        at([
          [4, 1],
          [5, 2],
          [7, 4],
          [8, 5],
        ]),
      ],
    );
  });

  it('strides differ between the axes', () => {
    const op = { op: 'conv', boundary: 'none', stride: [1, 2], depthwise: false } as const;
    const y = conv(op, ndarray([2, 3, 1], counting(6, 1)), ndarray([1, 1, 1, 1], [1]), undefined, [2, 2, 1]);
    hasValues(y, [2, 2, 1], [1, 3, 4, 6]);
  });

  it('weights are [k..., in, out], the bias is of the output channel', () => {
    const y = computed([1, 1, 2], [1, 2], convLayer(3, { kernel: 1 }), {
      'conv1/weight': [1, 2, 3, 10, 20, 30],
      'conv1/bias': [0.1, 0.2, 0.3],
    });
    hasValues(y, [1, 1, 3], [21.1, 42.2, 63.3]);
  });

  it('with a kernel that is an expression', () => {
    const laplacian = data([0, 1, 0, 1, -4, 1, 0, 1, 0], 3, 3, 1, 1);
    const y = computed(
      [3, 3, 1],
      counting(9).map((i) => i * i),
      (x) => convolveWith(x, laplacian),
    );
    // At the centre of i^2 over 3 x 3: 1 + 9 + 25 + 49 - 4 * 16; at the corner 0: 1 + 9.
    hasValues({ shape: [2], data: Float64Array.of(y.data[4], y.data[0]) }, [2], [20, 10]);
  });

  it('depthwise sees its own channel alone', () => {
    const y = computed([1, 3, 2], [1, 10, 2, 20, 3, 30], depthwise({ kernel: 3, bias: true }), {
      // The middle row of the kernel, tap by tap: channel 0, channel 1.
      'depthwise1/weight': [...counting(6).map(() => 99), 0, 1, 1, 0, 0, 2, ...counting(6).map(() => 99)],
      'depthwise1/bias': [0.5, 0.25],
    });
    // Channel 0 copies; channel 1 adds its left neighbour and twice its right one.
    hasValues(y, [1, 3, 2], [1.5, 40.25, 2.5, 70.25, 3.5, 20.25]);
  });

  it('depthwise with a multiplier puts out channel c mult + m', () => {
    const op = { op: 'conv', boundary: 'zero', stride: [1, 1], depthwise: true } as const;
    const y = conv(
      op,
      ndarray([1, 1, 2], [1, 10]),
      ndarray([1, 1, 2, 2], [1, 2, 3, 4]),
      undefined,
      [1, 1, 4],
    );
    hasValues(y, [1, 1, 4], [1, 2, 30, 40]);
  });
});

describe('reference: transposed convolution', () => {
  it('windows overlap and add', () => {
    const y = convTranspose(
      { op: 'convTranspose', stride: [2] },
      ndarray([2, 1], [1, 2]),
      ndarray([3, 1, 1], [1, 10, 100]),
      undefined,
      [5, 1],
    );
    hasValues(y, [5, 1], [1, 10, 102, 20, 200]);
  });

  it('a stride beyond the kernel leaves the bias alone between', () => {
    const y = convTranspose(
      { op: 'convTranspose', stride: [3] },
      ndarray([2, 1], [1, 2]),
      ndarray([1, 1, 1], [5]),
      ndarray([1], [0.5]),
      [4, 1],
    );
    hasValues(y, [4, 1], [5.5, 0.5, 0.5, 10.5]);
  });

  it('weights are [k, k, out, in]', () => {
    const y = computed([1, 1, 2], [1, 2], convTransposeLayer(3, { kernel: 1, stride: 1 }), {
      'convTranspose1/weight': [1, 10, 2, 20, 3, 30],
      'convTranspose1/bias': [0, 0, 0.5],
    });
    hasValues(y, [1, 1, 3], [21, 42, 63.5]);
  });

  it('in the plane each site becomes a block', () => {
    const y = computed([1, 2, 1], [1, 2], convTransposeLayer(1, { bias: false }), {
      'convTranspose1/weight': [1, 10, 100, 1000],
    });
    hasValues(y, [2, 4, 1], [1, 10, 2, 20, 100, 1000, 200, 2000]);
  });
});

describe('reference: dense', () => {
  it('over the last axis, weights [in, out]', () => {
    const y = computed([2, 2], [1, 2, 3, 4], dense(3), {
      'dense1/weight': [1, 0, 1, 0, 1, 10],
      'dense1/bias': [0, 0.5, 0],
    });
    hasValues(y, [2, 3], [1, 2.5, 21, 3, 4.5, 43]);
  });

  it('with a matrix that is an expression', () => {
    hasValues(
      computed([2], [1, 2], (x) => matmul(x, data([1, 2, 3, 4], 2, 2))),
      [2],
      [7, 10],
    );
  });
});

describe('reference: pooling', () => {
  const field = [1, 5, 2, 0, 3, 4, -1, 6, 9];
  it('the largest of each window that lies inside', () => {
    hasValues(computed([3, 3, 1], field, maxPool(2)), [1, 1, 1], [5]);
    hasValues(computed([3, 3, 1], field, maxPool(2, 1)), [2, 2, 1], [5, 5, 6, 9]);
  });

  it('the mean of each window', () => {
    hasValues(computed([3, 3, 1], field, meanPool(2, 1)), [2, 2, 1], [2.25, 3.5, 2, 5.5]);
  });

  it('each channel by itself', () => {
    hasValues(computed([2, 2, 2], [1, -1, 2, -2, 3, -3, 4, -4], maxPool(2)), [1, 1, 2], [4, -1]);
  });
});
