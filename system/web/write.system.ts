/** Write and Train: types in the page, programs in a sandbox, training in a worker. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { forSuite, type Site, shown, until } from './pages.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { deflateSync, unzipSync }: typeof import('fflate') = createRequire(join(root, 'web/package.json'))(
  'fflate',
);

/** A link to a program, packed as the page does it. */
const linkTo = (text: string): string => {
  const json = Buffer.from(JSON.stringify({ text }));
  const all = Buffer.alloc(4 + json.length);
  all.writeUInt32BE(json.length);
  json.copy(all, 4);
  return Buffer.from(deflateSync(all, { level: 9 })).toString('base64url');
};

describe('the playground: Write and Train', () => {
  let site: Site;
  let page: Page;
  let faults: string[];

  forSuite('#/write', (opened) => {
    ({ site, page, faults } = opened);
  });

  const problems = (): Promise<string | null> =>
    page.locator('[data-problems]').getAttribute('data-problems');
  const write = async (text: string): Promise<void> => {
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(text);
  };
  const open = async (text: string): Promise<void> => {
    await page.goto('about:blank');
    await page.goto(`${site.address}#/write/${linkTo(text)}`);
    await page.locator('.cm-content').waitFor();
  };

  it('knows the types of the first program, which has no errors', async () => {
    await until('types are there', async () => (await problems()) === '0');
  });

  it('shows the type of what one points at', async () => {
    await page.locator('.cm-content').getByText('neighbours', { exact: true }).first().hover();
    await page.locator('.type-tip', { hasText: 'const neighbours' }).waitFor();
    await page.mouse.move(5, 5);
  });

  it('runs when told to: diagram, cost, light cone and waves', async () => {
    assert.equal(await page.locator('[data-fact=parameters]').count(), 0);
    await page.getByRole('button', { name: 'Run' }).click();
    await page.locator('[data-fact=parameters]').waitFor();
    assert.equal(await page.locator('[data-fact=parameters]').textContent(), '4,144, 4,144 of them trained');
    assert.ok((await page.locator('.diagram .box').count()) > 10);
    await page
      .getByText(/what the middle pixel of logits sees of image: radius 12 after all steps/)
      .waitFor();
    const film = 'The output waves';
    const before = await shown(page, film);
    await until('the waves move', async () => (await shown(page, film)) !== before);
  });

  it('follows what is typed once it runs: another size gives another cost', async () => {
    const text = (await page.locator('.cm-line').allTextContents()).join('\n');
    await write(text.replace('[24, 40]', '[16, 30]'));
    await page.getByText('image [16,16,3] → logits [16,16,6], waves [30,16,16,2]').waitFor();
  });

  it('underlines a shape that does not fit, with the compiler’s sentence', async () => {
    await write(
      "import { add, zeros } from 'drumhead';\nexport const sum = add(zeros(64, 64, 2), zeros(64, 64, 3));\n",
    );
    await until('an error is counted', async () => (await problems()) === '1');
    await page.locator('.cm-lintRange-error').first().hover();
    await page.locator('.cm-diagnostic', { hasText: 'add: expected [64,64,2], got [64,64,3]' }).waitFor();
    await page.mouse.move(5, 5);
  });

  it('a fault of the build points at its line', async () => {
    await write(
      "import { add, program, zeros } from 'drumhead';\n\nconst side: number = 5;\nexport default program({ x: [4, 4, 1] }, ({ x }) => ({\n  y: add(x, zeros(side, 4, 1)),\n}));\n",
    );
    await page
      .getByRole('alert')
      .getByText(/^Line 5: add: /)
      .waitFor();
  });

  it('code of a link runs only after Run is pressed, and a loop is ended', async () => {
    await open("import 'drumhead';\nfor (;;) {}\n");
    await page.getByText(/came with a link. It runs only after you press Run/).waitFor();
    await page.waitForTimeout(1500);
    assert.equal(await page.locator('iframe').count(), 0);
    await page.getByRole('button', { name: 'Run' }).click();
    await page.locator('iframe').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'End' }).click();
    await until('its frame is gone', async () => (await page.locator('iframe').count()) === 0);
    await page.getByRole('alert').getByText('The program was ended.').waitFor();
    assert.equal(await page.evaluate('1 + 1'), 2);
  });

  it('code has no network, no origin, no page and no storage', async () => {
    const asked = [...site.sent.keys()].length;
    await open(
      [
        'const g: any = globalThis;',
        'const tried: string[] = [];',
        "for (const name of ['fetch', 'XMLHttpRequest', 'WebSocket', 'indexedDB', 'caches', 'importScripts', 'document', 'parent'])",
        "  tried.push(name + ' ' + typeof g[name]);",
        "tried.push('origin ' + g.origin);",
        'let nested = "made";',
        "try { new g.Worker('https://example.org/x.js'); } catch { nested = 'refused'; }",
        'console.log(tried.join(", "), "worker", nested);',
        "import('https://example.org/x.js').then(() => console.log('loaded'), () => undefined);",
        'export default 1;',
      ].join('\n'),
    );
    await page.getByRole('button', { name: 'Run' }).click();
    const said = page.locator('.said');
    await said.waitFor();
    assert.equal(
      await said.textContent(),
      'fetch undefined, XMLHttpRequest undefined, WebSocket undefined, indexedDB undefined, caches undefined, importScripts undefined, document undefined, parent undefined, origin null worker refused',
    );
    await page
      .getByRole('alert')
      .getByText(/no program as its default export/)
      .waitFor();
    assert.ok([...site.sent.keys()].length >= asked);
  });

  it('what comes out of the sandbox is read like a foreign file', async () => {
    await open(
      'const g: any = globalThis;\ng.postMessage({ program: \'{"language":1,"nodes":[{"op":{"op":"steal"}}],"outputs":{}}\', experiment: \'{}\' });\nexport default 1;\n',
    );
    await page.getByRole('button', { name: 'Run' }).click();
    await page
      .getByRole('alert')
      .getByText(/the program: /)
      .waitFor();
  });

  it('examples of the gallery open without type errors and run', async () => {
    await page.goto('about:blank');
    await page.goto(`${site.address}#/write`);
    const select = page.getByRole('combobox', { name: 'Example' });
    await until('types are there', async () => (await problems()) === '0');
    await page.getByRole('button', { name: 'Run' }).click();
    for (const title of ['Two speeds', 'Fourier operator']) {
      await select.selectOption({ label: title });
      await until(`${title} has no errors`, async () => (await problems()) === '0');
      await page.getByRole('button', { name: 'Run' }).waitFor();
      assert.equal(await page.getByRole('alert').count(), 0, title);
    }
    await page.locator('[data-fact=parameters]').waitFor();
  });

  it('trains the program of the editor, stops, goes on, and saves what drumhead takes', async () => {
    await page.getByRole('combobox', { name: 'Example' }).selectOption({ label: 'Neural Wave Machine' });
    await page.getByText('image [24,24,3] → logits [24,24,6], waves [40,24,24,2]').waitFor();
    await page.getByRole('link', { name: 'Train it' }).click();
    await page.getByText('my/waves').waitFor();
    const steps = async (): Promise<number> =>
      Number.parseInt((await page.locator('[data-fact=steps]').textContent()) ?? '0', 10);
    const loss = async (): Promise<number> => Number(await page.locator('[data-fact=loss]').textContent());
    await page.getByRole('button', { name: 'Start' }).click();
    await until('it has begun', async () => (await steps()) >= 4);
    const early = await loss();
    await until('it goes on', async () => (await steps()) >= 60, 120);
    assert.ok((await loss()) < early, `${await loss()} after ${early}`);
    assert.match((await page.locator('[data-fact=accuracy]').textContent()) ?? '', /^\d+\.\d %, IoU/);
    await page.getByLabel('Classes that the program says of image 4').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Go on' }).waitFor();
    const still = await steps();
    await page.getByRole('button', { name: 'Go on' }).click();
    await until('it goes on', async () => (await steps()) > still);
    await page.getByRole('button', { name: 'Stop' }).click();
    const folder = mkdtempSync(join(tmpdir(), 'drumhead-web-'));
    for (const [button, file] of [
      ['Program and weights', 'trained/program.json'],
      ['GraphModel', 'model/model.json'],
    ]) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: button }).click(),
      ]);
      const files = unzipSync(readFileSync(await download.path()));
      assert.ok(Object.hasOwn(files, file), Object.keys(files).join(' '));
      for (const [name, bytes] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), bytes);
      }
    }
    const drumhead = (...args: readonly string[]): string => {
      const { status, stderr, stdout } = spawnSync(
        process.execPath,
        [join(root, 'bin/drumhead.js'), ...args],
        { cwd: folder, encoding: 'utf8' },
      );
      assert.equal(status, 0, stderr);
      return stdout + stderr;
    };
    drumhead('export', 'trained', '--format', 'program', '--out', 'again');
    assert.deepEqual(
      readFileSync(join(folder, 'again/program.bin')),
      readFileSync(join(folder, 'trained/program.bin')),
    );
    // The run folder of the same moment is an unfinished run, at the step of the page.
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Run folder' }).click(),
    ]);
    const files = unzipSync(readFileSync(await download.path()));
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, 'runs', name)), { recursive: true });
      writeFileSync(join(folder, 'runs', name), bytes);
    }
    const command = (await page.getByText(/^drumhead run runs/).textContent()) ?? '';
    const run = command.slice('drumhead run '.length);
    assert.ok(existsSync(join(folder, run, 'checkpoint.json')), run);
    assert.match(drumhead('status'), /my\/waves/);
    drumhead('report', run);
    rmSync(folder, { recursive: true });
  });

  it('no fault was met on the way', () =>
    assert.deepEqual(
      faults.filter((fault) => !fault.includes('Content Security Policy') && !fault.includes('example.org')),
      [],
    ));
});
