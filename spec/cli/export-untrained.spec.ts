/** Weights as they start, of an experiment whose sizes lie in a person's files. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { exportRun } from '../../src/cli/commands/export.js';
import { loadDataset } from '../../src/data/load.js';
import { writePngPairs } from '../../src/data/own/pairs/write-png-pairs.js';
import { taskNamed } from '../../src/data/task.js';
import { right } from '../support/either.js';

describe('drumhead export --untrained', () => {
  it('reads the sizes of files, and says which file is not there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'drumhead-untrained-'));
    const task = right(
      taskNamed('polygons', { size: 16, minRadius: 3, maxRadius: 4, train: 8, validation: 2, test: 2 }),
    );
    right(await writePngPairs(right(await loadDataset(task)()), join(folder, 'png'))());
    const written = (name: string, data: string): string => {
      const path = join(folder, name);
      const value = { name: 'mine', task: { name: 'png', folder: data }, model: { name: 'cnn', layers: 2 } };
      writeFileSync(path, JSON.stringify(value));
      return path;
    };
    const flags = {
      format: 'program',
      out: join(folder, 'out'),
      untrained: true,
      runs: join(folder, 'runs'),
    };
    assert.match(
      right(await exportRun(written('a.json', join(folder, 'png')), flags)()),
      /untrained, seed 0/,
    );
    assert.ok(E.isLeft(await exportRun(written('b.json', join(folder, 'gone')), flags)()));
    rmSync(folder, { recursive: true });
  });
});
