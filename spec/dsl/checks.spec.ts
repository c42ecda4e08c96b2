/** What the compiler could not see is refused when a program is written: which operation, which shapes, and where. */

import assert from 'node:assert/strict';
import { pipe } from 'fp-ts/lib/function.js';
import {
  add,
  at,
  batchNorm,
  broadcast,
  channels,
  clamp,
  concat,
  concatAlong,
  conv,
  conv1d,
  convolveWith,
  convTranspose,
  coupling,
  data,
  dense,
  depthwise,
  fill,
  gaussian,
  linearRecurrence,
  matmul,
  matrixRecurrence,
  maxPool,
  maxPool1d,
  mean,
  meanPool,
  meanPool1d,
  mergeChannels,
  mul,
  offset,
  pad,
  parameter,
  program,
  readout,
  resample,
  reshape,
  reverse,
  roll,
  type Shape,
  scale,
  scan,
  scanOver,
  scanWithFinal,
  scatter,
  slice,
  spectrum,
  splitChannels,
  stack,
  standardise,
  sub,
  sum,
  sumAlong,
  type Tensor,
  tanh,
  timeToChannels,
  transpose,
  uniformNoise,
  upsample,
  zeros,
} from '../../src/dsl/index.js';
import { apply } from '../../src/dsl/tensor.js';
import { claim, refused, shapeIs } from './refusal.js';

type Any2 = readonly [number, number];
type Any3 = readonly [number, number, number];

const n = (size: number): number => size;
const field = zeros(n(5), n(6), n(2));
const wide = zeros(n(5), n(7), n(2));
const line = zeros(n(8), n(3));
const scalar = fill(1);
// A word from outside, as of a file that runs without type checks.
const misspelt: 'zero' = JSON.parse('"wrap"');
const lineAsField = claim<Any3>(line);
const fieldAsLine = claim<Any2>(field);
/** Without sizes in its type. */
const untyped: Tensor = field;
/** The primitive, which takes no weights of a sample. */
const convolvedBy = (x: Tensor, k: Tensor): Tensor<readonly [number, number, number]> =>
  apply('conv', { op: 'conv', boundary: 'zero', stride: [1, 1], depthwise: false }, x, k);
const step = (y: Tensor) => ({ steps: 2, init: { y }, observe: (s: { y: Tensor }) => s.y });

/** What is written → what it is refused with. */
const cases: Readonly<Record<string, readonly (readonly [() => unknown, string])[]>> = {
  sizes: [
    [
      () => program({ x: [-3, 2.5, 0] }, ({ x }) => ({ x })),
      'input: every size must be a whole number of at least 1, got [-3,2.5,0]',
    ],
    [() => zeros(0, 3), 'zeros: every size must be a whole number of at least 1, got [0,3]'],
    [() => fill(1, Number.NaN), 'fill: every size must be a whole number of at least 1, got [NaN]'],
    [
      () => zeros(2 ** 60),
      'zeros: every size must be a whole number of at least 1, got [1152921504606847000]',
    ],
    [() => data([1, 2, 3], 2, 2), 'data: 3 numbers do not fill [2,2]'],
    [
      () => parameter('p', [2, -1], { init: 'zeros' }),
      'parameter: every size must be a whole number of at least 1, got [2,-1]',
    ],
    [() => conv(0)(field), 'conv: every size must be a whole number of at least 1, got [3,3,2,0]'],
    [() => dense(1.5)(field), 'dense: every size must be a whole number of at least 1, got [2,1.5]'],
    [
      () => conv(2, { kernel: n(2.5) })(field),
      'conv: every size must be a whole number of at least 1, got [2.5,2.5,2,2]',
    ],
    [
      () =>
        scan({ ...step(scalar), step: (s, clock) => ({ y: add(s.y, claim(gaussian()(clock, -3, 2.5))) }) }),
      'noise: every size must be a whole number of at least 1, got [-3,2.5]',
    ],
  ],
  'pointwise functions': [
    [() => add(field, wide), 'add: expected [5,6,2], got [5,7,2]'],
    [() => mul<Shape>(field, line), 'mul: expected [5,6,2], got [8,3]'],
    [() => clamp(1, -1, field), 'clamp: the lower bound 1 is above the upper bound -1'],
  ],
  'convolutions and pooling': [
    [() => conv(3)(lineAsField), 'conv: expected a field [H,W,C], got [8,3]'],
    [() => conv1d(3)(fieldAsLine), 'conv1d: expected a field [L,C], got [5,6,2]'],
    [() => depthwise()(lineAsField), 'depthwise: expected a field [H,W,C], got [8,3]'],
    [() => convTranspose(3)(lineAsField), 'convTranspose: expected a field [H,W,C], got [8,3]'],
    [() => upsample(2)(lineAsField), 'upsample: expected a field [H,W,C], got [8,3]'],
    [() => upsample(n(1.5))(field), 'upsample: the factor must be a whole number of at least 1, got 1.5'],
    [() => maxPool(2)(lineAsField), 'maxPool: expected a field [H,W,C], got [8,3]'],
    [() => meanPool1d(9)(line), 'meanPool1d: a window of [9] does not fit a field of [8]'],
    [() => maxPool(n(6))(field), 'maxPool: a window of [6,6] does not fit a field of [5,6]'],
    [() => maxPool(2, 0)(field), 'maxPool: the stride must be 2 whole numbers of at least 1, got [0,0]'],
    [() => maxPool(n(0))(field), 'maxPool: the window must be 2 whole numbers of at least 1, got [0,0]'],
    [
      () => meanPool(n(0), 1, 'zero')(field),
      'meanPool: the window must be 2 whole numbers of at least 1, got [0,0]',
    ],
    [
      () => maxPool(2, n(0), 'zero')(field),
      'maxPool: the stride must be 2 whole numbers of at least 1, got [0,0]',
    ],
    [() => maxPool1d(n(0))(line), 'maxPool1d: the window must be 1 whole number of at least 1, got [0]'],
    [
      () => conv(3, { stride: 1.5 })(field),
      'conv: the stride must be 2 whole numbers of at least 1, got [1.5,1.5]',
    ],
    [
      () => conv(3, { boundary: misspelt })(field),
      `conv: "wrap" is no boundary: 'zero', 'circular', 'reflect', 'none' or { fixed: a number }`,
    ],
    [
      () => coupling({ boundary: misspelt })(field),
      `coupling: "wrap" is no boundary: 'zero', 'circular', 'reflect', 'none' or { fixed: a number }`,
    ],
    [
      () => convolveWith(field, zeros(3, 3, 2, 1), misspelt),
      `convolveWith: "wrap" is no boundary: 'zero', 'circular', 'reflect', 'none' or { fixed: a number }`,
    ],
    [
      () => conv(3, { kernel: n(7), boundary: 'none' })(field),
      'conv: a window of [7,7] does not fit a field of [5,6]',
    ],
    [
      () => conv(3, { kernel: 11, boundary: 'reflect' })(field),
      'conv: a kernel of [11,11] is too wide for the reflect boundary of [5,6]',
    ],
    [
      () => conv(3, { kernel: 13, boundary: 'circular' })(field),
      'conv: a kernel of [13,13] is too wide for the circular boundary of [5,6]',
    ],
    [
      () => convolveWith(field, zeros(3, 3, n(3), 1)),
      'convolveWith: the kernel [3,3,3,1] expects 3 channels, got [5,6,2]',
    ],
    [
      () => convolveWith(field, claim<readonly [3, 3, 2, 1]>(zeros(3, 2, 1))),
      'convolveWith: a field of [5,6,2] and a kernel of [3,2,1] do not go together; fields are [L,C], [H,W,C] or [D,H,W,C]',
    ],
    [() => coupling()(lineAsField), 'coupling: expected a field [H,W,C], got [8,3]'],
    [
      () => conv(2, { kernel: 2, init: 'laplacian' })(field),
      'conv: the Laplacian needs a kernel of at least 3 along every axis, got [2,2,2,2]',
    ],
    [
      () => dense(2, { init: 'laplacian' })(field),
      'dense: the Laplacian needs a kernel of at least 3 along every axis, got [2,2]',
    ],
  ],
  'linear maps': [
    [() => dense(3)(claim<readonly [number]>(scalar)), 'dense: a scalar has no last axis'],
    [
      () => matmul(field, zeros(n(3), 4)),
      'matmul: the weight [3,4] expects 3 features on the last axis, got [5,6,2]',
    ],
    [() => batchNorm()(scalar), 'batchNorm: a scalar has no channels'],
  ],
  structure: [
    [() => concat(field, zeros(n(5), n(7), 1)), 'concat: [5,7,1] does not join [5,6,2] along axis 2'],
    [() => concatAlong(n(3), field, field), 'concatAlong: 3 is not an axis of [5,6,2], counted from 0'],
    [() => concatAlong(-1, field, field), 'concatAlong: -1 is not an axis of [5,6,2], counted from 0'],
    [() => concatAlong(0), 'concatAlong: takes at least 1 inputs, got 0'],
    [() => stack(field, wide), 'stack: [1,5,7,2] does not join [1,5,6,2] along axis 0'],
    [() => channels(field, 1, 2), 'channels: a box of [5,6,2] from [0,0,1] does not lie inside [5,6,2]'],
    [() => channels(field, -1, 2), 'channels: a box of [5,6,2] from [0,0,-1] does not lie inside [5,6,2]'],
    [() => splitChannels(2, 2)(field), 'splitChannels: the channels of [5,6,2] are not 2 vectors of 2'],
    [() => mergeChannels(claim<Any2>(zeros(3))), 'mergeChannels: expected vectors [...,G,N], got [3]'],
    [() => slice(untyped, [0, 0], [1, 1]), 'slice: a box of [1,1] from [0,0] does not lie inside [5,6,2]'],
    [
      () => slice(field, [0, 0.5, 0], [1, 1, 1]),
      'slice: a box of [1,1,1] from [0,0.5,0] does not lie inside [5,6,2]',
    ],
    [() => at(field, 5), 'at: there is no entry 5 in [5,6,2]'],
    [() => at(field, -6), 'at: there is no entry -6 in [5,6,2]'],
    [() => reshape(n(7), 9)(field), 'reshape: [5,6,2] has 60 elements, [7,9] has 63'],
    [
      () => transpose(n(0), 0, 2)(field),
      'transpose: [0,0,2] is not a permutation of the axes [0,1,2] of [5,6,2]',
    ],
    [() => reverse(3)(field), 'reverse: 3 is not an axis of [5,6,2], counted from 0'],
    [
      () => broadcast(5, 6, 4)(field),
      'broadcast: [5,6,2] does not broadcast to [5,6,4]: only axes of size 1 are repeated',
    ],
    [() => roll(3, 1)(field), 'roll: 3 is not an axis of [5,6,2], counted from 0'],
    [() => roll(0, 0.5)(field), 'roll: the offset must be a whole number, got 0.5'],
    [
      () => timeToChannels(claim<readonly [1, 2, 3, 4]>(scalar)),
      'timeToChannels: expected a sequence [K,...,C], got []',
    ],
  ],
  'reductions and time': [
    [() => sum(3)(untyped), 'sum: 3 is not an axis of [5,6,2], counted from 0'],
    [() => sum(-1)(untyped), 'sum: -1 is not an axis of [5,6,2], counted from 0'],
    [() => mean(n(0), n(0))(field), 'mean: axis 0 of [5,6,2] is given twice'],
    [() => sumAlong(n(3))(field), 'sumAlong: 3 is not an axis of [5,6,2], counted from 0'],
    [() => standardise(n(7))(field), 'standardise: 7 is not an axis of [5,6,2], counted from 0'],
    [
      () => spectrum(claim<readonly [number]>(scalar)),
      'spectrum: a scalar has no time axis to take the spectrum of',
    ],
    [
      () => linearRecurrence(field, wide),
      'linearRecurrence: the factors must be [5,7,2] for inputs of [5,7,2], got [5,6,2]',
    ],
    [
      () => linearRecurrence(field, field, zeros(n(5), 2)),
      'linearRecurrence: the initial value must be [6,2], got [5,2]',
    ],
    [
      () => matrixRecurrence(zeros(5, 6, n(3), 2), claim(field)),
      'matrixRecurrence: the factors must be [5,6,2,2] for inputs of [5,6,2], got [5,6,3,2]',
    ],
    [
      () => readout('linear')(claim<readonly [1, 2, 3, 4]>(zeros(5))),
      'readout: expected a sequence [T,...,C], got [5]',
    ],
  ],
  scans: [
    [
      () => scan({ ...step(field), steps: 0, step: (s) => s }),
      'scan: takes a whole number of at least 1 steps, got 0',
    ],
    [
      () => scan({ ...step(field), steps: 2.5, step: (s) => s }),
      'scan: takes a whole number of at least 1 steps, got 2.5',
    ],
    [
      () => scan({ steps: 2, init: {}, step: (s) => s, observe: () => field }),
      'scan: the state needs at least one field',
    ],
    [
      () => scan({ ...step(field), step: () => ({ y: wide as Tensor }) }),
      "scan: the step changes the shape of 'y' from [5,6,2] to [5,7,2]",
    ],
    [
      () => scan({ ...step(field), step: (s): { y: Tensor } => Object.assign({}, s, { z: s.y }) }),
      "scan: the step must return the state's fields y, got y, z",
    ],
    [
      () => scan({ steps: 2, init: { 'a/b': field }, step: (s) => s, observe: () => field }),
      "scan: 'a/b' is not a name: use letters, digits, '_' and '-', a letter first",
    ],
    [
      () =>
        scan({ steps: 2, init: { y: field }, step: (s) => s, observe: (): Record<string, Tensor> => ({}) }),
      'scan: observe must return a tensor, or a record of at least one',
    ],
    [
      () =>
        scanOver({
          over: claim<readonly [number]>(scalar),
          init: { y: scalar },
          step: (s) => s,
          observe: (s) => s.y,
        }),
      'scanOver: a scalar has no time axis to run over',
    ],
    [
      () =>
        scan({ steps: 2, init: { y: field }, step: (s) => ({ y: batchNorm()(s.y) }), observe: (s) => s.y }),
      'batchNorm: batch statistics cannot be taken inside the step of a scan; normalise before it, or use standardise',
    ],
  ],
  'numbers that JSON and 32-bit floats do not hold': [
    [
      () => scale(Number.NaN, field),
      'scale: the factor and the offset must be a finite 32-bit number, got NaN',
    ],
    [
      () => offset(Number.POSITIVE_INFINITY, field),
      'offset: the factor and the offset must be a finite 32-bit number, got Infinity',
    ],
    [
      () => scale(1e300, field),
      'scale: the factor and the offset must be a finite 32-bit number, got 1e+300',
    ],
    [() => fill(Number.NaN, 2), 'fill: every number must be a finite 32-bit number, got NaN'],
    [
      () => data([1, Number.NEGATIVE_INFINITY], 2),
      'data: every number must be a finite 32-bit number, got -Infinity',
    ],
    [
      () => conv(2, { boundary: { fixed: Number.NaN } })(field),
      'conv: the fixed value of the boundary must be a finite 32-bit number, got NaN',
    ],
    [
      () => parameter('p', [2], { init: { constant: Number.NaN } }),
      'parameter: the starting value must be a finite 32-bit number, got NaN',
    ],
    [
      () => parameter('p', [2], { init: { normal: -1 } }),
      'parameter: the deviation must be at least 0, got -1',
    ],
    [() => batchNorm({ momentum: 2 })(field), 'batchNorm: momentum must be at most 1, got 2'],
    [() => batchNorm({ epsilon: -1 })(field), 'batchNorm: epsilon must be at least 0, got -1'],
  ],
  'weights that depend on the sample': [
    [
      () => program({ x: [4, 4, 1], k: [3, 3, 1, 1] }, ({ x, k }) => ({ y: convolvedBy(x, tanh(k)) })),
      'conv: its weights depend on the sample; weights must be made of parameters and constants alone',
    ],
    [
      () =>
        scan({
          steps: 2,
          init: { k: parameter('k', [3, 3, 1, 1], { init: 'identity' }) },
          step: ({ k }) => ({ k: mul(k, sum(0, 1, 2)(convolvedBy(zeros(n(4), n(4), n(1)), k))) }),
          observe: ({ k }) => k,
        }),
      'conv: its weights depend on the sample; weights must be made of parameters and constants alone',
    ],
  ],
  'values of a step used outside of it': [
    [
      () =>
        program({ x: [3] }, ({ x }) => {
          const kept: Tensor[] = [];
          scan({
            steps: 2,
            init: { y: x },
            step: (s) => {
              kept.push(tanh(s.y));
              return s;
            },
            observe: (s) => s.y,
          });
          return { out: add(x, claim<readonly [3]>(kept[0])) };
        }),
      "program: output 'out' uses a value of a scan's step outside of it; return it through observe instead",
    ],
    [
      () =>
        program({ x: [3] }, ({ x }) => {
          const kept: Tensor[] = [];
          const noise = uniformNoise();
          const first = scanWithFinal({
            steps: 2,
            init: { y: x },
            step: (s, clock) => {
              kept.push(noise(clock, 3));
              return s;
            },
            observe: (s) => s.y,
          });
          return {
            out: scan({
              steps: 2,
              init: { y: first.final.y },
              step: (s) => ({ y: sub(s.y, claim<readonly [3]>(kept[0])) }),
              observe: (s) => s.y,
            }),
          };
        }),
      "program: output 'out' uses a value of a scan's step outside of it; return it through observe instead",
    ],
  ],
  programs: [
    [() => program({ x: [3] }, () => ({})), 'program: it has no outputs'],
    [
      () => program({ 'my image': [3] }, () => ({ y: scalar })),
      "program: 'my image' is not a name: use letters, digits, '_' and '-', a letter first",
    ],
    [
      () => program({ x: [3] }, ({ x }) => ({ '../y': x })),
      "program: '../y' is not a name: use letters, digits, '_' and '-', a letter first",
    ],
  ],
};

describe('dsl: what is refused when it is written', () => {
  for (const [what, group] of Object.entries(cases))
    describe(what, () => {
      for (const [write, message] of group) it(message, () => assert.equal(refused(write), message));
    });

  it('lets through sizes that fit though the compiler did not know them', () => {
    shapeIs(pipe(field, conv(3, { kernel: n(5), boundary: 'none' })), 1, 2, 3);
    shapeIs(pipe(field, conv(3, { kernel: 11, boundary: 'circular' })), 5, 6, 3);
    shapeIs(pipe(field, conv(3, { kernel: 9, boundary: 'reflect' })), 5, 6, 3);
    shapeIs(pipe(field, maxPool(n(5))), 1, 1, 2);
    shapeIs(add(field, scalar), 5, 6, 2);
    shapeIs(pipe(field, transpose(2, 0, 1)), 2, 5, 6);
  });

  it('refuses sizes that no engine holds, before anything is made of them', () => {
    const thin = zeros(n(8), n(1));
    const wrong: readonly (readonly [() => unknown, RegExp])[] = [
      [
        () => conv(1, { dilation: 20_000 })(zeros(n(8), n(8), n(1))),
        /conv: a kernel of \[3,3\] at a dilation of \[20000,20000\] needs 1,600,640,064 numbers of a field of \[8,8,1\]/,
      ],
      [() => conv1d(1, { dilation: 2e9 })(thin), /conv1d: .* spans 4,000,000,001 sites along an axis/],
      [() => scatter(0, [0, 1, 2, 3, 4, 5, 6, 7], 1e9)(thin), /scatter: it makes 1,000,000,000 entries/],
      [() => pad([[0, 1e9]])(thin), /pad: it makes 1,000,000,000 entries/],
      [() => resample([1e9])(thin), /resample: it makes 1,000,000,000 entries/],
      [
        () => broadcast(8, 1e9)(thin),
        /broadcast: a value of shape \[8,1000000000\] has 8,000,000,000 numbers/,
      ],
    ];
    for (const [write, message] of wrong) assert.match(refused(write), message);
    shapeIs(conv1d(1, { dilation: 20_000 })(thin), 8, 1);
  });

  it('takes the clock of an outer scan as the time of an inner noise', () => {
    const p = program({ x: [3] }, ({ x }) => ({
      out: scan({
        steps: 2,
        init: { y: x },
        step: (s, outer) => ({
          y: scanWithFinal({
            steps: 2,
            init: { z: s.y },
            step: ({ z }) => ({ z: add(z, gaussian()(outer, 3)) }),
            observe: ({ z }) => z,
          }).final.z,
        }),
        observe: (s) => s.y,
      }),
    }));
    assert.ok(p.graph.nodes.length > 0);
  });
});
