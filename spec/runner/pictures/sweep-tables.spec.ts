import assert from 'node:assert/strict';
import type { Entry } from '../../../src/report/figures/index.js';
import type { ScoreGroup } from '../../../src/report/tables/index.js';
import { turns } from '../../../src/runner/pictures/sweep-answers.js';
import { tablesOf } from '../../../src/runner/pictures/sweep-tables.js';

const group = (name: string, task: string, shown: readonly string[]): ScoreGroup => ({
  name,
  task,
  shown,
  runs: [0, 1].map((seed) => ({
    seed,
    scores: Object.fromEntries([...shown, 'loss'].map((score) => [score, 0.5])),
  })),
  missing: [],
  published: null,
  departures: [],
});
const entry = (name: string, task: string): Entry => ({
  name,
  task,
  family: 'programs',
  runs: [],
  courses: [],
  parameters: null,
  published: null,
  publishedParameters: null,
});
const seen = (groups: readonly ScoreGroup[], entries: readonly Entry[]) =>
  tablesOf('many', groups, entries).map(({ title, columns }) => [
    title.split(':')[0],
    ...columns.slice(2).map(({ name }) => name),
  ]);

describe('the tables of a sweep', () => {
  it('are one pair where all scores are the same, and one pair a task where they are not', () => {
    const [a, b, c] = [
      group('a', '1', ['error', 'reach']),
      group('b', '2', ['hits']),
      group('c', '1', ['error']),
    ];
    const entries = [entry('a', 'waves'), entry('b', 'mazes'), entry('c', 'waves')];
    assert.deepEqual(seen([a, b, c], entries), [
      ['many, waves', 'test error', 'test reach', 'test loss'],
      ['many, waves', 'test error', 'test reach', 'test loss'],
      ['many, mazes', 'test hits', 'test loss'],
      ['many, mazes', 'test hits', 'test loss'],
    ]);
    assert.deepEqual(
      seen([a, { ...a, name: 'b', task: '2' }], entries).map(([title]) => title),
      ['many', 'many'],
    );
    // Of one seed least, median and greatest are the mean again.
    const once = { ...a, runs: a.runs.slice(0, 1) };
    assert.equal(seen([once], entries).length, 1);
    assert.equal(seen([once, a], entries).length, 2);
  });
});

describe('the answers of a sweep', () => {
  it('take turns over the tasks, so that none is left out where room ends', () => {
    assert.deepEqual(turns(['a', 'a', 'b', 'a', 'b', 'c']), [0, 2, 5, 1, 4, 3]);
    assert.deepEqual(turns([]), []);
  });
});
