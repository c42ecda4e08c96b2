/** The same weights on other grids: against programs that were written for those grids. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { resizeGraph } from '../../../src/dsl/resize/resize.js';
import {
  add,
  attention,
  broadcast,
  concat,
  conv,
  conv1d,
  convolveWith,
  coupling1d,
  data,
  dense,
  depthwiseWith,
  einsum,
  type Flow,
  fill,
  fourier,
  fourierOperator,
  type Graph,
  gather,
  gradient,
  instanceNorm,
  inverseFourier,
  kSpaceWave,
  longConvolution,
  maxPool,
  mean,
  mlp,
  ndarray,
  oscillator,
  type Padding,
  type Program,
  pad,
  parameter,
  program,
  projection,
  resample,
  reshape,
  resize,
  runReference,
  scale,
  scan,
  scanOver,
  signature,
  sin,
  slice,
  spectral,
  spectrum,
  square,
  stepOf,
  strang,
  sub,
  sum,
  type Tensor,
  tanh,
  tryProgram,
  upsample,
  zeros,
} from '../../../src/index.js';
import { modelWithSizesArbitrary } from '../../../src/laws/arbitraries/model.js';
import { buildModel, type ModelSpec, type Sizes } from '../../../src/models/catalogue.js';
import { buildSystem, systemNamed, systemNames } from '../../../src/models/systems/catalogue.js';
import { right } from '../../support/either.js';
import { claim } from '../refusal.js';

const message = (write: () => Program): string =>
  pipe(
    tryProgram(write),
    E.match(
      (error) => error.message,
      () => 'nothing was refused',
    ),
  );

const stepsOf = (model: ModelSpec): number | undefined => ('steps' in model ? model.steps : undefined);
/** Whether the readout has a weight for each step or each bin. */
const readsAll = (model: ModelSpec): boolean =>
  'readout' in model && (model.readout === 'linear' || model.readout === 'fft');

describe('resize', () => {
  it('gives the very program that a model has when it is built for the new grid', () => {
    fc.assert(
      fc.property(
        modelWithSizesArbitrary,
        fc.constantFrom(16, 32, 48),
        fc.constantFrom(16, 32, 64),
        fc.integer({ min: 1, max: 9 }),
        ([drawn, sizes], height, width, longer) => {
          // Of one or two steps it cannot be told which of them a readout means.
          const model = 'steps' in drawn ? { ...drawn, steps: drawn.steps + 2 } : drawn;
          const from: Sizes =
            model.name === 'unet' ? { ...sizes, height: 16, width: 32 } : { ...sizes, height: 8, width: 9 };
          const small = right(buildModel(model, from));
          const steps = stepsOf(model);
          const more = steps === undefined || readsAll(model) ? steps : steps + longer;
          const grown = right(
            buildModel(
              { ...model, ...(more === undefined ? {} : { steps: more }) },
              { ...from, height, width },
            ),
          );
          const resized = resize(small, {
            inputs: { image: [height, width, from.channels] },
            ...(more === undefined ? {} : { steps: more }),
          });
          assert.deepEqual(resized.graph, grown.graph);
        },
      ),
      { numRuns: 60 },
    );
  });

  for (const name of systemNames)
    it(`gives the system ${name} on another grid over more steps`, () => {
      const build = (settings: Readonly<Record<string, number>>): Program =>
        right(pipe(systemNamed(name, settings), E.flatMap(buildSystem)));
      const flat = 'length' in right(systemNamed(name));
      const small = build(flat ? { length: 8, steps: 3 } : { height: 8, width: 9, steps: 3 });
      const large = build(flat ? { length: 20, steps: 7 } : { height: 12, width: 15, steps: 7 });
      const shapes = Object.fromEntries(
        large.graph.nodes.flatMap(({ op }) => (op.op === 'input' ? [[op.name, op.shape]] : [])),
      );
      const driven = !signature(resize(small, { inputs: shapes })).includes('[3,');
      assert.deepEqual(resize(small, { inputs: shapes, ...(driven ? {} : { steps: 7 }) }).graph, large.graph);
    });

  it('keeps the types that are given, and checks the outputs that are expected', () => {
    const p = program({ x: [8, 8, 1], w: [3] }, ({ x, w }) => ({
      y: pipe(x, conv(2)),
      small: maxPool(2)(x),
      w,
    }));
    const large = resize(p, { inputs: { x: [32, 16, 1] }, outputs: { y: [32, 16, 2] } });
    const typed: Program<
      { x: readonly [32, 16, 1]; w: readonly [3] },
      { y: readonly [32, 16, 2]; small: readonly [number, number, number]; w: readonly [number] }
    > = large;
    assert.equal(signature(typed), 'w [3], x [32,16,1] → small [16,8,1], w [3], y [32,16,2]');
    assert.match(
      message(() => resize(p, { inputs: { x: [32, 16, 1] }, outputs: { small: [16, 16, 1] } })),
      /output 'small' is \[16,8,1\], not \[16,16,1\]/,
    );
  });

  it('follows the channels of waves in k-space and of attention, and refuses a norm that would leave nothing', () => {
    const of =
      (f: (x: Tensor) => Tensor) =>
      (...x: readonly number[]): Graph =>
        program({ x }, (given) => ({ y: f(given.x) })).graph;
    const waves = of((y) => kSpaceWave().advance({ y, z: y }, zeros(), 0.5).y);
    const scores = of((x) => attention()<number, number, number, number>(claim(x), claim(x), claim(x)));
    const contrast = of(instanceNorm());
    assert.deepEqual(right(resizeGraph(waves(4, 4, 1), { x: [6, 4, 2] })), waves(6, 4, 2));
    assert.deepEqual(right(resizeGraph(scores(6, 4), { x: [5, 16] })), scores(5, 16));
    const why = (graph: Graph, ...x: readonly number[]): string =>
      E.match(String, () => '')(resizeGraph(graph, { x }));
    assert.match(
      why(scores(6, 1), 6, 4),
      /an axis is 1 by .* and 4 by the input 'x'; .* does not say where .*: build the program at the new size/,
    );
    assert.match(
      why(contrast(4, 4, 2), 1, 1, 2),
      /a norm takes the mean of \[4,4,2\] off, .* take a size of two sites or more/,
    );
  });

  it('follows broadcasts, zero states and reshapes to the values that they are added to', () => {
    const c: number = 2;
    const write = (h: number, w: number, rows: number) =>
      program({ image: [h, w, c] }, ({ image }) => {
        const bias = broadcast(h, w, c)(parameter('bias', [1, 1, 2], { init: 'zeros' }));
        const flat = pipe(add(image, bias), reshape(h * w, c), dense(c + 1));
        return { flat, mean: mean(0)(flat), grid: reshape(rows, (h * w) / rows, c + 1)(flat) };
      });
    // Back to the grid that the sites came from; of another grid nothing is known.
    assert.deepEqual(resize(write(4, 6, 4), { inputs: { image: [8, 5, 2] } }), write(8, 5, 8));
    assert.match(
      message(() => resize(write(4, 6, 3), { inputs: { image: [8, 6, 2] } })),
      /which of its axes changes cannot be told; build the program at the new size/,
    );
    const [h, w]: readonly [number, number] = [4, 6];
    const told = program({ image: [h, w, c] }, ({ image }) => {
      const flat = pipe(image, reshape(h * w, c), dense(c));
      return { grid: add(image, reshape(h, w, c)(flat)) };
    });
    assert.equal(signature(resize(told, { inputs: { image: [8, 5, 2] } })), 'image [8,5,2] → grid [8,5,2]');
    // A weight reads a patch, so the patches keep their size and there are more of them.
    const patches = program({ line: [2 * w, c] }, ({ line }) => ({ y: pipe(line, reshape(3, 8), dense(5)) }));
    assert.equal(signature(resize(patches, { inputs: { line: [20, 2] } })), 'line [20,2] → y [5,5]');
    assert.match(
      message(() => resize(patches, { inputs: { line: [21, 2] } })),
      /42 numbers do not fill axes of 8/,
    );
  });

  it('computes what the definition says on the larger grid', () => {
    const write = (n: number, steps: number) =>
      program({ y0: [n, 1] }, ({ y0 }) => ({
        energy: pipe(
          scan({
            steps,
            init: { y: y0, z: zeros(n, 1) },
            step: oscillator({ dt: 0.2, coupling: coupling1d() }),
            observe: ({ y }) => y,
          }),
          spectrum,
          mean(0, 1, 2),
        ),
      }));
    const small = write(5, 4);
    const x = Array.from({ length: 9 }, (_, i) => Math.sin(3 * i));
    const run = (p: Program) =>
      runReference(p, {
        parameters: { 'coupling/weight': ndarray([3, 1, 1], [1, -2, 1]) },
        inputs: { y0: ndarray([1, 9, 1], x) },
        batch: 1,
      }).outputs.energy.data;
    assert.deepEqual(run(resize(small, { inputs: { y0: [9, 1] }, steps: 8 })), run(write(9, 8)));
  });

  it('keeps each k-th state over more steps, until one condition, and refuses a scan that would keep none', () => {
    const write = (steps: number) =>
      program({ y0: [5] }, ({ y0 }) => ({
        y: scan({
          steps,
          every: 3,
          remat: 4,
          init: { y: y0 },
          step: ({ y }) => ({ y: tanh(y) }),
          observe: ({ y }) => y,
          until: ({ y }) => mean(0)(y),
        }),
      }));
    assert.deepEqual(resize(write(7), { steps: 20 }), write(20));
    assert.match(
      message(() => resize(write(7), { steps: 2 })),
      /it has 2 steps, so every: 3 would keep nothing/,
    );
  });

  it('refuses a part of fixed size, and names it', () => {
    const four: number = 4;
    const readout = program({ image: [four, four, 1] }, ({ image }) => ({
      logits: pipe(
        scan({ steps: 10, init: { y: image }, step: ({ y }) => ({ y: tanh(y) }), observe: ({ y }) => y }),
        projection(3),
        mlp([4], 2),
      ),
    }));
    assert.match(
      message(() => resize(readout, { steps: 20 })),
      /the parameter 'projection\/weight' of \[10,3\], and 20 by the steps of scan1/,
    );
    const table = program({ x: [four, four, 1] }, ({ x }) => ({
      y: add(x, parameter('place', [four, four, 1], { init: 'zeros' })),
    }));
    assert.match(
      message(() => resize(table, { inputs: { x: [8, 8, 1] } })),
      /'place'/,
    );
    const edges = program({ x: [4, 1] }, ({ x }) => ({ y: gather(0, [2, 1, 3, 0])(x) }));
    assert.match(
      message(() => resize(edges, { inputs: { x: [8, 1] } })),
      /gather/,
    );
    const numbers = program({ x: [3, 2] }, ({ x }) => ({ y: add(x, data([1, 2, 3, 4, 5, 6], 3, 2)) }));
    assert.match(
      message(() => resize(numbers, { inputs: { x: [5, 2] } })),
      /numbers of a constant/,
    );
    const half = program({ x: [2 * four, 2] }, ({ x }) => ({ y: slice(x, [0, 0], [four, 2]) }));
    assert.match(
      message(() => resize(half, { inputs: { x: [16, 2] } })),
      /entries 0 to 3 of 8/,
    );
    const driven = program({ x: [8, 2] }, ({ x }) => ({
      y: scanOver({
        over: x,
        init: { h: zeros(2) },
        step: ({ h }, e) => ({ h: add(h, e) }),
        observe: ({ h }) => h,
      }),
    }));
    assert.match(
      message(() => resize(driven, { steps: 9 })),
      /an axis is 8 by the input 'x', and 9 by the steps of scan1/,
    );
    assert.equal(signature(resize(driven, { inputs: { x: [9, 2] } })), 'x [9,2] → y [9,2]');
  });

  it('keeps constants that do not vary along a growing axis', () => {
    const p = program({ x: [3, 2] }, ({ x }) => ({ y: add(x, data([1, 2, 1, 2, 1, 2], 3, 2)) }));
    const large = resize(p, { inputs: { x: [4, 2] } });
    const inputs = { x: ndarray([1, 4, 2], [0, 0, 0, 0, 0, 0, 0, 0]) };
    assert.deepEqual(
      [...runReference(large, { parameters: {}, inputs, batch: 1 }).outputs.y.data],
      [1, 2, 1, 2, 1, 2, 1, 2],
    );
  });

  it('moves paddings with the edges of padded values, and inverse transforms with the number of modes', () => {
    const [before, after]: readonly (readonly Padding[])[] = [[[2, 1]], [[1, 2]]];
    const write = (n: number) =>
      program({ x: [n, 2] }, ({ x }) => ({
        reflect: pad(before, 'reflect')(x),
        circular: pad(after, 'circular')(x),
        shifted: gather(0, [n - 1, ...Array.from({ length: n - 1 }, (_, i) => i)])(x),
        smooth: pipe(x, fourier(0), inverseFourier(0)),
      }));
    assert.deepEqual(resize(write(12), { inputs: { x: [20, 2] } }).graph, write(20).graph);
    assert.deepEqual(resize(write(20), { inputs: { x: [12, 2] } }).graph, write(12).graph);
  });

  it('follows sites in a row to a plane and to its larger copy', () => {
    const write = (h: number, w: number) =>
      program({ image: [2 * h, 2 * w, 1] }, ({ image }) => {
        const row = pipe(image, conv(3, { stride: 2 }), reshape(h * w, 3));
        const copy = upsample(2)(reshape(h, w, 3)(tanh(row)));
        return { both: concat(image, copy) };
      });
    assert.deepEqual(resize(write(3, 4), { inputs: { image: [16, 10, 1] } }), write(8, 5));
  });

  it('follows windows of kernels that differ between samples, whose taps stay', () => {
    const write = (h: number, w: number) =>
      program({ image: [h, w, 2], kernel: [3, 5, 2, 1] }, ({ image, kernel }) => ({
        y: convolveWith(image, kernel, 'circular'),
        line: depthwiseWith(mean(1)(image), mean(1)(kernel), 'reflect'),
      }));
    assert.deepEqual(resize(write(9, 10), { inputs: { image: [16, 12, 2] } }), write(16, 12));
    assert.deepEqual(resize(write(16, 12), { inputs: { image: [9, 10, 2] } }), write(9, 10));
    for (const kernel of [
      [1, 5, 2, 1],
      [3, 1, 2, 1],
      [4, 5, 2, 1],
    ] as const)
      assert.match(
        message(() => resize(write(9, 10), { inputs: { kernel } })),
        /an axis is [35] by the windows of [35] in .*, and [14] by the input 'kernel'/,
      );
  });

  it('follows gradients within a program: the adjoints of its paddings', () => {
    const write = (n: number) =>
      program({ y: [n, 2] }, ({ y }) => {
        const [near, wide, out] = [
          coupling1d({ boundary: 'circular' }),
          conv1d(3, { boundary: 'circular' }),
          conv1d(1, { kernel: 1 }),
        ];
        const energy = (at: Tensor<readonly [number, 2]>) =>
          add(sum(0, 1)(square(tanh(near(at)))), sum(0, 1)(out(tanh(wide(at)))));
        return { y: sub(y, gradient(energy)(y)) };
      });
    assert.deepEqual(resize(write(9), { inputs: { y: [20, 2] } }), write(20));
    assert.deepEqual(resize(write(20), { inputs: { y: [9, 2] } }), write(9));
  });

  it('follows resampling, Fourier operators and long convolutions to what is written at the new size', () => {
    const [size, ratio] = [fc.integer({ min: 2, max: 9 }), fc.constantFrom([1, 2], [2, 1], [3, 2], [2, 3])];
    const how = fc.constantFrom<'linear' | 'nearest'>('linear', 'nearest');
    fc.assert(
      fc.property(
        size,
        size,
        size,
        ratio,
        how,
        fc.integer({ min: 1, max: 3 }),
        (h, w, grown, [p, q], by, modes) => {
          const write = (a: number, b: number): Program =>
            program({ x: [2 * q * a, 2 * q * b, 2], line: [a + b, 2] }, ({ x, line }) => {
              const smooth = fourierOperator(2, { modes, name: 'smooth' });
              const other = resample([2 * p * a, 2 * p * b], by)(x);
              return {
                other,
                // the size is decided by what it meets
                back: add(x, resample([2 * q * a, 2 * q * b], by)(other)),
                smooth: smooth(x),
                waves: scan({
                  steps: 2,
                  init: { y: x },
                  step: ({ y }) => ({
                    y: add(y, resample([2 * q * a, 2 * q * b], by)(smooth(maxPool(2)(y)))),
                  }),
                  observe: ({ y }) => y,
                }),
                remembered: longConvolution(line, tanh(line)),
                // the kernel is made before the scan, its zeros too
                again: scan({
                  steps: 2,
                  init: { line },
                  step: (s) => ({ line: longConvolution(tanh(s.line), tanh(line)) }),
                  observe: (s) => s.line,
                }),
              };
            });
          fc.pre(q * Math.min(h, w) >= 2 * modes - 1 && q * h > 2 && q * w > 2);
          const [big, wide] = [h + grown, w + 2 * grown];
          const to = { x: [2 * q * big, 2 * q * wide, 2], line: [big + wide, 2] } as const;
          assert.deepEqual(resize(write(h, w), { inputs: to }).graph, write(big, wide).graph);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('turns the modes of a wave in k-space as one of the new grid, to the bit where its numbers are short', () => {
    const grids = [[3], [5], [8], [4, 3], [2, 3, 2]] as const;
    const short = fc.constantFrom(0.1, 0.3, 0.7, 1.1, 2.3);
    const any = fc.double({ min: 0.05, max: 2.7, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom(...grids),
        fc.constantFrom('y', 'both'),
        fc.oneof(fc.tuple(fc.constant(true), short, short), fc.tuple(fc.constant(false), any, any)),
        fc.boolean(),
        (grid, read, [exact, speed, time], back) => {
          const write = (grow: number): Program => {
            const field = [...grid.map((n) => n + grow), 2];
            return program({ y: field, z: field }, (state) => {
              const step = stepOf<typeof state>(kSpaceWave({ speed }), back ? -time : time);
              if (read !== 'both') return { once: step(state, { index: fill(0) }).y };
              const kick: Flow<typeof state> = {
                name: 'kick',
                order: 1,
                advance: (s, _, h) => ({ y: s.y, z: sub(s.z, scale(h, sin(s.y))) }),
              };
              const forced = stepOf(strang(kSpaceWave({ speed: 0.7 }), kick), time);
              return scan({
                steps: 2,
                init: state,
                step: (s, clock) => step(forced(s, clock), clock),
                observe: (s) => s,
              });
            });
          };
          const field = [...grid.map((n) => n + 3), 2];
          const [resized, written] = [resize(write(0), { inputs: { y: field, z: field } }), write(3)].map(
            ({ graph }) => graph,
          );
          if (exact) assert.deepEqual(resized, written);
          const numbersOf = ({ nodes }: Graph): readonly number[] =>
            nodes.flatMap(({ op }) => (op.op === 'constant' ? op.value : []));
          const numbers = numbersOf(written);
          for (const [i, found] of numbersOf(resized).entries())
            assert.ok(Math.abs(found - numbers[i]) <= 1e-9 * Math.max(1, Math.abs(numbers[i])));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('refuses a wave in k-space of which several speeds do the same', () => {
    const write = (speed: number) =>
      program({ y: [2, 1], z: [2, 1] }, ({ y, z }) => ({
        y: stepOf<{ y: typeof y; z: typeof z }>(kSpaceWave({ speed }), 3.5)({ y, z }, { index: fill(0) }).y,
      }));
    const inputs = { y: [5, 1], z: [5, 1] } as const;
    assert.equal(signature(resize(write(1.9), { inputs })), 'y [5,1], z [5,1] → y [5,1]');
    assert.match(
      message(() => resize(write(2), { inputs })),
      /kSpaceWave/,
    );
  });

  it('refuses resampling, modes and readouts that have no size, by what decides it', () => {
    const [one, four, ten]: readonly [number, number, number] = [1, 4, 10];
    const half = program({ x: [8, 1] }, ({ x }) => ({ y: resample([6])(x) }));
    assert.match(
      message(() => resize(half, { inputs: { x: [9, 1] } })),
      /the resampling to \[6,1\]: resampled from 8 to 6, an axis of 9 has no whole size in the same ratio/,
    );
    const either = program({ x: [9, 1], z: [3, 1] }, ({ x, z }) => ({ y: add(z, resample([3])(x)) }));
    assert.match(
      message(() => resize(either, { inputs: { x: [9, 1], z: [5, 1] } })),
      /which of them is meant from 9 to 5 cannot be told/,
    );
    const modes = program({ x: [9, 1] }, ({ x }) => ({ y: fourierOperator(1, { modes: 4 })(x) }));
    assert.match(
      message(() => resize(modes, { inputs: { x: [6, 1] } })),
      /modes of fewer than 4 waves, 7 along an axis, do not fit an axis of 6/,
    );
    const heard = program({ image: [four, four, 2 * one] }, ({ image }) => ({
      logits: pipe(
        scan({ steps: ten, init: { y: image }, step: ({ y }) => ({ y: tanh(y) }), observe: ({ y }) => y }),
        spectral,
        mlp([4], 2),
      ),
    }));
    assert.match(
      message(() => resize(heard, { steps: 20 })),
      /11 is by the spectrum to \[6,4,4,2\], by the steps of scan1, 2 is by the input 'image', 12 is by the parameter 'dense1\/weight' of \[12,4\]/,
    );
    const heardAgain = program({ x: [four, one] }, ({ x }) => ({
      y: longConvolution(
        scan({ steps: 6 * one, init: { x }, step: (s) => ({ x: tanh(s.x) }), observe: (s) => s.x }),
        broadcast(6 * one, four, one)(parameter('memory', [6, 1, 1], { init: 'zeros' })),
      ),
    }));
    assert.match(
      message(() => resize(heardAgain, { steps: 8 })),
      /an axis is 16 by .*, and 14 by .*, by the steps of scan1, beside 6 by the parameter 'memory' of \[6,1,1\]/,
    );
    const exact = program({ y: [8, 1], z: [8, 1] }, ({ y, z }) => ({
      out: stepOf<{ y: typeof y; z: typeof z }>(
        kSpaceWave({ dispersion: ([k]) => Math.abs(Math.sin(k)) }),
        0.5,
      )({ y, z }, { index: fill(0) }).y,
    }));
    assert.match(
      message(() => resize(exact, { inputs: { y: [12, 1], z: [12, 1] } })),
      /what a program computes from its sizes \(data, a dispersion of kSpaceWave\) is written anew/,
    );
  });

  it('refuses names and sizes that are not there', () => {
    const p = program({ x: [4, 1] }, ({ x }) => ({ y: einsum('ac,bc->ab', x, x) }));
    assert.equal(signature(resize(p, { inputs: { x: [7, 1] } })), 'x [7,1] → y [7,7]');
    assert.match(
      message(() => resize(p, { steps: 3 })),
      /has no scan/,
    );
    assert.match(
      message(() => resize(p, { steps: { scan2: 3 } })),
      /no scan 'scan2'/,
    );
    const wrong: Readonly<Record<string, readonly number[]>> = { z: [3, 1] };
    const loose: Program = p;
    assert.match(
      message(() => resize(loose, { inputs: wrong })),
      /there is no input 'z'/,
    );
    assert.match(
      message(() => resize(loose, { inputs: { x: [3] } })),
      /needs as many whole sizes/,
    );
    assert.match(
      message(() => resize(loose, { inputs: { x: [3, 0] } })),
      /needs as many whole sizes/,
    );
  });
});
