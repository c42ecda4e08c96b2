/** Exported models in a browser: plain TensorFlow.js from node_modules, loaded over HTTP, gives the same class maps. */

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  browserPath,
  type Found,
  openPage,
  type Served,
  type Stranger,
  serve,
} from '../spec/compile/graph-model/browser.js';
import { lively, models, newFolder, sizes, trainedOf } from '../spec/runner/import/exchange.js';
import { rightOf } from '../spec/support/effects.js';
import { exportTrained } from '../src/runner/export/index.js';
import { compute } from '../src/runner/import/compute.js';

const families = ['nwm', 'conv-lstm', 'cnn', 'unet'];

describe('a GraphModel in a browser', () => {
  let folder = '';
  let served: Served | undefined;
  let page: Stranger | undefined;

  before(async function () {
    const browser = browserPath();
    if (browser === undefined) {
      console.log(
        '    no browser: install Chromium, or name one in the variable CHROMIUM, to try the graphs in it',
      );
      return this.skip();
    }
    folder = newFolder();
    served = await serve(folder);
    try {
      page = await openPage(browser, served.origin);
    } catch (cause) {
      console.log(`    ${browser} does not start here, so the graphs are not tried in it: ${cause}`);
      return this.skip();
    }
  });
  after(async () => {
    await page?.close();
    served?.close();
    if (folder !== '') rmSync(folder, { recursive: true });
  });

  it('gives the class maps that we give, on wasm, and on WebGL where it answers', async () => {
    if (page === undefined || served === undefined) return assert.fail('no page');
    const { height, width, channels } = sizes;
    const count = 2;
    const image = Float32Array.from({ length: count * height * width * channels }, (_, i) =>
      Math.abs(Math.sin(i * i)),
    );
    const backends: string[] = [];
    for (const backend of ['wasm', 'webgl']) if (await page.has(backend)) backends.push(backend);
    assert.ok(backends.includes('wasm'));
    if (!backends.includes('webgl'))
      console.log('    WebGL does not answer in this browser; tried on wasm alone');
    for (const model of models.filter(({ name }) => families.includes(name))) {
      const trained = lively(trainedOf(model));
      await rightOf(exportTrained(trained, 'graph-model', join(folder, model.name)));
      const ours = await rightOf(compute({ kind: 'program', trained, unused: [] }, { image }, count, 'wasm'));
      const expected = [...ours.classes.data];
      assert.ok(new Set(expected).size > 1, `${model.name}: a map of one class proves little`);
      for (const backend of backends) {
        const found: Found = await page.classesOf(
          backend,
          `${served.origin}/models/${model.name}/model.json`,
          [count, height, width, channels],
          image,
        );
        assert.equal(found.backend, backend);
        assert.deepEqual(found.classes, expected, `${model.name} on ${backend}`);
      }
    }
  });
});
