/** Damaged runs, by every command that reads them: each names what is damaged, and none takes it for something else. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { trainTiny } from '../runner/tiny-run.js';
import { typed } from '../support/typed.js';

const bin = resolve('bin/drumhead.js');

describe('commands on a damaged run', () => {
  let top = '';
  let whole = '';
  before(async () => {
    top = mkdtempSync(join(tmpdir(), 'drumhead-damaged-'));
    whole = await trainTiny(join(top, 'whole'));
  });
  after(() => rmSync(top, { recursive: true }));

  const drumhead = async (words: readonly string[], cwd: string): Promise<string> => {
    const { stdout, stderr } = await typed(words, cwd);
    return `${stdout}${stderr}`;
  };

  /** A folder of runs in which the one run was changed. */
  const changed = (name: string, change: (run: string) => void): { cwd: string; run: string } => {
    const cwd = join(top, name);
    const run = join('runs', 'tiny', 'sealed', basename(whole));
    mkdirSync(join(cwd, 'runs', 'tiny', 'sealed'), { recursive: true });
    cpSync(whole, join(cwd, run), { recursive: true });
    change(join(cwd, run));
    return { cwd, run };
  };

  it('that was not damaged show it', async () => {
    const { cwd } = changed('sound', () => {});
    assert.match(await drumhead(['table', 'tiny/sealed'], cwd), /1 of 1/);
  }).timeout(60_000);

  it('of which the results or its environment are damaged or gone name the file', async () => {
    for (const [name, file, change] of [
      ['result', 'result.json', (text: string) => text.replace(/"iou": [\d.]+/, '"iou": 0.999')],
      ['environment', 'environment.json', null],
    ] as const) {
      const { cwd, run } = changed(name, (path) => {
        if (change === null) rmSync(join(path, file));
        else writeFileSync(join(path, file), change(readFileSync(join(path, file), 'utf8')));
      });
      for (const words of [
        ['table', 'tiny/sealed'],
        ['table', 'runs', '--format', 'csv'],
        ['report', 'tiny/sealed'],
        ['figure', 'scores', 'runs'],
        ['evaluate', 'tiny/sealed'],
        ['export', 'tiny/sealed', '--out', 'out'],
        ['waves', 'tiny/sealed'],
        ['show', run, '--no-time'],
        ['diff', run, run],
        ['status'],
        ['query'],
      ]) {
        const said = (await drumhead(words, cwd)).replace(/\s+/g, ' ');
        assert.ok(said.includes(file), `${words.join(' ')}: ${said}`);
        assert.match(said, /checksum is wrong|it is missing/, words.join(' '));
        assert.doesNotMatch(said, /unknown|did you mean|0 of 0/, words.join(' '));
      }
    }
  }).timeout(180_000);

  it('count as damaged in a sweep, never as not begun, with one word in every command', async () => {
    for (const [name, file] of [
      ['of result', 'result.json'],
      ['of experiment', 'experiment.json'],
    ] as const) {
      const { cwd, run } = changed(name, (path) => {
        copyFileSync(join(path, 'experiment.json'), join(path, '..', '..', '..', '..', 'tiny.json'));
        const text = readFileSync(join(path, file), 'utf8');
        writeFileSync(join(path, file), text.replace(/"(epochs|batch)": (\d)/, '"$1": 1$2'));
      });
      const one = readFileSync(join(cwd, 'tiny.json'), 'utf8');
      writeFileSync(join(cwd, 'two.json'), JSON.stringify({ ...JSON.parse(one), seeds: [0, 1] }));
      const about = /0 of 2 runs are finished; 1 not begun; 1 damaged: tiny\/sealed, seed 0\./;
      assert.match((await drumhead(['table', 'two.json'], cwd)).replace(/\s+/g, ' '), about);
      assert.match(await drumhead(['status', 'two.json'], cwd), /2 runs: 1 damaged, 1 not begun/);
      assert.match(await drumhead(['table', 'two.json', '--format', 'json'], cwd), /"state": "damaged"/);
      await drumhead(['report', 'two.json', '--out', 'page.html'], cwd);
      const page = readFileSync(join(cwd, 'page.html'), 'utf8');
      assert.match(page, /0 of 2 runs are finished, 1 damaged/);
      assert.match(page, /<td[^>]*>damaged/);
      assert.match(await drumhead(['query'], cwd), new RegExp(`left out: ${run}`));
    }
  }).timeout(120_000);

  it('of a grid counts once, or not where its member is not known', async () => {
    for (const [name, rates, about, listed] of [
      ['of grid', [1e-3, 3e-3], /0 of 2 runs are finished; 2 not begun\./, 0],
      ['of one', [3e-3], /0 of 1 runs are finished; 1 damaged/, 1],
    ] as const) {
      const { cwd, run } = changed(name, (path) => {
        const file = join(path, 'experiment.json');
        const text = readFileSync(file, 'utf8');
        const { training, ...rest } = JSON.parse(text);
        writeFileSync(
          join(top, name, '0.json'),
          JSON.stringify({ ...rest, training: { ...training, rate: rates[0] } }),
        );
        writeFileSync(file, text.replace(/"epochs": (\d)/, '"epochs": 1$1'));
      });
      writeFileSync(
        join(cwd, 'grid.json'),
        JSON.stringify({ name: 'tiny/grid', experiment: '0.json', vary: { 'training.rate': rates } }),
      );
      const said = (await drumhead(['table', 'grid.json'], cwd)).replace(/\s+/g, ' ');
      assert.match(said, about);
      assert.ok(said.includes(`left out: ${run}`), said);
      const status = await drumhead(['status', 'grid.json'], cwd);
      assert.equal(status.split('\n').filter((line) => /^tiny.* 0 +damaged /.test(line)).length, listed);
    }
  }).timeout(60_000);

  it('whose experiment was edited is neither shown, compared nor trained', async () => {
    const { cwd, run } = changed('experiment', (path) => {
      const file = join(path, 'experiment.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"epochs": \d+/, '"epochs": 7'));
    });
    for (const words of [
      ['show', run, '--no-time'],
      ['diff', run, run],
      ['run', run],
      ['sweep', run],
    ]) {
      const said = await drumhead(words, cwd);
      assert.match(
        said,
        /experiment\.json: it is not what was written; the file is damaged or was edited/,
        words.join(' '),
      );
      assert.doesNotMatch(said, /epochs\s+7|training 7|nothing differs/);
    }
  }).timeout(120_000);
});

describe('a command that may open few files', () => {
  it('says so in a sentence', () => {
    // Node 24 opens one module at a time and does with as few; Node 20 and 22 do not.
    for (const limit of [26, 40]) {
      const { stdout, stderr, status } = spawnSync(
        'sh',
        ['-c', `ulimit -n ${limit}; exec "$@"`, 'sh', process.execPath, bin, '--version'],
        { encoding: 'utf8' },
      );
      if (status === 0) assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
      else {
        assert.equal(status, 1);
        assert.match(stderr, /^drumhead: [^\n]*\(ulimit -n 256\)[^\n]*\n$/);
      }
    }
  }).timeout(60_000);
});
