/** Static files, every path relative, so that the pages work in any folder of any server. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { defineConfig, type Plugin } from 'vite';
import { collectTypes } from './build/types.js';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, 'dist');

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });

/** Writes the list of all files and its hash into the service worker, so that a loaded page works offline. */
const offline = (): Plugin => ({
  name: 'offline',
  apply: 'build',
  closeBundle: {
    order: 'post',
    handler: () => {
      const files = filesIn(out)
        .map((path) => relative(out, path).replaceAll('\\', '/'))
        .filter((name) => name !== 'sw.js' && !name.endsWith('.map'))
        .sort();
      const hash = createHash('sha256');
      for (const name of files) hash.update(name).update(readFileSync(join(out, name)));
      const template = readFileSync(join(here, 'src/offline/sw.js'), 'utf8');
      writeFileSync(
        join(out, 'sw.js'),
        template
          .replace("'VERSION'", JSON.stringify(hash.digest('hex').slice(0, 16)))
          .replace("['FILES']", JSON.stringify(['./', ...files])),
      );
    },
  },
});

/**
 * Two texts that the page *Write* fetches: declarations for its editor, and the language as one script for its sandbox, which
 * may load nothing.
 */
const texts = (): Plugin => {
  const made: Readonly<Record<string, () => Promise<string>>> = {
    'virtual:types': async () => JSON.stringify(collectTypes(join(here, '..'), here)),
    'virtual:library': async () => {
      const { outputFiles } = await build({
        entryPoints: [join(here, 'src/write/sandbox/library.ts')],
        bundle: true,
        minify: true,
        write: false,
        format: 'iife',
        target: 'es2022',
        // where the language believes to be, so that it finds the lines of the person's own file
        define: { 'import.meta.url': '"file:///node_modules/drumhead/dsl/library.js"' },
      });
      return outputFiles[0].text;
    },
  };
  return {
    name: 'texts',
    resolveId: (id) => (made[id] === undefined ? undefined : `\0${id}`),
    load: async (id) => {
      const make = id.startsWith('\0') ? made[id.slice(1)] : undefined;
      return make === undefined ? undefined : `export default ${JSON.stringify(await make())};`;
    },
  };
};

/**
 * The language asks for the folder of its own file, to leave its frames out of messages; a bundle has none, and the bundler
 * would copy the file instead.
 */
const placeless = (): Plugin => ({
  name: 'placeless',
  enforce: 'pre',
  transform: (code, id) =>
    id.endsWith('/source-location.ts')
      ? code.replace("new URL('.', import.meta.url).href", "'file:///node_modules/drumhead/'")
      : undefined,
});

export default defineConfig({
  root: here,
  base: './',
  plugins: [placeless(), texts(), offline()],
  resolve: { dedupe: ['fp-ts', 'io-ts'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es', plugins: () => [placeless(), texts()] },
  server: { fs: { allow: [join(here, '..')] } },
  build: { target: 'es2023', assetsInlineLimit: 0, chunkSizeWarningLimit: 12_000, emptyOutDir: true },
});
