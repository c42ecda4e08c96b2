/** Pictures of a finished run, drawn where one wants them; and a label that it is given later. */

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { figure } from '../../src/cli/commands/figure.js';
import { run } from '../../src/cli/commands/run.js';
import { statuses } from '../../src/cli/commands/status.js';
import { table } from '../../src/cli/commands/table.js';

describe('figures of a run', () => {
  let folder = '';
  let runs = '';
  let path = '';
  const common = { preset: 'full', engine: 'cpu', workers: '1', pictures: false };
  const train = async (label?: string): Promise<string> => {
    const done = await run(path, { ...common, runs, ...(label === undefined ? {} : { label }) })();
    assert.ok(E.isRight(done), JSON.stringify(done));
    return done.right;
  };
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-figures-'));
    runs = join(folder, 'runs');
    path = join(folder, 'mine.json');
    const task = { name: 'polygons', size: 12, minRadius: 3, maxRadius: 4, train: 8, validation: 4, test: 4 };
    writeFileSync(
      path,
      JSON.stringify({
        name: 'mine',
        task,
        model: { name: 'nwm', mid: 4, channels: 2, steps: 4, hidden: [4] },
        training: { batch: 4, epochs: 1 },
      }),
    );
    await train();
  });
  after(() => rmSync(folder, { recursive: true }));

  const flags = (out: string) => ({ ...common, runs, score: 'foregroundIou', out: join(folder, out) });

  it('are written in both themes, of the images that are asked for', async () => {
    for (const [kind, extension, magic] of [
      ['waves', 'gif', 'GIF8'],
      ['segmentations', 'png', '\u0089PNG'],
    ]) {
      const done = await figure(kind, ['mine'], { ...flags(kind), samples: '0,2' })();
      assert.ok(E.isRight(done), JSON.stringify(done));
      assert.deepEqual(readdirSync(join(folder, kind)).sort(), [
        'drumhead-files.json',
        `${kind}-dark.${extension}`,
        `${kind}.${extension}`,
      ]);
      for (const file of done.right.split('\n'))
        assert.equal(readFileSync(file).subarray(0, 4).toString('latin1'), magic);
    }
  });

  it('refuse images that there are not, and runs that are not finished', async () => {
    for (const [names, samples, words] of [
      [['mine'], '99', /99/],
      [['mine'], 'x', /'x' is not a whole number/],
      [['tetrominoes/cnn-2'], '0', /tetrominoes\/cnn-2|finished/],
    ] as const) {
      const done = await figure('segmentations', names, { ...flags('none'), samples })();
      assert.ok(E.isLeft(done));
      assert.match(errorMessage(done.left), words);
    }
  });

  it('and patterns of --freeze end where a setting follows', async () => {
    const freeze = ['nope/*', 'training.epochs=3'];
    const done = await run(path, { ...common, runs, freeze })();
    assert.ok(E.isLeft(done));
    assert.match(errorMessage(done.left), /--freeze: no parameter is named 'nope\/\*'/);
    assert.doesNotMatch(errorMessage(done.left), /training\.epochs/);
  });

  it('and the run have the label that it is given, later too', async () => {
    assert.match(await train('my best'), /finished before/);
    const found = await statuses('mine', { runs, check: true })();
    assert.ok(E.isRight(found));
    assert.deepEqual(
      found.right.map(({ name, label, state }) => [name, label, state]),
      [['mine', 'my best', 'finished']],
    );
    const shown = await table(runs, { ...common, runs, format: 'csv', scores: 'validation.iou' })();
    assert.ok(E.isRight(shown));
    assert.match(shown.right, /^my best,iou,validation,1,1,0,/m);
    const wrong = await run(path, { ...common, runs, label: 'two\nlines' })();
    assert.ok(E.isLeft(wrong));
    assert.match(errorMessage(wrong.left), /^--label: a label is one line/);
  });
});
