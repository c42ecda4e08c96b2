/** What a page loads of `drumhead/browser`: nothing of Node, no TensorFlow.js unless it is asked for, and not many bytes. */

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A page with this text, bundled as a browser takes it: a Node built-in in its imports is an error of the bundler. */
const bundled = async (contents: string) => {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    platform: 'browser',
    format: 'esm',
    minify: true,
    splitting: true,
    outdir: 'out',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const inputs = Object.keys(metafile.inputs);
  return {
    packages: new Set(
      inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.slice(1) ?? []),
    ),
    bytes: outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0),
  };
};

describe('a bundle of drumhead/browser', function () {
  this.timeout(20_000);

  it('has no Node built-in and no TensorFlow.js among its imports', async () => {
    const { packages } = await bundled(`export * from './src/browser/index.ts';`);
    assert.deepEqual(
      [...packages].filter((name) => name.startsWith('@tensorflow/')),
      [],
    );
  });

  it('is less than 150 kB, gzipped, with the language and fused kernels', async () => {
    const { bytes } = await bundled(`
      export * from './src/dsl/index.ts';
      export { fuse, initialParameters } from './src/browser/index.ts';
    `);
    assert.ok(bytes < 150_000, `${bytes} bytes`);
  });
});
