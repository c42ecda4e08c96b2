/**
 * Runs README: every command in its order, in a clean clone, by the shell. The output must be what README shows.
 *
 * The commands come from README.md itself. Each must be listed here, and each that is listed here must be in
 * README.
 */

import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawPairs } from '../spec/support/draw-pairs.js';
import { cleanClone, sh } from './clone.js';
import { fileIn, missingIn, shownIn } from './readme.js';

/** How a command is tested here. */
type How =
  /** Run, with its placeholders replaced. */
  | { readonly kind: 'run'; readonly exit?: number; readonly instead?: Readonly<Record<string, string>> }
  /** Only parsed, since it takes hours; another command shows what it would do. */
  | { readonly kind: 'shown'; readonly by: string; readonly hours: string }
  /** Tested elsewhere. */
  | { readonly kind: 'elsewhere'; readonly where: string };

const run: How = { kind: 'run' };

const quickRun = 'drumhead run tetrominoes/nwm-linear --preset quick';

const ratesQuery = `npx drumhead query "select training->>'rate' rate, options->>'readout' readout, foreground_iou from runs"`;

/** Every command of README. */
const plan: Readonly<Record<string, How>> = {
  'npm ci && npm start': run,
  'npm ci && npm test': { kind: 'elsewhere', where: '.ci/run runs it before this' },
  [quickRun]: run,
  'drumhead list': run,
  'drumhead show mnist/nwm-fft': run,
  'drumhead learn FOLDER': { kind: 'run', instead: { FOLDER: 'pairs' } },
  'drumhead data tetrominoes --show 16': run,
  'drumhead laws wave': run,
  'drumhead play kuramoto': run,
  'drumhead play tetrominoes/nwm-linear': run,
  'drumhead figure segmentations tetrominoes/nwm-linear': run,
  'drumhead sweep paper/small': {
    kind: 'shown',
    by: 'drumhead show paper/small --no-time',
    hours: '105 runs, days on two cores',
  },
  'drumhead status': run,
  'drumhead table paper/small': run,
  'drumhead report paper/small': run,
  'drumhead evaluate tetrominoes/nwm-linear --set seed=7': run,
  'drumhead parity fixtures/parity': run,
  'drumhead doctor': run,
  'drumhead run drums/gordon-webb-wolpert': run,
  'npx drumhead show examples/two-speeds.ts': run,
  'npx drumhead run examples/two-speeds.ts': run,
  'npx drumhead show rates.yaml': run,
  'npx drumhead sweep rates.yaml --jobs 2': run,
  'npx drumhead table my/rates': run,
  [ratesQuery]: run,
  'npx drumhead diff tetrominoes/nwm-linear tetrominoes/nwm-fft': run,
  'npx drumhead data examples/own-images/my-images': run,
  'npx drumhead run examples/own-images/experiment.yaml': run,
  'npx drumhead waves examples/own-images': run,
  'npx drumhead evaluate examples/own-images --split validation': run,
  'npx drumhead run mine.json': { kind: 'run', exit: 1 },
  'drumhead laws examples/wrong-oscillator.ts': { kind: 'run', exit: 1 },
  'drumhead export tetrominoes/nwm-linear --out model': run,
  'drumhead export tetrominoes/nwm-linear --format onnx --out graph': run,
  'drumhead export tetrominoes/nwm-linear --format safetensors --out weights': run,
  'drumhead import weights/weights.safetensors --out back': run,
  'drumhead evaluate back': run,
  'drumhead data tetrominoes --set size=32 cell=3 train=1 validation=1 test=4 --export pictures --format png':
    run,
  'drumhead run-program model --input pictures/test/images/0.png --out answer': run,
  'drumhead run-program back --input pictures/test/images/0.png --out again': run,
};

const mine = {
  name: 'mine',
  task: { name: 'tetrominos' },
  model: { name: 'nwm' },
  training: { rate: 'fast' },
  outputs: ['wave'],
};

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const commands = shownIn(readme);

describe('README', () => {
  let clone = '';
  before(async function () {
    this.timeout(15 * 60_000);
    clone = await cleanClone();
    const installed = await sh('npm ci', clone);
    assert.equal(installed.status, 0, installed.stderr);
    // The inputs that README asks a person for.
    const rates = fileIn(readme, 'name: my/rates');
    assert.ok(rates !== undefined, 'README shows no rates.yaml');
    writeFileSync(join(clone, 'rates.yaml'), rates);
    writeFileSync(join(clone, 'mine.json'), JSON.stringify(mine));
    drawPairs(join(clone, 'examples', 'own-images', 'my-images'), 40, 16);
    const small = 'size=16 cell=2 maxPieces=2 train=16 validation=4 test=8';
    const made = await sh(`npx drumhead data tetrominoes --set ${small} --show 0 --export pairs`, clone);
    assert.equal(made.status, 0, made.stderr);
  });
  after(() => rmSync(clone, { recursive: true, force: true }));

  it('has the commands that are known here, and no others', () =>
    assert.deepEqual(
      commands.map(({ command }) => command),
      Object.keys(plan),
    ));

  /** The words of a command, in which `drumhead` runs the package itself. */
  const lineOf = (command: string, instead: Readonly<Record<string, string>> = {}): string =>
    Object.entries(instead).reduce(
      (line, [word, other]) => line.replace(word, other),
      command.replace(/^drumhead /, 'npx drumhead ').replace(/^npm ci && /, ''),
    );

  for (const { command, prints } of commands) {
    const how = plan[command];
    if (how === undefined) continue;
    switch (how.kind) {
      case 'elsewhere':
        it.skip(`${command}: ${how.where}`);
        break;
      case 'shown':
        it(`${command} (${how.hours}: parsed and shown)`, async function () {
          this.timeout(10 * 60_000);
          const parsed = await sh(`${lineOf(command)} --help`, clone);
          assert.equal(parsed.status, 0, parsed.stderr);
          const { status, stderr, stdout } = await sh(lineOf(how.by), clone);
          assert.equal(status, 0, stderr);
          assert.notEqual(stdout.trim(), '');
        });
        break;
      case 'run':
        it(command, async function () {
          this.timeout(40 * 60_000);
          const { status, stdout, stderr } = await sh(lineOf(command, how.instead), clone);
          assert.equal(status, how.exit ?? 0, `${stdout}\n${stderr}`);
          assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+\)?$/m, 'a stack trace');
          const printed = how.exit === undefined ? stdout : `${stdout}\n${stderr}`;
          assert.notEqual(printed.trim(), '');
          assert.equal(
            missingIn(printed, prints),
            null,
            `README shows a line that was not printed in:\n${printed}`,
          );
        });
        break;
    }
  }

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
    const own = /rates\.yaml|mine\.json|pairs\/|examples\/own-images\/my-images\//;
    assert.deepEqual(
      stdout.split('\n').filter((line) => line !== '' && !own.test(line)),
      [],
    );
  });
});
