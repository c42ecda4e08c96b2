import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stream } from '../../../../src/base/random.js';
import { residualNodes } from '../../../../src/compile/fuse/adjoint/residuals.js';
import { scanAdjoint } from '../../../../src/compile/fuse/adjoint/scan.js';
import { type AdjointStep, adjointStep } from '../../../../src/compile/fuse/adjoint/scan-step.js';
import { lowerGraph } from '../../../../src/compile/fuse/lower/index.js';
import { pixelAxes } from '../../../../src/compile/fuse/lower/pixel-axes.js';
import { initialParameters } from '../../../../src/compile/parameters.js';
import { runReference } from '../../../../src/compile/reference/index.js';
import { vjp, vjpNames } from '../../../../src/compile/transform/index.js';
import {
  add,
  coupling,
  inputsOf,
  mul,
  type Program,
  program,
  scale,
  scan,
  scanWithFinal,
  sub,
  type Tensor,
  tanh,
} from '../../../../src/dsl/index.js';
import { volume } from '../../../../src/dsl/shape.js';
import { cotangentsOf, fusedOf, isClose, referenceOptions } from '../oracles.js';

type Field = Tensor<readonly [number, number, number]>;

/** A lattice whose displacement is moved by its velocity: how, and what of it is seen. */
interface Lattice {
  readonly order: 'kick, then drift' | 'drift, then kick';
  readonly keep: number;
  readonly gain: number;
  readonly steps: number;
  readonly field: readonly [number, number, number];
  readonly sees: 'y' | 'z';
}

const plain: Lattice = {
  order: 'kick, then drift',
  keep: 1,
  gain: 0.1,
  steps: 4,
  field: [4, 5, 2],
  sees: 'y',
};

const latticeOf = ({ order, keep, gain, steps, field, sees }: Lattice): Program =>
  program({ y: field, z: field, omega: field, alpha: field }, ({ omega, alpha, ...init }) => {
    const neighbours = coupling({ init: 'laplacian' });
    const kicked = (y: Field, z: Field): Field =>
      add(z, scale(0.1, sub(tanh(neighbours(y)), add(mul(omega, y), mul(alpha, z)))));
    const drifted = (y: Field, z: Field): Field => add(scale(keep, y), scale(gain, z));
    const { sequence, final } = scanWithFinal({
      steps,
      init,
      step: ({ y, z }) => {
        if (order === 'kick, then drift') {
          const fast = kicked(y, z);
          return { y: drifted(y, fast), z: fast };
        }
        const moved = drifted(y, z);
        return { y: moved, z: kicked(moved, z) };
      },
      observe: (s) => s[sees],
    });
    return { waves: sequence, ...final };
  });

const stepOf = (
  p: Program,
  observed: readonly string[],
): { readonly step: AdjointStep; readonly kept: number } => {
  const [height, width] = Object.values(inputsOf(p.graph))[0];
  const scans = lowerGraph(p.graph, pixelAxes(p.graph.nodes, [[height, width]])).builder.nodes.flatMap(
    ({ op }) => (op.op === 'scan' ? [op] : []),
  );
  const [found] = scans;
  const step = adjointStep(found, observed, () => true, scanAdjoint('before'));
  const kept = [...residualNodes(found, observed, step.nodes)].filter(
    (node) => found.body.nodes[node].op.op !== 'leaf',
  );
  return { step, kept: kept.length };
};

const seen = ['value'];

describe('the velocity of a fused step', () => {
  it('is not recorded where the kept displacement tells it', () => {
    for (const order of ['kick, then drift', 'drift, then kick'] as const)
      for (const keep of [1, 0.9, -1.5]) {
        const { step, kept } = stepOf(latticeOf({ ...plain, order, keep }), seen);
        const moved = order === 'kick, then drift' ? 'after' : 'before';
        assert.deepEqual([...step.recomputed], [['z', { from: 'y', keep, gain: 0.1, moved }]]);
        // the displacement, and the tanh of its neighbours
        assert.equal(kept, 2);
      }
  });

  it('is recorded where it is seen itself, where the step is too short, or where y forgets what it was', () => {
    for (const other of [{ sees: 'z' }, { gain: 0.01 }, { keep: 100, gain: 1 }, { keep: 0 }] as const)
      assert.deepEqual(
        [...stepOf(latticeOf({ ...plain, ...other }), seen).step.recomputed],
        [],
        JSON.stringify(other),
      );
  });

  it('gives the gradients of float64, whatever it starts with', () => {
    const lattice = fc.record({
      order: fc.constantFrom('kick, then drift' as const, 'drift, then kick' as const),
      keep: fc.constantFrom(1, 0.9, -1),
      gain: fc.constantFrom(0.05, 0.1, 1, -0.5),
      steps: fc.integer({ min: 1, max: 9 }),
      field: fc.tuple(
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 1, max: 5 }),
      ),
      sees: fc.constantFrom('y' as const, 'z' as const),
    });
    fc.assert(
      fc.property(lattice, fc.nat(), (made, seed) => agrees(latticeOf(made), seed, 1e-5)),
      { numRuns: 25 },
    );
  });

  it('is told by one displacement only once: fields that start apart and then move alike', () => {
    const field = [3, 4, 1] as const;
    const twins = program({ y: field, a: field, b: field, alpha: field }, ({ alpha, ...init }) => ({
      waves: scan({
        steps: 3,
        init,
        step: ({ y, a, b }) => {
          const fast = sub(add(a, b), mul(alpha, mul(a, b)));
          return { y: add(y, scale(0.5, fast)), a: fast, b: fast };
        },
        observe: ({ y }) => mul(y, y),
      }),
    }));
    agrees(twins, 5, 1e-5);
  });

  it('stays as exact over a hundred steps of the Neural Wave Machine', () => {
    agrees(latticeOf({ ...plain, field: [7, 6, 2], steps: 100 }), 7, 1e-5);
  });
});

/** Whether the gradients by all inputs and parameters are those that the reference has in float64. */
const agrees = (p: Program, seed: number, tolerance: number): void => {
  const samples = 2;
  const parameters = initialParameters(p.graph, seed);
  const shapes = Object.entries(inputsOf(p.graph));
  const inputs = Object.fromEntries(
    shapes.map(([name, shape]) => {
      const random = stream(seed, 'rebuild.spec', name);
      return [name, Float32Array.from({ length: samples * volume(shape) }, () => random.uniform() - 0.5)];
    }),
  );
  const outputs = Object.keys(p.graph.outputs);
  const cotangents = cotangentsOf(p, outputs, samples, seed);
  const names = vjpNames(p);
  const reversed = vjp(p);
  const owed = Object.fromEntries(outputs.map((name) => [names.cotangents[name], cotangents[name]]));
  const options = referenceOptions(reversed, parameters, { ...inputs, ...owed }, samples);
  const expected = runReference(reversed, options).outputs;
  const found = fusedOf(p, parameters).vjp({ count: samples, inputs }, cotangents);
  isClose(
    'gradient',
    found.inputs,
    Object.fromEntries(shapes.map(([name]) => [name, expected[names.inputs[name]].data])),
    tolerance,
  );
  const summed = Object.entries(names.parameters).map(([name, output]) => {
    const { data } = expected[output];
    const size = data.length / samples;
    return [name, Float64Array.from({ length: size }, (_, i) => data[i] + data[size + i])] as const;
  });
  isClose('gradient', found.parameters, Object.fromEntries(summed), tolerance);
};
