import assert from 'node:assert/strict';
import { fuse } from '../../../src/compile/fuse/execute/fused.js';
import { Arena, type ArenaMemory } from '../../../src/compile/fuse/memory/arena.js';
import { axesOf } from '../../../src/compile/fuse/partition/grid.js';
import { segmentsOf } from '../../../src/compile/fuse/partition/segments.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { runReference } from '../../../src/compile/reference/index.js';
import { compileSegments } from '../../../src/compile/tfjs/segmented.js';
import {
  add,
  complement,
  conv,
  convolveWith,
  coupling,
  dense,
  mean,
  mul,
  offset,
  type Program,
  parameter,
  program,
  scale,
  scanOverWithFinal,
  scanWithFinal,
  spectralNorm,
  sqrt,
  sum,
  type Tensor,
  tanh,
  zeros,
} from '../../../src/dsl/index.js';
import { instantiateOn, newMemory } from '../../../src/engine/host.js';
import { type Engine, opByOp } from '../../../src/engine/index.js';
import { assemble } from '../../../src/engine/wasm/simd/module.js';
import {
  type Arrays,
  cotangentsOf,
  inputsFor,
  isClose,
  referenceOptions,
  tapePull,
  wasm,
} from './oracles.js';

/** Shapes whose sizes the types need not know, which is quicker to check. */
const plane: readonly [number, number, number] = [4, 4, 2];
const planes: readonly [number, number, number, number] = [3, 4, 4, 2];
const [one, six]: readonly (readonly [number])[] = [[1], [6]];

type Field = Tensor<readonly [number, number, number]>;
const samples = 3;

/** An arena that counts the calls of its kernels. */
const counting = (): { readonly arena: Arena; readonly calls: () => number } => {
  const memory = newMemory(1);
  let calls = 0;
  const counted: ArenaMemory = {
    byteLength: () => memory.buffer.byteLength,
    grow: (pages) => void memory.grow(pages),
    buffer: () => memory.buffer,
    runs: true,
    driver: (bytes, functions) => instantiateOn(memory, bytes, functions),
    assembled: (_, source) => {
      const run = instantiateOn(memory, assemble(source()));
      return (...given) => {
        calls++;
        run(...given);
      };
    },
  };
  return { arena: new Arena(counted), calls: () => calls };
};

const fusedWithCalls = (p: Program) => {
  const { arena, calls } = counting();
  const parameters = initialParameters(p.graph, 1);
  const fused = fuse(p.graph, parameters, axesOf(p.graph), () => arena) ?? assert.fail('it is not fused');
  assert.ok(fused.fits(Object.keys(p.graph.outputs)));
  const during = (f: () => void): number => {
    const before = calls();
    f();
    return calls() - before;
  };
  return { fused, parameters, during };
};

/** Values as the reference has them in float64, gradients as the tape of TensorFlow.js. */
const isRight = (engine: Engine, p: Program, given?: Arrays): void => {
  const { fused, parameters } = fusedWithCalls(p);
  const inputs = given ?? inputsFor(p, samples, 5);
  const names = Object.keys(p.graph.outputs);
  const expected = runReference(p, referenceOptions(p, parameters, inputs, samples)).outputs;
  const values = Object.fromEntries(names.map((name) => [name, expected[name].data]));
  isClose('value', fused.infer({ count: samples, inputs }, names), values, 1e-5);
  const cotangents = cotangentsOf(p, names, samples, 2);
  const found = fused.vjp({ count: samples, inputs }, cotangents);
  const tape = tapePull(engine, p, parameters, inputs, samples, cotangents);
  isClose('gradient', found.parameters, tape.parameters, 1e-5);
  isClose('gradient', found.inputs, tape.inputs, 1e-5);
  assert.deepEqual(fused.vjp({ count: samples, inputs }, cotangents), found);
  // the last sample by itself, after one of which nothing is a number: neither leaves the other anything
  const one = (of: Arrays): Arrays =>
    Object.fromEntries(
      Object.entries(of).map(([name, all]) => [name, all.slice(-all.length / samples)] as const),
    );
  const nothing = Object.fromEntries(
    Object.entries(inputs).map(([name, all]) => [name, all.map((v) => (name === 'left' ? v : Number.NaN))]),
  );
  fused.vjp({ count: samples, inputs: nothing }, cotangents);
  assert.deepEqual(fused.vjp({ count: 1, inputs: one(inputs) }, one(cotangents)).inputs, one(found.inputs));
};

/** Above 0 where a countdown is over. */
const isOver = ({ left }: { readonly left: Tensor<readonly []> }): Tensor<readonly []> => complement(0, left);

/** Counts down by 1 from a number of its own for each sample, and waves meanwhile. */
const endsAfter = (steps: number, remat: boolean, sees: boolean): Program =>
  program({ x: plane, left: one }, ({ x, left }) => {
    const near = coupling();
    const {
      sequence,
      final,
      steps: taken,
    } = scanWithFinal({
      steps,
      init: { y: x, left: sum(0)(left) },
      step: (s) => ({ y: scale(0.9, tanh(add(s.y, near(s.y)))), left: offset(-1, s.left) }),
      observe: (s) => s.y,
      until: isOver,
      every: sees ? 3 : steps,
      remat,
    });
    return { y: final.y, taken, ...(sees ? { seen: sequence } : {}) };
  });

describe('fused scans', () => {
  let engine: Engine;
  before(async () => {
    engine = opByOp(await wasm());
  });

  it('inside of scans: driven, with a weight, a clock and a list of their own, observed and read after', () => {
    const near = coupling();
    const gain = parameter('gain', [3], { init: { constant: 0.7 } });
    for (const remat of [false, 2])
      isRight(
        engine,
        program({ x: plane, drive: planes }, ({ x, drive }) => {
          const outer = scanWithFinal({
            steps: 4,
            init: { y: x, before: zeros(...plane), list: gain },
            step: (s, { index }) => {
              const inner = scanOverWithFinal({
                over: drive,
                init: { y: s.y, level: mean(0, 1)(s.y) },
                step: (i, now, clock) => ({
                  y: tanh(
                    add(scale(0.5, near(i.y)), add(mul(index, scale(0.1, now)), mul(clock.index, i.y))),
                  ),
                  level: tanh(add(i.level, mean(0, 1)(now))),
                }),
                observe: (i) => i.y,
                remat,
              });
              const list = mul(s.list, add(s.list, sum(0)(inner.final.level)));
              return { y: add(scale(0.3, s.before), mean(0)(inner.sequence)), before: s.y, list: tanh(list) };
            },
            observe: (s) => ({ y: s.y, list: s.list }),
            remat,
          });
          return { ...outer.sequence, last: outer.final.before };
        }),
      );
  });

  it('that end take no more steps, in gradients too, whatever is seen of them', () => {
    const inputs: Arrays = {
      ...inputsFor(endsAfter(5, false, false), samples, 5),
      left: Float32Array.of(0.5, 4.5, 7.5),
    };
    for (const sees of [false, true])
      for (const remat of [false, true]) isRight(engine, endsAfter(11, remat, sees), inputs);
    // the step after the last is not taken to see that it is none
    const { fused: once, during: counted } = fusedWithCalls(endsAfter(11, false, true));
    const callsFrom = (left: number): number => {
      const given = { ...inputsFor(endsAfter(11, false, true), 1, 5), left: Float32Array.of(left) };
      return counted(() => void once.infer({ count: 1, inputs: given }, ['y']));
    };
    once.prepare(['y']);
    assert.equal(callsFrom(0.5), callsFrom(-3));
    assert.ok(callsFrom(0.5) < callsFrom(1.5));
    const work = (steps: number): number => {
      const { fused, during } = fusedWithCalls(endsAfter(steps, true, false));
      fused.prepare(['y']);
      const slope = { y: new Float32Array(32 * samples).fill(1) };
      return during(() => {
        fused.infer({ count: samples, inputs }, ['y']);
        fused.vjp({ count: samples, inputs }, slope);
      });
    };
    assert.ok(work(40_000) < 1.5 * work(100), `${work(40_000)} calls instead of ${work(100)}`);
  });

  it('compute what they seldom keep at those steps alone, and owe nothing at the others', () => {
    // at every second step the root's argument is 0, where its slope is infinite
    const near = coupling();
    const p = (every: number): Program =>
      program({ x: plane }, ({ x }) => {
        const start: Field = mul(x, x);
        const { sequence } = scanWithFinal({
          steps: 12,
          every,
          init: { y: start, other: scale(0, start) },
          step: (s) => ({ y: s.other, other: scale(0.9, s.y) }),
          observe: (s) => add(sqrt(s.y), near(tanh(near(s.y)))),
        });
        return { seen: sequence };
      });
    isRight(engine, p(2));
    const work = (every: number): number => {
      const { fused, during } = fusedWithCalls(p(every));
      fused.prepare(['seen']);
      const inputs = inputsFor(p(every), 1, 5);
      return during(() => void fused.infer({ count: 1, inputs }, ['seen']));
    };
    assert.ok(work(6) < work(1) / 2, `${work(6)} calls, ${work(1)} where all are kept`);
  });

  it('with remat hold as much as the root of their steps', () => {
    const bytes = (steps: number, remat: boolean): number => {
      const near = coupling();
      const p = program({ x: plane }, ({ x }) => ({
        y: scanWithFinal({
          steps,
          init: { y: x },
          step: (s) => ({ y: tanh(mul(near(s.y), tanh(s.y))) }),
          observe: (s) => s.y,
          every: steps,
          remat,
        }).final.y,
      }));
      const { fused } = fusedWithCalls(p);
      const inputs = inputsFor(p, 1, 1);
      fused.vjp({ count: 1, inputs }, { y: inputs.x });
      return fused.bytes();
    };
    const [short, long, held] = [bytes(100, true), bytes(2500, true), bytes(2500, false)];
    assert.ok(long < 5 * short && 8 * long < held, `${short}, ${long} and ${held} bytes`);
  });

  it('hand on what does not change over very many steps', () => {
    const p = program({ x: plane }, ({ x }) => {
      const { final } = scanWithFinal({
        steps: 20_000,
        init: { y: x, z: scale(0.5, x), w: x },
        step: (s) => ({ y: s.z, z: s.y, w: s.w }),
        observe: (s) => s.w,
        every: 20_000,
      });
      return { y: final.y, w: final.w };
    });
    const { fused } = fusedWithCalls(p);
    const inputs = inputsFor(p, 1, 1);
    const { y, w } = fused.infer({ count: 1, inputs }, ['y', 'w']);
    assert.deepEqual([y, w], [inputs.x, inputs.x]);
    assert.deepEqual(
      fused.vjp({ count: 1, inputs }, { y, w }).inputs.x,
      inputs.x.map((v) => 2 * v),
    );
  });

  it('over weights alone run once where weights are loaded, not for each sample', () => {
    const kernel = parameter('kernel', [3, 3, 2, 2], { init: 'kaiming' });
    const p = program({ x: plane }, ({ x }) => ({ y: conv(2)(convolveWith(x, spectralNorm()(kernel))) }));
    isRight(engine, p);
    const { fused, parameters, during } = fusedWithCalls(p);
    fused.prepare(['y']);
    const infer = (count: number): number =>
      during(() => void fused.infer({ count, inputs: inputsFor(p, count, 1) }, ['y']));
    infer(1);
    const each = infer(1);
    assert.equal(infer(8), 8 * each);
    fused.load(parameters);
    // twenty steps of two products and their norms
    assert.ok(infer(1) > each + 40);
  });

  it('without a grid end for each sample after steps of its own, one beside the other', () => {
    for (const remat of [false, 2]) {
      const [forth, within] = [dense(6), dense(6)];
      const p = program({ x: six, left: one }, ({ x, left }) => {
        const { sequence, final, steps } = scanWithFinal({
          steps: 9,
          every: 2,
          remat,
          init: { y: x, left: sum(0)(left) },
          step: (s) => {
            const inner = scanWithFinal({
              steps: 3,
              init: { y: s.y },
              step: (i) => ({ y: tanh(within(i.y)) }),
              observe: (i) => i.y,
            });
            return { y: tanh(add(scale(0.5, forth(s.y)), inner.final.y)), left: offset(-1, s.left) };
          },
          observe: (s) => s.y,
          until: isOver,
        });
        return { y: final.y, seen: sequence, steps };
      });
      const { segments } = segmentsOf(p.graph);
      assert.deepEqual(
        segments.map(({ fused }) => fused),
        [true],
      );
      const inputs = { ...inputsFor(p, samples, 3), left: Float32Array.of(0.5, 20, 6.5) };
      const parameters = initialParameters(p.graph, 0);
      const names = Object.keys(p.graph.outputs);
      const cotangents = cotangentsOf(p, names, samples, 1);
      const [found, tape] = [{ compiled: compileSegments }, undefined].map((how) =>
        tapePull(engine, p, parameters, inputs, samples, cotangents, how),
      );
      isClose('gradient', found.parameters, tape.parameters, 1e-5);
      isClose('gradient', found.inputs, tape.inputs, 1e-5);
      // the first sample ends after a step, whether or not others that lie beside it go on
      const fused = fuse(p.graph, parameters) ?? assert.fail('it is not fused');
      const first = (of: Arrays): Arrays =>
        Object.fromEntries(
          Object.entries(of).map(([name, all]) => [name, all.slice(0, all.length / samples)] as const),
        );
      const alone = fused.vjp({ count: 1, inputs: first(inputs) }, first(cotangents));
      assert.deepEqual(alone.inputs, first(fused.vjp({ count: samples, inputs }, cotangents).inputs));
    }
  });
});
