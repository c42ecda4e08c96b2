/** Tasks of arrays on the command line: their facts, their sheet, and what is refused. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { PNG } from 'pngjs';
import { errorMessage } from '../../src/base/error.js';
import { data } from '../../src/cli/commands/data.js';
import { sized } from '../../src/cli/show/sized.js';
import { madeData } from '../../src/cli/source/data-folder.js';
import { dense, last, program, reshape, sigmoid } from '../../src/dsl/index.js';
import { decodeExperiment } from '../../src/experiments/experiment.js';
import { right } from '../support/either.js';

const folder = mkdtempSync(join(tmpdir(), 'drumhead-arrays-'));
const out = join(folder, 'sheet.png');
const flags = { show: '3', out, cache: madeData };

describe('drumhead data: arrays', () => {
  after(() => rmSync(folder, { recursive: true }));

  it('tells shapes, ranges and shares of classes, and draws sequences, films and numbers', async () => {
    const told = right(
      await data('copy', { ...flags, set: ['delay=3', 'alphabet=2', 'train=50', 'test=4'] })(),
    );
    assert.match(told, /^copy: 10 of 2 symbols, said again after 3 steps; 50 /);
    assert.match(told, /\n {2}sequence \[23,4\]: 0 to 1, 0\.2500 in the mean\n {2}target \[23\]: 0 \d/);
    assert.match(told, /\nthe first 3 test samples: .*sheet\.png$/);
    const film = ['size=8', 'train=2', 'validation=0', 'test=3', 'past=2', 'future=2'];
    const waves = right(await data('wave-forecast', { ...flags, force: true, set: film })());
    assert.match(waves, /validation: no samples/);
    const { width, height, data: bytes } = PNG.sync.read(readFileSync(out));
    assert.ok(width > 4 * 48 && height > 3 * 48 && new Set(bytes).size > 20);
  });

  it('refuses an export of pictures, and a cache that would hold nothing', async () => {
    for (const [wrong, says] of [
      [{ export: folder, format: 'png' }, /^--export: adding has arrays and no pictures/],
      [{ cache: folder }, /^--cache: it does nothing here, since its arrays are made when they are read/],
    ] as const) {
      const refused = await data('adding', { ...flags, ...wrong })();
      assert.match(E.isLeft(refused) ? errorMessage(refused.left) : 'taken', says);
    }
  });
});

describe('drumhead show: arrays', () => {
  it('knows the program with its loss before any sample is made; how hard a sample is is no target', async () => {
    const made = decodeExperiment({
      name: 'mine/adding',
      task: { name: 'adding', length: 10, train: 100 },
      model: program({ sequence: [10, 2] }, ({ sequence }) => ({
        prediction: pipe(sequence, last, dense(1), sigmoid, reshape()),
      })),
      loss: { name: 'mean-squared' },
    });
    const known = right(await sized(right(made))());
    assert.deepEqual(Object.keys(known.sizes), ['sequence', 'target', 'difficulty']);
    assert.ok(Object.keys(known.program.graph.outputs).includes('loss-total'));
    assert.equal(known.counts.train, 100);
  });
});
