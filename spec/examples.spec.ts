/** The examples in docstrings compile, run and say the truth; every public name has a docstring. */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Example, examplesIn, sourcesIn } from './examples/extract.js';
import { claimed, generate, type Module, publicNames } from './examples/generate.js';
import { type Room, rooms } from './examples/rooms.js';
import { check, type Diagnostic, parseDiagnostics, root } from './types/compiler.js';

const cache = join(root, '.cache', 'examples');
const fromCache = (path: string): string => relative(cache, join(root, path)).replaceAll('\\', '/');
const fileOf = ({ folder }: Room): string => `${folder.replaceAll('/', '-')}.ts`;
const title = ({ of, file, line }: Example): string => `${of} (${file}:${line})`;

/** A room within a room is run by itself. */
const isInner = (file: string, { folder }: Room): boolean =>
  rooms.some((other) => other.folder.startsWith(`${folder}/`) && file.startsWith(`${other.folder}/`));

const examplesOf = (room: Room): readonly Example[] =>
  sourcesIn(root, room.folder)
    .filter((file) => !isInner(file, room))
    .flatMap((file) => examplesIn(root, file));

describe('examples', () => {
  const modules = new Map<Room, Module>();
  let found: readonly Diagnostic[] = [];

  before(() => {
    mkdirSync(cache, { recursive: true });
    for (const room of rooms) {
      const made = generate(root, room, examplesOf(room), fromCache);
      modules.set(room, made);
      writeFileSync(join(cache, fileOf(room)), made.text);
    }
    writeFileSync(
      join(cache, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../tsconfig.json',
        compilerOptions: { types: ['node'] },
        include: rooms.map(fileOf),
        exclude: [],
      }),
    );
    found = parseDiagnostics(check(join(cache, 'tsconfig.json')));
  });

  it('reads claims out of comments', () =>
    assert.deepEqual(
      claimed([
        'const a = f(',
        '  1,',
        ');   // Tensor<readonly [1]>',
        'g(a); // => 2',
        'h(a);',
        '// => [3]',
        '// a remark',
      ]),
      [
        'const a = f(',
        '  1,',
        '); exactly<Tensor<readonly [1]>>()(a, true);',
        'same(g(a), 2);',
        'same(h(a), [3]);',
        '',
        '// a remark',
      ],
    ));

  for (const room of rooms)
    describe(room.folder, () => {
      const examples = examplesOf(room);

      examples.forEach((example, i) => {
        it(title(example), async () => {
          const place = modules.get(room)?.placed[i];
          const wrong = found.filter(
            ({ file, line }) =>
              file.endsWith(`/${fileOf(room)}`) &&
              place !== undefined &&
              line > place.first &&
              line <= place.last,
          );
          assert.deepEqual(
            wrong.map(
              ({ line, message }) =>
                `${example.file}:${example.line + line - (place?.first ?? 0)} ${message}`,
            ),
            [],
          );
          const module: Readonly<Record<string, unknown>> = await import(
            pathToFileURL(join(cache, fileOf(room))).href
          );
          const run = module[`example${i}`];
          if (typeof run !== 'function') assert.fail('it was not generated');
          run();
        });
      });

      it('has no mistake between its examples', () => {
        const placed = modules.get(room)?.placed ?? [];
        const between = found.filter(
          ({ file, line }) =>
            file.endsWith(`/${fileOf(room)}`) &&
            !placed.some(({ first, last }) => line > first && line <= last),
        );
        assert.deepEqual(between, []);
      });

      it('describes every public name', () => {
        const silent = publicNames(root, room).filter(({ doc }) => doc === '');
        assert.deepEqual(
          silent.map(({ name, file, line }) => `${name} (${file}:${line})`),
          [],
        );
      });

      if (room.index !== undefined)
        it('gives an example for every public function and value', () => {
          // A codec that shares its name with a type is described there.
          const names = publicNames(root, room);
          const bare = names.filter(
            ({ name, isType, doc }) =>
              !isType &&
              !doc.includes('@example') &&
              !names.some((other) => other.isType && other.name === name),
          );
          assert.deepEqual(
            bare.map(({ name, file, line }) => `${name} (${file}:${line})`),
            [],
          );
        });
    });
});
