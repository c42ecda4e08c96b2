/** What differs between two experiments, sweeps, drums. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { diff } from '../../src/cli/commands/diff.js';
import { loadDataset } from '../../src/data/load.js';
import { writePngPairs } from '../../src/data/own/pairs/write-png-pairs.js';
import { taskNamed } from '../../src/data/task.js';
import { refusal, rightOf } from '../support/effects.js';

const polygonsOf = async ({
  name,
  ...settings
}: { readonly name: string } & Readonly<Record<string, unknown>>) => {
  const task = taskNamed(name, { ...settings, train: 8, validation: 2, test: 2 });
  assert.ok(E.isRight(task), JSON.stringify(task));
  return loadDataset(task.right);
};

describe('drumhead diff', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-diff-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const file = (name: string, value: object): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(value));
    return path;
  };
  const said = async (a: string, b: string): Promise<string> => {
    const done = await diff(a, b, { preset: 'full' })();
    assert.ok(E.isRight(done), JSON.stringify(done));
    return done.right;
  };
  const task = { name: 'polygons', size: 16, minRadius: 3, maxRadius: 4 };
  const base = { name: 'mine', task, model: { name: 'cnn', layers: 2 }, seeds: [0, 1] };

  it('says that nothing differs from itself, whose runs are all shared', async () => {
    const one = file('one.json', base);
    assert.match(await said(one, one), /^nothing differs\n2 runs of the same engine are the same/);
  });

  it('names each setting that differs by its path, and those that change no result', async () => {
    const one = file('one.json', base);
    const other = file('other.json', { ...base, label: 'other', training: { rate: 0.01 }, seeds: [1, 2] });
    const text = await said(one, other);
    assert.match(text, /^ {2}training\.rate +0\.001 -> 0\.01$/m);
    assert.match(text, /^ {2}label +- -> other {3}\(changes no result\)$/m);
    assert.match(text, /^ {2}seeds .*\(changes no result\)$/m);
    assert.match(text, /no run is shared: 2 runs and 2 runs, all different/);
  });

  it('takes settings by path, which change the second, or the first where no other is named', async () => {
    const one = file('one.json', base);
    const changed = await rightOf(diff(one, undefined, { preset: 'full', set: ['training.rate=0.01'] }));
    assert.match(changed, /^ {2}training\.rate +0\.001 -> 0\.01\nno run is shared/);
    const other = file('other.json', { ...base, training: { rate: 0.01 } });
    const undone = await rightOf(diff(one, other, { preset: 'full', set: ['training.rate=0.001'] }));
    assert.match(undone, /^nothing differs\n2 runs/);
    assert.match(
      await refusal(diff(one, undefined, { preset: 'full' })),
      /name another to compare .* with, or settings/,
    );
    assert.match(
      await refusal(diff(one, undefined, { preset: 'tiny', set: ['a'] })),
      /2 problems.*'tiny'.*--set: 'a' is not of the form/s,
    );
    assert.match(
      await refusal(diff(one, undefined, { preset: 'full', set: ['training.rat=1'] })),
      /training\.rat: .*did you mean/,
    );
  });

  it('tells runs of files by what the files hold, as run does', async () => {
    const data = join(folder, 'png');
    const made = await (await polygonsOf(base.task))();
    assert.ok(E.isRight(made), JSON.stringify(made));
    assert.ok(E.isRight(await writePngPairs(made.right, data)()));
    const mine = { name: 'mine', task: { name: 'png', folder: data }, model: { name: 'cnn', layers: 2 } };
    const one = file('png.json', mine);
    const unused = file('unused.json', { ...mine, task: { ...mine.task, ignore: 77 } });
    assert.match(
      await said(one, unused),
      /task\.ignore +null -> 77.*\n(.*\n)*1 run of the same engine is the same/,
    );
    const elsewhere = file('copy.json', { ...mine, task: { ...mine.task, folder: `${folder}/./png/` } });
    assert.match(await said(one, elsewhere), /\n1 run of the same engine is the same/);
    const used = file('used.json', { ...mine, task: { ...mine.task, ignore: 0 } });
    assert.match(await said(one, used), /no run is shared/);
    const gone = file('gone.json', { ...mine, task: { ...mine.task, folder: join(folder, 'gone') } });
    assert.match(await said(one, gone), /no run is shared/);
    const names = Object.fromEntries(made.right.classes.map((_, k) => [k, `c${k}`]));
    const named = file('named.json', { ...mine, task: { ...mine.task, labels: names } });
    // Names of classes are in a run's identity, by `classes` and by `labels` alike.
    assert.match(await said(one, named), /task\.labels +null -> \{"0":"c0".*\n(.*\n)*no run is shared/);
  });

  it('lists the runs of sweeps by the labels of their members', async () => {
    const rates = (name: string, values: readonly number[]) =>
      file(name, { name: 'rates', experiment: base, vary: { 'training.rate': values } });
    const text = await said(rates('a.json', [0.001, 0.01]), rates('b.json', [0.001, 0.1]));
    assert.deepEqual(text.split('\n'), [
      'only the first:',
      '  mine (rate 0.01), seed 0',
      '  mine (rate 0.01), seed 1',
      'only the second:',
      '  mine (rate 0.1), seed 0',
      '  mine (rate 0.1), seed 1',
      '2 runs of the same engine are the same and run once; 2 runs only of the first, 2 runs only of the second',
    ]);
  });

  it('compares drums with drums only, and knows nearly every name', async () => {
    assert.equal(await said('drums/squares', 'drums/squares'), 'nothing differs');
    const wrong = await diff('drums/squares', 'mnist/cnn-2', { preset: 'full' })();
    assert.ok(E.isLeft(wrong));
    assert.match(errorMessage(wrong.left), /drums learn nothing/);
    const misspelt = await diff('mnist/cnn-2', 'mnist/cnn2', { preset: 'full' })();
    assert.ok(E.isLeft(misspelt));
    assert.match(errorMessage(misspelt.left), /did you mean 'mnist\/cnn-2'/);
  });
});
