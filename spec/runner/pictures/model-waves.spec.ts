/** Waves of a model on another grid than its own. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conv, coupling, last, oscillator, program, scan, tanh, zeros } from '../../../src/dsl/index.js';
import { openEngine } from '../../../src/engine/index.js';
import { decodeExperiment } from '../../../src/experiments/experiment.js';
import { modelWaves } from '../../../src/runner/pictures/model-waves.js';
import { right, sentence } from '../../support/either.js';

const model = program({ image: [16, 16, 3] }, ({ image }) => {
  const waves = scan({
    steps: 4,
    init: { y: tanh(conv(1)(image)), z: zeros(16, 16, 1) },
    step: oscillator({ dt: 0.3, coupling: coupling() }),
    observe: ({ y }) => y,
  });
  return { logits: conv(6)(last(waves)), waves };
});

describe('the waves of a program of a file, on another grid', () => {
  const cacheDir = mkdtempSync(join(tmpdir(), 'drumhead-waves-'));
  after(() => rmSync(cacheDir, { recursive: true }));

  const played = async (size: number, resize: Parameters<typeof modelWaves>[1]['resize']) => {
    const task = { name: 'tetrominoes', size, cell: 2, train: 1, validation: 1, test: 1 };
    const experiment = right(decodeExperiment({ name: 'own', task, model }));
    const watched = { experiment, run: null, image: 0, frames: 2, delay: 50, cacheDir };
    return modelWaves(right(await openEngine('cpu')()), { ...watched, resize: resize ?? null })();
  };

  it('are drawn as those of a model that is made for the grid', async () => {
    const gif = right(await played(20, { grid: [20, 20], inputs: {}, steps: 6 }));
    assert.equal(Buffer.from(gif.subarray(0, 3)).toString('latin1'), 'GIF');
  });

  it('are refused where the grid is not asked for', async () => {
    assert.match(sentence(await played(20, null)), /its input must be image \[20,20,3\] alone/);
  });
});
