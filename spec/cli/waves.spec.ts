import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waves } from '../../src/cli/commands/waves.js';
import { add, conv, type Program, program, scale, scan, slice, tanh } from '../../src/dsl/index.js';
import { decodeExperiment } from '../../src/experiments/experiment.js';
import { runExperiment } from '../../src/runner/run/run.js';
import { environmentIn, trainTiny } from '../runner/tiny-run.js';
import { right } from '../support/either.js';

type Boundary = 'zero' | 'reflect' | 'circular';

/** Waves on 16 x 16 sites for so many steps, with one kind of border; a piece of them where that is asked for. */
const bordered = (boundary: Boundary, steps: number, piece = false): Program =>
  program({ image: [16, 16, 3] }, ({ image }) => {
    const seen = scan({
      steps,
      init: { y: conv(2)(image) },
      step: ({ y }) => ({ y: tanh(add(scale(0.5, y), conv(2, { boundary, name: 'next' })(y))) }),
      observe: ({ y }) => (piece ? slice(y, [2, 2, 0], [9, 9, 2]) : y),
    });
    return { logits: conv(6, { name: 'out' })(image), waves: seen };
  });

describe('drumhead waves', () => {
  let runs = '';
  before(() => {
    runs = mkdtempSync(join(tmpdir(), 'drumhead-waves-'));
  });
  after(() => rmSync(runs, { recursive: true }));

  const looked = async (folder: string) => {
    const out = join(folder, 'analysis');
    const text = right(await waves(folder, { engine: 'wasm', runs, samples: '0' })());
    const chart = join(out, 'k-omega.svg');
    return {
      text,
      energy: existsSync(join(out, 'energy.svg')) ? readFileSync(join(out, 'energy.svg'), 'utf8') : null,
      chart: existsSync(chart) ? readFileSync(chart, 'utf8') : null,
      numbers: JSON.parse(readFileSync(join(out, 'analysis.json'), 'utf8')),
    };
  };

  const ran = async (model: Program) => {
    const experiment = right(
      decodeExperiment({
        name: 'tiny/border',
        task: { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 2, train: 4, validation: 2, test: 2 },
        model,
        training: { batch: 4, epochs: 1 },
      }),
    );
    return looked(right(await runExperiment(experiment, 0)(environmentIn(runs))()).folder);
  };

  it('says of a short record what can be said, and why not of the rest', async () => {
    const { text, chart, numbers } = await ran(bordered('zero', 5));
    assert.match(text, /frequency, speed and share that runs not resolved: 5 steps are too few/);
    assert.match(text, /spectrum not resolved: 5 steps are too few: a spectrum over time needs at least 8/);
    assert.equal(chart, null);
    assert.equal(numbers.joinedEdges, false);
    assert.deepEqual(Object.keys(numbers.samples[0].frequency), ['unresolved']);
    const { text: one } = await ran(bordered('circular', 1));
    assert.match(one, /not resolved: one step shows nothing that changes/);
  }).timeout(60_000);

  it('says of what the energy is: of the springs about 0, wherever the states rest', async () => {
    const { text, energy, numbers } = await looked(await trainTiny(runs));
    assert.match(text, /energy about y = 0, of the linear springs, from/);
    assert.ok(energy?.includes('about y = 0, of the linear springs'));
    assert.match(text, /frequency, speed and share that runs not resolved: 4 steps/);
    assert.equal(numbers.energy.length, 3);
  }).timeout(60_000);

  it('takes edges for neighbours only where the graph joins them, and says so', async () => {
    for (const [boundary, piece, joined] of [
      ['reflect', false, false],
      ['circular', false, true],
      ['circular', true, false],
    ] as const) {
      const { text, chart, numbers } = await ran(bordered(boundary, 12, piece));
      const words = 'edges are not joined: in space through a window';
      assert.equal(numbers.joinedEdges, joined, `${boundary} ${piece}`);
      assert.equal(text.includes(words), !joined);
      assert.equal(chart?.includes(words), !joined);
    }
  }).timeout(120_000);
});
