/** Fields of three axes, dilation and groups: what the layers make, what they mean, and what is refused. */

import assert from 'node:assert/strict';
import {
  conv,
  conv1d,
  conv3d,
  coupling,
  coupling1d,
  coupling3d,
  decodeProgram,
  depthwise1d,
  depthwise3d,
  encodeProgram,
  hashProgram,
  maxPool3d,
  meanPool3d,
  oscillator,
  program,
  scan,
  shapeOf,
  zeros,
} from '../../src/dsl/index.js';
import { initialValues } from '../../src/dsl/initialiser.js';
import { apply } from '../../src/dsl/tensor.js';
import { computed, counting, hasValues } from '../compile/reference/compute.js';
import { caseOf, reverse } from '../compile/transform/differentiate.js';
import { right, sentence } from '../support/either.js';
import { claim } from './refusal.js';

describe('dilation', () => {
  const line = [1, 2, 3, 4, 5];
  const digits = [1, 10, 100];
  it('reads distant sites, and values beyond the edge', () => {
    const at = (boundary: 'zero' | 'circular' | 'reflect' | 'none') =>
      computed([5, 1], line, conv1d(1, { dilation: 2, boundary, bias: false }), { 'conv1/weight': digits });
    hasValues(at('zero'), [5, 1], [310, 420, 531, 42, 53]);
    hasValues(at('circular'), [5, 1], [314, 425, 531, 142, 253]);
    hasValues(at('reflect'), [5, 1], [313, 422, 531, 442, 353]);
    hasValues(at('none'), [1, 1], [531]);
  });

  it('with an even kernel reaches further to the right', () => {
    const y = computed([5, 1], line, conv1d(1, { kernel: 2, dilation: 3, bias: false }), {
      'conv1/weight': [1, 10],
    });
    // an extent of four sites begins one before its own
    hasValues(y, [5, 1], [30, 41, 52, 3, 4]);
  });

  it('with a stride keeps every second window', () => {
    const y = computed([5, 1], line, conv1d(1, { dilation: 2, stride: 2, bias: false }), {
      'conv1/weight': digits,
    });
    hasValues(y, [3, 1], [310, 531, 53]);
  });

  it('of a coupling reaches that far: its Laplacian is that of the sites two away', () => {
    const y = computed([6, 1], [1, 0, 0, 0, 0, 0], coupling1d({ dilation: 2 }), {
      'coupling/weight': [1, -2, 1],
    });
    hasValues(y, [6, 1], [-2, 0, 1, 0, 1, 0]);
  });
});

describe('groups', () => {
  it('keep the channels of each run to themselves', () => {
    // Four channels in two groups, to four channels.
    const y = computed([1, 4], [1, 10, 100, 1000], conv1d(4, { kernel: 1, groups: 2, bias: false }), {
      'conv1/weight': [1, 2, 3, 4, 5, 6, 7, 8],
    });
    hasValues(y, [1, 4], [1 * 1 + 5 * 10, 2 * 1 + 6 * 10, 3 * 100 + 7 * 1000, 4 * 100 + 8 * 1000]);
  });

  it('of one channel are a depthwise convolution', () => {
    const weights = [1, 4, 2, 5, 3, 6];
    const x = counting(10, 1);
    const grouped = computed([5, 2], x, conv1d(2, { groups: 2, bias: false }), { 'conv1/weight': weights });
    const each = computed([5, 2], x, depthwise1d({ bias: false }), { 'depthwise1/weight': weights });
    assert.deepEqual(grouped, each);
  });

  it('start as a stencil of each channel on itself', () => {
    const at = (groups?: number): readonly number[] => {
      const init = { kind: 'identity' as const, ...(groups === undefined ? {} : { groups }) };
      return [...initialValues(init, [1, 2, 4], 0, 'w')];
    };
    assert.deepEqual(at(2), [1, 0, 1, 0, 0, 1, 0, 1]);
    const laplacian = { kind: 'laplacian' as const, groups: 2 };
    assert.deepEqual([...initialValues(laplacian, [3, 1, 2], 0, 'w')], [1, 1, -2, -2, 1, 1]);
  });

  it('of a coupling do nothing to the Laplacian that it starts as', () => {
    const hashes = [1, 2, 4].map((groups) => {
      const p = program({ y: [4, 4, 4] }, ({ y }) => ({ f: coupling({ groups })(y) }));
      const [weight] = p.graph.nodes.filter(({ op }) => op.op === 'parameter');
      return weight.op.op === 'parameter' ? [weight.shape, weight.op.init] : [];
    });
    assert.deepEqual(hashes, [
      [[3, 3, 4, 4], { kind: 'laplacian' }],
      [[3, 3, 2, 4], { kind: 'laplacian', groups: 2 }],
      [[3, 3, 1, 4], { kind: 'laplacian', groups: 4 }],
    ]);
  });
});

describe('volumes', () => {
  it('are convolved and pooled as planes are', () => {
    const [deep, high, wide, c]: readonly [number, number, number, number] = [8, 6, 5, 2];
    const x = zeros(deep, high, wide, c);
    assert.deepEqual(shapeOf(conv3d(4, { stride: 2 })(x)), [4, 3, 3, 4]);
    assert.deepEqual(shapeOf(conv3d(4, { boundary: 'none', dilation: 2 })(x)), [4, 2, 1, 4]);
    assert.deepEqual(shapeOf(depthwise3d()(x)), [8, 6, 5, 2]);
    assert.deepEqual(shapeOf(maxPool3d(2)(x)), [4, 3, 2, 2]);
    assert.deepEqual(shapeOf(meanPool3d(3, 1)(x)), [6, 4, 3, 2]);
  });

  it('read depth, rows and columns in their order', () => {
    const y = computed(
      [2, 2, 2, 1],
      counting(8, 1),
      conv3d(1, { kernel: 2, boundary: 'none', bias: false }),
      {
        'conv1/weight': counting(8).map((i) => 10 ** i),
      },
    );
    hasValues(y, [1, 1, 1, 1], [87654321]);
  });

  it('have the seven-point Laplacian for a coupling', () => {
    const one = [1, ...counting(26).map(() => 0)];
    const y = computed([3, 3, 3, 1], one, coupling3d(), {
      'coupling/weight': [...initialValues({ kind: 'laplacian' }, [3, 3, 3, 1, 1], 0, 'w')],
    });
    const next = [1, 2, 3, 6, 9, 18];
    hasValues(
      y,
      [3, 3, 3, 1],
      counting(27).map((i) => (i === 0 ? -6 : next.includes(i) ? 1 : 0)),
    );
  });

  it('give the gradient of equal maxima to the first in row-major order', () => {
    const p = program({ x: [2, 2, 4, 1] }, ({ x }) => ({ y: maxPool3d(2)(x) }));
    const c = caseOf(p);
    const x = { ...c.inputs.x, data: Float64Array.from([0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) };
    const y = { shape: [1, 1, 1, 2, 1], data: Float64Array.of(3, 5) };
    const { inputs } = reverse({ ...c, inputs: { x } }, { y });
    assert.deepEqual([...inputs.x.data], [0, 0, 5, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('carry waves', () => {
    const p = program({ y: [4, 4, 4, 1] }, ({ y }) => ({
      waves: scan({
        steps: 3,
        init: { y, z: zeros(4, 4, 4, 1) },
        step: oscillator({ dt: 0.2, coupling: coupling3d() }),
        observe: (wave) => wave.y,
      }),
    }));
    assert.deepEqual(p.graph.nodes.at(-1)?.shape, [3, 4, 4, 4, 1]);
  });
});

describe('programs with dilation and groups', () => {
  const p = program({ x: [6, 6, 4] }, ({ x }) => ({ y: conv(4, { dilation: 2, groups: 2 })(x) }));
  const json: unknown = JSON.parse(encodeProgram(p));

  it('come back from JSON', () => {
    assert.equal(hashProgram(right(decodeProgram(json))), hashProgram(p));
  });

  it('say nothing of them where they are 1: older programs keep their hashes', () => {
    const plain = program({ x: [6, 6, 4] }, ({ x }) => ({ y: conv(4)(x) }));
    const same = program({ x: [6, 6, 4] }, ({ x }) => ({ y: conv(4, { dilation: 1, groups: 1 })(x) }));
    assert.equal(hashProgram(same), hashProgram(plain));
    assert.deepEqual(plain.graph.nodes.find(({ op }) => op.op === 'conv')?.op, {
      op: 'conv',
      boundary: 'zero',
      stride: [1, 1],
      depthwise: false,
    });
  });

  const broken = (from: string, to: string) => decodeProgram(JSON.parse(encodeProgram(p).replace(from, to)));
  const refusals: readonly (readonly [string, string, RegExp])[] = [
    ['"groups":2', '"groups":1', /groups must be a whole number of at least 2, or left out, got 1/],
    ['"groups":2', '"groups":"2"', /groups must be a whole number, got "2"/],
    ['"dilation":[2,2]', '"dilation":[1,1]', /one of them more, or left out, got \[1,1\]/],
    ['"dilation":[2,2]', '"dilation":[2]', /the dilation must be 2 whole numbers/],
    ['"depthwise":false', '"depthwise":true', /takes each channel by itself; it has no groups/],
  ];
  for (const [from, to, message] of refusals)
    it(`are refused with ${to}`, () => assert.match(sentence(broken(from, to)), message));
});

describe('what does not fit', () => {
  const x = zeros(6, 6, 4);
  const volume = zeros(4, 4, 4, 3);
  const wrong: readonly (readonly [() => unknown, RegExp])[] = [
    [() => conv(6, { groups: 4 })(x), /conv: 4 groups do not divide 4 channels into 6/],
    [() => conv3d(4, { groups: 2 })(volume), /conv3d: 2 groups do not divide 3 channels into 4/],
    [() => coupling3d({ groups: 2 })(volume), /coupling3d: 2 groups do not divide 3 channels into 3/],
    [
      () => conv(4, { dilation: 3, boundary: 'none', kernel: 3 })(x),
      /conv: a window of \[3,3\] at a dilation of \[3,3\] does not fit a field of \[6,6\]/,
    ],
    [
      () => conv(4, { dilation: 7, boundary: 'circular' })(x),
      /conv: a kernel of \[3,3\] at a dilation of \[7,7\] is too wide for the circular boundary of \[6,6\]/,
    ],
    [() => conv(4, { dilation: 0 })(x), /conv: the dilation must be 2 whole numbers of at least 1/],
    [
      () => conv3d(4)(claim<readonly [number, number, number, number]>(x)),
      /conv3d: expected a field \[D,H,W,C\], got \[6,6,4\]/,
    ],
    [
      () => maxPool3d(5)(claim<readonly [number, number, number, number]>(volume)),
      /maxPool3d: a window of \[5,5,5\] does not fit a field of \[4,4,4\]/,
    ],
    [
      () =>
        apply('conv', { op: 'conv', boundary: 'zero', stride: [1, 1], depthwise: false, groups: 2 }, x, x),
      /a field of \[6,6,4\] and a kernel of \[6,6,4\] do not go together/,
    ],
  ];
  for (const [write, message] of wrong)
    it(`is refused: ${message.source}`, () => assert.throws(write, message));
});
