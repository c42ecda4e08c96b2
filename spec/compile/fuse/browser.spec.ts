/** Fused kernels in a browser: the compiled modules as they lie in dist, assembled and run in the page. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as t from 'io-ts';
import type { Browser } from 'playwright-core';
import { decodeWith } from '../../../src/base/codec.js';
import { stream } from '../../../src/base/random.js';
import { fuse } from '../../../src/compile/fuse/execute/fused.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { encodeProgram } from '../../../src/dsl/index.js';
import { nwm } from '../../../src/models/nwm.js';
import { browserPath, launch, type Served, serveFiles } from '../graph-model/browser.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const here = fileURLToPath(new URL('page.html', import.meta.url));

/** The page, the compiled modules, and those of packages, whose own imports leave out `.js`. */
const fileOf = (path: string): string | undefined => {
  if (path === '/') return here;
  if (!/^\/(dist|node_modules)(\/[@\w-][\w.-]*)+$/.test(path)) return undefined;
  const file = join(root, path);
  return existsSync(file) && path.endsWith('.js') ? file : `${file}.js`;
};

const numbers = t.array(t.number);
const answer = t.type({ loss: t.number, gradients: t.record(t.string, numbers), logits: numbers });

describe('fused kernels in a browser', () => {
  let browser: Browser | undefined;
  let served: Served | undefined;

  before(async function () {
    const path = browserPath();
    if (path === undefined) {
      console.log(
        '    no browser: install Chromium, or name one in the variable CHROMIUM, to run kernels in it',
      );
      return this.skip();
    }
    try {
      browser = await launch(path);
    } catch (cause) {
      console.log(`    ${path} does not start here, so no kernels are run in it: ${cause}`);
      return this.skip();
    }
    served = await serveFiles(fileOf);
  });
  after(async () => {
    await browser?.close();
    served?.close();
  });

  it('train a Neural Wave Machine to the bits that Node gives', async () => {
    if (browser === undefined || served === undefined) return assert.fail('no browser');
    const [height, width, count] = [9, 7, 2];
    const program = nwm({
      height,
      width,
      input: 3,
      mid: 4,
      channels: 2,
      steps: 6,
      dt: 0.1,
      readout: 'linear',
      hidden: [16],
      classes: 4,
    });
    const random = stream(0, 'fused in a browser');
    const pixels = count * height * width;
    const inputs = { image: Float32Array.from({ length: pixels * 3 }, random.uniform) };
    const labels = Uint8Array.from({ length: pixels }, () => random.integer(4));
    const parameters = initialParameters(program.graph, 0);

    const page = await browser.newPage();
    await page.goto(`${served.origin}/`);
    await page.waitForFunction('window.step !== undefined');
    const lists = (arrays: Readonly<Record<string, Float32Array>>) =>
      Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, [...array]]));
    const given = [JSON.parse(encodeProgram(program)), lists(parameters), lists(inputs), [...labels], count];
    const found = decodeWith(
      answer,
      'the page',
    )(await page.evaluate(`step(${given.map((value) => JSON.stringify(value)).join(',')})`));

    const fused = fuse(program.graph, parameters) ?? assert.fail('it is not fused');
    const part = { count, inputs, labels, weights: [], lossCount: pixels };
    const { loss, gradients } = fused.gradients(part);
    const { logits } = fused.infer({ count, inputs }, ['logits']);
    assert.deepEqual(found, {
      _tag: 'Right',
      right: { loss, gradients: lists(gradients), logits: [...logits] },
    });
  });
});
