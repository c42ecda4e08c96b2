/** Scans that keep some observations, end early, or compute again for the gradient: in every interpreter. */

import assert from 'node:assert/strict';
import { cost } from '../../src/compile/cost/index.js';
import { fusionPlan } from '../../src/compile/fuse/coverage/fusion-plan.js';
import { ndarray, numericalGradient } from '../../src/compile/reference/index.js';
import { vjp } from '../../src/compile/transform/index.js';
import {
  add,
  complement,
  coupling,
  mean,
  mul,
  outputsOf,
  type Program,
  parameter,
  program,
  scale,
  scanOverWithFinal,
  scanWithFinal,
  select,
  sin,
  sqrt,
  sub,
  type Tensor,
  tanh,
  zeros,
} from '../../src/dsl/index.js';
import type { Engine } from '../../src/engine/index.js';
import { adjoints, type Case, caseOf, randoms, reverse, run } from './transform/differentiate.js';
import { distance, opened, runOn, tapeGradient } from './transform/tape.js';

interface Settings {
  readonly every?: number;
  readonly remat?: boolean | number;
  readonly until?: 'quiet' | undefined;
}

/** Above 0 where a field is small on average. */
const quiet = (y: Tensor<readonly [3, 2]>): Tensor<readonly []> => complement(0.0015, mean(0, 1)(mul(y, y)));

/** A driven scan of seven steps with a weight, a scalar per sample and two fields. */
const driven = ({ until, ...settings }: Settings): Program => {
  const gain = parameter('gain', [], { init: { constant: 0.7 } });
  return program({ x: [3, 2], drive: [7, 3, 2] }, ({ x, drive }) => {
    const { sequence, final, steps } = scanOverWithFinal({
      over: drive,
      init: { y: x, z: scale(0.5, sin(x)) },
      step: ({ y, z }, now, { index }) => {
        const push = add(mul(gain, tanh(y)), scale(0.02, mul(index, now)));
        return { y: scale(0.5, sub(push, z)), z: scale(0.6, add(z, y)) };
      },
      observe: ({ y, z }) => ({ y, energy: mean(0, 1)(mul(z, y)) }),
      ...settings,
      ...(until === undefined ? {} : { until: ({ y }: { readonly y: Tensor<readonly [3, 2]> }) => quiet(y) }),
    });
    return { ...sequence, last: final.z, steps };
  });
};

const settings: Readonly<Record<string, Settings>> = {
  'every: 3': { every: 3 },
  until: { until: 'quiet' },
  'remat: 1': { remat: 1 },
  'remat: 3': { remat: 3 },
  'remat: 7': { remat: 7 },
  'every: 2, remat: 3': { every: 2, remat: 3 },
  'every: 2, remat: 4': { every: 2, remat: 4 },
  'every: 3, until': { every: 3, until: 'quiet' },
  'every: 3, until, remat: 3': { every: 3, until: 'quiet', remat: 3 },
  'until, remat: 2': { until: 'quiet', remat: 2 },
};

/** Cotangents of everything but the number of steps, which has no gradient. */
const cotangentsFor = (c: Case) => randoms(outputsOf(c.program.graph), [c.batch], 5, 'cotangent');

describe('scans that keep, end and compute again', () => {
  let engines: readonly Engine[];
  before(async () => {
    engines = [await opened('cpu'), await opened('wasm')];
  });

  for (const [name, given] of Object.entries(settings)) {
    const c = caseOf(driven(given), 3, 4);

    it(`${name}: engines compute what the reference does`, () => {
      for (const engine of engines) assert.ok(distance(runOn(engine, c), run(c)) < 1e-5);
    });

    it(`${name}: gradients are those of central differences, and the tape's`, () => {
      const cotangents = cotangentsFor(c);
      const found = reverse(c, cotangents);
      const loss = (outputs: ReturnType<typeof run>): number =>
        Object.entries(outputs).reduce(
          (sum, [output, { data }]) => sum + data.reduce((s, v, i) => s + v * cotangents[output].data[i], 0),
          0,
        );
      const places = [
        { of: 'parameters', name: 'gain', index: 0 } as const,
        ...[0, 7, 13, 23].map((index) => ({ of: 'inputs', name: 'x', index }) as const),
        ...[0, 20, 41, 60, 100, 130].map((index) => ({ of: 'inputs', name: 'drive', index }) as const),
      ];
      const expected = numericalGradient(c.program, loss, c, places);
      places.forEach((place, i) => {
        const gradient = found[place.of][place.name].data[place.index];
        assert.ok(
          Math.abs(gradient - expected[i]) < 1e-7 * (1 + Math.abs(expected[i])),
          `${place.name}[${place.index}]: ${gradient}, differences give ${expected[i]}`,
        );
      });
      for (const engine of engines) {
        const tape = tapeGradient(engine, c, cotangents);
        assert.ok(distance(tape.inputs, found.inputs) < 1e-5, engine.name);
        assert.ok(distance(tape.parameters, found.parameters) < 1e-5, engine.name);
      }
      const { left, right } = adjoints(caseOf(driven(given), 3), 1);
      assert.ok(Math.abs(left.value - right.value) < 1e-10 * (1 + left.size + right.size));
    });
  }

  it('every: an observation that no tangent reaches has none, beside one that has', () => {
    const p = program({ x: [2] }, ({ x }) => {
      const { sequence } = scanWithFinal({
        steps: 4,
        every: 2,
        init: { y: x, count: mul(zeros(2), zeros(2)) },
        step: ({ y, count }) => ({ y: tanh(y), count: complement(1, count) }),
        observe: ({ y, count }) => ({ y, count }),
      });
      return { ...sequence };
    });
    const { left, right } = adjoints(caseOf(p, 3), 1);
    assert.ok(left.size > 0 && Math.abs(left.value - right.value) < 1e-12);
  });

  it('samples stop after different numbers of steps, and none before it began', () => {
    const { steps } = run(caseOf(driven({ until: 'quiet' }), 3, 4));
    assert.ok(new Set(steps.data).size > 1, `${steps.data}`);
  });

  it('the derivative of a program with remat is that without, to the last bits', () => {
    const c = caseOf(driven({}), 3, 2);
    const cotangents = cotangentsFor(c);
    const plain = reverse(c, cotangents);
    const again = reverse({ ...c, program: driven({ remat: 3 }) }, cotangents);
    assert.ok(distance(again.inputs, plain.inputs) < 1e-14);
    assert.ok(distance(again.parameters, plain.parameters) < 1e-14);
  });

  it('the derivative of a program with remat holds as much as the root of its steps', () => {
    const held = (steps: number, remat: boolean): number => {
      const p = program({ x: [8, 8, 2] }, ({ x }) => ({
        y: scanWithFinal({
          steps,
          remat,
          init: { h: x },
          step: ({ h }) => ({ h: tanh(add(mul(h, h), h)) }),
          observe: ({ h }) => h,
        }).final.h,
      }));
      return cost(vjp(select(p, 'y')), { batch: 1 }).inference.bytesPerSample;
    };
    assert.ok(held(1600, false) / held(100, false) > 15);
    assert.ok(held(1600, true) / held(100, true) < 4.2);
  });

  it('a stopped sample has no part in values or gradients of steps that have no value there', () => {
    // a vessel that empties: below zero its root is not a number
    const p = program({ x: [] }, ({ x }) => ({
      y: scanWithFinal({
        steps: 9,
        init: { x },
        step: (s) => ({ x: sub(s.x, scale(0.75, sqrt(s.x))) }),
        observe: (s) => s.x,
        until: (s) => scale(-1, s.x),
      }).final.x,
    }));
    const c: Case = { ...caseOf(p, 0, 2), inputs: { x: ndarray([2], [1, 9]) } };
    const cotangents = { y: ndarray([2], [1, 1]) };
    const { inputs } = reverse(c, cotangents);
    assert.ok([...inputs.x.data].every(Number.isFinite));
    for (const engine of engines)
      assert.ok(distance(tapeGradient(engine, c, cotangents).inputs, inputs) < 1e-5);
  });

  it('ends op by op as soon as all samples have stopped', async () => {
    const [engine] = engines;
    const count = async (steps: number, x: readonly number[]): Promise<number> => {
      const p = program({ x: [] }, ({ x: given }) => ({
        y: scanWithFinal({
          steps,
          init: { x: given },
          step: (s) => ({ x: tanh(scale(0.5, s.x)) }),
          observe: (s) => s.x,
          until: (s) => complement(0.1, s.x),
        }).sequence,
      }));
      const c = { ...caseOf(p, 0, x.length), inputs: { x: ndarray([x.length], x) } };
      const { kernels } = await engine.tf.profile(() => {
        runOn(engine, c);
        return undefined;
      });
      return kernels.filter(({ name }) => name === 'Tanh').length;
    };
    // .9 → .42 → .21 → .10 → .05: the step that finds all stopped, and once more for what is left to record
    assert.equal(await count(1000, [0.9, 0.2]), 6);
    assert.equal(await count(3, [0.9, 0.2]), 3);
  });

  it('are fused on a grid', () => {
    const on = (given: Settings): string => {
      const p = program({ x: [8, 8, 2] }, ({ x }) => {
        const near = coupling();
        return {
          y: scanWithFinal({
            steps: 6,
            init: { y: x },
            step: (s) => ({ y: tanh(near(s.y)) }),
            observe: (s) => s.y,
            ...(given.every === undefined ? {} : { every: given.every }),
            ...(given.remat === undefined ? {} : { remat: given.remat }),
            ...(given.until === undefined
              ? {}
              : { until: (s: { readonly y: Tensor<readonly [8, 8, 2]> }) => mean(0, 1, 2)(s.y) }),
          }).sequence,
        };
      });
      return fusionPlan(p)
        .leftOut.map(({ why }) => why)
        .join();
    };
    assert.equal(on({}), '');
    assert.equal(on({ every: 2 }), '');
    assert.equal(on({ until: 'quiet' }), '');
    assert.equal(on({ remat: true }), '');
  });
});
