import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initialParameters } from '../../../src/compile/parameters.js';
import { dense, program } from '../../../src/dsl/index.js';
import { decodeExperiment, type Experiment } from '../../../src/experiments/experiment.js';
import { runExperiment } from '../../../src/runner/run/run.js';
import { unmovedOf, unmovedWords } from '../../../src/runner/training/unmoved.js';
import { rightOf } from '../../support/effects.js';
import { right } from '../../support/either.js';
import { environmentOf } from '../kill/tiny.js';

const { graph } = program({ x: [3] }, ({ x }) => ({
  y: dense(2, { name: 'last' })(dense(4, { name: 'first' })(x)),
}));
const began = initialParameters(graph, 0);

const lstm = {
  name: 'tiny/dead',
  task: { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 2, train: 16, validation: 2, test: 2 },
  model: { name: 'conv-lstm', mid: 4, steps: 2, hidden: [8] },
};

const trained = (training: object): Experiment => right(decodeExperiment({ ...lstm, training }));
const training = (settings: object): Experiment['training'] => trained(settings).training;

/** The same values with the first of one parameter moved. */
const moved = (name: string) => ({
  ...began,
  [name]: began[name].map((value, i) => (i === 0 ? value + 1 : value)),
});

describe('parameters that never moved', () => {
  it('are those whose bits are the first ones', () => {
    assert.deepEqual(unmovedOf(graph, training({}), began, moved('first/weight')), [
      'first/bias',
      'last/weight',
      'last/bias',
    ]);
  });

  it('are none that nobody asked to move', () => {
    const groups = [
      { match: 'last/*', frozen: true },
      { match: 'first/bias', rate: 0 },
    ];
    assert.deepEqual(unmovedOf(graph, training({ groups }), began, moved('first/weight')), []);
    assert.deepEqual(unmovedOf(graph, training({ rate: 0 }), began, began), []);
  });

  it('are named in one sentence, at most three of them', () => {
    assert.equal(unmovedWords([]), null);
    assert.match(String(unmovedWords(['a'])), /^1 parameter ended .* every step: a; another seed/);
    assert.match(String(unmovedWords(['a', 'b', 'c', 'd'])), /^4 parameters .*: a, b, c and 1 more; another/);
  });

  it('are said at the end of a run: the four units behind this cell begin dead with seed 0, not with seed 1', async () => {
    const experiment = trained({ batch: 8, epochs: 1 });
    const runs = await mkdtemp(join(tmpdir(), 'drumhead-unmoved-'));
    const notesOf = async (seed: number): Promise<readonly string[]> => {
      const notes: string[] = [];
      const tell = (event: { readonly kind: string; readonly message?: string }): void => {
        if (event.kind === 'note' && event.message !== undefined) notes.push(event.message);
      };
      await rightOf(runExperiment(experiment, seed)(environmentOf(runs, { tell })));
      return notes.filter((note) => /the bits (it|they) began with/.test(note));
    };
    try {
      assert.match((await notesOf(0)).join(), /cell0\/conv1\/weight/);
      assert.deepEqual(await notesOf(1), []);
    } finally {
      await rm(runs, { recursive: true });
    }
  });
});
