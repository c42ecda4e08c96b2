/** Every task and setting that docs/data.md shows is one. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { parse } from 'yaml';
import { errorMessage } from '../src/base/error.js';
import { decodeExperiment } from '../src/experiments/experiment.js';

describe('the page on data', () => {
  it('shows tasks, losses and changes of samples that are taken as they stand', () => {
    const page = readFileSync(new URL('../docs/data.md', import.meta.url), 'utf8');
    const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text);
    assert.equal(blocks.length, 5);
    for (const block of blocks) {
      const shown: unknown = parse(block);
      assert.ok(typeof shown === 'object' && shown !== null);
      const read = decodeExperiment({
        name: 'x',
        model: { name: 'nwm' },
        task: { name: 'tetrominoes' },
        ...shown,
      });
      if (E.isLeft(read)) assert.fail(`${block}\n${errorMessage(read.left)}`);
    }
  });
});
