/** A browser that is there, and a server of a few files for it. Nothing is installed or downloaded. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as t from 'io-ts';
import { type Browser, chromium, type Page } from 'playwright-core';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Where a Chromium is installed, if one is. The variable CHROMIUM names another place; empty, there is none. */
export const browserPath = (): string | undefined => {
  const { CHROMIUM } = process.env;
  return (CHROMIUM === undefined ? places : [CHROMIUM]).find((path) => path !== '' && existsSync(path));
};

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

const resolve = createRequire(import.meta.url).resolve;
const packageOf = (name: string): string => join(dirname(resolve(`${name}/package.json`)), 'dist');

/** Plain TensorFlow.js as it lies in node_modules, and the page that loads it. */
const stock: Readonly<Record<string, string>> = {
  '/': fileURLToPath(new URL('page.html', import.meta.url)),
  '/tf.min.js': join(packageOf('@tensorflow/tfjs'), 'tf.min.js'),
  '/tf-backend-wasm.min.js': join(packageOf('@tensorflow/tfjs-backend-wasm'), 'tf-backend-wasm.min.js'),
  ...Object.fromEntries(
    ['tfjs-backend-wasm', 'tfjs-backend-wasm-simd', 'tfjs-backend-wasm-threaded-simd'].map((name) => [
      `/${name}.wasm`,
      join(packageOf('@tensorflow/tfjs-backend-wasm'), `${name}.wasm`),
    ]),
  ),
};

export interface Served {
  readonly origin: string;
  readonly close: () => void;
}

/** Serves the page, TensorFlow.js, and the files of a folder under /models. */
export const serve = (models: string): Promise<Served> =>
  serveFiles((path) =>
    /^\/models(\/[\w-][\w.-]*)+$/.test(path) ? join(models, path.slice(8)) : stock[path],
  );

/** Serves the file that a path stands for, if it stands for one, on this machine only. */
export const serveFiles = async (fileOf: (path: string) => string | undefined): Promise<Served> => {
  const server = createServer((request, response) => {
    const file = fileOf(new URL(request.url ?? '/', 'http://127.0.0.1').pathname) ?? '';
    readFile(file).then(
      (bytes) => {
        response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
        response.end(bytes);
      },
      () => {
        response.writeHead(404);
        response.end();
      },
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** WebGL on the processor, where there is no graphics card. */
const software = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

const Found = t.type({ classes: t.array(t.number), backend: t.string, seconds: t.array(t.number) });
/** What the page answers. */
export type Found = t.TypeOf<typeof Found>;

/** The page in a browser. */
export interface Stranger {
  readonly version: string;
  readonly has: (backend: string) => Promise<boolean>;
  readonly classesOf: (
    backend: string,
    url: string,
    shape: readonly number[],
    image: Float32Array,
    /** How many runs more are timed. */
    runs?: number,
  ) => Promise<Found>;
  readonly close: () => Promise<void>;
}

export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: [...quiet, ...software] });

export const openPage = async (executablePath: string, origin: string): Promise<Stranger> => {
  const browser = await launch(executablePath);
  const page: Page = await browser.newPage();
  await page.goto(`${origin}/`);
  const call = (name: string, ...values: readonly unknown[]): Promise<unknown> =>
    page.evaluate(`${name}(${values.map((value) => JSON.stringify(value)).join(',')})`);
  return {
    version: browser.version(),
    has: async (backend) => (await call('has', backend)) === true,
    classesOf: async (backend, url, shape, image, runs = 0) => {
      const found = Found.decode(await call('classesOf', backend, url, shape, [...image], runs));
      if (found._tag === 'Left') throw new Error('the page answered something else');
      return found.right;
    },
    close: () => browser.close(),
  };
};
