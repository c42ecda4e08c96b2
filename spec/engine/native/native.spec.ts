/** The engine `native`, where a binary is: what it computes with, that threads change no bit, and how far it is from wasm. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../src/base/error.js';
import { stream } from '../../../src/base/random.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { openPool } from '../../../src/compile/tfjs/session/pool.js';
import { openSession } from '../../../src/compile/tfjs/session/session.js';
import { atan2, program, select } from '../../../src/dsl/index.js';
import { type EngineChoice, openEngine } from '../../../src/engine/index.js';
import { nativeCode } from '../../../src/engine/native/binary.js';
import { buildModel } from '../../../src/models/catalogue.js';
import { inputsFor } from '../../compile/fuse/oracles.js';

const sizes = { height: 8, width: 8, channels: 3, classes: 4 };

describe('the engine native', () => {
  before(function () {
    const code = nativeCode();
    if (E.isRight(code)) return;
    console.log(`    the engine native is not tested: ${code.left}`);
    this.skip();
  });

  const gradientsOn = async (choice: EngineChoice, threads: number) => {
    const engine = await openEngine(choice, 'fused')();
    if (E.isLeft(engine)) assert.fail(errorMessage(engine.left));
    const built = buildModel(
      { name: 'nwm', mid: 4, channels: 2, steps: 4, dt: 0.1, readout: 'linear', hidden: [16] },
      sizes,
    );
    if (E.isLeft(built)) assert.fail(errorMessage(built.left));
    const program = select(built.right, 'logits');
    const session = await openPool(engine.right, program, initialParameters(program.graph, 1), threads)();
    if (E.isLeft(session)) assert.fail(errorMessage(session.left));
    const inputs = inputsFor(program, 4, 2);
    const labels = Uint8Array.from({ length: 4 * 64 }, (_, i) => (7 * i) % 4);
    const found = await session.right.gradients({ count: 4, inputs, labels }, [2, 2]);
    session.right.close();
    return { ...found, version: engine.right.version };
  };

  it('gives the bits of one thread in two, near those of wasm but not the same', async () => {
    const [one, two] = [await gradientsOn('native', 1), await gradientsOn('native', 2)];
    assert.match(one.version, /native code for \w+/);
    assert.deepEqual(two.gradients, one.gradients);
    assert.equal(two.loss, one.loss);
    const wasm = await gradientsOn('wasm', 1);
    assert.ok(Math.abs(wasm.loss - one.loss) < 1e-6 * wasm.loss);
    assert.notDeepEqual(one.gradients, wasm.gradients);
    for (const [name, values] of Object.entries(wasm.gradients)) {
      const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      for (const [i, value] of values.entries())
        assert.ok(Math.abs(one.gradients[name][i] - value) <= 1e-4 * most, `${name}: ${value}`);
    }
  });

  it('gives the angles of vectors within two units in the last place', async () => {
    const size = 4096;
    const made = program({ a: [size], b: [size] }, ({ a, b }) => ({ angle: atan2(a, b) }));
    const engine = await openEngine('native', 'fused')();
    if (E.isLeft(engine)) assert.fail(errorMessage(engine.left));
    const session = openSession(engine.right, made, {});
    if (E.isLeft(session)) assert.fail(errorMessage(session.left));
    const random = stream(5, 'pairs');
    const drawn = (): Float32Array =>
      Float32Array.from({ length: size }, () => 2 ** random.integer(8) * (2 * random.uniform() - 1));
    const inputs = { a: drawn(), b: drawn() };
    // once three units off
    inputs.a[0] = 0x141fff2 / 2 ** 24;
    inputs.b[0] = 0x169029c / 2 ** 23;
    const { outputs } = await session.right.infer({ count: 1, inputs }, ['angle']);
    session.right.close();
    for (const [i, found] of outputs.angle.entries()) {
      const [a, b] = [inputs.a[i], inputs.b[i]];
      const expected = Math.atan2(a, b);
      const unit = 2 ** (Math.floor(Math.log2(Math.abs(expected))) - 23);
      assert.ok(Math.abs(found - expected) <= 2 * unit, `the angle of ${b}, ${a}: ${found}, not ${expected}`);
    }
  });

  it('is refused op by op, where it has nothing to compute with', async () => {
    const refused = await openEngine('native', 'op by op')();
    assert.ok(E.isLeft(refused));
    assert.match(errorMessage(refused.left), /native code is fused kernels, which are off; take wasm/);
  });
});
