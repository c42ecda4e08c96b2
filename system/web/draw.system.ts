/** Draw and decide: every control, and its effect on the view. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { clickField, drawnOver, forSuite, openPage, shown, until } from './pages.js';

const wave = 'Wave of Neural Wave Machine';
const classes = 'Classes by Neural Wave Machine';
const picture = 'The picture';

describe('the playground: Draw and decide', () => {
  let browser: Browser;
  let page: Page;
  let faults: string[];

  forSuite('#/draw', (opened) => {
    ({ browser, page, faults } = opened);
  });

  const step = async (): Promise<number> =>
    Number(
      (
        await page
          .getByText(/^wave, step \d+/)
          .first()
          .textContent()
      )?.match(/step (\d+)/)?.[1] ?? -1,
    );
  const settle = (share: number): Promise<void> =>
    until(`the wave stands at ${share}`, async () => {
      const text =
        (await page
          .getByText(/^wave, step \d+/)
          .first()
          .textContent()) ?? '';
      const [, at, of] = text.match(/step (\d+) of (\d+)/) ?? [];
      return Number(at) === Math.round(share * Number(of));
    });
  const scrub = async (share: number): Promise<void> => {
    await page.getByLabel('Time').fill(String(1000 * share));
    await settle(share);
    // The words come first; the fields are drawn in the frame after them.
    await page.evaluate('new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))');
  };

  /** Pauses a run, in the page itself; one that ended before a slow machine came to it is begun again first. */
  const pause = (): Promise<void> =>
    until('it is paused', async () => {
      const said = await page.evaluate(`(() => {
        const button = document.querySelector('.transport button.primary');
        const said = button.textContent;
        if (said !== 'Play') button.click();
        return said;
      })()`);
      return said === 'Play';
    });

  it('plays by itself, and the wave and the classes change with time', async () => {
    await until('the wave runs', async () => (await step()) > 3);
    await pause();
    await scrub(0.1);
    const early = [await shown(page, wave), await shown(page, classes)];
    await scrub(0.9);
    await until('the wave is another', async () => (await shown(page, wave)) !== early[0]);
    await until('the classes are others', async () => (await shown(page, classes)) !== early[1]);
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByRole('button', { name: 'Again' }).waitFor();
    await page.getByRole('button', { name: 'Again' }).click();
    await pause();
    // What is paused has not ended: it began again.
    assert.ok((await step()) < 40);
  });

  it('the same time shows the same wave, to the pixel', async () => {
    await scrub(0.5);
    const once = await shown(page, wave);
    await scrub(0.8);
    await scrub(0.5);
    assert.equal(await shown(page, wave), once);
  });

  it('another sample is another picture', async () => {
    const before = await shown(page, picture);
    await page.getByRole('button', { name: 'Another' }).click();
    await page.getByText('test image 2').waitFor();
    await until('the picture is another', async () => (await shown(page, picture)) !== before);
  });

  it('drawing changes the picture and starts the wave afresh; Clear empties it', async () => {
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('your own').waitFor();
    const empty = await shown(page, picture);
    await page.getByRole('button', { name: 'Draw', exact: true }).click();
    await page.getByRole('button', { name: 'Colour 2' }).click();
    // A cell has a rim of another colour, as in the task; so has its button.
    assert.match(
      (await page.getByRole('button', { name: 'Colour 1' }).getAttribute('style')) ?? '',
      /rgb\(210, 120, 60\).*rgb\(59, 180, 90\)/,
    );
    for (const [x, y] of [
      [0.42, 0.5],
      [0.52, 0.5],
      [0.61, 0.5],
      [0.52, 0.4],
    ])
      await clickField(page, picture, x, y);
    await until('the drawing is there', async () => (await shown(page, picture)) !== empty);
    await until('it runs', async () => (await step()) > 0);
    await pause();
  });

  it('erasing while it runs damages the wave from then on', async () => {
    await scrub(0.8);
    const whole = await shown(page, wave);
    await scrub(0.4);
    await page.getByRole('button', { name: 'Erase' }).click();
    const before = await shown(page, picture);
    await clickField(page, picture, 0.61, 0.5);
    await until('the picture is erased there', async () => (await shown(page, picture)) !== before);
    await scrub(0.8);
    await until('the wave differs', async () => (await shown(page, wave)) !== whole);
  });

  it('a probe shows the wave of its pixel, its spectrum and the class probabilities', async () => {
    await page.getByRole('button', { name: 'Probe' }).click();
    await clickField(page, picture, 0.5, 0.5);
    await page.getByRole('heading', { name: /Probe at row \d+, column \d+/ }).waitFor();
    const own = page.locator('[data-model=nwm]');
    await until('its curve is there', async () =>
      /M\d/.test((await own.locator('svg').first().locator('path.line').first().getAttribute('d')) ?? ''),
    );
    assert.equal(await own.locator('svg').count(), 3);
    assert.match((await own.locator('h3').textContent()) ?? '', /: .+, \d+ %/);
    const said = await own.locator('svg').nth(2).getAttribute('aria-label');
    assert.match(
      said ?? '',
      /^Class probabilities of Neural Wave Machine at row \d+, column \d+: .+ \d+ percent$/,
    );
    assert.equal(await page.locator('[data-model=cnn] svg').count(), 1);
  });

  it('the light cone is drawn around what the pixel can know, and grows', async () => {
    await scrub(0.05);
    const bare = await drawnOver(page, wave);
    await page.getByLabel('Light cone').check();
    await until('a line is drawn', async () => (await drawnOver(page, wave)) > bare);
    const small = await drawnOver(page, wave);
    await scrub(0.12);
    await until('the line is longer', async () => (await drawnOver(page, wave)) > small);
    await page.getByLabel('Light cone').uncheck();
    await until('the line is gone', async () => (await drawnOver(page, wave)) === bare);
  });

  it('the keyboard draws and probes, and says where it is', async () => {
    await page.getByRole('button', { name: 'Probe' }).click();
    await page.locator(`[aria-label^="${classes}"]`).focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Shift+ArrowUp');
    assert.match(
      (await page.locator(`[aria-label^="${classes}"] [aria-live]`).textContent()) ?? '',
      /^row \d+, column \d+, .+ percent$/,
    );
    const heading = page.getByRole('heading', { name: /Probe at/ });
    const before = await heading.textContent();
    await page.keyboard.press('Enter');
    await until('the probe moves', async () => (await heading.textContent()) !== before);
  });

  it('trained and untrained are one switch', async () => {
    await page.getByRole('button', { name: 'Untrained' }).click();
    await page.getByText('initial weights, before any training').first().waitFor();
    await page.getByRole('button', { name: 'Trained', exact: true }).click();
    await until('it says so', async () => (await page.getByText('before any training').count()) === 0);
  });

  for (const [task, title, size] of [
    ['mnist', 'Digits', 28],
    ['polygons', 'Polygons', 40],
    ['mazes', 'Mazes', 11],
    ['tetrominoes', 'Tetrominoes', 32],
  ] as const)
    it(`${title}: three trained networks of about equal size, each with its score and its report`, async () => {
      await page.getByLabel('Task').selectOption(task);
      await until('its picture is there', async () =>
        (await shown(page, picture)).startsWith(`${size}x${size} `),
      );
      await page.getByText(`test image 1, ${size} × ${size}`).waitFor();
      const counts: number[] = [];
      for (const model of ['Neural Wave Machine', 'ConvLSTM', 'CNN']) {
        const panel = page.getByRole('region', { name: model, exact: true });
        const said = await panel.textContent();
        counts.push(Number(said?.match(/([\d,]+) parameters/)?.[1].replace(',', '')));
        assert.match(
          said ?? '',
          /\d % of the shapes right, IoU 0\.[1-9]\d\d, on test images; drumhead run web/,
        );
        const report = await panel.getByRole('link', { name: 'its report' }).getAttribute('href');
        assert.equal((await page.request.get(new URL(report ?? '', page.url()).href)).status(), 200);
      }
      assert.ok(Math.max(...counts) / Math.min(...counts) < 1.02, String(counts));
      await until('the classes are known', async () =>
        /\d % of the shapes right/.test(
          (await page
            .getByRole('region', { name: 'CNN', exact: true })
            .locator('figcaption')
            .last()
            .textContent()) ?? '',
        ),
      );
      await pause();
      const first = await shown(page, picture);
      await page.getByRole('button', { name: 'Another' }).click();
      await until('the picture is another', async () => (await shown(page, picture)) !== first);
      await pause();
    });

  it('says whose the digits are, and shows several on one picture', async () => {
    await page.getByLabel('Task').selectOption('multi-mnist');
    await page.getByText('MNIST, Yann LeCun and Corinna Cortes, CC BY-SA 3.0').waitFor();
    await until('its picture is there', async () => (await shown(page, picture)).startsWith('48x48 '));
    await page.getByText('as they begin').waitFor();
    await pause();
    await page.getByLabel('Task').selectOption('tetrominoes');
    await until('it is back', async () => (await shown(page, picture)).startsWith('32x32 '));
    await pause();
    await page.getByRole('button', { name: 'Probe' }).click();
    await clickField(page, picture, 0.5, 0.5);
    await page.getByRole('heading', { name: /Probe at/ }).waitFor();
  });

  it('a picture of one’s own is cut, shown and read; what is no picture is refused in words', async () => {
    const before = await shown(page, picture);
    await page.locator('input[type=file]').setInputFiles({
      name: 'own.svg.png',
      mimeType: 'image/png',
      buffer: readFileSync(new URL('../../docs/waves.gif', import.meta.url)),
    });
    await until('it is shown', async () => (await shown(page, picture)) !== before);
    await page.locator('input[type=file]').setInputFiles({
      name: 'bad.png',
      mimeType: 'image/png',
      buffer: Buffer.from('no picture'),
    });
    await page.getByRole('alert').getByText('not a picture').waitFor();
  });

  it('a link holds the drawing, the time and the probe', async () => {
    await scrub(0.3);
    const drawing = await shown(page, picture);
    await until('the address has a state', async () => /#\/draw\/.{10}/.test(page.url()));
    await page.waitForTimeout(600);
    const link = page.url();
    assert.ok(link.length < 4000, `${link.length} letters`);
    const other = await openPage(browser, link);
    await until('the drawing is there', async () => (await shown(other.page, picture)) === drawing);
    await other.page.getByRole('heading', { name: /Probe at/ }).waitFor();
    assert.match(
      (await other.page
        .getByText(/^\d+ %$/)
        .first()
        .textContent()) ?? '',
      /^30 %$/,
    );
    assert.deepEqual(other.faults, []);
    await other.page.close();
  });

  it('no fault was met on the way', () => assert.deepEqual(faults, []));
});
