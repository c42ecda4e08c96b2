/**
 * Joins the modules of the fused compiler, of derivatives, of exported graphs and of the laws in `dist` into a few, so that the
 * package has fewer files and opens fewer: what other rooms import, and what the package exports, stays a module of its own, the
 * rest are parts that these share.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { build } from 'esbuild';

/** No module of these looks for files beside itself. */
const rooms = [
  'dist/compile/fuse',
  'dist/compile/graph-model',
  'dist/compile/transform',
  'dist/laws',
] as const;

const modules = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.js'))
    .map((path) => resolve(folder, path));

/** What a module imports by relative paths. */
const importsOf = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from |import\s*\(?\s*)['"](\.[^'"]+)['"]/g)].map(([, path]) =>
    resolve(dirname(file), path),
  );

/** How a module outside is named until it is known where its importer lies. */
const outside = 'outside:';

const joinRoom = async (room: string): Promise<void> => {
  const isInside = (path: string): boolean => path.startsWith(room + sep);
  const exported = resolve(room, 'index.js');
  const entries = new Set(
    modules('dist')
      .filter((file) => !isInside(file))
      .flatMap(importsOf)
      .filter(isInside),
  );
  if (existsSync(exported)) entries.add(exported);
  const { outputFiles } = await build({
    entryPoints: [...entries].sort(),
    outbase: room,
    outdir: room,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    chunkNames: 'parts/[hash]',
    write: false,
    plugins: [
      {
        name: 'outside',
        setup: ({ onResolve }) => {
          onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
            const whole = resolve(resolveDir, path);
            return isInside(whole) ? null : { path: `${outside}${whole}`, external: true };
          });
        },
      },
    ],
  });
  for (const file of modules(room)) rmSync(file);
  for (const { path, text } of outputFiles) {
    const named = text.replaceAll(/(['"])outside:([^'"]+)\1/g, (_, quote: string, whole: string) => {
      const found = relative(dirname(path), whole).split(sep).join('/');
      return `${quote}${found}${quote}`;
    });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, named);
  }
};

export const joinRooms = async (): Promise<void> => {
  for (const room of rooms) await joinRoom(resolve(room));
};
