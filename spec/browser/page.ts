/** A page that has drumhead/browser: bundled, served on this machine only, opened in a browser that is installed. */

import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { browserPath, launch } from '../compile/graph-model/browser.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const html = `<!doctype html>
<meta charset="utf-8">
<title>drumhead in a page</title>
<link rel="icon" href="data:,">
<script type="module" src="/page.js"></script>
`;

/** Files by path: the page, whose module is this text, and the worker with its parts. */
const filesOf = async (contents: string): Promise<ReadonlyMap<string, string>> => {
  const { outputFiles } = await build({
    entryPoints: { worker: 'src/browser/worker.ts', page: 'drumhead-page' },
    absWorkingDir: root,
    plugins: [
      {
        name: 'page',
        setup: ({ onResolve, onLoad }) => {
          onResolve({ filter: /^drumhead-page$/ }, () => ({ path: 'page', namespace: 'page' }));
          onLoad({ filter: /.*/, namespace: 'page' }, () => ({ contents, resolveDir: root, loader: 'ts' }));
        },
      },
    ],
    bundle: true,
    platform: 'browser',
    format: 'esm',
    splitting: true,
    outdir: 'out',
    write: false,
    logLevel: 'silent',
  });
  return new Map([
    ['/', html],
    ...outputFiles.map(({ path, text }): [string, string] => [path.replace(/^.*\/out/, ''), text]),
  ]);
};

/** A page in a browser. */
export interface Opened {
  readonly page: Page;
  readonly version: string;
  /** The scripts that were sent so far. */
  readonly sent: () => readonly string[];
  readonly close: () => Promise<void>;
}

/**
 * Opens a page with this module, which sets `window.ready`. Undefined where there is no browser, or it does not start here.
 *
 * @param isolated whether the page may share memory between threads (COOP and COEP)
 */
export const openPage = async (contents: string, isolated = false): Promise<Opened | undefined> => {
  const path = browserPath();
  if (path === undefined) return undefined;
  let browser: Browser;
  try {
    browser = await launch(path);
  } catch {
    return undefined;
  }
  const files = await filesOf(contents);
  const sent: string[] = [];
  const server = createServer((request, response) => {
    const found = files.get(new URL(request.url ?? '/', 'http://127.0.0.1').pathname);
    response.writeHead(found === undefined ? 404 : 200, {
      'content-type': found === html ? 'text/html' : 'text/javascript',
      ...(isolated
        ? {
            'cross-origin-opener-policy': 'same-origin',
            'cross-origin-embedder-policy': 'require-corp',
            'cross-origin-resource-policy': 'same-origin',
          }
        : {}),
    });
    sent.push(found ?? '');
    response.end(found ?? '');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  await page.goto(`http://127.0.0.1:${port}/`);
  try {
    await page.waitForFunction('window.ready === true', undefined, { timeout: 20_000 });
  } catch (cause) {
    await browser.close();
    server.close();
    throw new Error(`the page did not become ready: ${problems.join('; ')}; ${cause}`);
  }
  return {
    page,
    version: browser.version(),
    sent: () => sent,
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
};
