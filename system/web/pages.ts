/** The built playground, served to a real browser, with or without the headers that isolate pages. */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { browserPath, launch } from '../../spec/compile/graph-model/browser.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const dist = join(root, 'web/dist');

/** The newest change below a folder, in milliseconds, without installed and built files. */
const newest = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true }).reduce((latest, entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return latest;
    const path = join(folder, entry.name);
    return Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }, 0);

/** Builds the pages unless they are newer than all of their sources. */
export const built = (): void => {
  const page = join(dist, 'sw.js');
  const sources = Math.max(newest(join(root, 'web')), newest(join(root, 'src')));
  if (existsSync(page) && statSync(page).mtimeMs > sources) return;
  const { status, stdout, stderr } = spawnSync('npm', ['run', '-s', 'web:build'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`npm run web:build\n${stdout}\n${stderr}`);
};

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.bin': 'application/octet-stream',
};

export interface Site {
  readonly address: string;
  /** Bytes that were sent so far, by path, counted as they are on the disk. */
  readonly sent: Map<string, number>;
  readonly close: () => void;
}

/**
 * Serves the pages in a subfolder of the server, as a person might, optionally with the headers that isolate
 * pages.
 */
export const serveSite = async (isolated = false): Promise<Site> => {
  const sent = new Map<string, number>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const name = pathname.startsWith('/play/') ? pathname.slice(6) || 'index.html' : undefined;
    const file = name === undefined || name.includes('..') ? undefined : join(dist, name);
    if (file === undefined || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404);
      response.end();
      return;
    }
    const bytes = readFileSync(file);
    sent.set(name ?? '', bytes.length);
    response.writeHead(200, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      ...(isolated
        ? {
            'cross-origin-opener-policy': 'same-origin',
            'cross-origin-embedder-policy': 'require-corp',
            'cross-origin-resource-policy': 'same-origin',
          }
        : {}),
    });
    response.end(bytes);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    address: `http://127.0.0.1:${port}/play/`,
    sent,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

/** A browser for a suite; null if there is none, which is reported once. */
export const openBrowser = async (): Promise<Browser | null> => {
  const path = browserPath();
  if (path === undefined) {
    console.log(
      '    no browser: install Chromium, or name one in the variable CHROMIUM, to try the playground',
    );
    return null;
  }
  return launch(path);
};

/** A page of the site that records every fault, refused request and policy message. */
export interface Tried {
  readonly page: Page;
  readonly faults: string[];
}

export const openPage = async (
  browser: Browser,
  address: string,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<Tried> => {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 900 },
    serviceWorkers: 'block',
    ...options,
  });
  page.setDefaultTimeout(60_000);
  const faults: string[] = [];
  page.on('pageerror', (cause) => faults.push(cause.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.goto(address);
  return { page, faults };
};

/** A digest of a field's view: of the pixels of its first canvas. */
export const shown = (page: Page, label: string): Promise<string> =>
  page.evaluate(`(() => {
    const canvas = document.querySelector('[aria-label^=${JSON.stringify(JSON.stringify(label)).slice(1, -1)}] canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let digest = 7;
    for (const byte of data) digest = (Math.imul(digest, 31) + byte) | 0;
    return canvas.width + 'x' + canvas.height + ' ' + digest;
  })()`);

/** The number of pixels drawn over a field. */
export const drawnOver = (page: Page, label: string): Promise<number> =>
  page.evaluate(`(() => {
    const canvas = document.querySelector('[aria-label^=${JSON.stringify(JSON.stringify(label)).slice(1, -1)}] canvas.over');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) count += 1;
    return count;
  })()`);

/** Clicks a place of a field, given in shares of its sides. */
export const clickField = async (page: Page, label: string, x: number, y: number): Promise<void> => {
  const field = page.locator(`[aria-label^="${label}"]`);
  await field.scrollIntoViewIfNeeded();
  const box = await field.boundingBox();
  if (box === null) throw new Error(`no field ${label}`);
  await page.mouse.click(box.x + x * box.width, box.y + y * box.height);
};

/** Sets a slider, with the events of a person's drag. */
export const slide = (page: Page, label: string, value: number): Promise<void> =>
  page.locator('label.field', { hasText: label }).locator('input[type=range]').first().fill(String(value));

/** Waits until something is true. */
export const until = async (what: string, holds: () => Promise<boolean>, seconds = 60): Promise<void> => {
  for (let tries = 0; tries < seconds * 10; tries++) {
    if (await holds()) return;
    await new Promise((next) => setTimeout(next, 100));
  }
  throw new Error(`it did not come to be that ${what}`);
};

/**
 * Opens a page of the playground before the tests of a suite and closes it after them; without a browser the
 * suite is skipped.
 */
export const forSuite = (
  hash: string,
  take: (opened: {
    readonly browser: Browser;
    readonly site: Site;
    readonly page: Page;
    readonly faults: string[];
  }) => void,
): void => {
  let browser: Browser | null = null;
  let site: Site | undefined;
  before(async function () {
    browser = await openBrowser();
    if (browser === null) return this.skip();
    built();
    site = await serveSite();
    const { page, faults } = await openPage(browser, `${site.address}${hash}`);
    take({ browser, site, page, faults });
  });
  after(async () => {
    await browser?.close();
    site?.close();
  });
};
