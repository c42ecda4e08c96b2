/** "Do it again" of a report: the command that it prints is one that runs. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { shellWord } from '../../src/runner/run/report/again.js';
import { typed } from '../support/typed.js';

const command = resolve('bin/drumhead.js');

/** The text of the page's command, as a person copies it. */
const commandOf = (page: string): string =>
  (/<pre class="command"><code>([^<]*)<\/code>/.exec(page)?.[1] ?? assert.fail('no command'))
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

describe('"Do it again" of a report', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead again-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('runs as it is printed, with settings, seed and engine, from folders with spaces, to the same weights', async () => {
    const settings =
      'task.size=16 task.cell=2 task.maxPieces=2 task.train=4 task.validation=2 task.test=2 training.batch=4 ' +
      'training.epochs=1 model.steps=4 model.hidden=[4] model.mid=2';
    const begun = 'run tetrominoes/nwm-linear --preset quick --seed 3 --engine cpu --workers 1';
    const { status, stderr } = await typed(
      [...begun.split(' '), '--runs', "my runs, Ada's", '--set', ...settings.split(' ')],
      folder,
    );
    assert.equal(status, 0, stderr);
    const runOf = (runs: string): string => {
      const of = join(folder, runs, 'tetrominoes', 'nwm-linear');
      return join(of, readdirSync(of)[0]);
    };
    const first = runOf("my runs, Ada's");
    const printed = commandOf(readFileSync(join(first, 'report.html'), 'utf8'));
    assert.match(
      printed,
      /^npx drumhead run '.*experiment\.json' --seed 3 --engine cpu --workers 1 --runs again$/,
    );
    // `npx drumhead` is this checkout's own.
    const line = printed.replace(/^npx drumhead/, `${shellWord(process.execPath)} ${shellWord(command)}`);
    execFileSync('sh', ['-c', line], { cwd: folder, stdio: 'pipe' });
    const second = runOf('again');
    assert.ok(existsSync(join(second, 'report.html')));
    const result = (of: string) => JSON.parse(readFileSync(join(of, 'result.json'), 'utf8')).weights.sha256;
    assert.equal(result(second), result(first));
  }).timeout(180_000);

  it('quotes what a shell would take apart', () => {
    assert.equal(shellWord('runs/a-b_1.json'), 'runs/a-b_1.json');
    assert.equal(shellWord('my runs'), "'my runs'");
    for (const word of ["it's", '$(x)', 'a;b', '', '*', '"', '\\', 'a\nb'])
      assert.equal(execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`]).toString(), word);
  });
});
