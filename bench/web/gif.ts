/**
 * The picture of README: `tsx bench/web/gif.ts` opens Draw and decide of the built playground (`npm run web:build`) in a browser,
 * presses GIF as a person would, and writes docs/decide.gif. `--sample N` takes another test image.
 */

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { browserPath, launch, serveFiles } from '../../spec/compile/graph-model/browser.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: flags } = parseArgs({
  options: { sample: { type: 'string', default: '4' }, out: { type: 'string', default: 'docs/decide.gif' } },
});

const path = browserPath();
const dist = join(root, 'web/dist');
if (path === undefined || !existsSync(join(dist, 'index.html'))) {
  console.error('this needs Chromium, and the built playground: npm run web:build');
  process.exit(1);
}
const served = await serveFiles((name) => join(dist, name === '/' ? 'index.html' : name));
const browser = await launch(path);
const page = await browser.newPage({ colorScheme: 'light', reducedMotion: 'reduce' });
page.setDefaultTimeout(300_000);
await page.goto(`${served.origin}/index.html#/draw`);
for (let sample = 1; sample < Number(flags.sample); sample++) {
  await page.getByText(`test image ${sample}`).waitFor();
  await page.getByRole('button', { name: 'Another' }).click();
}
await page.getByText(`test image ${flags.sample},`).waitFor();
await page
  .getByText(/^wave, step \d/)
  .first()
  .waitFor();
await page.getByRole('button', { name: 'Share' }).click();
const download = page.waitForEvent('download');
await page.getByRole('button', { name: 'GIF' }).click();
const out = join(root, flags.out);
await (await download).saveAs(out);
console.log(`${flags.out}: ${Math.round(statSync(out).size / 1000)} kB`);
await browser.close();
served.close();
