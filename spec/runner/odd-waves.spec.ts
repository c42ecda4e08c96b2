/** Runs of programs whose waves are of every kind: what was trained is kept, and what cannot be drawn is said. */

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import {
  conv,
  conv1d,
  coupling,
  dense,
  div,
  mean,
  mlp,
  oscillator,
  type Program,
  program,
  readout,
  reshape,
  scale,
  scan,
  scanWithFinal,
  scope,
  sub,
  type Tensor,
  tanh,
  upsample,
  zeros,
} from '../../src/dsl/index.js';
import { decodeExperiment, type Experiment } from '../../src/experiments/experiment.js';
import type { Environment, RunEvent } from '../../src/runner/environment.js';
import { gridOfShape, waveGridOf } from '../../src/runner/observe/wave-grid.js';
import { runExperiment } from '../../src/runner/run/run.js';
import { decodeGif } from '../report/decode-gif.js';
import { right } from '../support/either.js';
import { environmentIn } from './tiny-run.js';

type Image = Tensor<readonly [8, 8, 3]>;

const ofImage = (answer: (image: Image) => Readonly<Record<string, Tensor>>): Program =>
  program({ image: [8, 8, 3] }, ({ image }) => answer(image));

const pixelLogits = (image: Image) => conv(6)(image);

/** Half the image's sides, as a strided encoder makes it. */
const strided = ofImage((image) => {
  const y = tanh(conv(2, { stride: 2 })(image));
  const waves = scan({
    steps: 6,
    init: { y, z: zeros(4, 4, 2) },
    step: oscillator({ dt: 0.2, coupling: coupling() }),
    observe: ({ y: seen }) => seen,
  });
  return { logits: upsample(2)(scope('out', mlp([4], 6))(readout('fft')(waves))), waves };
});

/** Numbers of an image. */
const sites: number = 192;

/** A bank of units that lie nowhere. */
const vector = ofImage((image) => {
  const waves = scan({
    steps: 5,
    init: { h: dense(7)(reshape(sites)(image)) },
    step: ({ h }) => ({ h: tanh(dense(7)(h)) }),
    observe: ({ h }) => h,
  });
  return { logits: pixelLogits(image), waves };
});

const row = ofImage((image) => {
  const waves = scan({
    steps: 5,
    init: { h: mean(0)(image) },
    step: ({ h }) => ({ h: tanh(conv1d(3)(h)) }),
    observe: ({ h }) => h,
  });
  return { logits: pixelLogits(image), waves };
});

const box = ofImage((image) => {
  const waves = scan({
    steps: 4,
    init: { h: reshape(2, 4, 8, 3)(image) },
    step: ({ h }) => ({ h: scale(0.9, h) }),
    observe: ({ h }) => h,
  });
  return { logits: pixelLogits(image), waves };
});

const oneStep = ofImage((image) => {
  const waves = scan({
    steps: 1,
    init: { h: image },
    step: ({ h }) => ({ h: tanh(h) }),
    observe: ({ h }) => h,
  });
  return { logits: pixelLogits(image), waves };
});

/** 0 / 0 after the first step, beside an answer that knows nothing of it. */
const broken = ofImage((image) => {
  const still = sub(image, image);
  const waves = scan({
    steps: 4,
    init: { h: still },
    step: ({ h }) => ({ h: div(h, still) }),
    observe: ({ h }) => h,
  });
  return { logits: pixelLogits(image), waves };
});

const state = ofImage((image) => {
  const { final } = scanWithFinal({
    steps: 4,
    init: { h: image },
    step: ({ h }) => ({ h: tanh(h) }),
    observe: ({ h }) => h,
  });
  return { logits: pixelLogits(image), waves: final.h };
});

/** Two sequences on lattices of their own: the one that is called waves is drawn, at its own size and its own steps. */
const twoGrids = ofImage((image) => {
  const coarse = scan({
    steps: 7,
    init: { h: tanh(conv(3, { stride: 2 })(image)) },
    step: ({ h }) => ({ h: tanh(scope('coarse', conv(3))(h)) }),
    observe: ({ h }) => h,
  });
  const waves = scan({
    steps: 5,
    init: { h: image },
    step: ({ h }) => ({ h: tanh(scope('fine', conv(3))(h)) }),
    observe: ({ h }) => h,
  });
  return {
    logits: upsample(2)(scope('out', mlp([4], 6))(readout('last')(coarse))),
    waves,
    coarse,
  };
});

/** More channels than a picture has colours of any kind. */
const manyChannels = ofImage((image) => {
  const waves = scan({
    steps: 3,
    init: { h: conv(300)(image) },
    step: ({ h }) => ({ h: scale(0.9, h) }),
    observe: ({ h }) => h,
  });
  return { logits: pixelLogits(image), waves };
});

/** A lattice of one site. */
const onePixel = ofImage((image) => {
  const waves = scan({
    steps: 4,
    init: { h: mean(0, 1)(image) },
    step: ({ h }) => ({ h: scale(0.5, h) }),
    observe: ({ h }) => reshape(1, 1, 3)(h),
  });
  return { logits: pixelLogits(image), waves };
});

const silent = ofImage((image) => ({ logits: pixelLogits(image) }));

const experimentOf = (model: Program, more: object = {}): Experiment =>
  right(
    decodeExperiment({
      name: 'tiny/odd',
      task: { name: 'tetrominoes', size: 8, cell: 1, maxPieces: 2, train: 4, validation: 2, test: 2 },
      model,
      training: { batch: 4, epochs: 1 },
      ...more,
    }),
  );

describe('a run of a program whose waves are odd', () => {
  let runs = '';
  let notes: string[] = [];
  beforeEach(() => {
    runs = mkdtempSync(join(tmpdir(), 'drumhead-odd-'));
    notes = [];
  });
  afterEach(() => rmSync(runs, { recursive: true }));

  const environment = (): Environment => ({
    ...environmentIn(runs),
    engine: 'cpu',
    pictures: true,
    tell: (event: RunEvent) => {
      if (event.kind === 'note') notes.push(event.message);
    },
  });

  const trained = async (model: Program) => {
    const { folder } = right(await runExperiment(experimentOf(model), 0)(environment())());
    assert.ok(existsSync(join(folder, 'result.json')));
    const gif = join(folder, 'waves.gif');
    return {
      report: readFileSync(join(folder, 'report.html'), 'utf8'),
      gif: existsSync(gif) ? decodeGif(readFileSync(gif)) : null,
    };
  };

  const drawn: Readonly<Record<string, readonly [Program, number]>> = {
    'smaller than the image': [strided, 6],
    'of units without a grid': [vector, 5],
    'on a row of sites': [row, 5],
    'on three axes': [box, 4],
    'of one step': [oneStep, 1],
    'of two observed grids at once': [twoGrids, 5],
    'of more channels than there are colours': [manyChannels, 3],
    'of one site': [onePixel, 4],
  };
  for (const [what, [model, frames]] of Object.entries(drawn))
    it(`${what}: it has its result, its report and its waves`, async () => {
      const { gif, report } = await trained(model);
      assert.deepEqual(notes, []);
      assert.equal(gif?.frames.length, frames);
      assert.ok(report.includes('id="waves"') && !report.includes('Not all is shown'));
      // Which of how many channels are shown is said.
      if (model === manyChannels)
        assert.ok(report.includes('channel 4 of 300') && !report.includes('channel 5 of 300'));
      // And whether the answer is read from the waves that are drawn.
      assert.equal(/The waves that are drawn take no part in the answer/.test(report), model !== strided);
      if (model === twoGrids) assert.match(report, /<\/span>step 5<\/p>/);
    }).timeout(60_000);

  it('of two observed grids: the one called waves is drawn', () => {
    const found = waveGridOf(twoGrids);
    assert.deepEqual(
      found.kind === 'grid' && [found.grid.steps, found.grid.height, found.grid.channels],
      [5, 8, 3],
    );
  });

  it('beyond all numbers: they are drawn, and black is said to be none', async () => {
    const { gif } = await trained(broken);
    assert.equal(gif?.frames.length, 4);
    assert.deepEqual(notes, []);
  }).timeout(60_000);

  it('no sequence: its result and its report are there, and the report says why there are no waves', async () => {
    const { gif, report } = await trained(state);
    assert.equal(gif, null);
    assert.ok(!report.includes('id="waves"'));
    assert.match(report, /Not all is shown\.<\/strong> the waves are not drawn: .*is no sequence/);
    assert.match(notes.join(), /is no sequence/);
  }).timeout(60_000);

  it('not there at all: nothing is said of them', async () => {
    const { gif, report } = await trained(silent);
    assert.equal(gif, null);
    assert.ok(!report.includes('id="waves"') && !report.includes('Not all is shown'));
  }).timeout(60_000);

  it('keeps its result where a picture cannot be written, says so, and writes it the next time', async () => {
    const experiment = experimentOf(strided);
    // A folder where the picture shall be: nothing can be written over it.
    const bare = right(await runExperiment(experiment, 0)({ ...environment(), pictures: false })());
    const gif = join(bare.folder, 'waves.gif');
    mkdirSync(join(gif, 'in-the-way'), { recursive: true });
    const again = right(await runExperiment(experiment, 0)(environment())());
    assert.deepEqual(again.result, bare.result);
    assert.match(notes.join('\n'), /the waves could not be written/);
    assert.match(readFileSync(join(again.folder, 'report.html'), 'utf8'), /the waves could not be written/);
    rmSync(gif, { recursive: true });
    right(await runExperiment(experiment, 0)(environment())());
    assert.ok(decodeGif(readFileSync(gif)).frames.length === 6);
  }).timeout(60_000);
});

describe('the grid of waves', () => {
  it('is that of the sequence, whatever its axes are', () => {
    const sizes = (shape: readonly number[]) => {
      const found = gridOfShape(shape);
      return found.kind === 'grid'
        ? [
            found.grid.steps,
            found.grid.height,
            found.grid.width,
            found.grid.channels,
            found.grid.plane?.of ?? 0,
          ]
        : found.why;
    };
    assert.deepEqual(sizes([9]), [9, 1, 1, 1, 0]);
    assert.deepEqual(sizes([9, 4]), [9, 1, 4, 1, 0]);
    assert.deepEqual(sizes([9, 4, 2]), [9, 1, 4, 2, 0]);
    assert.deepEqual(sizes([9, 5, 4, 2]), [9, 5, 4, 2, 0]);
    assert.deepEqual(sizes([9, 3, 5, 4, 2]), [9, 5, 4, 2, 3]);
    assert.match(String(sizes([])), /no sequence/);
    assert.match(String(sizes([1, 2, 3, 4, 5, 6])), /no sequence/);
  });

  it('is told from the graph: what a scan observed, also scaled, turned or cut; nothing else', () => {
    const kind = (p: Program): string => waveGridOf(p).kind;
    const observed = (after: (waves: Tensor<readonly [4, 8, 8, 3]>) => Tensor): Program =>
      ofImage((image) =>
        pipe(
          scan({
            steps: 4,
            init: { h: image },
            step: ({ h }) => ({ h: tanh(h) }),
            observe: ({ h }) => h,
          }),
          (waves) => ({ logits: pixelLogits(image), waves: after(waves) }),
        ),
      );
    assert.equal(kind(observed((waves) => waves)), 'grid');
    assert.equal(kind(observed((waves) => tanh(scale(2, waves)))), 'grid');
    assert.equal(kind(observed(reshape(4, 64, 3))), 'grid');
    assert.equal(kind(observed(mean(1))), 'grid');
    assert.equal(kind(observed(mean(0))), 'none');
    assert.equal(kind(observed(reshape(8, 4, 8, 3))), 'none');
    assert.equal(kind(state), 'none');
  });
});
