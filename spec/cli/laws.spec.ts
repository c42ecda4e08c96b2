/** `drumhead laws` refuses what it cannot do before any law is tried. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe as inWords } from '../../src/base/error.js';
import { laws } from '../../src/cli/commands/laws.js';

const flags = { preset: 'full', seed: '1', cases: '1', engine: 'float64', out: 'laws', pictures: false };

const refusal = async (name: string, more: object): Promise<string> => {
  const done = await laws(name, { ...flags, ...more })();
  return E.isLeft(done) ? inWords(done.left) : assert.fail(done.right);
};

describe('drumhead laws', () => {
  it('names the nearest law and the nearest system', async () => {
    assert.match(await refusal('wave', { law: ['stabilty'] }), /did you mean 'stability'/);
    assert.match(await refusal('kuramotto', {}), /did you mean 'kuramoto'/);
  });

  it('wants one law for a path, and numbers where numbers go', async () => {
    assert.match(await refusal('wave', { path: '0:1' }), /--law/);
    assert.match(await refusal('wave', { path: 'x', law: ['stability'] }), /0:1:2/);
    assert.match(await refusal('wave', { cases: 'many' }), /whole number/);
  });

  it('says what a function in a file throws', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'laws-'));
    const refusalOf = async (code: string): Promise<string> => {
      writeFileSync(join(folder, 'mine.mjs'), code);
      return refusal(join(folder, 'mine.mjs'), {});
    };
    try {
      assert.match(
        await refusalOf('export default () => { throw new Error("no such field"); }'),
        /mine\.mjs: no such field/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('prints the table of a system by its name', async () => {
    const done = await laws('wave', { ...flags, set: ['height=8', 'width=8'], law: ['work balance'] })();
    assert.ok(E.isRight(done));
    assert.match(done.right, /work balance +holds/);
    assert.match(done.right, /1 hold, 0 broken/);
  });

  it('says of a whole model that its encoder breaks translation though its step does not', async () => {
    const asked = { ...flags, preset: 'quick', law: ['translation', 'translation of the encoder'] };
    const done = await laws('tetrominoes/nwm-linear', asked)();
    assert.ok(E.isRight(done));
    assert.match(done.right, /translation +holds/);
    assert.match(done.right, /translation of the encoder +does not apply: .*boundary 'zero'/);
    assert.match(done.right, /--expect "translation of the encoder"/);
  });
});
