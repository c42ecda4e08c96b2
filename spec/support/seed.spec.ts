/** The tests draw the same every time. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { fixedSeed } from './seed.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the seed of the tests', () => {
  it('is that of every property that names none', () => {
    const { DRUMHEAD_SEED: asked = String(fixedSeed) } = process.env;
    assert.equal(fc.check(fc.property(fc.integer(), () => true)).seed, Number(asked));
    const drawn = fc.sample(fc.integer(), 5);
    assert.deepEqual(fc.sample(fc.integer(), 5), drawn);
  });

  it('is taken from DRUMHEAD_SEED, and refused where it is no number', () => {
    const seedIn = (value: string) =>
      spawnSync(
        process.execPath,
        [
          '--import',
          'tsx',
          '-e',
          "import('./spec/support/seed.ts').then(() => import('fast-check')).then(({ default: fc }) => console.log(fc.readConfigureGlobal().seed))",
        ],
        {
          cwd: root,
          encoding: 'utf8',
          env: { ...process.env, DRUMHEAD_SEED: value, DRUMHEAD_PATH: undefined },
        },
      );
    assert.equal(seedIn('7').stdout.trim(), '7');
    assert.match(seedIn('seven').stderr, /DRUMHEAD_SEED: 'seven' is not a whole number/);
  });

  it('leaves nothing else to draw from: no spec asks for chance itself', () => {
    const files = readdirSync(join(root, 'spec'), { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('seed.spec.ts'),
    );
    const chance = /Math\.random|randomInt|randomBytes|getRandomValues/;
    assert.deepEqual(
      files.filter((name) => chance.test(readFileSync(join(root, 'spec', name), 'utf8'))),
      [],
    );
  });
});
