import assert from 'node:assert/strict';
import { csvParse } from 'd3-dsv';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { experimentNamed } from '../../../src/experiments/catalogue.js';
import type { Experiment } from '../../../src/experiments/experiment.js';
import type { PublishedRow } from '../../../src/experiments/published/index.js';
import {
  groupsOf,
  latexTable,
  markdownTable,
  meansTable,
  plannedOf,
  type ScoreGroup,
  scoreGroups,
  scoresCsv,
  spreadTable,
  type Table,
  terminalTable,
} from '../../../src/report/tables/index.js';

const figures = { mean: 0.98, sd: 0.01, spread: { min: 0.96, median: 0.98, max: 0.99 } };
const published: PublishedRow = {
  dataset: 'Tetrominoes',
  model: 'NWM',
  variant: 'linear',
  runs: 10,
  scores: {
    foregroundIou: figures,
    foregroundAccuracy: figures,
    iou: { ...figures, spread: null },
    accuracy: figures,
    loss: figures,
    foregroundLoss: figures,
  },
};
const group: ScoreGroup = {
  name: 'tetrominoes/nwm-linear',
  task: 'tetrominoes',
  runs: [0.9, 0.94, 0.92].map((foregroundIou, seed) => ({ seed, scores: { foregroundIou, iou: null } })),
  missing: [{ seed: 3, state: 'unfinished' }],
  published,
  departures: ['size 32 (published 64)'],
};
const bare: ScoreGroup = {
  name: 'own_model',
  task: 'tetrominoes',
  runs: [],
  missing: [{ seed: 0, state: 'not begun' }],
  published: null,
  departures: [],
};

const cellsOf = ({ groups }: Table): readonly (readonly string[])[] =>
  groups.flat().map(({ cells }) => cells);

describe('tables of scores', () => {
  it('hold mean and deviation, the published ones and the difference; a dash where a run has no such score', () => {
    const table = meansTable('paper', [group, bare], ['foregroundIou', 'iou']);
    assert.deepEqual(cellsOf(table), [
      ['tetrominoes/nwm-linear', '3 of 4', '0.920 ± 0.020', '–'],
      ['  published', '10', '0.98 ± 0.01', '0.98 ± 0.01'],
      ['  difference', '', '−5.0', ''],
      ['own_model', '0 of 1', '', ''],
    ]);
    assert.ok(table.notes.includes('3 of 5 runs are finished; 1 unfinished; 1 not begun.'));
    assert.ok(table.notes.some((note) => note.includes('size 32 (published 64)')));
  });

  it('hold the spread, blank where none was published', () => {
    const table = spreadTable('paper', [group, bare], ['foregroundIou', 'iou']);
    assert.deepEqual(cellsOf(table), [
      ['tetrominoes/nwm-linear', '3 of 4', '0.900 / 0.920 / 0.940', '–'],
      ['  published', '10', '0.96 / 0.98 / 0.99', ''],
      ['own_model', '0 of 1', '', ''],
    ]);
  });

  it('mark the difference of a single run', () => {
    const one = { ...group, runs: group.runs.slice(0, 1) };
    const table = meansTable('paper', [one], ['foregroundIou']);
    assert.match(cellsOf(table)[2][2], /^−\d+\.\d\*$/);
    assert.ok(table.notes.some((note) => note.startsWith('*')));
  });

  it('align in a terminal, and let no control characters through', () => {
    const evil = { ...bare, name: 'a\u001b[31mred\u202e' };
    const text = terminalTable(meansTable('paper', [group, evil], ['foregroundIou']));
    const lines = text.split('\n');
    const ours = lines.find((line) => line.startsWith('tetrominoes')) ?? '';
    const theirs = lines.find((line) => line.startsWith('  published')) ?? '';
    assert.equal(ours.length, theirs.length);
    assert.ok(ours.endsWith('0.920 ± 0.020') && theirs.endsWith('0.98 ± 0.01'));
    assert.ok(!text.includes('\u001b') && !text.includes('\u202e'));
  });

  it('are Markdown whose every line has as many cells, whatever the names', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20 }), (name) => {
        const text = markdownTable(meansTable('t', [{ ...bare, name }], ['iou', 'accuracy']));
        const lines = text.split('\n').filter((line) => line.startsWith('| '));
        assert.equal(lines.length, 3);
        for (const line of lines) assert.equal(line.replace(/\\\\|\\\|/g, '').split('|').length, 6, line);
      }),
      { numRuns: 50 },
    );
  });

  it('are LaTeX with nothing unescaped', () => {
    const text = latexTable(meansTable('100 %', [group, bare], ['foregroundIou']), 'a table');
    assert.match(text, /own\\_model & 0 of 1 & {2}?\\\\/);
    assert.match(text, /0\.920 \$\\pm\$ 0\.020 \\\\/);
    assert.match(text, /100 \\%/);
    assert.doesNotMatch(text, /[±−√²]/);
    assert.equal(text.split('\\begin{').length, text.split('\\end{').length);
  });

  it('are CSV with every number in full and empty cells for nothing', () => {
    const [first, second, third] = csvParse(scoresCsv([group, bare], ['foregroundIou', 'iou']));
    assert.equal(Number(first.mean).toFixed(12), '0.920000000000');
    assert.equal(first.finished, '3');
    assert.equal(first.planned, '4');
    assert.equal(first.published_median, '0.98');
    assert.equal(
      Number(first.difference).toFixed(9),
      (-0.06 / Math.sqrt(0.01 ** 2 / 10 + 0.02 ** 2 / 3)).toFixed(9),
    );
    assert.equal(second.mean, '');
    assert.equal(second.published_min, '');
    assert.equal(third.published_mean, '');
  });
});

describe('groups of runs', () => {
  const experiment = (preset: 'small' | 'full'): Experiment => {
    const found = experimentNamed('tetrominoes/nwm-linear', preset);
    assert.ok(E.isRight(found));
    return found.right;
  };
  const scores = { foregroundIou: 0.5 };

  const label = (name: string) => ({ name, differs: '' });

  it('are the runs of one label, in the order of their first', () => {
    const small = experiment('small');
    const groups = groupsOf([
      { experiment: small, seed: 0, label: label('mine'), scores, state: 'finished' },
      { experiment: small, seed: 0, label: label('other'), scores: null },
      { experiment: small, seed: 1, label: label('mine'), scores: null },
    ]);
    assert.deepEqual(
      groups.map(({ name, runs }) => [name, runs.map(({ seed }) => seed)]),
      [
        ['mine', [0, 1]],
        ['other', [0]],
      ],
    );
  });

  it('count a run once, however often it is listed, and a seed of two engines apart', () => {
    const full = experiment('full');
    const scored = (foregroundIou: number) => ({ ...scores, foregroundIou });
    const run = (seed: number, identity: string, engine = 'wasm') => ({
      ...{ experiment: full, seed, scores: scored(seed), label: { name: full.name, differs: '' } },
      state: 'finished' as const,
      record: { identity, folder: `runs/${identity}`, engine },
    });
    const idle = { ...full, training: { ...full.training, tolerance: 0.5 } };
    const listed = [run(0, 'a'), run(0, 'a'), run(1, 'b'), run(0, 'a'), run(1, 'b'), run(2, 'c')];
    const [once, ...others] = scoreGroups([...listed, { ...run(2, 'c'), experiment: idle }], []);
    assert.equal(others.length, 0);
    assert.deepEqual([plannedOf(once), once.runs.map(({ seed }) => seed)], [3, [0, 1, 2]]);
    const unmade = { ...run(1, 'b'), scores: null, record: null };
    assert.equal(plannedOf(scoreGroups([run(0, 'a'), unmade, unmade, run(1, 'b'), unmade], [])[0]), 2);
    assert.equal(plannedOf(scoreGroups([unmade, unmade], [])[0]), 1);
    assert.deepEqual(
      groupsOf([run(0, 'a'), run(0, 'd', 'cpu'), run(1, 'b')]).map(({ name, runs }) => [name, runs.length]),
      [
        ['tetrominoes/nwm-linear (wasm, arithmetic 1)', 2],
        ['tetrominoes/nwm-linear (cpu, arithmetic 1)', 1],
      ],
    );
  });

  it('count what is finished of what is planned', () => {
    const full = experiment('full');
    const [only, ...others] = scoreGroups(
      [
        { experiment: full, seed: 0, label: label('mine'), scores, state: 'finished' },
        { experiment: full, seed: 1, label: label('mine'), scores: null, state: 'failed' },
      ],
      [published],
    );
    assert.equal(others.length, 0);
    assert.deepEqual(only.missing, [{ seed: 1, state: 'failed' }]);
    assert.deepEqual(
      only.runs.map(({ seed }) => seed),
      [0],
    );
    assert.equal(only.published, published);
    assert.deepEqual(only.departures, []);
  });
});
