/** From a NAME to an experiment or a sweep: every kind of file means the same, and paths begin where they are written. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { stringify } from 'yaml';
import { type DrumheadError, describe as sentenceOf } from '../../src/base/error.js';
import { experimentFrom, namedFrom, sweepFrom } from '../../src/cli/source.js';
import { experimentNamed } from '../../src/experiments/catalogue.js';
import { decodeExperiment } from '../../src/experiments/experiment.js';
import { sweepNamed } from '../../src/experiments/sweeps.js';

const draft = {
  name: 'mine/cnn',
  task: { name: 'tetrominoes', size: 20, cell: 3, train: 8 },
  model: { name: 'cnn', layers: 2 },
  loss: 'focal',
  training: { batch: 4 },
};

const right = <A>(result: E.Either<DrumheadError, A>): A =>
  E.isRight(result) ? result.right : assert.fail(sentenceOf(result.left));
const said = (result: E.Either<DrumheadError, unknown>): string =>
  E.isLeft(result) ? sentenceOf(result.left) : assert.fail('it was accepted');

describe('a NAME', () => {
  let folder = '';
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-source-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('means the same as JSON, YAML, TypeScript and JavaScript', async () => {
    const expected = right(decodeExperiment(draft));
    const json = JSON.stringify(draft);
    const files = [
      write('a.json', json),
      write('a.yaml', stringify(draft)),
      write('a.yml', stringify(draft, { defaultStringType: 'QUOTE_DOUBLE' })),
      write(
        'a.ts',
        `interface A { readonly name: string }\nconst a: A & object = ${json};\nexport default a;`,
      ),
      write('a.mjs', `export default Promise.resolve(${json});`),
      write('a.cjs', `module.exports = ${json};`),
      write('b.ts', `import a from './a.ts';\nexport default { _tag: 'Right', right: a };`),
    ];
    for (const file of files)
      assert.deepEqual(right(await experimentFrom(file, 'full')()).experiment, expected, file);
  });

  it('is a name of the catalogue at a preset, with settings and digits of a folder', async () => {
    const small = right(await experimentFrom('mnist/cnn-2', 'small')()).experiment;
    assert.deepEqual(small, right(experimentNamed('mnist/cnn-2', 'small')));
    const flags = { set: ['task.train=7', 'loss.target=image'], mnistDir: 'digits' };
    const { task, loss } = right(await experimentFrom('mnist/cnn-2', 'small', flags)()).experiment;
    assert.ok(task.name === 'mnist' && task.train === 7 && task.mnistDir === resolve('digits'));
    assert.equal(loss.target, 'image');
    const sweep = right(await sweepFrom('paper/small', 'full', { mnistDir: '/digits' })());
    const dirs = sweep.members.map(({ experiment }) =>
      'mnistDir' in experiment.task ? experiment.task.mnistDir : '-',
    );
    assert.deepEqual([...new Set(dirs)].sort(), ['-', '/digits']);
    assert.match(
      said(await experimentFrom('tetrominoes/cnn-2', 'full', flags)()),
      /--mnist-dir: .* no task with digits/,
    );
  });

  it('is a sweep of the catalogue or of a file, and an experiment is a sweep of one', async () => {
    assert.deepEqual(
      right(await sweepFrom('paper/small-first', 'full')()),
      right(sweepNamed('paper/small-first')),
    );
    const file = write(
      's.yaml',
      stringify({ name: 's', experiment: draft, vary: { 'model.layers': [2, 4] } }),
    );
    assert.equal(right(await sweepFrom(file, 'full')()).members.length, 2);
    assert.equal(right(await sweepFrom('mnist/cnn-2', 'full')()).members.length, 1);
    assert.match(
      said(await experimentFrom(file, 'full')()),
      /a sweep of 2 experiments; run it by `drumhead sweep/,
    );
  });

  it('has paths that begin at its file, and those typed where they are typed', async () => {
    mkdirSync(join(folder, 'deep'));
    const task = { name: 'png', folder: '../images' };
    const file = write(join('deep', 'p.json'), JSON.stringify({ ...draft, task }));
    const at = right(await experimentFrom(file, 'full')()).experiment.task;
    assert.ok(at.name === 'png' && at.folder === join(folder, 'images'));
    const typed = right(await experimentFrom(file, 'full', { set: ['task.folder=here'] })()).experiment.task;
    assert.ok(typed.name === 'png' && typed.folder === resolve('here'));
  });

  it('that is wrong is refused with every problem and where it is', async () => {
    const wrong: readonly (readonly [string, string, RegExp])[] = [
      ['w1.yaml', 'name: x\ntask: { name: mnist\nmodel: 1', /w1\.yaml: .* line/],
      ['w2.yaml', 'name: x\nname: y', /must be unique/],
      ['w3.ts', 'export default { a: ;', /w3\.ts: .*Unexpected token.*w3\.ts:1:/],
      ['w4.ts', "throw new Error('no luck');", /w4\.ts: no luck/],
      ['w5.ts', 'export const a = 1;', /no default export/],
      ['w6.ts', "export default { _tag: 'Left', left: { problems: ['too bad'] } };", /w6\.ts: too bad/],
      ['w7.json', '{"name": "x"', /not JSON/],
      ['w8.yaml', stringify({ ...draft, modle: 1, training: { bach: 2 } }), /3 problems|2 problems/],
    ];
    for (const [name, text, says] of wrong)
      assert.match(said(await namedFrom(write(name, text), 'full')()), says);
    assert.match(said(await namedFrom(join(folder, 'none.yaml'), 'full')()), /no such file/);
    assert.match(said(await namedFrom('paper/smal', 'full')()), /did you mean 'paper\/small'/);
    assert.match(said(await namedFrom(write('plain.txt', 'x'), 'full')()), /cannot be told from its name/);
  });
});
