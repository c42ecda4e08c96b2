/**
 * The site of the documentation, built in a clean clone as CONTRIBUTING says, without the network once it is installed: every
 * page is reached, no link leads nowhere, search finds ideas by other fields' words, axe finds no violation, pictures play, and
 * the page of HTML that it shows runs a model. `DRUMHEAD_SITE=docs/.vitepress/dist` tries a site that is built already.
 */

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { madeTasks } from '../bench/docs/gallery.js';
import { browserPath, launch, type Served, serveFiles } from '../spec/compile/graph-model/browser.js';
import { drawPairs } from '../spec/support/draw-pairs.js';
import { systemNames } from '../src/models/systems/index.js';
import { cleanClone, sh } from './clone.js';
import { fencedIn } from './readme.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What PyTorch, JAX and their users call each concept: search finds its page by any of these. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  tensor: ['torch.Tensor', 'jax.Array'],
  program: ['nn.Module', 'jaxpr'],
  scan: ['nn.RNN', 'lax.scan'],
  oscillator: ['nn.RNNCell', 'ODETerm'],
  coupling: ['nn.Conv2d', 'lax.conv_general_dilated'],
  readout: ['nn.Linear', 'nn.Dense'],
  parameter: ['state_dict', 'pytree params'],
  experiment: ['Lightning Trainer', 'Optax training loop'],
  sweep: ['hyperparameter search', 'vmap over hyperparameters'],
  run: ['torch.save', 'Orbax checkpoint'],
  law: ['gradcheck', 'check_grads'],
  engine: ['torch.device', 'jax.devices'],
  fusion: ['torch.compile', 'jit XLA'],
  'light-cone': ['receptive field', 'jacfwd'],
  identity: ['torch.manual_seed', 'PRNGKey'],
};

/** Other words of the field, and the page that answers them. */
const answers: readonly (readonly [string, string])[] = [
  ['hidden state', '/glossary'],
  ['grid search', '/glossary'],
  ['load_state_dict', '/how-to/pytorch'],
  ['resume after a stop', '/how-to/sweep'],
  ['torchdiffeq', '/coming-from'],
  ['detach', '/coming-from'],
  ['register_buffer', '/coming-from'],
  ['DataLoader', '/coming-from'],
  ['learning rate schedule', '/files'],
  ['early stopping', '/files'],
  ['vmap', '/coming-from'],
  ['jit', '/concepts/fusion'],
  ['checkpoint', '/concepts/run'],
  ['resume', '/how-to/sweep'],
  ['odeint', '/coming-from'],
  ['gradient clipping', '/files'],
  ['transfer learning', '/coming-from'],
  ['GPU', '/concepts/engine'],
];

describe('the documentation', () => {
  let [clone, site, address] = ['', '', ''];
  let server: Served | undefined;
  let browser: Browser | undefined;
  let page: Page;

  before(async function () {
    this.timeout(40 * 60_000);
    site = process.env.DRUMHEAD_SITE ?? '';
    if (site === '') {
      clone = await cleanClone();
      const installed = await sh('npm ci && npm ci --prefix docs && npm run web:build', clone);
      assert.equal(installed.status, 0, installed.stderr.slice(-2000));
      const begun = Date.now();
      const built = await sh('npm run docs:build', clone);
      assert.equal(built.status, 0, `${built.stdout.slice(-3000)}\n${built.stderr.slice(-3000)}`);
      // A busy machine makes it longer, so nothing is asserted.
      process.stdout.write(`      built in ${Math.round((Date.now() - begun) / 1000)} s\n`);
      site = join(clone, 'docs/.vitepress/dist');
    }
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
      .filter((file) => file.endsWith('.html') && file !== '404.html' && !file.startsWith('play'))
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
      for (const [, link] of html.matchAll(/<a [^>]*href="([^"#?:]+)["#?]/g)) {
        const { pathname } = new URL(link, `http://site${from}`);
        const to = pathname.replace(/\.html$/, '');
        if (all.has(to)) linked.add(to);
        else if (!existsSync(join(site, pathname))) dead.push(`${from} -> ${link}`);
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

  it('finds each concept by the words of PyTorch and of JAX', async function () {
    if (browser === undefined) return this.skip();
    this.timeout(10 * 60_000);
    const concepts = readdirSync(join(site, 'concepts')).filter((file) => file !== 'index.html');
    assert.deepEqual(
      Object.keys(synonyms)
        .map((name) => `${name}.html`)
        .sort(),
      concepts.sort(),
    );
    const asked = [
      ...Object.entries(synonyms).flatMap(([concept, words]) =>
        words.map((word) => [word, `/concepts/${concept}`] as const),
      ),
      ...answers,
    ];
    await page.goto(`${address}/start`, { waitUntil: 'networkidle' });
    const missed: string[] = [];
    for (const [words, expected] of asked) {
      await page.locator('.VPNavBarSearch button').first().click();
      await page.locator('.VPLocalSearchBox input').fill(words);
      // The box first shows what it found before; so the page itself is waited for.
      const found = page.locator(`.VPLocalSearchBox .result[href^="${expected}"]`).first();
      await found.waitFor({ timeout: 60_000 }).catch(() => missed.push(`${words} -> ${expected}`));
      await page.keyboard.press('Escape');
    }
    assert.deepEqual(missed, []);
  });

  it('finds pages that explain before names of the reference', async function () {
    if (browser === undefined) return this.skip();
    await page.goto(`${address}/start`, { waitUntil: 'networkidle' });
    for (const [words, expected] of [
      ['Adam', '/files'],
      ['Conv2d', '/coming-from'],
      ['resume', '/how-to/sweep'],
    ]) {
      await page.locator('.VPNavBarSearch button').first().click();
      await page.locator('.VPLocalSearchBox input').fill(words);
      const first = `.VPLocalSearchBox .results li:first-child .result[href^="${expected}"]`;
      await page.locator(first).waitFor({ timeout: 60_000 });
      await page.keyboard.press('Escape');
    }
  });

  it('has the reference of every public name', () => {
    for (const [file, name] of [
      ['reference/drumhead.html', 'oscillator'],
      ['reference/compile.html', 'fusionPlan'],
      ['reference/laws/index.html', 'check'],
      ['reference/networks.html', 'hornLayer'],
    ])
      assert.ok(
        readFileSync(join(site, file), 'utf8').includes(`id="${name.toLowerCase()}"`),
        `${file} ${name}`,
      );
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`no page has a violation that axe finds, ${colorScheme}`, async function () {
      if (browser === undefined) return this.skip();
      this.timeout(20 * 60_000);
      const tab = await browser.newPage({
        colorScheme,
        reducedMotion: 'reduce',
        viewport: { width: 1280, height: 900 },
      });
      const axe = createRequire(join(clone === '' ? root : clone, 'docs/package.json')).resolve(
        'axe-core/axe.min.js',
      );
      const found: string[] = [];
      for (const path of pages()) {
        await tab.goto(`${address}${path}`);
        await tab.locator('main, .VPHome').first().waitFor();
        await tab.addScriptTag({ path: axe });
        const said: readonly string[] = await tab.evaluate(
          `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
            violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ target }) => target).join(' | ')))`,
        );
        found.push(...said.map((each) => `${path} ${each}`));
      }
      await tab.close();
      assert.deepEqual(found, []);
    });

  it('shows types to the keyboard: one stop of Tab for a snippet, arrows within, Escape away', async function () {
    if (browser === undefined) return this.skip();
    const tab = await browser.newPage({ reducedMotion: 'reduce' });
    await tab.goto(`${address}/tutorial/1-a-string`, { waitUntil: 'networkidle' });
    const stops = tab.locator('.twoslash-hover > span[tabindex="0"]');
    assert.equal(await stops.count(), await tab.locator('.vp-doc .twoslash').count());
    await stops.first().focus();
    await tab.keyboard.press('ArrowRight');
    const type = tab.locator('.v-popper__popper--shown', { hasText: 'const coupling1d' });
    await type.waitFor();
    // Where the name is described by it, a screen reader says it.
    assert.equal(
      await tab.evaluate("document.activeElement.getAttribute('aria-describedby')"),
      await type.getAttribute('id'),
    );
    await tab.keyboard.press('Escape');
    await type.waitFor({ state: 'hidden' });
    await tab.close();
  });

  it('no page is wider than a phone', async function () {
    if (browser === undefined) return this.skip();
    this.timeout(10 * 60_000);
    const tab = await browser.newPage({ viewport: { width: 390, height: 844 } });
    const wide: string[] = [];
    for (const path of pages()) {
      // Until it is idle: types stand in place some time after the page is loaded.
      await tab.goto(`${address}${path}`, { waitUntil: 'networkidle' });
      const width = Number(await tab.evaluate('document.documentElement.scrollWidth'));
      if (width > 390) wide.push(`${path} ${width}`);
    }
    await tab.close();
    assert.deepEqual(wide, []);
  });

  it('shows each system and task, and plays it in the playground', async function () {
    if (browser === undefined) return this.skip();
    this.timeout(5 * 60_000);
    for (const [path, count] of [
      ['systems', systemNames.length],
      ['tasks', madeTasks.length],
    ] as const) {
      await page.goto(`${address}/${path}`);
      assert.equal(await page.locator('.live').count(), count);
      const broken = await page.evaluate(
        `Promise.all([...document.querySelectorAll('.live img')].map((img) => { img.loading = 'eager'; return img.decode().then(() => '', () => img.src); }))`,
      );
      assert.deepEqual(
        (broken as readonly string[]).filter((src) => src !== ''),
        [],
      );
    }
    await page.goto(`${address}/systems`);
    assert.equal(await page.locator('.live button').count(), systemNames.length);
    await page.getByRole('button', { name: 'Play Wave equation' }).click();
    await page.frameLocator('.live iframe').locator('[data-step]').waitFor({ timeout: 60_000 });
    await page.goto(`${address}/tasks`);
    assert.equal(await page.locator('.live button').count(), madeTasks.length);
    for (const [name, end] of [
      ['adding', /^Number 100 of 100; .* The answer: \d\.\d\d\.$/],
      ['copy', /^Step \d+ of \d+: .* is asked\.$/],
      ['wave-forecast', /^Frame 48, which is asked for\.$/],
      ['sequential-mnist', /^Pixel 784 of 784: 0\.\d\d\. The answer: \d\.$/],
    ] as const) {
      await page.getByRole('button', { name: `Watch a sample of ${name}` }).click();
      const time = page.getByRole('slider', { name: `Time of ${name}` });
      await page.locator('.film .said', { hasText: /\d/ }).waitFor();
      await time.press('End');
      assert.match((await time.getAttribute('aria-valuetext')) ?? '', end);
      await page.getByRole('button', { name: 'Back to the picture' }).click();
    }
    await page.getByRole('button', { name: 'Watch a network decide' }).first().click();
    await page
      .frameLocator('.live iframe')
      .getByText(/^wave, step \d/)
      .first()
      .waitFor({ timeout: 60_000 });
  });

  it('has a page of HTML that runs an exported model', async function () {
    if (browser === undefined) return this.skip();
    this.timeout(5 * 60_000);
    const html = fencedIn(readFileSync(join(root, 'docs/how-to/export-page.md'), 'utf8'), '<!doctype html>');
    assert.ok(html !== undefined);
    const folder = mkdtempSync(join(tmpdir(), 'drumhead-page-'));
    const stock = /https:[^"]*tf\.min\.js/;
    assert.match(html, stock);
    writeFileSync(join(folder, 'page.html'), html.replace(stock, 'tf.min.js'));
    cpSync(join(root, 'node_modules/@tensorflow/tfjs/dist/tf.min.js'), join(folder, 'tf.min.js'));
    const exported = await sh(
      `node ${join(root, 'bin/drumhead.js')} export tetrominoes/nwm-linear --untrained --preset quick --out model`,
      folder,
    );
    assert.equal(exported.status, 0, exported.stderr);
    drawPairs(join(folder, 'pairs'), 1, 32);
    const files = await serveFiles((path) => join(folder, path));
    const tab = await browser.newPage();
    const faults: string[] = [];
    tab.on('pageerror', (cause) => faults.push(cause.message));
    await tab.goto(`${files.origin}/page.html`);
    await tab.waitForFunction("document.querySelector('#classes').width === 32");
    await tab.waitForFunction("document.querySelector('input').onchange !== null");
    await tab.locator('input').setInputFiles(join(folder, 'pairs/images/0.png'));
    await tab.waitForFunction(
      "document.querySelector('#classes').getContext('2d').getImageData(31, 31, 1, 1).data[3] === 255",
      undefined,
      { timeout: 120_000 },
    );
    assert.deepEqual(faults, []);
    await tab.close();
    files.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('asks no other host for anything', async function () {
    if (browser === undefined) return this.skip();
    const asked: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(address) && !request.url().startsWith('data:')) asked.push(request.url());
    });
    for (const path of [
      '/',
      '/start',
      '/tutorial/2-a-drum',
      '/concepts/tensor',
      '/systems',
      '/reference/laws/',
    ])
      await page.goto(`${address}${path}`);
    assert.deepEqual(asked, []);
  });
});
