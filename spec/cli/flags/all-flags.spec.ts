/** Every command reports all of its wrong flags at once. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { decodeError, type Effect, errorMessage, unknownName } from '../../../src/base/error.js';
import { data } from '../../../src/cli/commands/data.js';
import { evaluateRuns } from '../../../src/cli/commands/evaluate.js';
import { exportRun } from '../../../src/cli/commands/export.js';
import { figure } from '../../../src/cli/commands/figure.js';
import { importWeights } from '../../../src/cli/commands/import.js';
import { laws } from '../../../src/cli/commands/laws.js';
import { learn } from '../../../src/cli/commands/learn.js';
import { play } from '../../../src/cli/commands/play.js';
import { run } from '../../../src/cli/commands/run.js';
import { show } from '../../../src/cli/commands/show.js';
import { sweep } from '../../../src/cli/commands/sweep.js';
import { table } from '../../../src/cli/commands/table.js';
import { waves } from '../../../src/cli/commands/waves.js';
import { exitCode } from '../../../src/cli/edge.js';
import { allFlags, allValues } from '../../../src/cli/flags/all-flags.js';
import { oneOf, wholeFlag, wholesFlag } from '../../../src/cli/flags/flags.js';

const common = { engine: 'wasn', workers: '0', runs: 'runs', pictures: true };

/** Commands with wrong flags, and what must be said of each of these. */
const wrong: readonly (readonly [name: string, work: () => Effect<string>, said: readonly RegExp[]])[] = [
  [
    'run',
    () =>
      run('tetrominoes/nwm-linear', {
        ...common,
        preset: 'quik',
        minutes: '-1',
        epochs: '0',
        seed: 'x,0,0',
        label: '',
        set: ['a'],
      }),
    [
      /--minutes: '-1'/,
      /--epochs: '0'/,
      /--seed: 'x'/,
      /--label: /,
      /preset 'quik'/,
      /--set: 'a'/,
      /'wasn'/,
      /--workers: '0'/,
    ],
  ],
  [
    'sweep',
    () =>
      sweep('paper/small', {
        ...common,
        preset: 'quik',
        jobs: '0',
        minutes: 'x',
        epochs: 'y',
        seed: '-1',
        set: ['='],
      }),
    [
      /--minutes: 'x'/,
      /--jobs: '0'/,
      /--workers: '0'/,
      /--epochs: 'y'/,
      /--seed: '-1'/,
      /preset 'quik'/,
      /--set: /,
      /'wasn'/,
    ],
  ],
  [
    'learn',
    () =>
      learn('nowhere', {
        ...common,
        seeds: 'a,b',
        epochs: '0',
        steps: '0',
        batch: '0',
        rate: '2',
        schedule: 'cosin',
      }),
    [
      /--seeds: 'a'/,
      /--seeds: 'b'/,
      /--epochs/,
      /--steps/,
      /--batch/,
      /--rate/,
      /schedule 'cosin'/,
      /'wasn'/,
      /--workers/,
    ],
  ],
  [
    'play of a system',
    () =>
      play('wave', { engine: 'wasn', size: '0', steps: '0', seed: 'x', fps: '0', frames: '0', set: ['a'] }),
    [/--set/, /--size/, /--steps/, /--seed/, /--fps/, /--frames/, /'wasn'/],
  ],
  [
    'play of a model',
    () =>
      play('tetrominoes/nwm-linear', {
        engine: 'wasn',
        size: '8',
        steps: '8',
        seed: 'x',
        fps: '0',
        frames: '0',
        set: [],
        preset: 'quik',
      }),
    [
      /--size: this is for systems/,
      /--steps: this is for systems/,
      /--seed/,
      /--fps/,
      /--frames/,
      /'wasn'/,
      /'quik'/,
    ],
  ],
  [
    'laws',
    () =>
      laws('wave', {
        engine: 'wasn',
        preset: 'quik',
        law: ['energi', 'tranlation'],
        expect: ['nothing at all'],
        seed: 'x',
        cases: '0',
        seconds: '0',
        path: 'y',
        pictures: false,
      }),
    [
      /law 'energi'/,
      /law 'tranlation'/,
      /law 'nothing at all'/,
      /--seed/,
      /--cases/,
      /--seconds/,
      /--path/,
      /'wasn'/,
      /'quik'/,
    ],
  ],
  [
    'evaluate',
    () => evaluateRuns('nothing', { ...common, split: 'tst', set: ['a'], preset: 'quik' }),
    [/split 'tst'/, /preset 'quik'/, /--set: 'a'/, /'wasn'/, /--workers/],
  ],
  [
    'data',
    () =>
      data('tetrominoes', { show: 'x', out: 'a.png', cache: 'c', set: ['a'], export: 'f', format: 'pdf' }),
    [/--show/, /--set/, /format 'pdf'/],
  ],
  [
    'figure scores',
    // Which scores there are is known from the runs alone, so that a wrong one is told later.
    () => figure('scores', [], { ...common, out: 'figures', preset: 'quik' }),
    [/figure scores: wants a sweep/, /preset 'quik'/, /'wasn'/],
  ],
  [
    'figure waves',
    () =>
      figure('waves', ['a'], {
        ...common,
        score: 'iou',
        out: 'f',
        samples: 'x,y',
        channels: '0',
        frames: '0',
      }),
    [/--samples: 'x'/, /--samples: 'y'/, /--channels: '0'/, /--frames: '0'/, /'wasn'/],
  ],
  [
    'import',
    () => importWeights('f', { out: 'o', model: 'nwm', set: ['a'], size: '8', classes: '0', preset: 'full' }),
    [/--set: 'a'/, /--size: '8'/, /--classes: '0'/],
  ],
  [
    'export',
    () =>
      exportRun('nothing', {
        format: 'safetensors',
        out: 'o',
        unroll: true,
        outputs: 'logits',
        seed: 'x',
        preset: 'quik',
        runs: 'runs',
      }),
    [/--unroll: /, /--outputs: /, /--seed: 'x'/, /preset 'quik'/],
  ],
  [
    'table',
    () =>
      table('nothing', {
        runs: 'runs',
        preset: 'quik',
        format: 'htm',
        scores: 'iou',
        split: 'tst',
        tables: 'mean,extreme',
      }),
    [/format 'htm'/, /table 'mean'/, /table 'extreme'/, /split 'tst'/, /preset 'quik'/],
  ],
  [
    'waves',
    () => waves('nothing', { ...common, samples: 'x', channel: '0', steps: '1', preset: 'quik' }),
    [/--samples/, /--channel/, /--steps/, /'wasn'/, /preset 'quik'/],
  ],
  [
    'show',
    () => show('wave', { engine: 'wasn', preset: 'quik', json: true, time: true, set: ['a'] }),
    [/--json: only the plan/, /'wasn'/, /preset 'quik'/, /--set: 'a'/],
  ],
];

describe('wrong flags', () => {
  for (const [name, work, said] of wrong)
    it(`of ${name} are reported all at once`, async () => {
      const done = await work()();
      assert.ok(E.isLeft(done), 'they are taken');
      const message = errorMessage(done.left);
      for (const each of said) assert.match(message, each);
      assert.equal(exitCode(done.left), 2);
    });

  it('are one error each where one is wrong, and none where all are well', () => {
    const one = allFlags({ a: wholeFlag('--a', 1)('0'), b: wholeFlag('--b', 1)('7') });
    assert.ok(E.isLeft(one));
    assert.equal(errorMessage(one.left), "--a: '0' is not a whole number from 1");
    assert.deepEqual(allFlags({ a: wholeFlag('--a', 1)('3'), b: E.right(null) }), E.right({ a: 3, b: null }));
    assert.deepEqual(allValues([E.right(1), E.right(2)]), E.right([1, 2]));
    assert.deepEqual(wholesFlag('--a', 0)('3,1'), E.right([3, 1]));
  });

  it('keep their order, each problem once, however they are nested', () => {
    const nested = allFlags({
      a: allFlags({ b: wholeFlag('--b', 1)('0'), c: oneOf('engine', ['wasm'])('wasn') }),
      d: E.left(decodeError('--b', "'0' is not a whole number from 1")),
      e: E.left(decodeError('--e', ['one', 'two'])),
    });
    assert.ok(E.isLeft(nested));
    assert.equal(
      errorMessage(nested.left),
      [
        'command line: 4 problems',
        "  - --b: '0' is not a whole number from 1",
        `  - ${errorMessage(unknownName('engine', 'wasn', ['wasm']))}`,
        '  - --e: one',
        '  - --e: two',
      ].join('\n'),
    );
  });
});
