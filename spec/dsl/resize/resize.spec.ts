/** The same weights on other grids: against programs that were written for those grids. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import {
  add,
  broadcast,
  conv,
  coupling1d,
  data,
  dense,
  einsum,
  fourier,
  gather,
  inverseFourier,
  maxPool,
  mean,
  mlp,
  ndarray,
  oscillator,
  type Program,
  pad,
  parameter,
  program,
  projection,
  reshape,
  resize,
  runReference,
  scan,
  scanOver,
  signature,
  slice,
  spectrum,
  tanh,
  tryProgram,
  zeros,
} from '../../../src/index.js';
import { modelWithSizesArbitrary } from '../../../src/laws/arbitraries/model.js';
import { buildModel, type ModelSpec, type Sizes } from '../../../src/models/catalogue.js';
import { buildSystem, systemNamed, systemNames } from '../../../src/models/systems/catalogue.js';
import { value } from '../../models/either.js';

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
          const small = value(buildModel(model, from));
          const steps = stepsOf(model);
          const more = steps === undefined || readsAll(model) ? steps : steps + longer;
          const grown = value(
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
        value(pipe(systemNamed(name, settings), E.flatMap(buildSystem)));
      const flat = 'length' in value(systemNamed(name));
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

  it('follows broadcasts, zero states and reshapes to what they are added to', () => {
    const p = program({ image: [4, 6, 2] }, ({ image }) => {
      const bias = broadcast(4, 6, 2)(parameter('bias', [1, 1, 2], { init: 'zeros' }));
      const flat = pipe(add(image, bias), reshape(24, 2), dense(3));
      return { flat, mean: mean(0)(flat), grid: reshape(4, 6, 3)(flat) };
    });
    assert.match(
      message(() => resize(p, { inputs: { image: [8, 6, 2] } })),
      /which of its axes changes cannot be told/,
    );
    const told = program({ image: [4, 6, 2] }, ({ image }) => {
      const flat = pipe(image, reshape(24, 2), dense(2));
      return { grid: add(image, reshape(4, 6, 2)(flat)) };
    });
    assert.equal(signature(resize(told, { inputs: { image: [8, 5, 2] } })), 'image [8,5,2] → grid [8,5,2]');
    // A weight reads a patch, so the patches keep their size and there are more of them.
    const patches = program({ line: [12, 2] }, ({ line }) => ({ y: pipe(line, reshape(3, 8), dense(5)) }));
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

  it('refuses what has a fixed size, and says what', () => {
    const readout = program({ image: [4, 4, 1] }, ({ image }) => ({
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
    const table = program({ x: [4, 4, 1] }, ({ x }) => ({
      y: add(x, parameter('place', [4, 4, 1], { init: 'zeros' })),
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
    const half = program({ x: [8, 2] }, ({ x }) => ({ y: slice(x, [0, 0], [4, 2]) }));
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

  it('keeps numbers that do not vary along what grows', () => {
    const p = program({ x: [3, 2] }, ({ x }) => ({ y: add(x, data([1, 2, 1, 2, 1, 2], 3, 2)) }));
    const large = resize(p, { inputs: { x: [4, 2] } });
    const inputs = { x: ndarray([1, 4, 2], [0, 0, 0, 0, 0, 0, 0, 0]) };
    assert.deepEqual(
      [...runReference(large, { parameters: {}, inputs, batch: 1 }).outputs.y.data],
      [1, 2, 1, 2, 1, 2, 1, 2],
    );
  });

  it('moves paddings with the edges of what they pad, and inverse transforms with the number of modes', () => {
    const write = (n: number) =>
      program({ x: [n, 2] }, ({ x }) => ({
        reflect: pad([[2, 1]], 'reflect')(x),
        circular: pad([[1, 2]], 'circular')(x),
        shifted: gather(0, [n - 1, ...Array.from({ length: n - 1 }, (_, i) => i)])(x),
        smooth: pipe(x, fourier(0), inverseFourier(0)),
      }));
    assert.deepEqual(resize(write(12), { inputs: { x: [20, 2] } }).graph, write(20).graph);
    assert.deepEqual(resize(write(20), { inputs: { x: [12, 2] } }).graph, write(12).graph);
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
