/** The pages of commands and files say what the command line and the codecs say. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { dependenciesPage } from '../bench/docs/dependencies-page.js';
import { systemsPage, tasksPage } from '../bench/docs/gallery.js';
import { lawsPage } from '../bench/docs/laws-page.js';
import { commandsPage, filesPage } from '../bench/docs/pages.js';
import { sections } from '../bench/docs/sections.js';
import { zooFigures } from '../bench/docs/zoo-figures.js';
import { zooEntries, zooPage } from '../bench/docs/zoo-page.js';
import { mapPage } from '../bench/house/map.js';
import { commandLine } from '../src/cli/command-line.js';
import { isOwnName, statedData, taskNames } from '../src/data/task.js';
import { hashProgram } from '../src/dsl/index.js';
import { experimentNamed } from '../src/experiments/catalogue.js';
import { identityOf } from '../src/experiments/identity.js';
import { learningFor } from '../src/experiments/model.js';
import { zooDrafts } from '../src/experiments/zoo.js';
import { allLaws } from '../src/laws/laws/index.js';
import * as networks from '../src/models/networks/index.js';
import { systemNames } from '../src/models/systems/index.js';
import { files } from '../src/runner/folder/files.js';

const page = (name: string): string => readFileSync(new URL(`../docs/${name}.md`, import.meta.url), 'utf8');

describe('the documentation', () => {
  it('has every command with every flag as --help says them (npm run docs:write writes it anew)', () => {
    const written = page('commands');
    assert.equal(written, commandsPage());
    for (const command of commandLine().commands) {
      assert.ok(written.includes(`\n## ${command.name()}\n`), command.name());
      for (const { long } of command.options.filter(({ hidden }) => !hidden))
        assert.ok(written.includes(long ?? '?'), long);
    }
    for (const known of ['## figure', '--set', '## play']) assert.ok(written.includes(known), known);
  });

  it('has every key of experiments and sweeps with its default and range (npm run docs:write writes it anew)', () => {
    const written = page('files');
    assert.equal(written, filesPage());
    const all = sections();
    assert.ok(all.length >= 18 && all.every(({ keys }) => keys.length > 0));
    // As the codecs' own sentences have them.
    assert.match(
      written,
      /\| `training\.rate` \| [^|]+ \| number from 0 to 1 \| `0\.001` \| `\{\} is not a number from 0 to 1` \|/,
    );
    assert.match(
      written,
      /\| `task\.cell` \| [^|]+ \| whole number from 1 to 1023 \| `7` \| `\{\} is not a whole number from 1 to 1023` \|/,
    );
    assert.match(written, /\| `vary` \|/);
    for (const { title, path, keys } of all)
      for (const { key, error } of keys) assert.ok(error.length > 8, `${title}: ${path}${key}`);
  });

  it('has every file of a run folder', () => {
    const written = page('files');
    for (const file of Object.values(files).filter((name) => !name.includes('damaged')))
      assert.ok(written.includes(file), file);
  });

  it('has every package that users install, with a reason and without an install script (npm run docs:write writes it anew)', () => {
    const written = page('dependencies');
    assert.equal(written, dependenciesPage());
    assert.match(written, /a user may install \d+\. None of them has an install script/);
    assert.doesNotMatch(written, /\| \? \|/, 'a package without a reason');
  });

  it('has every law with its statement, requirements, tolerance and source (npm run docs:write writes it anew)', () => {
    const written = page('laws');
    assert.equal(written, lawsPage());
    for (const { name, statement, source } of allLaws) {
      assert.ok(written.includes(`. ${name}\n`), name);
      assert.ok(written.includes(statement), name);
      assert.doesNotMatch(source, /\.md\b/, `${name}: a source is a publication or a derivation, not a file`);
    }
  });

  it('has every network of the zoo, with figures of the very experiments of the catalogue (npm run docs:write writes it anew)', () => {
    assert.equal(page('zoo'), zooPage());
    for (const { title, system, layer, file, experiment } of zooEntries) {
      assert.ok(Object.hasOwn(zooDrafts, experiment), title);
      assert.ok(systemNames.some((name) => name === system) && Object.hasOwn(networks, layer), title);
      for (const path of [`systems/${system}`, `networks/${file}`])
        assert.ok(existsSync(new URL(`../src/models/${path}.ts`, import.meta.url)), path);
    }
    for (const [name, { run }] of Object.entries(zooFigures)) {
      const found = experimentNamed(name, 'full');
      assert.ok(E.isRight(found), name);
      const data = statedData(found.right.task);
      assert.ok(data !== null, name);
      const trained = learningFor(found.right, data);
      assert.ok(E.isRight(trained), name);
      const hash = hashProgram(trained.right.program);
      const identity = identityOf(found.right, {
        program: hash,
        seed: 0,
        engine: 'wasm, fused',
        arithmetic: 2,
      });
      assert.ok(identity.startsWith(run), `${name} has changed since it was measured: ${identity}`);
    }
  });

  it('has every system and every made task with its picture (npm run docs:write writes it anew)', () => {
    assert.equal(page('systems'), systemsPage());
    assert.equal(page('tasks'), tasksPage());
    for (const name of systemNames)
      assert.ok(page('systems').includes(`<Live kind="systems" name="${name}"`), name);
    for (const name of taskNames.filter((one) => !isOwnName(one) && one !== 'generated'))
      assert.ok(page('tasks').includes(`<Live kind="tasks" name="${name}"`), name);
  });

  it('says how many laws there are', () => {
    const said = /a library of (\d+) laws/.exec(page('how-to/laws'))?.[1];
    assert.equal(said, `${allLaws.length}`);
  });

  it('has the map of the house, whose walks lead along files that are there (npm run docs:write writes it anew)', () => {
    const written = page('house');
    assert.equal(written, mapPage());
    const stops = [...written.matchAll(/^\d+\. `([^`]+)`/gm)].map(([, path]) => path);
    assert.ok(stops.length > 20);
    for (const path of stops) assert.ok(existsSync(new URL(`../${path}`, import.meta.url)), path);
    // One page.
    assert.ok(written.split('\n').length < 90);
  });

  /** The pages that people write, or that a program writes for the site to keep: below `docs`, without what is installed there. */
  const written = (): readonly string[] =>
    readdirSync('docs', { withFileTypes: true })
      .filter(({ name }) => !['node_modules', 'public', 'reference', 'api'].includes(name))
      .flatMap((entry) =>
        entry.isDirectory()
          ? readdirSync(`docs/${entry.name}`).map((name) => `${entry.name}/${name}`)
          : [entry.name],
      )
      .filter((name) => name.endsWith('.md'));

  it('says at the end of each page what to read next', () => {
    const pages = written();
    assert.ok(pages.length > 75, `${pages.length}`);
    for (const name of pages) {
      const last = readFileSync(`docs/${name}`, 'utf8').trimEnd().split('\n\n').at(-1) ?? '';
      assert.match(last, /^\*\*Next:\*\* [\s\S]*\]\(/, name);
    }
  });

  it('says no sentence twice', () => {
    const said = new Map<string, string>();
    const twice: string[] = [];
    for (const name of written()) {
      // Prose alone: code, tables, lists of labels and the last line may well repeat.
      const prose = readFileSync(`docs/${name}`, 'utf8')
        .replace(/^```[\s\S]*?^```$/gm, '')
        .replace(/^(?: {4}|\||\*\*Next|- \*\*).*$/gm, '')
        .replace(/\s+/g, ' ');
      for (const sentence of prose.split(/(?<=[.:?]) /)) {
        const plain = sentence.toLowerCase().replace(/[^a-z0-9 ]/g, '');
        if (plain.split(' ').length < 6) continue;
        const before = said.get(plain);
        if (before !== undefined) twice.push(`${before} and ${name}: ${sentence}`);
        said.set(plain, name);
      }
    }
    assert.ok(said.size > 1000, `${said.size}`);
    assert.deepEqual(twice, []);
  });

  it('README is one screen: two commands, a picture, ten lines of a program, five links', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const lines = readme.split('\n');
    assert.ok(lines.length <= 60, `${lines.length} lines`);
    assert.equal(lines.filter((line) => line.startsWith('    npm ')).length, 2);
    assert.equal(lines.filter((line) => line.startsWith('![')).length, 1);
    assert.equal(lines.filter((line) => line.startsWith('- [')).length, 5);
    const [, program = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(readme) ?? [];
    assert.ok(program.trim().split('\n').length <= 12, program);
  });

  it('is one step from README, and named by --help', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    assert.ok(readme.includes('(docs/tour.md)'));
    for (const name of ['docs/commands.md', 'docs/files.md', 'docs/laws.md']) {
      assert.ok(page('tour').includes(`(${name.replace('docs', '.')})`), name);
      let help = '';
      const program = commandLine();
      program.configureOutput({
        writeOut: (text) => {
          help += text;
        },
      });
      program.outputHelp();
      assert.ok(help.includes(name), name);
    }
  });
});
