/**
 * Joins the modules of the fused compiler, of derivatives, of exported graphs, of the laws, of pictures and of parity
 * in `dist` into a few, so that the package has fewer files and opens fewer. Modules that other rooms import, or that the
 * package exports, stay modules of their own; the rest becomes shared parts.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { build } from 'esbuild';

/** The rooms whose modules are joined; none of them looks for files beside itself. */
const rooms = [
  'dist/compile/fuse',
  'dist/compile/graph-model',
  'dist/compile/transform',
  'dist/laws',
  'dist/report',
  'dist/runner/parity',
] as const;

const modules = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.js'))
    .map((path) => resolve(folder, path));

/** The relative imports of a module. */
const importsOf = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from |import\s*\(?\s*)['"](\.[^'"]+)['"]/g)].map(([, path]) =>
    resolve(dirname(file), path),
  );

/** The prefix of an outside module until the position of its importer is known. */
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
