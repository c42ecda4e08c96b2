/** What a table says, and that it can be read: digits, marks, missing runs, every width and format. */

import assert from 'node:assert/strict';
import { csvParse } from 'd3-dsv';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../src/base/error.js';
import { columnsWide } from '../../../src/report/tables/harmless.js';
import {
  betterOf,
  latexTable,
  markdownTable,
  meansTable,
  namedTwice,
  type ScoreGroup,
  scoreFigure,
  scoreKeys,
  scoresCsv,
  scoresJson,
  scoresNamed,
  scoreWords,
  spreadTable,
  terminalTable,
} from '../../../src/report/tables/index.js';

const group = (
  name: string,
  values: readonly (number | null)[],
  more: Partial<ScoreGroup> = {},
): ScoreGroup => ({
  name,
  task: 't',
  runs: values.map((value, seed) => ({ seed, scores: { iou: value, loss: value, 'validation.iou': value } })),
  missing: [],
  published: null,
  departures: [],
  ...more,
});
const cells = (groups: readonly ScoreGroup[], score: string): readonly string[] =>
  meansTable('t', groups, [score]).groups.map(([row]) => row.cells[2]);
const marked = (groups: readonly ScoreGroup[], score: string): readonly boolean[] =>
  meansTable('t', groups, [score]).groups.map(([{ best = [] }]) => best.includes(2));

describe('scores in tables', () => {
  it('have more digits where they would be taken for 0 or 1', () => {
    assert.deepEqual([0.9996, 1, 0.98765, 0.0004, 0].map(scoreFigure), [
      '0.9996',
      '1.000',
      '0.988',
      '0.0004',
      '0.000',
    ]);
    assert.equal(scoreFigure(1 - 1e-9), '>0.999999');
    assert.equal(scoreFigure(3e-9), '3.0e−9');
    assert.deepEqual(cells([group('a', [0.9996]), group('b', [1])], 'iou'), ['0.9996', '1.000']);
    assert.deepEqual(cells([group('a', [0.5, 0.5002])], 'iou'), ['0.5001 ± 0.0001']);
  });

  it('have no spread of one run, and a true one of equal runs', () => {
    assert.deepEqual(cells([group('a', [0.9]), group('b', [0.9, 0.9])], 'iou'), ['0.900', '0.900 ± 0.000']);
  });

  it('say of how many runs a mean is, and leave out no run in silence', () => {
    const partial = [group('a', [0.9, null, Number.NaN]), group('b', [null])];
    assert.deepEqual(cells(partial, 'iou'), ['0.900 (1 of 3)', '–']);
    assert.ok(meansTable('t', partial, ['iou']).notes.some((note) => /not in the mean/.test(note)));
    const missing = [
      group('a', [0.9], {
        missing: [
          { seed: 1, state: 'failed' },
          { seed: 2, state: 'not begun' },
        ],
      }),
    ];
    assert.equal(
      meansTable('t', missing, ['iou']).notes[0],
      '1 of 3 runs are finished; 1 not begun; 1 failed: a, seed 1.',
    );
  });

  it('mark the best of each task, ties too, and know that less loss is better', () => {
    const groups = [group('a', [0.9]), group('b', [0.90004]), group('c', [0.5])];
    assert.deepEqual(marked(groups, 'iou'), [true, true, false]);
    assert.deepEqual(marked(groups, 'loss'), [false, false, true]);
    assert.deepEqual(marked([groups[0], { ...groups[2], task: 'other' }], 'iou'), [false, false]);
    assert.deepEqual(
      ['loss', 'foregroundLoss', 'validation.loss', 'train.loss', 'iou', 'dice', 'images', 'epochs'].map(
        (key) => betterOf(key),
      ),
      ['less', 'less', 'less', 'less', 'more', 'more', null, null],
    );
  });

  it('have the direction that an experiment declares, whatever its name says', () => {
    assert.deepEqual(
      ['error', 'validation.recall', 'loss', 'iou', 'unknown', 'samples'].map((key) =>
        betterOf(key, { error: 'more', recall: 'less', iou: 'less' }),
      ),
      ['more', 'less', 'less', 'less', null, null],
    );
    const of = (name: string, better: 'more' | 'less', error: number): ScoreGroup =>
      group(name, [], { better: { error: better }, runs: [{ seed: 0, scores: { error } }] });
    const [small, large] = [of('small', 'less', 0.1), of('large', 'less', 0.2)];
    assert.deepEqual(marked([small, large], 'error'), [true, false]);
    assert.ok(meansTable('t', [small, large], ['error']).notes.some((note) => /\(least\)/.test(note)));
    assert.deepEqual(marked([of('small', 'more', 0.1), of('large', 'more', 0.2)], 'error'), [false, true]);
    assert.deepEqual(
      marked([small, of('large', 'more', 0.2)], 'error'),
      [false, false],
      'nothing to compare',
    );
    const both = [
      group('a', [0.5], { better: { error: 'less' }, runs: [{ seed: 0, scores: { error: 0.1, iou: 0.5 } }] }),
      group('b', [0.4], { better: { error: 'less' }, runs: [{ seed: 0, scores: { error: 0.2, iou: 0.4 } }] }),
    ];
    assert.match(meansTable('t', both, ['iou', 'error']).notes.join(), /most, of test error the least/);
  });

  it('are of every split, by name, and name it', () => {
    const named = (list: string, split: 'test' | 'validation' | 'train' = 'test') =>
      scoresNamed(list, split, ['own']);
    assert.deepEqual(
      named('dice, validation.iou,train.loss,epochs,own,test.iou'),
      E.right(['dice', 'validation.iou', 'train.loss', 'epochs', 'own', 'iou']),
    );
    assert.deepEqual(named('iou,loss', 'validation'), E.right(['validation.iou', 'validation.loss']));
    assert.deepEqual(named('all', 'train'), E.right(['train.loss']));
    // Runs without a segmentation have no empty columns of its scores.
    assert.deepEqual(scoresNamed('all', 'test', ['loss', 'error', 'train.loss']), E.right(['loss', 'error']));
    assert.deepEqual(named('every'), E.right([...scoreKeys, 'own']));
    assert.deepEqual(named('every', 'train'), named('every'));
    for (const split of ['test', 'validation', 'train'] as const) {
      assert.deepEqual(named('test.loss', split), E.right(['loss']), split);
      assert.deepEqual(
        named('test.loss,validation.loss,train.loss', split),
        E.right(['loss', 'validation.loss', 'train.loss']),
        split,
      );
      assert.deepEqual(
        named(`${split}.loss,loss,epochs`, split),
        E.right([split === 'test' ? 'loss' : `${split}.loss`, 'epochs']),
      );
      assert.deepEqual(namedTwice(`${split}.loss,loss`, split), [
        `'loss' of the ${split} images is '${split}.loss': one column`,
      ]);
    }
    assert.deepEqual(named('train.loss,test.loss', 'train'), E.right(['train.loss', 'loss']));
    assert.deepEqual(namedTwice('test.loss,loss', 'train'), []);
    assert.ok(E.isLeft(named('test.epochs')), 'epochs are of no images');
    assert.ok(E.isLeft(named('accuracy', 'train')), 'of the train images the loss alone is kept');
    for (const [wrong, hint] of [
      ['diec', 'dice'],
      ['validation.iuo', 'validation.iou'],
    ]) {
      const refused = named(wrong);
      assert.ok(E.isLeft(refused));
      assert.ok(errorMessage(refused.left).includes(`did you mean '${hint}'`), errorMessage(refused.left));
    }
    assert.ok(E.isLeft(named('')));
    assert.deepEqual(['iou', 'validation.iou', 'train.loss'].map(scoreWords), [
      'test IoU',
      'validation IoU',
      'train loss',
    ]);
  });
});

describe('tables as text', () => {
  const long = 'my/experiment (readout linear, rate 0.001, steps 100)';
  const groups = [group(long, [0.9, 0.91]), group('模型 two', [0.8]), group('x', [])];
  const scores = ['iou', 'accuracy', 'loss', 'validation.iou', 'foregroundIou'];

  it('fit every width of a terminal, with every number whole', () => {
    for (const made of [meansTable('t', groups, scores), spreadTable('t', groups, scores)]) {
      for (const width of [40, 60, 80, 120, 200]) {
        const text = terminalTable(made, width);
        for (const line of text.split('\n')) assert.ok(columnsWide(line) <= width, `${width}: ${line}`);
        for (const cell of made.groups.flat().flatMap((row) => row.cells.slice(2)))
          assert.ok(text.includes(cell), cell);
      }
      assert.ok(terminalTable(made).includes(long));
    }
  });

  const hostile = '100% a_b #1 & $x$ ~ ^ \\ {y} | "q" <z> [1] `c` … §'.replace(' §', '');

  it('are LaTeX that closes all that it opens, with as many cells in every line', () => {
    const label = fc.oneof(
      fc.constant(hostile),
      fc.constant('[16, 16]'),
      fc.constant('*'),
      fc.string({ maxLength: 30 }),
    );
    fc.assert(
      fc.property(label, (name) => {
        const text = latexTable(meansTable(name, [group(name, [0.9]), group('b', [0.8])], ['iou']), name);
        const plain = text.replace(/\\[\\%&#$_{}]/g, (found) => (found === '\\\\' ? '\\\\' : ''));
        let depth = 0;
        for (const letter of plain.replace(/\\\\/g, '')) {
          depth += letter === '{' ? 1 : letter === '}' ? -1 : 0;
          assert.ok(depth >= 0, text);
        }
        assert.equal(depth, 0, text);
        assert.equal((plain.match(/\$/g) ?? []).length % 2, 0, text);
        const body = plain.split('\\midrule')[1].split('\\bottomrule')[0];
        const rows = body.split('\n').filter((line) => line.endsWith('\\\\'));
        assert.equal(rows.length, 2, text);
        for (const row of rows) {
          assert.equal(row.split('&').length, 3, row);
          assert.doesNotMatch(row, /^ *[[*]/);
          assert.doesNotMatch(row, /[#%~^]/);
        }
        assert.match(text, /\\label\{tab:[a-z0-9-]*\}/);
        assert.equal(text.split('\\begin{').length, text.split('\\end{').length);
      }),
      { seed: 3, numRuns: 200 },
    );
    const text = latexTable(meansTable('my/rates', groups, ['iou']), 'my/rates-means');
    assert.match(text, /\\label\{tab:my-rates-means\}/);
    assert.match(text, /\\resizebox\{\\columnwidth\}/);
    assert.match(text, /\\textbf\{0\.905 \$\\pm\$ 0\.007\}/);
  });

  it('are Markdown whose names are no marks', () => {
    const text = markdownTable(meansTable('t', [group(hostile, [0.9]), group('_b_ *c*', [0.8])], ['iou']));
    const rows = text.split('\n').filter((line) => line.startsWith('| '));
    for (const row of rows) assert.equal(row.replace(/\\./g, '').split('|').length, 5, row);
    assert.ok(text.includes('\\_b\\_ \\*c\\*') && text.includes('**0.900**'));
  });

  it('are CSV that quotes, and JSON of numbers', () => {
    const all = [group('a, "b"\nc', [0.9, 0.8]), group('b', [0.5])];
    const [first] = csvParse(scoresCsv(all, ['validation.iou']));
    assert.deepEqual(
      [first.experiment, first.score, first.split, first.n, first.best],
      ['a, "b"\nc', 'iou', 'validation', '2', 'true'],
    );
    const [one, other] = JSON.parse(scoresJson(all, ['iou']));
    assert.deepEqual([one.n, one.min, one.max, one.split, one.published], [2, 0.8, 0.9, 'test', null]);
    assert.deepEqual([other.n, other.sd, other.mean], [1, null, 0.5]);
    assert.deepEqual(one.runs, [
      { seed: 0, value: 0.9 },
      { seed: 1, value: 0.8 },
    ]);
  });
});
