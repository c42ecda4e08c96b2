import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { fusionPlan } from '../../../../../src/compile/fuse/coverage/fusion-plan.js';
import { lowerGraph } from '../../../../../src/compile/fuse/lower/index.js';
import { pixelAxes } from '../../../../../src/compile/fuse/lower/pixel-axes.js';
import { isRefusal } from '../../../../../src/compile/fuse/lower/value.js';
import { initialParameters } from '../../../../../src/compile/parameters.js';
import { runReference } from '../../../../../src/compile/reference/index.js';
import { openSession } from '../../../../../src/compile/tfjs/session/session.js';
import {
  add,
  broadcast,
  concatAlong,
  layer,
  type Program,
  parameterOf,
  program,
  roll,
  scan,
  slice,
  type Tensor,
  tanh,
} from '../../../../../src/dsl/index.js';
import { volume } from '../../../../../src/dsl/shape.js';
import { apply } from '../../../../../src/dsl/tensor.js';
import { type Engine, opByOp } from '../../../../../src/engine/index.js';
import {
  cotangentsOf,
  fusedOf,
  inputsFor,
  isClose,
  referenceOptions,
  tapePull,
  wasm,
} from '../../oracles.js';

const cases = fc
  .record({
    grid: fc.oneof(
      fc.tuple(fc.integer({ min: 4, max: 20 })),
      fc.tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 11 })),
    ),
    channels: fc.integer({ min: 1, max: 3 }),
    offset: fc.integer({ min: -4, max: 4 }),
    axis: fc.nat(1),
    seed: fc.nat(),
  })
  .map(({ axis, ...one }) => ({ ...one, axis: axis % one.grid.length }));

/** A field that moves along as it is computed, outside a step and in one. */
const rolling = (shape: readonly number[], axis: number, offset: number): Program =>
  program({ x: shape }, ({ x }) => {
    const moved: Tensor = roll(axis, offset)(x);
    const channels = shape.at(-1) ?? 1;
    const weight = parameterOf(layer('mix'), 'weight', [channels, channels], { init: { normal: 0.5 } });
    const mixed: Tensor = apply('dense', { op: 'dense' }, moved, weight);
    return {
      moved,
      waves: scan({
        steps: 3,
        init: { y: mixed },
        step: ({ y }) => ({ y: tanh(roll(axis, offset)(y)) }),
        observe: ({ y }) => y,
      }),
    };
  });

describe('rolls along pixels', () => {
  let engine: Engine;
  before(async () => {
    engine = opByOp(await wasm());
  });

  it('are fused where they go a few sites, and move every bit', () => {
    fc.assert(
      fc.property(cases, ({ grid, channels, axis, offset, seed }) => {
        const shape = [...grid, channels];
        const p = rolling(shape, axis, offset);
        assert.deepEqual(fusionPlan(p).leftOut, []);
        const inputs = inputsFor(p, 1, seed);
        const found = fusedOf(p, initialParameters(p.graph, seed)).infer({ count: 1, inputs }, ['moved']);
        const inner = volume(shape.slice(axis + 1));
        const n = shape[axis];
        const expected = Float32Array.from(inputs.x, (_, i) => {
          const at = Math.floor(i / inner) % n;
          return inputs.x[i + inner * (((at - offset + 4 * n) % n) - at)];
        });
        assert.deepEqual(found.moved, expected);
      }),
      { numRuns: 60 },
    );
  });

  it('give the values of the reference and the gradients of the tape', () => {
    fc.assert(
      fc.property(cases, ({ grid, channels, axis, offset, seed }) => {
        const shape = [...grid, channels];
        const p = rolling(shape, axis, offset);
        const parameters = initialParameters(p.graph, seed);
        const fused = fusedOf(p, parameters);
        const inputs = inputsFor(p, 2, seed);
        const outputs = ['moved', 'waves'];
        const { outputs: expected } = runReference(p, referenceOptions(p, parameters, inputs, 2));
        const found = fused.infer({ count: 2, inputs }, outputs);
        isClose('value', found, { moved: expected.moved.data, waves: expected.waves.data }, 1e-5);
        const cotangents = cotangentsOf(p, outputs, 2, seed);
        const pulled = fused.vjp({ count: 2, inputs }, cotangents);
        const tape = tapePull(engine, p, parameters, inputs, 2, cotangents);
        isClose('gradient', pulled.parameters, tape.parameters, 1e-4);
        isClose('gradient', pulled.inputs, tape.inputs, 1e-4);
      }),
      { numRuns: 25 },
    );
  });

  it('of any distance have the values of the reference, fused or beside what is', async () => {
    const on = { ...engine, fused: true };
    await fc.assert(
      fc.asyncProperty(
        cases,
        fc.integer({ min: -9, max: 9 }),
        async ({ grid, channels, axis, seed }, far) => {
          const shape = [...grid, channels];
          const p = rolling(shape, axis, far);
          const parameters = initialParameters(p.graph, seed);
          const inputs = inputsFor(p, 2, seed);
          const session = openSession(on, p, parameters);
          if (E.isLeft(session)) return assert.fail(JSON.stringify(session.left));
          const { outputs } = await session.right.infer({ count: 2, inputs }, ['moved', 'waves']);
          session.right.close();
          const { moved, waves } = runReference(p, referenceOptions(p, parameters, inputs, 2)).outputs;
          isClose('value', outputs, { moved: moved.data, waves: waves.data }, 1e-5);
        },
      ),
      { numRuns: 30 },
    );
  });

  /** Why a step has no kernels on a line of twelve sites; in a program they would run with samples as pixels. */
  const whyOf = (f: (y: Tensor) => Tensor): string => {
    const { graph } = program({ x: [12, 2] }, ({ x }) => {
      const y: Tensor = x;
      return { waves: scan({ steps: 3, init: { y }, step: (s) => ({ y: f(s.y) }), observe: (s) => s.y }) };
    });
    const values = [...lowerGraph(graph, pixelAxes(graph.nodes, [[12]])).values.values()];
    return values.flatMap((value) => (isRefusal(value) ? [value.why] : []))[0] ?? '';
  };
  const front = (y: Tensor): Tensor => slice(y, [0, 0], [11, 2]);
  const last = (y: Tensor): Tensor => slice(y, [11, 0], [1, 2]);

  it('are fused however far they go and however they are written, and so are their pieces', () => {
    const ways: readonly ((y: Tensor) => Tensor)[] = [
      (y) => concatAlong(0, last(y), front(y)),
      // the same pieces where they were, or of two fields
      (y) => concatAlong(0, front(y), last(y)),
      (y) => concatAlong(0, last(tanh(y)), front(y)),
      ...[4, 5, 6, -5, 8].map((offset) => roll(0, offset)),
      (y) => add(roll(0, 1)(y), broadcast(12, 2)(last(y))),
    ];
    for (const way of ways) assert.equal(whyOf(way), '');
  });
});
