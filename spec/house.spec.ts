/** The house: imports run downward. The rule that says so is the linter's; here it is proved that it can fail. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogues, cyclesIn, filesIn, importsIn, mostFiles } from '../bench/house/folders.js';
import { importRules, rooms } from '../bench/house/rooms.js';

const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');

/** The imports that the linter refuses, each tried in a file of its own under the project's own rules. */
const refused = (imports: readonly (readonly string[])[]): readonly boolean[] => {
  const folder = mkdtempSync(join(tmpdir(), 'drumhead-house-'));
  try {
    cpSync(new URL('../biome.json', import.meta.url), join(folder, 'biome.json'));
    for (const [i, [room, from]] of imports.entries()) {
      mkdirSync(join(folder, 'src', room), { recursive: true });
      writeFileSync(
        join(folder, 'src', room, `trial${i}.ts`),
        `import { thing } from '${from}';\n\nexport const used = thing;\n`,
      );
    }
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [biome, 'lint', '--max-diagnostics=none', '--only=style/noRestrictedImports', '.'],
      { cwd: folder, encoding: 'utf8' },
    );
    const said = stdout + stderr;
    assert.match(said, /Checked \d+ files/);
    return imports.map((_, i) => said.includes(`trial${i}.ts:`));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Functions that may give undefined: look-ups, and what is handed to an optional parameter or property. */
const lookUps = [
  'base/error.ts: nearest',
  'cli/terminal/terminal-width.ts: terminalWidth',
  'data/identifying.ts: digestFor',
  'runner/folder/check-seals.ts: listedExperiment',
  'runner/folder/labels.ts: chosen',
  'runner/run/report/report.ts: drawnScores',
];

describe('the house', () => {
  const pairs = rooms.flatMap(({ name, may }) =>
    rooms
      .filter((other) => other.name !== name)
      .map((other) => ({ name, other: other.name, may: may.includes(other.name) })),
  );
  const tried = refused([
    ...pairs.map(({ name, other }) => [name, `../${other}/thing.js`]),
    ...rooms.map(({ name }) => [name, '@tensorflow/tfjs']),
    ...rooms.map(({ name }) => [name, '@tensorflow/tfjs-core']),
  ]);

  it('has every room of src in its table, each below those that may import it', () => {
    const there = readdirSync(new URL('../src', import.meta.url), { withFileTypes: true });
    assert.deepEqual(
      rooms.map(({ name }) => name).sort(),
      there
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort(),
    );
    for (const [at, { may }] of rooms.entries())
      for (const name of may) assert.ok(rooms.findIndex((room) => room.name === name) < at, name);
  });

  it('refuses every import that goes up or aside, and allows every one of the table', () => {
    assert.deepEqual(
      pairs.filter(({ may }, i) => may === tried[i]),
      [],
    );
  });

  it('keeps TensorFlow.js where it may be, and its union package out of every room', () => {
    for (const [i, { name, tensorflow }] of rooms.entries()) {
      assert.equal(tried[pairs.length + i], true, name);
      assert.equal(tried[pairs.length + rooms.length + i], !tensorflow, name);
    }
  });

  it('has a short page in every room, which names its folders', () => {
    for (const { name } of rooms) {
      const text = readFileSync(new URL(`../src/${name}/README.md`, import.meta.url), 'utf8');
      assert.ok(text.startsWith(`# ${name}\n`), name);
      assert.ok(text.trimEnd().split('\n').length <= 25, `${name}: more than 25 lines`);
      for (const entry of readdirSync(new URL(`../src/${name}`, import.meta.url), { withFileTypes: true }))
        if (entry.isDirectory()) assert.ok(text.includes(`\`${entry.name}`), `${name}: ${entry.name}`);
    }
  });

  it('has the lists of the linter from its table', () => {
    const linter = JSON.parse(readFileSync(new URL('../biome.json', import.meta.url), 'utf8'));
    assert.deepEqual(linter.overrides, importRules());
  });

  const src = fileURLToPath(new URL('../src', import.meta.url));

  it('has no folder of more than sixteen files but those that are catalogues', () => {
    const large = [...filesIn(src)].filter(([, names]) => names.length > mostFiles).map(([folder]) => folder);
    assert.deepEqual(large.sort(), Object.keys(catalogues).sort());
  });

  it('has no folders that import each other', () => {
    assert.deepEqual(cyclesIn(importsIn(src)), []);
  });

  it('finds folders that import each other, but for one inside of the other', () => {
    const graph = new Map([
      ['a', new Set(['b', 'a/x'])],
      ['a/x', new Set(['a'])],
      ['b', new Set(['c'])],
      ['c', new Set(['a'])],
      ['d', new Set(['a'])],
    ]);
    assert.deepEqual(cyclesIn(graph), [
      ['a', 'b', 'c', 'a'],
      ['b', 'c', 'a', 'b'],
      ['c', 'a', 'b', 'c'],
    ]);
  });

  it('says absence by null: no Option, and undefined only of what a look-up does not find', () => {
    const src = fileURLToPath(new URL('../src/', import.meta.url));
    const paths = [...filesIn(src)].flatMap(([folder, names]) =>
      names.map((name) => posix.join(folder, name)),
    );
    const found = paths.flatMap((path) => {
      const text = readFileSync(join(src, path), 'utf8');
      const options = /from 'fp-ts\/lib\/Option\.js'/.test(text) ? [`${path}: Option`] : [];
      const room = path.split('/')[0];
      // In the language and its compilers lists of nodes are looked up everywhere; generators of programs are written in it.
      if (['dsl', 'compile', 'engine'].includes(room) || /arbitraries/.test(path)) return options;
      const named = [
        ...text.matchAll(/\): (?:[^=;{}()]*\| undefined|Effect<[^=;{}()]*\| undefined>) =>/g),
      ].map(({ index }) => [...text.slice(0, index).matchAll(/(?<=const )\w+/g)].at(-1)?.[0]);
      return [...options, ...named.map((name) => `${path}: ${name}`)];
    });
    assert.deepEqual(found.sort(), lookUps);
  });
});
