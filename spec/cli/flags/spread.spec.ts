/** Words of a command line: a flag that takes several values leaves the command its name. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeError, errorMessage } from '../../../src/base/error.js';
import { asTyped } from '../../../src/cli/edge.js';
import { type Declared, settingsOf, spread } from '../../../src/cli/flags/spread.js';

const show: Declared = {
  needed: 1,
  flags: [
    { names: ['--set'], takes: 'several' },
    { names: ['--law'], takes: 'several' },
    { names: ['--preset', '-p'], takes: 'one' },
    { names: ['--json'], takes: 'nothing' },
  ],
};

describe('a flag that takes several values', () => {
  it('gives the name back that stands behind them', () => {
    const name = ['mine', '--set', 'a=1', '--set', 'b=2'];
    for (const words of [
      ['--set', 'a=1', '--set', 'b=2', 'mine'],
      ['--set', 'a=1', 'b=2', 'mine'],
      ['--set', 'a=1', 'mine', 'b=2'],
      ['--set', 'a=1', 'mine', '--set', 'b=2'],
      ['mine', '--set', 'a=1', 'b=2'],
    ])
      assert.deepEqual(spread(show, words), name, words.join(' '));
    assert.deepEqual(spread(show, ['--law', 'energy', 'wave']), ['wave', '--law', 'energy']);
    assert.deepEqual(spread(show, ['wave', '--law', 'a', 'b']), ['wave', '--law', 'a', '--law', 'b']);
    assert.deepEqual(spread(show, ['-p', 'quick', '--set', 'a=1', 'mine', '--json']), [
      ...['-p', 'quick', 'mine', '--set', 'a=1', '--json'],
    ]);
  });

  it('need not stand before settings, unless the command has none', () => {
    const set = ['--set', 'training.rate=.1', '--set', 'a=1', '--json'];
    assert.deepEqual(spread(show, ['mine', 'training.rate=.1', 'a=1', '--json']), ['mine', ...set]);
    assert.deepEqual(spread(show, ['training.rate=.1', 'a=1', '--json', 'mine']), [...set, 'mine']);
    assert.deepEqual(spread({ ...show, flags: [] }, ['mine', 'a=1']), ['mine', 'a=1']);
    assert.deepEqual(spread(show, ['--', 'a=1']), ['--', 'a=1']);
    assert.deepEqual(spread(show, ['-p', 'a=1', 'runs/a=1']), ['-p', 'a=1', 'runs/a=1']);
  });

  it('is not the value of a flag before it that may have none', () => {
    const sweep: Declared = {
      needed: 1,
      flags: [
        { names: ['--slurm'], takes: 'maybe' },
        { names: ['--sbatch'], takes: 'several' },
        { names: ['--set'], takes: 'several' },
      ],
    };
    const words = ['mine', '--slurm', '--sbatch', 'partition=a', '--sbatch', 'cpus=2'];
    assert.deepEqual(spread(sweep, ['mine', '--slurm', '--sbatch', 'partition=a', 'cpus=2']), words);
    assert.deepEqual(spread(sweep, ['mine', '--slurm', 'big', 'a=1']), [
      ...['mine', '--slurm', 'big', '--set', 'a=1'],
    ]);
    assert.deepEqual(spread(sweep, ['mine', '--slurm', 'a=1']), ['mine', '--slurm', '--set', 'a=1']);
  });

  it('keeps its values where the command has its name, and what stands behind --', () => {
    assert.deepEqual(spread(show, ['--set', 'mine']), ['--set', 'mine']);
    assert.deepEqual(spread(show, ['--set', 'a=1', '--', 'mine']), ['--set', 'a=1', '--', 'mine']);
    const word = fc.constantFrom('a=1', 'b=2', 'c.d=[1,2]', '--json');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const values = (all: readonly string[]) => all.filter((one) => one.includes('='));
        assert.deepEqual(values(spread(show, ['mine', '--set', 'z=0', ...words])), ['z=0', ...values(words)]);
      }),
    );
  });
});

describe('an error of settings', () => {
  const idle = decodeError('--set', 'it does nothing here');
  it('names what was typed, the flag only where that was', () => {
    const words = ['report', 'mine', 'a.b=1', '--runs', 'there', 'c=2'];
    assert.deepEqual(settingsOf(words), ['a.b=1', 'c=2']);
    assert.equal(errorMessage(asTyped(idle, words)), 'a.b=1 c=2: it does nothing here');
    for (const typed of [['report', '--set', 'a=1', 'mine'], ['report', 'mine', '--set=a=1'], []])
      assert.equal(asTyped(idle, typed), idle);
    const both = decodeError('command line', ['--set: a is set twice', '--epochs: no number']);
    assert.deepEqual(asTyped(both, ['run', 'a=1', 'a=2']), {
      ...both,
      problems: ['a=1 a=2: a is set twice', '--epochs: no number'],
    });
    const other = decodeError('mine', '--set: as it stands in a file');
    assert.equal(asTyped(other, ['a=1']), other);
  });
});
