/**
 * Frames a second of the wave lab: `tsx bench/web/frames.ts` opens each system of 64x64 sites in the built playground
 * (`npm run web:build`) in a headless browser, lets it run for four seconds, and prints how many frames it drew, how many steps
 * of the system they showed, and the main thread's time for a frame. `--only NAME,NAME` takes some systems.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { browserPath, launch, serveFiles } from '../../spec/compile/graph-model/browser.js';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: 'wave,nwm-core,kuramoto' },
    seconds: { type: 'string', default: '4' },
  },
});
const dist = fileURLToPath(new URL('../../web/dist', import.meta.url));
const path = browserPath();
if (path === undefined || !existsSync(join(dist, 'index.html'))) {
  console.error('this needs Chromium, and the built playground: npm run web:build');
  process.exit(1);
}
const served = await serveFiles((name) => join(dist, name === '/' ? 'index.html' : name));
const browser = await launch(path);
for (const name of flags.only.split(',')) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(120_000);
  await page.goto(`${served.origin}/index.html#/lab`);
  await page.locator('[data-step]').waitFor();
  await page
    .locator('label.field', { hasText: /^System/ })
    .locator('select')
    .first()
    .selectOption(name);
  await page.waitForTimeout(1500);
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable');
  const taskTime = async (): Promise<number> => {
    const { metrics } = await client.send('Performance.getMetrics');
    return metrics.find((one) => one.name === 'TaskDuration')?.value ?? Number.NaN;
  };
  const step = async (): Promise<number> =>
    Number(await page.locator('[data-step]').getAttribute('data-step'));
  const [time, first] = [await taskTime(), await step()];
  const frames = Number(
    await page.evaluate(`new Promise((done) => {
      const begun = performance.now();
      let frames = 0;
      const next = (now) => now - begun > ${1000 * Number(flags.seconds)} ? done(frames) : (frames++, requestAnimationFrame(next));
      requestAnimationFrame(next);
    })`),
  );
  const seconds = Number(flags.seconds);
  const busy = (1000 * ((await taskTime()) - time)) / frames;
  const steps = ((await step()) - first) / seconds;
  console.log(
    `${name}: ${(frames / seconds).toFixed(1)} frames a second, ${steps.toFixed(0)} steps a second, ${busy.toFixed(1)} ms of the main thread a frame`,
  );
  await page.close();
}
await browser.close();
served.close();
