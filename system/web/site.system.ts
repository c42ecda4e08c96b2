/** The site as a whole: links, frames, files, servers, budgets, screen readers, and hostile addresses. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { built, dist, openBrowser, openPage, type Site, serveSite, shown, until } from './pages.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const axe = createRequire(join(root, 'web/package.json')).resolve('axe-core/axe.min.js');
const pages = ['draw', 'lab', 'write', 'train'] as const;

const fact = async (page: Page, name: string): Promise<string> =>
  (await page.locator(`[data-fact=${name}]`).textContent()) ?? '';

const ready = async (page: Page, name: (typeof pages)[number]): Promise<void> => {
  if (name === 'draw')
    await until('the wave is there', async () => (await page.getByText(/^wave, step \d/).count()) > 0);
  else if (name === 'lab') await page.locator('[data-step]').waitFor();
  else if (name === 'write') await page.locator('.cm-content').waitFor();
  else await page.getByRole('button', { name: 'Start' }).waitFor();
};

describe('the playground: the site', () => {
  let browser: Browser | null = null;
  let site: Site;

  before(async function () {
    browser = await openBrowser();
    if (browser === null) return this.skip();
    built();
    site = await serveSite();
  });
  after(async () => {
    await browser?.close();
    site?.close();
  });
  const opened = async (hash: string, options: Parameters<Browser['newPage']>[0] = {}, at = site) => {
    if (browser === null) return assert.fail('no browser');
    return openPage(browser, `${at.address}${hash}`, options);
  };

  for (const name of pages)
    for (const colorScheme of ['light', 'dark'] as const)
      it(`${name}, ${colorScheme}: no violation that axe finds, nothing wider than a phone`, async () => {
        const { page, faults } = await opened(`#/${name}`, {
          colorScheme,
          bypassCSP: true,
          reducedMotion: 'reduce',
          viewport: { width: 390, height: 844 },
        });
        await ready(page, name);
        await page.addScriptTag({ path: axe });
        const found: readonly string[] = await page.evaluate(
          `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
            violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target).join(' | ')))`,
        );
        assert.deepEqual(found, []);
        assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= 390);
        assert.deepEqual(faults, []);
        await page.close();
      });

  it('nothing moves by itself where less motion is asked for', async () => {
    const { page } = await opened('#/draw', { reducedMotion: 'reduce' });
    await ready(page, 'draw');
    await page.waitForTimeout(700);
    assert.match(
      (await page
        .getByText(/^wave, step/)
        .first()
        .textContent()) ?? '',
      /step 0 of/,
    );
    await page.close();
  });

  it('the theme is switched', async () => {
    const { page } = await opened('#/draw', { colorScheme: 'light' });
    await ready(page, 'draw');
    const before = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.getByRole('button', { name: 'Dark theme' }).click();
    assert.notEqual(await page.evaluate('getComputedStyle(document.body).backgroundColor'), before);
    await page.close();
  });

  it('the first wave comes within 2 s, from less than 500 KB packed, weights of three models among them', async () => {
    let best = Number.POSITIVE_INFINITY;
    // the fastest of three, since other tests may run at the same time
    for (let tries = 0; tries < 3 && best >= 2; tries++) {
      site.sent.clear();
      const begun = performance.now();
      const { page } = await opened('#/draw', { reducedMotion: 'reduce' });
      await ready(page, 'draw');
      best = Math.min(best, (performance.now() - begun) / 1000);
      await page.close();
    }
    const files = [...site.sent.keys()];
    const bytes = files.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name))).length, 0);
    console.log(
      `      first wave after ${best.toFixed(2)} s, ${Math.round(bytes / 1000)} KB packed in ${files.length} files`,
    );
    assert.ok(bytes < 500_000, `${bytes} bytes: ${files.join(' ')}`);
    assert.ok(!files.some((name) => /language|virtual|page-/.test(name)), files.join(' '));
    assert.ok(best < 2, `${best} s`);
  });

  it('works the same on a server that isolates pages', async () => {
    const isolated = await serveSite(true);
    const { page, faults } = await opened('#/draw', { reducedMotion: 'reduce' }, isolated);
    await ready(page, 'draw');
    assert.equal(await page.evaluate('crossOriginIsolated'), true);
    await page.goto('about:blank');
    await page.goto(`${isolated.address}#/write`);
    await page.locator('.cm-content').waitFor();
    await page.getByRole('button', { name: 'Run' }).click();
    await page.locator('[data-fact=parameters]').waitFor();
    assert.deepEqual(faults, []);
    await page.close();
    isolated.close();
  });

  it('trains in two workers where the page is isolated, in one elsewhere', async () => {
    const isolated = await serveSite(true);
    const losses: string[] = [];
    for (const [at, workers] of [
      [isolated, '2'],
      [site, '1'],
    ] as const) {
      const { page, faults } = await opened('#/train', {}, at);
      const threads = Number(await page.evaluate('navigator.hardwareConcurrency'));
      await ready(page, 'train');
      await page.getByRole('button', { name: 'Start' }).click();
      await until('it trains', async () => /^[1-9]/.test(await fact(page, 'steps')));
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByRole('button', { name: 'Go on' }).waitFor();
      assert.equal(await fact(page, 'workers'), threads > 1 ? workers : '1');
      losses.push((await fact(page, 'loss')).trim());
      assert.deepEqual(faults, []);
      await page.close();
    }
    assert.ok(losses.every((loss) => Number(loss) > 0));
    isolated.close();
  });

  it('once loaded, it works without a network, every page', async () => {
    const other = await serveSite();
    const { page } = await opened('#/draw', { serviceWorkers: 'allow', reducedMotion: 'reduce' }, other);
    await ready(page, 'draw');
    await page.evaluate('navigator.serviceWorker.ready');
    await until(
      'it controls the page',
      async () => (await page.evaluate('navigator.serviceWorker.controller !== null')) === true,
    );
    other.close();
    for (const name of pages) {
      await page.goto('about:blank');
      await page.goto(`${other.address}#/${name}`);
      await ready(page, name);
    }
    await page.close();
  });

  it('addresses of strangers are refused in words, and nothing of them runs', async () => {
    const deep = Buffer.from('x'.repeat(2000)).toString('base64url');
    for (const hash of [
      '#/draw/AAAA',
      `#/draw/${deep}`,
      '#/lab/%3Cscript%3Ealert(1)%3C%2Fscript%3E',
      '#/lab/q1ZKKS1SslJKTE5VqgUA',
      '#/write/____',
      '#/train/AAAA',
    ]) {
      const { page, faults } = await opened(hash, { reducedMotion: 'reduce' });
      await page.getByText(/This link holds no/).waitFor();
      assert.deepEqual(faults, [], hash);
      await page.close();
    }
    for (const hash of ['#/nowhere', '#/draw/a/b/c', '#/embed-everything/draw', '#/__proto__']) {
      const { page, faults } = await opened(hash, { reducedMotion: 'reduce' });
      await page.getByText('There is no such page').waitFor();
      assert.deepEqual(faults, [], hash);
      await page.close();
    }
  });

  it('every link of a page leads somewhere', async () => {
    const { page } = await opened('#/draw', { reducedMotion: 'reduce' });
    await ready(page, 'draw');
    const links: readonly string[] = await page.evaluate(
      "[...document.querySelectorAll('a[href], link[href], script[src], img[src]')].map((each) => each.href || each.src)",
    );
    assert.ok(links.length >= 7);
    for (const link of links) {
      assert.ok(link.startsWith(site.address), link);
      assert.equal((await fetch(link)).status, 200, link);
    }
    await page.close();
  });

  it('a frame has one of three levels of controls', async () => {
    const counts: number[] = [];
    for (const level of ['picture', 'time', 'all']) {
      const { page, faults } = await opened(`#/embed-${level}/draw`, { reducedMotion: 'reduce' });
      await ready(page, 'draw');
      assert.equal(await page.locator('nav').count(), 0);
      counts.push(await page.locator('button, input, select').count());
      assert.deepEqual(faults, []);
      await page.close();
    }
    assert.equal(counts[0], 0);
    assert.ok(counts[1] >= 2 && counts[2] > counts[1] + 5, String(counts));
  });

  it('another site can show a frame of it', async () => {
    const { page } = await opened('#/draw', { reducedMotion: 'reduce' });
    await page.setContent(`<iframe src="${site.address}#/embed-time/lab" width="700" height="600"></iframe>`);
    await page.frameLocator('iframe').locator('[data-step]').waitFor();
    await page.close();
  });

  it('shares a link and a frame, and saves PNG, GIF and WebM', async () => {
    const { page, faults } = await opened('#/draw', { reducedMotion: 'reduce' });
    await ready(page, 'draw');
    await page.getByRole('button', { name: 'Share' }).click();
    const dialog = page.getByRole('dialog');
    const link = await dialog.locator('textarea').first().inputValue();
    assert.match(link, /#\/draw\/[\w-]+$/);
    assert.ok(link.length < 200, link);
    await dialog.getByRole('button', { name: 'all controls' }).click();
    assert.match(
      await dialog.locator('textarea').nth(1).inputValue(),
      /^<iframe src="[^"]*#\/embed-all\/draw\//,
    );
    for (const [name, magic] of [
      ['PNG', [0x89, 0x50, 0x4e, 0x47]],
      ['GIF', [0x47, 0x49, 0x46, 0x38]],
      ['WebM', [0x1a, 0x45, 0xdf, 0xa3]],
    ] as const) {
      const [download] = await Promise.all([
        page.waitForEvent('download', { timeout: 120_000 }),
        dialog.getByRole('button', { name, exact: true }).click(),
      ]);
      const bytes = readFileSync(await download.path());
      assert.deepEqual([...bytes.subarray(0, 4)], [...magic], name);
      assert.ok(bytes.length > 2000, `${name}: ${bytes.length}`);
      await dialog.getByText(new RegExp(`\\.${name.toLowerCase()}, \\d+ KB`)).waitFor();
    }
    assert.deepEqual(faults, []);
    await page.close();
  });

  it('stops while it is not seen', async () => {
    const { page } = await opened('#/lab');
    await ready(page, 'lab');
    const step = async (): Promise<number> =>
      Number(await page.locator('[data-step]').getAttribute('data-step'));
    await until('it runs', async () => (await step()) > 10);
    await page.evaluate("document.getElementById('page').style.marginTop = '9000px'");
    await until(
      'it has stopped',
      async () => (await page.evaluate('document.documentElement.dataset.running')) === 'false',
    );
    await page.waitForTimeout(300);
    const before = await step();
    await page.waitForTimeout(500);
    assert.equal(await step(), before);
    await page.evaluate("document.getElementById('page').style.marginTop = '0'");
    await until('it goes on', async () => (await step()) > before);
    await page.close();
  });

  it('fills the pixels of its fields', async () => {
    const { page } = await opened('#/lab');
    await ready(page, 'lab');
    assert.match(await shown(page, 'Drum of any shape'), /^64x64 -?\d+$/);
    await page.close();
  });
});
