/** export, import and run-program as a person types them. */

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '../../src/formats/png/png.js';
import { typed } from '../support/typed.js';

describe('drumhead export, import and run-program', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-cli-exchange-'));
    const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 37) % 256);
    writeFileSync(join(folder, 'picture.png'), encodePng({ width: 32, height: 32, pixels }));
  });
  after(() => rmSync(folder, { recursive: true }));

  const drumhead = (...args: readonly string[]) => typed(args, folder);
  const well = async (...args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await drumhead(...args);
    assert.equal(status, 0, stderr);
    return stdout;
  };

  it('take a program out, in again, and let a picture through it', async () => {
    const quick = ['tetrominoes/cnn-2', '--preset', 'quick', '--untrained'];
    assert.match(
      await well('export', ...quick, '--format', 'safetensors', '--out', 'out'),
      /^tetrominoes\/cnn-2: .*untrained, seed 0\n {2}out\/weights\.safetensors {2}[\d.]+ KiB\n$/,
    );
    assert.match(await well('import', 'out/weights.safetensors', '--out', 'run'), /folder: run\n$/);
    assert.deepEqual(readdirSync(join(folder, 'run')).sort(), [
      'drumhead-files.json',
      'experiment.json',
      'import.json',
      'program.json',
      'weights',
    ]);
    // A folder like a run's, though no run ever began on an engine there.
    assert.match(await well('show', 'run', '--no-time'), /^tetrominoes\/cnn-2\n/);
    assert.match(
      await well('run-program', 'run', '--input', 'picture.png', '--out', 'answer', '--engine', 'cpu'),
      /1 sample\n {2}answer\/classes\.npy\n {2}answer\/classes\.png\n$/,
    );
  });

  it('leave what a person put under their names, and move it aside if they are told to', async () => {
    writeFileSync(join(folder, 'out', 'weights.safetensors'), 'mine');
    const again = [
      'export',
      'tetrominoes/cnn-2',
      '--preset',
      'quick',
      '--untrained',
      '--format',
      'safetensors',
      '--out',
      'out',
    ];
    const refused = await drumhead(...again);
    assert.equal(refused.status, 1);
    assert.match(
      refused.stderr,
      /^drumhead: out: weights\.safetensors was changed since drumhead wrote it; .*--force/,
    );
    assert.equal(readFileSync(join(folder, 'out', 'weights.safetensors'), 'utf8'), 'mine');
    await well(...again, '--force');
    assert.equal(readFileSync(join(folder, 'out.old-1', 'weights.safetensors'), 'utf8'), 'mine');
  });

  it('refuse with one sentence, and leave nothing', async () => {
    const before = readdirSync(folder).sort();
    const mistakes: readonly (readonly [readonly string[], number, RegExp])[] = [
      [
        ['export', 'tetrominoes/cnn-2', '--format', 'tflite', '--out', 'new'],
        2,
        /unknown format 'tflite'.*Known: graph-model/,
      ],
      [
        ['export', 'tetrominoes/cnn-2', '--format', 'program', '--unroll', '--out', 'new'],
        2,
        /--unroll: it is for --format graph-model; leave it out with --format program/,
      ],
      [
        ['export', 'tetrominoes/cnn-2', '--preset', 'quick', '--out', 'new'],
        1,
        /none of its runs at --preset quick is finished in 'runs'; `drumhead run tetrominoes\/cnn-2 --preset quick` trains it, and --untrained takes its weights as they start/,
      ],
      [
        ['export', 'run', '--seed', '3', '--out', 'new'],
        2,
        /--seed: run holds weights of its own; leave --seed out, or ask for --untrained/,
      ],
      [
        ['import', 'picture.png', '--out', 'new', '--model', 'nwm'],
        2,
        /a model needs its sizes, such as --size 64x64x3/,
      ],
    ];
    for (const [args, code, says] of mistakes) {
      const { status, stdout, stderr } = await drumhead(...args);
      assert.match(stderr, says);
      assert.equal(status, code);
      assert.equal(stdout, '');
      assert.doesNotMatch(stderr, /\n\s+at /, 'a stack trace');
    }
    assert.deepEqual(readdirSync(folder).sort(), before);
  });
});
