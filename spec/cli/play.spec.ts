/** `drumhead play`: what it writes, and what it says of what cannot be played. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { type PlayFlags, play } from '../../src/cli/commands/play.js';
import { exitCode } from '../../src/cli/edge.js';
import { decodeGif } from '../report/decode-gif.js';

describe('drumhead play', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-play-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const flags = (more: Partial<PlayFlags> = {}): PlayFlags => ({
    gif: join(folder, 'movie.gif'),
    seed: '0',
    set: [],
    fps: '20',
    frames: '4',
    engine: 'cpu',
    ...more,
  });

  it('writes the frames of a system, and says where', async () => {
    const done = await play('wave', flags({ size: '8', steps: '8', set: ['speed=0.5'] }))();
    assert.ok(E.isRight(done), JSON.stringify(done));
    assert.match(done.right, /movie\.gif: 5 frames, 2 steps between two$/);
    const { frames, delays } = decodeGif(readFileSync(join(folder, 'movie.gif')));
    assert.equal(frames.length, 5);
    assert.equal(delays[0], 5);
  });

  it('plays an experiment of a file as it is written, and one of the catalogue small', async () => {
    const file = join(folder, 'mine.json');
    const task = { name: 'tetrominoes', size: 16, cell: 2, train: 4, validation: 1, test: 1 };
    writeFileSync(file, JSON.stringify({ name: 'mine', task, model: { name: 'nwm', mid: 2, steps: 5 } }));
    const done = await play(file, flags({ frames: '96' }))();
    assert.ok(E.isRight(done), JSON.stringify(done));
    // Five steps, as written: the quick preset would make forty of them.
    assert.equal(decodeGif(readFileSync(join(folder, 'movie.gif'))).frames.length, 5);
  });

  it('plays a row of sites, and another field', async () => {
    assert.ok(E.isRight(await play('linoss', flags({ size: '8', steps: '8', field: 'z' }))()));
  });

  const refused = async (name: string, more: Partial<PlayFlags> = {}) => {
    const done = await play(name, flags(more))();
    return E.isLeft(done)
      ? { said: errorMessage(done.left), code: exitCode(done.left) }
      : assert.fail(`${name} was played`);
  };

  it('says what a person got wrong', async () => {
    const unknown = await refused('kuramotto');
    assert.match(unknown.said, /unknown system 'kuramotto'; did you mean 'kuramoto'\?/);
    assert.equal(unknown.code, 2);
    assert.match((await refused('tetrominoes/nwm-linaer')).said, /did you mean 'tetrominoes\/nwm-linear'/);
    assert.match((await refused('wave', { size: 'big' })).said, /--size: 'big' is not a whole number/);
    assert.match((await refused('wave', { set: ['spede=2'] })).said, /did you mean 'speed'/);
    assert.match((await refused('wave', { size: '8', field: 'x' })).said, /there are y, z/);
    assert.match(
      (await refused('tetrominoes/nwm-linear', { size: '8' })).said,
      /--size: this is for systems/,
    );
  });

  it('says when a time step is too large to be played', async () => {
    const { said } = await refused('wave', { size: '8', steps: '400', set: ['dt=3'] });
    assert.match(said, /the state of wave became (NaN|-?Infinity) by step \d+: lower the time step/);
  });
});
