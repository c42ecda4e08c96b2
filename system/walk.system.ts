/**
 * Runs README and the pages of docs: every command in its order, in a clean clone, by the shell. The output must be what the page
 * shows. A line that an earlier page has run is not run again.
 *
 * The commands come from the pages themselves. `plan.ts` says of each how it is done, and has no others.
 */

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawPairs } from '../spec/support/draw-pairs.js';
import { cleanClone, sh } from './clone.js';
import { lineOf, plan } from './plan.js';
import { fencedIn, fileIn, missingIn, shownIn } from './readme.js';

const mine = {
  name: 'mine',
  task: { name: 'tetrominos' },
  model: { name: 'nwm' },
  training: { rate: 'fast' },
  outputs: ['wave'],
};

const read = (page: string): string => readFileSync(new URL(`../${page}`, import.meta.url), 'utf8');

/** A file that a page asks its reader to save. */
const saved = (page: string, first: string): string => {
  const text = fileIn(read(page), first) ?? fencedIn(read(page), first);
  if (text === undefined) throw new Error(`${page} shows no file with ${first}`);
  return text;
};

/** Chapter 6 lets its reader change an example: the side, the number of classes, name and task. */
const cells = (): string => {
  const changed = read('examples/two-speeds.ts')
    .replace('[32, 50, 0.2]', '[16, 50, 0.2]')
    .replace('[size, size, 3]', '[size, size, 1]')
    .replace('mlp([64, 64], 6)', 'mlp([64, 64], 3)')
    .replace("'examples/two-speeds'", "'my/cells'")
    .replace(
      /task: \{.*\},/,
      "task: { name: 'png', folder: 'cells', classes: ['background', 'disk', 'square'] },",
    );
  assert.match(changed, /folder: 'cells'/);
  return changed;
};

describe('README and the pages of docs', () => {
  let clone = '';
  before(async function () {
    this.timeout(15 * 60_000);
    clone = await cleanClone();
    const installed = await sh('npm ci', clone);
    assert.equal(installed.status, 0, installed.stderr);
    // The inputs that the pages ask a person for.
    const files: Readonly<Record<string, string>> = {
      'drum.ts': `${saved('docs/start.md', 'import { coupling, oscillator')}\nexport default drum;\n`,
      'first.ts': saved('docs/tutorial/4-training.md', 'import * as drumhead'),
      'cells.ts': cells(),
      'cell-rates.yaml': saved('docs/tutorial/6-your-own.md', 'name: my/cell-rates'),
      'rates.yaml': saved('docs/how-to/sweep.md', 'name: my/rates'),
      'mine.yaml': saved('docs/how-to/fine-tune.md', 'name: mine'),
      'mine.json': JSON.stringify(mine),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(clone, name), text);
    drawPairs(join(clone, 'examples', 'own-images', 'my-images'), 40, 16);
    drawPairs(join(clone, 'cells'), 40, 16);
    mkdirSync(join(clone, 'fetched'));
    const small = 'size=16 cell=2 maxPieces=2 train=16 validation=4 test=8';
    const made = await sh(`npx drumhead data tetrominoes --set ${small} --show 0 --export pairs`, clone);
    assert.equal(made.status, 0, made.stderr);
  });
  after(() => rmSync(clone, { recursive: true, force: true }));

  const done = new Set<string>();
  for (const { page, commands } of plan)
    describe(page, () => {
      for (const { command, prints } of shownIn(read(page))) {
        const how = commands[command];
        it(`${command}${how?.kind === 'shown' ? ` (${how.because}: parsed and shown)` : ''}`, async function () {
          this.timeout(40 * 60_000);
          if (how === undefined) return assert.fail('system/plan.ts does not know it');
          if (how.kind === 'elsewhere') return this.skip();
          if (how.kind === 'shown') {
            const parsed = await sh(`${lineOf(command)} --help`, clone);
            assert.equal(parsed.status, 0, parsed.stderr);
            const { status, stderr, stdout } = await sh(lineOf(how.by), clone);
            assert.equal(status, 0, stderr);
            assert.notEqual(stdout.trim(), '');
            return;
          }
          const line = lineOf(command, how.instead);
          if (done.has(line) && prints.length === 0) return;
          done.add(line);
          const { status, stdout, stderr } = await sh(line, clone);
          assert.equal(status, how.exit ?? 0, `${stdout}\n${stderr}`);
          assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+\)?$/m, 'a stack trace');
          const printed = how.exit === undefined ? stdout : `${stdout}\n${stderr}`;
          assert.notEqual(printed.trim(), '');
          assert.equal(
            missingIn(printed, prints),
            null,
            `${page} shows a line that was not printed in:\n${printed}`,
          );
        });
      }
    });

  it('leaves a checkout whose linter and specs still pass, and nothing that git would take', async function () {
    this.timeout(20 * 60_000);
    const lint = await sh('npm run lint', clone);
    assert.equal(lint.status, 0, lint.stdout + lint.stderr);
    const specs = await sh(
      'npx mocha spec/examples-folder.spec.ts spec/house.spec.ts spec/package.spec.ts',
      clone,
    );
    assert.equal(specs.status, 0, specs.stdout);
    const { stdout } = await sh('git status --porcelain', clone);
    // Files that a person wrote by hand stay.
    const own =
      /(drum|first|cells)\.ts|rates\.yaml|mine\.(json|yaml)|(pairs|cells|fetched|cells-model|program)\/|examples\/own-images\/my-images\//;
    assert.deepEqual(
      stdout.split('\n').filter((line) => line !== '' && !own.test(line)),
      [],
    );
  });
});
