/**
 * The site of the documentation, built in a clean clone as CONTRIBUTING says, without network after the
 * installation: every page can be reached, no link is broken, every page says what to read next, and search
 * finds ideas by the words of other fields.
 */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { browserPath, launch, type Served, serveFiles } from '../spec/compile/graph-model/browser.js';
import { cleanClone, sh } from './clone.js';

/** Words of other fields, and the page that they should find. */
const synonyms: readonly (readonly [string, string])[] = [
  ['lax.scan', '/concepts/scan'],
  ['state_dict', '/coming-from'],
  ['hidden state', '/glossary'],
  ['receptive field', '/glossary'],
  ['hyperparameter search', '/glossary'],
  ['PyTorch', '/how-to/pytorch'],
];

describe('the documentation', () => {
  let [clone, site, address] = ['', '', ''];
  let server: Served | undefined;
  let browser: Browser | undefined;
  let page: Page;

  before(async function () {
    this.timeout(20 * 60_000);
    clone = await cleanClone();
    const installed = await sh('npm ci && npm ci --prefix docs', clone);
    assert.equal(installed.status, 0, installed.stderr.slice(-2000));
    const begun = Date.now();
    const built = await sh('npm run docs:build', clone);
    assert.equal(built.status, 0, `${built.stdout.slice(-3000)}\n${built.stderr.slice(-3000)}`);
    process.stdout.write(`      built in ${Math.round((Date.now() - begun) / 1000)} s\n`);
    site = join(clone, 'docs/.vitepress/dist');
    // `/start` stands for `/start.html`, as on any host of static files.
    server = await serveFiles((path) =>
      [path, `${path}.html`, join(path, 'index.html')]
        .map((name) => join(site, name))
        .find((name) => extname(name) !== '' && existsSync(name)),
    );
    address = server.origin;
    const path = browserPath();
    if (path === undefined) return;
    browser = await launch(path);
    page = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    server?.close();
    if (clone !== '') rmSync(clone, { recursive: true, force: true });
  });

  const pages = (): readonly string[] =>
    readdirSync(site, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.html') && file !== '404.html')
      .map((file) => `/${file.replaceAll('\\', '/').replace(/(index)?\.html$/, '')}`);

  it('has no link that leads nowhere, and no page that nothing leads to', () => {
    const all = new Set(pages());
    const linked = new Set(['/']);
    const dead: string[] = [];
    for (const from of all) {
      const html = readFileSync(
        join(site, from.endsWith('/') ? `${from}index.html` : `${from}.html`),
        'utf8',
      );
      for (const [, link] of html.matchAll(/<a [^>]*href="(\/[^"#?]*)/g)) {
        const to = link.replace(/\.html$/, '');
        if (all.has(to)) linked.add(to);
        else if (!existsSync(join(site, to))) dead.push(`${from} -> ${link}`);
      }
    }
    assert.deepEqual(dead, []);
    assert.deepEqual(
      [...all].filter((one) => !linked.has(one)),
      [],
    );
  });

  it('shows types and errors of the compiler in its text', () => {
    const tutorial = readFileSync(join(site, 'start.html'), 'utf8');
    assert.match(tutorial, /expected \[64,64,2\], got \[64,64,3\]/);
    assert.match(tutorial, /twoslash-hover/);
  });

  it('finds an idea by the words of other fields', async function () {
    if (browser === undefined) return this.skip();
    for (const [words, expected] of synonyms) {
      await page.goto(`${address}/start`, { waitUntil: 'networkidle' });
      await page.locator('.VPNavBarSearch button').first().click();
      await page.locator('.VPLocalSearchBox input').fill(words);
      // The box first shows the results of the search before, so this waits for the page itself.
      await page
        .locator(`.VPLocalSearchBox .result[href^="${expected}"]`)
        .first()
        .waitFor({ timeout: 20_000 });
      await page.keyboard.press('Escape');
    }
  });

  it('asks no other host for anything', async function () {
    if (browser === undefined) return this.skip();
    const asked: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(address) && !request.url().startsWith('data:')) asked.push(request.url());
    });
    for (const path of ['/', '/start', '/tutorial/2-a-drum', '/concepts/tensor'])
      await page.goto(`${address}${path}`);
    assert.deepEqual(asked, []);
  });
});
