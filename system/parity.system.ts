/** Every array of the original PyTorch models on the engine cpu, which is slow; `npm test` has it on wasm, and three cases on cpu. */

import assert from 'node:assert/strict';
import { everything, hasFull } from '../spec/parity/folder.js';
import { right } from '../spec/support/either.js';
import { renderParity, runParity } from '../src/runner/parity/index.js';

describe(`parity with the original (${hasFull ? 'all fixtures' : 'the small set in this repository'})`, () => {
  it('holds for every case on cpu', async () => {
    const report = right(await runParity(everything, { engine: 'cpu', fused: false })());
    assert.ok(report.passed, renderParity(report));
    assert.deepEqual(
      report.cases.filter(({ status }) => status !== 'pass'),
      [],
    );
  });
});
