/** The original's own weights: in from safetensors, the original's logits out, and the weights back as they came. */

import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { openSession } from '../../../src/compile/tfjs/session/session.js';
import { openEngine } from '../../../src/engine/index.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/formats/safetensors.js';
import { exportTrained, readTrained } from '../../../src/runner/export/index.js';
import { importInto } from '../../../src/runner/import/index.js';
import { readArrays, toChannelsLast } from '../../../src/runner/parity/arrays.js';
import { relativeError } from '../../../src/runner/parity/check.js';
import { modelOf } from '../../../src/runner/parity/hyper.js';
import { type ModelCase, readManifest } from '../../../src/runner/parity/manifest.js';
import { floats } from '../../../src/runner/parity/prepare.js';
import { rightOf } from '../../support/effects.js';
import { right } from '../../support/either.js';
import { newFolder } from './exchange.js';

const fixtures = fileURLToPath(new URL('../../../fixtures/parity', import.meta.url));

/** The logits that are compared: of a U-Net those in evaluation, with the statistics that one batch has left. */
const logitsOf = ({ model }: ModelCase): string =>
  model === 'unet' ? 'logits_eval_updated_stats' : 'logits';

describe('weights of the original, as safetensors', () => {
  let folder = '';
  before(() => {
    folder = newFolder();
  });
  after(() => rmSync(folder, { recursive: true }));

  it('give the logits that they give in PyTorch, and come back under the same names', async () => {
    const engine = right(await openEngine('wasm')());
    const cases = (await rightOf(readManifest(fixtures))).flatMap((one) =>
      one.kind === 'model' ? [one.content] : [],
    );
    assert.ok(cases.length >= 5);
    for (const c of cases) {
      const { input, [logitsOf(c)]: logits } = c.arrays;
      const arrays = await rightOf(readArrays(fixtures)({ input, logits }));
      const state = await rightOf(
        readArrays(fixtures)({ ...c.params, ...floats(c.buffers_after_one_train_forward ?? {}) }),
      );
      const { spec, sizes, images } = right(modelOf(fixtures, c, arrays.input.shape));
      const path = join(folder, `${c.name}.safetensors`);
      writeFileSync(path, encodeSafetensors(state, { format: 'pt' }));
      const { folder: run } = await rightOf(
        importInto(path, { model: spec, sizes, experiment: null }, join(folder, `${c.name}-run`)),
      );
      const { program, parameters } = await rightOf(readTrained(run));
      const session = openSession(engine, program, parameters);
      if (E.isLeft(session)) return assert.fail(session.left.message);
      const { outputs } = await session.right.infer(
        { count: images, inputs: { image: toChannelsLast(arrays.input).data } },
        ['logits'],
      );
      session.right.close();
      const apart = relativeError(outputs.logits, toChannelsLast(arrays.logits).data);
      assert.ok(apart < 2e-5, `${c.name}: logits are ${apart} apart`);

      await rightOf(
        exportTrained(await rightOf(readTrained(run)), 'safetensors', join(folder, `${c.name}-back`)),
      );
      const { tensors } = right(
        decodeSafetensors(readFileSync(join(folder, `${c.name}-back`, 'weights.safetensors')), c.name),
      );
      // All that PyTorch asks for, no less and no more: what takes no part there comes back as zeros.
      const own = (names: readonly string[]): readonly string[] =>
        names.filter((name) => !name.endsWith('num_batches_tracked')).sort();
      assert.deepEqual(own(Object.keys(tensors)), own(Object.keys(state)));
      for (const name of own(Object.keys(tensors))) {
        const { shape, data } = tensors[name];
        const idle = c.grads[name] === null && data.every((v) => v === 0);
        assert.deepEqual({ shape, data: idle ? state[name].data : data }, state[name], name);
      }
    }
  });
});
