/** What commands write where a person says: nothing of that person's is written over, and the same command writes again. */

import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Effect, errorMessage } from '../../src/base/error.js';
import { data } from '../../src/cli/commands/data.js';
import { exportRun } from '../../src/cli/commands/export.js';
import { figure } from '../../src/cli/commands/figure.js';
import { laws } from '../../src/cli/commands/laws.js';
import { play } from '../../src/cli/commands/play.js';
import { query } from '../../src/cli/commands/query.js';
import { report } from '../../src/cli/commands/report.js';
import { waves } from '../../src/cli/commands/waves.js';
import { trainTiny } from '../runner/tiny-run.js';
import { withStderr } from '../support/effects.js';

interface Case {
  readonly name: string;
  /** The files that it writes, the first of which a person has already. */
  readonly files: readonly string[];
  readonly command: (out: string, force: boolean) => Effect<string>;
}

describe('files that commands write where a person says', () => {
  let top = '';
  let runs = '';
  let run = '';
  before(async () => {
    top = mkdtempSync(join(tmpdir(), 'drumhead-written-'));
    runs = join(top, 'runs');
    run = await trainTiny(runs);
  });
  after(() => rmSync(top, { recursive: true }));

  const both = (name: string, extension: string) => [`${name}.${extension}`, `${name}-dark.${extension}`];
  const drawn = (name: string) => ['svg', 'png'].flatMap((extension) => both(name, extension));
  const ofFigure = (kind: string, name: string, files: readonly string[]): Case => ({
    name: `figure ${kind}`,
    files,
    command: (out, force) => figure(kind, [name], { engine: 'wasm', score: 'iou', runs, out, force }),
  });

  const cases = (): readonly Case[] => [
    {
      name: 'play --gif',
      files: ['exp.yaml'],
      command: (out, force) =>
        play('wave', {
          gif: join(out, 'exp.yaml'),
          size: '8',
          steps: '2',
          seed: '0',
          set: [],
          fps: '20',
          frames: '2',
          engine: 'cpu',
          force,
        }),
    },
    {
      name: 'play of a model',
      files: ['waves.gif'],
      command: (out, force) =>
        play(run, {
          gif: join(out, 'waves.gif'),
          seed: '0',
          set: [],
          fps: '20',
          frames: '2',
          engine: 'wasm',
          runs,
          force,
        }),
    },
    {
      name: 'data --out',
      files: ['contact-sheet.png'],
      command: (out, force) =>
        data('tetrominoes', {
          show: '1',
          out: join(out, 'contact-sheet.png'),
          set: ['size=16', 'cell=2', 'maxPieces=2', 'train=1', 'validation=1', 'test=1'],
          cache: join(top, 'cache'),
          force,
        }),
    },
    {
      name: 'query --parquet',
      files: ['notes.txt'],
      command: (out, force) =>
        query(undefined, { runs, format: 'terminal', parquet: join(out, 'notes.txt'), force }),
    },
    {
      name: 'report --out',
      files: ['report.html'],
      command: (out, force) => report(runs, { runs, preset: 'full', out, force }),
    },
    ofFigure('scores', runs, drawn('scores')),
    ofFigure('curves', runs, drawn('curves')),
    ofFigure('parameters', runs, drawn('parameters')),
    ofFigure('waves', run, both('waves', 'gif')),
    ofFigure('segmentations', run, both('segmentations', 'png')),
    {
      name: 'waves --out',
      files: ['analysis.json', ...drawn('energy'), ...drawn('k-omega'), ...both('maps', 'png')],
      command: (out, force) => waves(run, { engine: 'wasm', runs, samples: '0', out, force }),
    },
  ];

  const said = async (command: Effect<string>): Promise<string> => {
    const done = await command();
    return E.isLeft(done) ? errorMessage(done.left) : done.right;
  };

  it('are refused where a person has one, moved aside where that is asked for, and written again', async () => {
    for (const { name, files, command } of cases()) {
      const out = mkdtempSync(join(top, 'out-'));
      const mine = join(out, files[0]);
      writeFileSync(mine, 'mine');
      assert.match(await said(command(out, false)), /is there already, and drumhead did not write it/, name);
      assert.deepEqual([readFileSync(mine, 'utf8'), readdirSync(out)], ['mine', [files[0]]], name);
      // Of several files the others count as much.
      for (const file of files.slice(1)) {
        const other = mkdtempSync(join(top, 'other-'));
        writeFileSync(join(other, file), 'mine');
        assert.ok((await said(command(other, false))).includes('is there already'), `${name}: ${file}`);
      }
      const { value: forced, said: told } = await withStderr(() => command(out, true)());
      assert.ok(told.includes(`note: what was at ${mine} is moved aside, to ${mine}.old-1\n`), told);
      assert.ok(E.isRight(forced), `${name}: ${JSON.stringify(forced)}`);
      assert.equal(readFileSync(`${mine}.old-1`, 'utf8'), 'mine', name);
      assert.notEqual(readFileSync(mine, 'utf8'), 'mine', name);
      const again = await command(out, false)();
      assert.ok(E.isRight(again), `${name}: ${JSON.stringify(again)}`);
      writeFileSync(mine, 'edited');
      assert.match(await said(command(out, false)), /was changed since drumhead wrote it/, name);
    }
  }).timeout(300_000);

  it('and folders of exports: where the old one went is said on one line', async () => {
    const out = join(top, 'exported');
    mkdirSync(out);
    writeFileSync(join(out, 'model.json'), 'mine');
    const flags = { format: 'program', out, runs };
    assert.match(await said(exportRun(run, flags)), /the folder holds other things, such as model\.json/);
    const { value, said: told } = await withStderr(() => exportRun(run, { ...flags, force: true })());
    assert.ok(E.isRight(value));
    assert.equal(told, `note: what was at ${out} is moved aside, to ${out}.old-1\n`);
    assert.equal(readFileSync(join(`${out}.old-1`, 'model.json'), 'utf8'), 'mine');
  });

  it('of laws are not drawn over a person`s, and what was found is said all the same', async () => {
    const out = join(top, 'laws');
    const broken = (force: boolean) =>
      laws(join('examples', 'wrong-oscillator.ts'), {
        seed: '1',
        cases: '3',
        engine: 'float64',
        preset: 'full',
        pictures: true,
        out,
        force,
      });
    const before = process.exitCode;
    const first = await said(broken(false));
    process.exitCode = before;
    const [, file = ''] = /picture of \S+: (\S+\.png)/.exec(first.replaceAll('\n', ' ')) ?? [];
    assert.ok(existsSync(file), first);
    writeFileSync(file, 'mine');
    assert.match(await said(broken(false)), /no picture of \S+: .*was changed since drumhead wrote it/);
    process.exitCode = before;
    assert.equal(readFileSync(file, 'utf8'), 'mine');
  }).timeout(120_000);
});
