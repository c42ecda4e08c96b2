/**
 * Convolutions with dilation and groups, and fields of three axes: every interpreter gives what the float64 reference gives,
 * and every gradient is the same.
 */

import assert from 'node:assert/strict';
import { isPlaneConv } from '../../src/compile/plane-windows.js';
import {
  type Boundary,
  layer,
  maxPool3d,
  meanPool3d,
  outputsOf,
  type Program,
  parameterOf,
  program,
  type Shape,
  type Tensor,
  tanh,
} from '../../src/dsl/index.js';
import { apply } from '../../src/dsl/tensor.js';
import type { Engine } from '../../src/engine/index.js';
import { assertEqual, exactly, exported, fed, waving } from './graph-model/against.js';
import { type Plain, plainTensorFlow } from './graph-model/plain.js';
import { adjoints, caseOf, randoms, reverse, run } from './transform/differentiate.js';
import { distance, opened, runOn, tapeGradient } from './transform/tape.js';

interface Field {
  readonly sizes: Shape;
  readonly channels: number;
}
interface Kernel {
  readonly sides: Shape;
  readonly stride: Shape;
  readonly dilation?: Shape;
  /** 0: depthwise. */
  readonly groups: number;
  readonly outputs: number;
}

const fields = {
  line: { sizes: [9], channels: 4 },
  plane: { sizes: [6, 7], channels: 4 },
  volume: { sizes: [4, 3, 5], channels: 2 },
} as const;

const convolved = ({ sizes, channels }: Field, boundary: Boundary, kernel: Kernel): Program => {
  const { sides, stride, dilation, groups, outputs } = kernel;
  const depthwise = groups === 0;
  return program({ x: [...sizes, channels] }, ({ x }) => {
    const self = layer('conv');
    const inside = channels / Math.max(1, groups);
    const w = parameterOf(self, 'weight', [...sides, inside, outputs], { init: { normal: 0.4 } });
    const bias = parameterOf(self, 'bias', [depthwise ? channels * outputs : outputs], {
      init: { normal: 0.4 },
    });
    const op = {
      op: 'conv' as const,
      boundary,
      stride,
      depthwise,
      ...(dilation === undefined ? {} : { dilation }),
      ...(groups > 1 ? { groups } : {}),
    };
    const y: Tensor = apply('conv', op, x, w, bias);
    return { y: tanh(y) };
  });
};

const boundaries: readonly Boundary[] = ['zero', 'circular', 'reflect', 'none', { fixed: -0.5 }];

/** Each with three of the boundaries, all five in turn. */
const kernels: Readonly<Record<string, readonly [keyof typeof fields, Kernel]>> = {
  'a dilated line': ['line', { sides: [3], stride: [1], dilation: [3], groups: 1, outputs: 3 }],
  'a dilated line with a stride': ['line', { sides: [3], stride: [2], dilation: [2], groups: 1, outputs: 2 }],
  'a line in groups': ['line', { sides: [3], stride: [1], groups: 2, outputs: 6 }],
  'a dilated depthwise line': ['line', { sides: [2], stride: [1], dilation: [4], groups: 0, outputs: 1 }],
  'a dilated plane': ['plane', { sides: [3, 2], stride: [1, 1], dilation: [2, 3], groups: 1, outputs: 3 }],
  'a plane dilated along one axis, with strides': [
    'plane',
    { sides: [3, 3], stride: [2, 3], dilation: [1, 2], groups: 1, outputs: 2 },
  ],
  'a dilated plane in groups': [
    'plane',
    { sides: [3, 3], stride: [1, 1], dilation: [2, 2], groups: 2, outputs: 4 },
  ],
  'a plane with a group a channel': ['plane', { sides: [3, 3], stride: [2, 1], groups: 4, outputs: 8 }],
  'a dilated depthwise plane with a multiplier': [
    'plane',
    { sides: [2, 3], stride: [1, 2], dilation: [2, 1], groups: 0, outputs: 2 },
  ],
  'a volume': ['volume', { sides: [3, 3, 3], stride: [1, 1, 1], groups: 1, outputs: 3 }],
  'a volume with strides': ['volume', { sides: [2, 3, 1], stride: [2, 1, 2], groups: 1, outputs: 2 }],
  'a dilated volume in groups': [
    'volume',
    { sides: [2, 2, 3], stride: [1, 1, 1], dilation: [3, 2, 2], groups: 2, outputs: 4 },
  ],
  'a dilated volume with strides': [
    'volume',
    { sides: [2, 2, 2], stride: [2, 1, 2], dilation: [2, 1, 2], groups: 1, outputs: 2 },
  ],
  'a depthwise volume': ['volume', { sides: [3, 2, 3], stride: [1, 2, 1], groups: 0, outputs: 2 }],
};

const named = (boundary: Boundary): string => (typeof boundary === 'string' ? boundary : 'fixed');

const programs: Readonly<Record<string, Program>> = {
  ...Object.fromEntries(
    Object.entries(kernels).flatMap(([name, [field, kernel]], i) =>
      [0, 2, 4].map((n) => {
        const boundary = boundaries[(i + n) % boundaries.length];
        return [`${name}, ${named(boundary)}`, convolved(fields[field], boundary, kernel)];
      }),
    ),
  ),
  'the largest of windows of a volume': program({ x: [4, 5, 6, 2] }, ({ x }) => ({ y: maxPool3d(2)(x) })),
  'the largest of overlapping windows': program({ x: [4, 5, 3, 2] }, ({ x }) => ({
    y: maxPool3d(3, 1)(x),
  })),
  'the mean of windows of a volume': program({ x: [4, 5, 6, 2] }, ({ x }) => ({ y: meanPool3d(3, 2)(x) })),
  'a volume that no sample changes': program({ x: [2] }, ({ x }) => {
    const w = parameterOf(layer('kernel'), 'weight', [2, 2, 2, 1, 2], { init: { normal: 1 } });
    const medium = parameterOf(layer('medium'), 'weight', [2, 3, 3, 1], { init: { normal: 1 } });
    const op = { op: 'conv', boundary: 'circular', stride: [1, 1, 1], depthwise: false } as const;
    const y: Tensor = apply('conv', op, medium, w);
    const pooled: Tensor = apply('pool', { op: 'pool', fn: 'max', size: [2, 3, 3], stride: [1, 1, 1] }, y);
    const scale: Tensor = apply('reshape', { op: 'reshape', shape: [1, 1, 1, 2] }, x);
    return { y: apply('mul', { op: 'zip', fn: 'mul' }, pooled, scale) };
  }),
};

describe('convolutions in planes', () => {
  const engines: Engine[] = [];
  let plain: Plain;
  before(async () => {
    for (const name of ['cpu', 'wasm'] as const) engines.push(await opened(name));
    plain = await plainTensorFlow();
  });

  it('are those that engines do not have', () => {
    const op = { op: 'conv', boundary: 'zero', stride: [1, 1], depthwise: false } as const;
    assert.ok(isPlaneConv(op));
    assert.ok(!isPlaneConv({ ...op, groups: 2 }));
    assert.ok(!isPlaneConv({ ...op, dilation: [1, 2] }));
    assert.ok(!isPlaneConv({ ...op, stride: [1, 1, 1] }));
  });

  for (const [name, p] of Object.entries(programs))
    it(`${name}: engines, gradients and derivatives as programs agree`, () => {
      const c = caseOf(p, 3, 2);
      const cotangents = randoms(outputsOf(p.graph), [2], 5, 'cotangent');
      const [exact, gradients] = [run(c), reverse(c, cotangents)];
      const { left, right } = adjoints(c, 1);
      assert.ok(Math.abs(left.value - right.value) <= 1e-11 * Math.max(1, left.size, right.size));
      for (const engine of engines) {
        const found = runOn(engine, c);
        assert.ok(distance(found, exact) < 1e-5, engine.name);
        const tape = tapeGradient(engine, c, cotangents);
        assert.ok(distance(tape.inputs, gradients.inputs) < 1e-5, `${engine.name}: by x`);
        assert.ok(distance(tape.parameters, gradients.parameters) < 1e-5, `${engine.name}: by the weights`);
        assert.deepEqual(runOn(engine, c), found, 'the same bits');
      }
    });

  it('are the same in plain TensorFlow.js, and have gradients there', async () => {
    for (const [name, p] of Object.entries(programs)) {
      const c = caseOf(p, 4, 2);
      const parameters = Object.fromEntries(
        Object.entries(c.parameters).map(([of, { data }]) => [of, Float32Array.from(data)]),
      );
      const inputs = { x: waving(c.inputs.x.data.length) };
      const exact = exactly(p, parameters, inputs, 2);
      const expected = { y: Float32Array.from(exact.y.data) };
      const model = exported(p, parameters, { unroll: true });
      for (const backend of ['cpu', 'wasm'] as const) {
        const { values, left } = await plain.run({
          backend,
          model,
          inputs: fed(p, model, inputs, 2),
          sync: true,
        });
        assertEqual(values, expected, exact, `${name}, ${backend}`);
        assert.equal(left, 0);
      }
    }
  });

  it('have gradients in plain TensorFlow.js', async () => {
    for (const [name, p] of Object.entries(programs)) {
      const c = caseOf(p, 4, 1);
      const inputs = { x: waving(c.inputs.x.data.length) };
      const parameters = Object.fromEntries(
        Object.entries(c.parameters).map(([of, { data }]) => [of, Float32Array.from(data)]),
      );
      const model = exported(p, parameters, { unroll: true });
      const { slope } = await plain.run({
        backend: 'cpu',
        model,
        inputs: fed(p, model, inputs, 1),
        sync: true,
        gradient: 'y',
      });
      const ones = randoms(outputsOf(p.graph), [1], 0, 'one');
      const cotangents = { y: { ...ones.y, data: ones.y.data.map(() => 1) } };
      const given = { x: { ...c.inputs.x, data: Float64Array.from(inputs.x) } };
      const { x } = reverse({ ...c, inputs: given }, cotangents).inputs;
      assert.ok(slope !== undefined, name);
      assert.ok(
        x.data.every((v, i) => Math.abs(v - slope[i]) < 1e-4),
        name,
      );
    }
  });
});
