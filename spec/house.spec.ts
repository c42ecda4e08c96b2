/** The house: imports run downward. The rule that says so is the linter's; here it is proved that it can fail. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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

describe('the house', () => {
  const upward = [
    ['base', '../dsl/index.js'],
    ['analysis', '../dsl/index.js'],
    ['dsl', '../compile/tfjs/compile.js'],
    ['dsl', '@tensorflow/tfjs'],
    ['engine', '../compile/cut.js'],
    ['compile', '../models/nwm.js'],
    ['models', '../data/task.js'],
    ['models', '../laws/index.js'],
    ['laws', '../runner/run.js'],
    ['experiments', '../laws/index.js'],
    ['laws', '../report/index.js'],
    ['laws', '@tensorflow/tfjs'],
    ['data', '../experiments/scores.js'],
    ['experiments', '../runner/run.js'],
    ['report', '../runner/run.js'],
    ['report', '@tensorflow/tfjs-core'],
    ['report', '../laws/index.js'],
    ['runner', '../laws/index.js'],
    ['runner', '../cli/main.js'],
  ];
  it('refuses imports that go up', () => {
    const passed = refused(upward);
    assert.deepEqual(
      upward.filter((_, i) => !passed[i]),
      [],
    );
  });

  const downward = [
    ['dsl', '../base/error.js'],
    ['compile', '../dsl/index.js'],
    ['models', '../dsl/index.js'],
    ['experiments', '../models/catalogue.js'],
    ['laws', '../models/systems/index.js'],
    ['laws', '../experiments/experiment.js'],
    ['laws', '../compile/reference/run.js'],
    ['runner', '../report/index.js'],
    ['report', '../analysis/index.js'],
    ['cli', '../runner/run.js'],
    ['cli', '../laws/index.js'],
  ];
  it('allows imports that go down', () => {
    const stopped = refused(downward);
    assert.deepEqual(
      downward.filter((_, i) => stopped[i]),
      [],
    );
  });
});
