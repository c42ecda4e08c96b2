/** Wave lab: every system, every setting, and the measurements. */

import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { lowestModes } from '../../src/drums/eigen.js';
import { systemCodecs } from '../../src/models/systems/index.js';
import { openSystem } from '../../web/src/engine/system.js';
import { unpackLab } from '../../web/src/lab/state.js';
import { defaultsOf, labSystems, limitOf } from '../../web/src/lab/systems.js';
import { readAddress } from '../../web/src/state/address.js';
import { clickField, forSuite, openPage, shown, slide, until } from './pages.js';

describe('the playground: Wave lab', () => {
  let browser: Browser;
  let page: Page;
  let faults: string[];

  forSuite('#/lab', (opened) => {
    ({ browser, page, faults } = opened);
  });

  const step = async (): Promise<number> =>
    Number(await page.locator('[data-step]').getAttribute('data-step'));
  const choose = async (title: string): Promise<void> => {
    await page.getByRole('combobox', { name: 'System' }).selectOption({ label: title });
    await page.locator(`[aria-label^="${title}:"]`).waitFor();
  };
  const pause = async (): Promise<void> => {
    const button = page.getByRole('button', { name: 'Pause' });
    if ((await button.count()) > 0) await button.click();
    await page.getByRole('button', { name: 'Run' }).waitFor();
    let before = await step();
    await until('it stands still', async () => {
      await page.waitForTimeout(150);
      const now = await step();
      const still = now === before;
      before = now;
      return still;
    });
  };

  it('has every system of the library and every setting of each', () => {
    const own = new Set(['name', 'steps', 'height', 'width', 'size']);
    for (const [name, codec] of Object.entries(systemCodecs)) {
      const found = labSystems.find((each) => each.name === name);
      assert.ok(found, name);
      const decoded = codec.decode({ name });
      if (decoded._tag === 'Left') return assert.fail(name);
      const wanted = Object.entries(decoded.right).filter(([key]) => !own.has(key));
      assert.deepEqual(
        Object.fromEntries(
          found.settings.filter((each) => !own.has(each.name)).map(({ name: key, value }) => [key, value]),
        ),
        Object.fromEntries(wanted),
        name,
      );
    }
  });

  it('a drum is plucked, keeps its energy, and shows its spectrum, k-omega and phase', async () => {
    await until('it runs', async () => (await step()) > 60);
    await page.getByText(/dispersion of the lattice/).waitFor();
    await page.locator('section[aria-label=Phase] p, section[aria-label=Phase] figure').first().waitFor();
    await pause();
    const drift = (await page.locator('section[aria-label=Energy] .caption').textContent()) ?? '';
    const percent = Math.abs(Number(drift.match(/([\d.e-]+) %/)?.[1]));
    assert.ok(percent < 0.01, drift);
    assert.equal(await page.locator('section[aria-label="Spectrum of the probe"] path.line').count(), 2);
  });

  it('a standing wave is one tone: every site keeps its share of it, and a link holds it', async () => {
    const drum = labSystems[0];
    const { run, shape } = openSystem({ name: 'drum', values: defaultsOf(drum), seed: 0, shape: 'star' });
    const inside = Uint8Array.from(run(0, 0).walls, (wall) => 1 - wall);
    const { vectors } = lowestModes({ rows: 64, columns: 64, inside, corner: [0, 0] }, 3);
    shape(vectors[2]);
    const begun = run(0, 0).values.slice();
    const middle = begun.indexOf(1);
    const later = run(40, 0).values;
    assert.ok(begun.every((value, site) => Math.abs(later[site] - later[middle] * value) < 1e-4));
    assert.ok(Math.abs(later[middle]) < 0.99, 'it moves');
    await choose('Drum of any shape');
    await page.getByRole('combobox', { name: 'Begins with' }).selectOption({ value: '2' });
    await page.getByText(/^Mode 2: one tone, \d+\.\d+ steps a period/).waitFor();
    await until(
      'the address names it',
      async () => unpackLab(readAddress(new URL(page.url()).hash).state)?.mode === 2,
    );
    const other = await openPage(browser, page.url());
    await other.page.getByText(/^Mode 2: one tone/).waitFor();
    await other.page.close();
    await page.getByRole('combobox', { name: 'Begins with' }).selectOption({ value: '0' });
    await page.getByText(/^Mode 2: one tone/).waitFor({ state: 'detached' });
    await pause();
  });

  it('plucking, walls and media change what is seen', async () => {
    await pause();
    const field = 'Drum of any shape';
    const still = await shown(page, field);
    await clickField(page, field, 0.4, 0.4);
    await until('the pluck is seen', async () => (await shown(page, field)) !== still);
    const plucked = await shown(page, field);
    await page.getByRole('button', { name: 'Cut away' }).click();
    await clickField(page, field, 0.6, 0.6);
    await until('the wall is seen', async () => (await shown(page, field)) !== plucked);
    await page.getByRole('button', { name: 'Step', exact: true }).click();
    const cut = await shown(page, field);
    await page.getByRole('button', { name: 'Add drum' }).click();
    await clickField(page, field, 0.6, 0.6);
    await until('the drum is whole', async () => (await shown(page, field)) !== cut);
    await page.getByRole('button', { name: 'Medium' }).click();
    await page.locator('label.field', { hasText: 'painted with' }).locator('input').fill('0.2');
    await clickField(page, field, 0.5, 0.3);
    await page.getByRole('button', { name: 'Probe', exact: true }).click();
    const before = page.url();
    await clickField(page, field, 0.3, 0.5);
    await until('the address knows the probe', async () => page.url() !== before);
    const link = page.url();
    const other = await openPage(browser, link);
    await other.page.locator(`[aria-label^="${field}"]`).waitFor();
    assert.deepEqual(other.faults, []);
    await other.page.close();
  });

  it('a time step that would blow up is marked with its law, does blow up, and is mended', async () => {
    await choose('Wave equation');
    assert.equal(await page.locator('.warning').count(), 0);
    await slide(page, 'time step h', 0.75);
    await page.getByText('stability: h² (8c² + ω) + 2hα < 4').first().waitFor();
    const run = page.getByRole('button', { name: 'Run' });
    if ((await run.count()) > 0) await run.click();
    await page.getByText(/It blew up/).waitFor();
    await page.getByRole('button', { name: /^Take 0\.6/ }).click();
    await until('it is mended', async () => (await page.getByText(/It blew up/).count()) === 0);
    await until('it runs', async () => (await step()) > 20);
    const limit = limitOf('wave', { speed: 1, omega: 0, alpha: 0 }, {});
    assert.ok(limit !== undefined && Math.abs(limit.dt - Math.SQRT1_2) < 1e-12);
  });

  it('laws have a badge each, on the settings and on the screen', async () => {
    await slide(page, 'sites a side', 16);
    await page.getByRole('button', { name: 'Try the laws' }).click();
    await page.locator('.laws li', { hasText: 'modified energy' }).locator('.badge.good').waitFor();
    await page.locator('.laws li', { hasText: 'modified energy' }).getByText('on screen too').waitFor();
    // A fast machine may have tried them all by now.
    if ((await page.getByRole('button', { name: 'Stop' }).count()) === 0)
      await page.getByRole('button', { name: 'Try the laws' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('stopped').waitFor();
  });

  it('every system runs and moves', async () => {
    for (const { title } of labSystems) {
      await choose(title);
      await until(`${title} runs`, async () => (await step()) > 1);
      const field = `${title}:`;
      const before = await shown(page, field);
      await until(`${title} moves`, async () => (await shown(page, field)) !== before);
      assert.equal(await page.getByText(/It blew up/).count(), 0, title);
    }
  });

  it('a probe sounds; two drums sound alike: their tones stand at the same places', async () => {
    await choose('Drum of any shape');
    await page.getByRole('button', { name: 'Listen to the probe' }).click();
    await page.getByText(/^played 6000 steps at \d+ steps a second$/).waitFor();
    await slide(page, 'sites a side', 32);
    await page.getByRole('button', { name: 'Two drums that sound alike' }).click();
    const paths = page.locator('section[aria-label=Sound] path.line');
    await until('both spectra are there', async () => (await paths.count()) === 2);
    const peaks = await Promise.all(
      [0, 1].map(async (i) => {
        const ys = [...((await paths.nth(i).getAttribute('d')) ?? '').matchAll(/ ([\d.]+)/g)].map(([, y]) =>
          Number(y),
        );
        return ys.flatMap((y, k) => (y < (ys[k - 1] ?? 99) && y <= (ys[k + 1] ?? 99) && y < 96 ? [k] : []));
      }),
    );
    const alike = peaks[0].filter((k) => peaks[1].some((other) => Math.abs(other - k) <= 2));
    assert.ok(alike.length >= 2, JSON.stringify(peaks));
  });

  it('no fault was met on the way', () => assert.deepEqual(faults, []));
});
