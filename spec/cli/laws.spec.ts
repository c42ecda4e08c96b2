/** `drumhead laws` refuses what it cannot do before any law is tried. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { laws } from '../../src/cli/commands/laws.js';

const flags = { preset: 'full', seed: '1', cases: '1', engine: 'float64', out: 'laws', pictures: false };

const fixtures = fileURLToPath(new URL('../../fixtures/laws', import.meta.url));

const refusal = async (name: string, more: object): Promise<string> => {
  const done = await laws(name, { ...flags, ...more })();
  return E.isLeft(done) ? errorMessage(done.left) : assert.fail(done.right);
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

  it('says what to do with the name of a model or a task, and which programs a file has', async () => {
    assert.match(
      await refusal('nwm', {}),
      /this is a model, .* hold an experiment with it .*drumhead laws tetrominoes\/nwm/,
    );
    assert.match(await refusal('tetrominoes', {}), /this is a task, .*drumhead laws tetrominoes\//);
    const several = join(fixtures, '12-integrators.ts');
    assert.match(await refusal(several, {}), /4 programs \(byRk4, .*\); say which: --export byRk4/);
    assert.match(await refusal(several, { export: 'byRk' }), /did you mean 'byRk4'/);
    assert.match(await refusal(`${several}#byVerle`, {}), /did you mean 'byVerlet'/);
    assert.match(await refusal('wave', { export: 'y' }), /no module/);
    assert.match(await refusal('wave', { seconds: '0' }), /--seconds/);
  });

  it('takes one of several programs by --export or behind a #', async () => {
    const asked = { ...flags, law: ['oddness'] };
    for (const [name, more] of [
      [join(fixtures, '12-integrators.ts'), { export: 'byVerlet' }],
      [`${join(fixtures, '12-integrators.ts')}#byRk4`, {}],
      [`${join(fixtures, '10-volume.ts')}#string`, {}],
    ] as const) {
      const done = await laws(name, { ...asked, ...more })();
      assert.match(E.isRight(done) ? done.right : errorMessage(done.left), /1 hold, 0 broken/);
    }
  });

  it('accuses none of the systems that it once accused, and says that it had no time where it had none', async () => {
    // Of the two that are large, by the law that accused them; of the others, by all.
    const files: readonly (readonly [string, string, 'alone'?])[] = [
      ['03-unicornn.ts', 'work balance'],
      ['06-kuramoto.ts', 'phase shift'],
      ['07-akorn-attention.ts', 'unit norms', 'alone'],
      ['11-wavetorch.ts', 'rotations and reflections'],
      ['12-renamed.ts', 'convergence'],
      ['10-box.ts', 'work balance', 'alone'],
      ['12-integrators.ts#byMidpoint', 'translation'],
      ['12-integrators.ts#adaptive', 'boundedness by gates'],
    ];
    for (const [file, law, alone] of files) {
      const asked = { ...flags, cases: '2', seconds: '600', ...(alone === undefined ? {} : { law: [law] }) };
      const done = await laws(join(fixtures, file), asked)();
      if (E.isLeft(done)) assert.fail(errorMessage(done.left));
      assert.match(done.right, /hold, 0 broken/, file);
      assert.match(done.right, new RegExp(`${law} +holds`), file);
    }
  }).timeout(600_000);

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
