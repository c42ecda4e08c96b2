import assert from 'node:assert/strict';
import { fuseVariable } from '../../src/engine/names.js';
import { parityJson, renderParity, runParity } from '../../src/runner/parity/index.js';
import { reportCase } from '../../src/runner/parity/report.js';
import { right } from '../support/either.js';
import { everything, hasFull, small } from './folder.js';

describe(`parity with the original (${hasFull ? 'all fixtures' : 'the small set in this repository'})`, () => {
  // both in every run of the tests; a person who turns fused kernels off in the environment has them off in both
  const mayFuse = process.env[fuseVariable] !== 'off';
  for (const fused of [true, false])
    it(`holds for every case on wasm${fused && mayFuse ? ', fused' : ', op by op'}`, async function () {
      // Tests may share their cores.
      this.timeout(240_000);
      const report = right(await runParity(everything, { engine: 'wasm', fused })());
      assert.ok(report.passed, renderParity(report));
      assert.deepEqual(
        report.cases.filter(({ status }) => status !== 'pass'),
        [],
      );
      assert.equal(report.engine.name, 'wasm');
      assert.equal(report.engine.fused, fused && mayFuse);
    });

  // `npm run test:system` has every case.
  for (const name of ['nwm_linear_smaller4', 'gru_last', 'unet_2'])
    it(`holds for ${name} on cpu`, async function () {
      this.timeout(240_000);
      const report = right(await runParity(small, { engine: 'cpu', fused: false, case: name })());
      assert.deepEqual(
        report.cases.map(({ name: one, status }) => [one, status]),
        [[name, 'pass']],
        renderParity(report),
      );
    });

  it('compares every kind of array, in each case what it has', async () => {
    const report = right(await runParity(everything, { engine: 'wasm', case: 'unet_2' })());
    assert.deepEqual(
      report.cases.flatMap(({ worst }) => worst.map(({ kind }) => kind)),
      ['parameter count', 'logits', 'loss', 'gradients', 'predicted maps', 'scores', 'running statistics'],
    );
    const recurrent = right(await runParity(everything, { engine: 'wasm', case: 'gru_last' })());
    const found = new Map(recurrent.cases[0].worst.map((one) => [one.kind, one]));
    assert.equal(found.get('encoder outputs')?.compared, 2);
    assert.equal(found.get('waves')?.compared, 1);
    assert.equal(found.get('gradients')?.limit, 5e-4);
  });

  it('is shown as a table with a verdict, and as JSON', async () => {
    const told: string[] = [];
    const report = right(
      await runParity(everything, {
        engine: 'wasm',
        case: 'nwm_linear_smaller4',
        tell: ({ name }) => told.push(name),
      })(),
    );
    const text = renderParity(report);
    // In a narrow terminal every block of a table begins with its heads and the names of its rows.
    const narrow = renderParity(report, 40).split('\n');
    const names = report.cases.filter(({ status }) => status !== 'unsupported').map(({ name }) => name);
    const heads = narrow.filter((line) => /^case /.test(line));
    assert.ok(
      heads.length > 1 &&
        heads.length === narrow.filter((line) => line.startsWith(names[0].slice(0, 12))).length,
      narrow.join('\n'),
    );
    assert.match(text, /^nwm_linear_smaller4 +pass +0 /m);
    assert.match(text, /^ +nearest to its limit +limit +compared +at$/m);
    // no column of this folder has numbers of the reference
    assert.doesNotMatch(text, /reference/);
    assert.match(text, /^gradients +\d\.\de-\d+ +2\.0e-4 +\d+ +nwm_linear_smaller4: classifier\./m);
    assert.match(text, /pass: 1 of 1 cases pass, 0 fail, 0 not supported \(engine wasm(, fused)?\)$/);
    assert.deepEqual(JSON.parse(parityJson(report)), report);
    assert.deepEqual(told, ['nwm_linear_smaller4']);
  });

  it('shows of each kind the error that is nearest to its limit, which need not be the largest', () => {
    const cases = [
      reportCase('loose', [{ kind: 'gradients', at: 'weight', error: 2e-4, limit: 5e-4 }]),
      reportCase('strict', [{ kind: 'gradients', at: 'bias', error: 1e-4, limit: 2e-4 }]),
    ];
    const engine = { name: 'wasm', why: '', version: '', fused: false } as const;
    const text = renderParity({ folder: '', engine, cases, passed: true });
    assert.match(text, /^gradients +1\.0e-4 +2\.0e-4 +2 +strict: bias$/m);
  });
});
