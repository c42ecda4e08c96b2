/** Tables, queries, figures and reports as a person asks for them. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { csvParse } from 'd3-dsv';
import * as E from 'fp-ts/lib/Either.js';
import { type Effect, errorMessage } from '../../src/base/error.js';
import { figure } from '../../src/cli/commands/figure.js';
import { query } from '../../src/cli/commands/query.js';
import { report } from '../../src/cli/commands/report.js';
import { table } from '../../src/cli/commands/table.js';
import { waves } from '../../src/cli/commands/waves.js';
import { exitCode } from '../../src/cli/edge.js';

const command = fileURLToPath(new URL('../../bin/drumhead.js', import.meta.url));

const drumhead = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

describe('drumhead, asked what came out', () => {
  let runs = '';
  before(() => {
    runs = mkdtempSync(join(tmpdir(), 'drumhead-tables-'));
  });
  after(() => rmSync(runs, { recursive: true }));

  it('compiled, has the published figures with it, and says that nothing is finished', () => {
    const { status, stdout } = drumhead(
      'table',
      'paper/mnist',
      '--runs',
      runs,
      '--format',
      'csv',
      '--scores',
      'all',
    );
    assert.equal(status, 0);
    const rows = csvParse(stdout);
    assert.equal(rows.length, 15 * 8);
    const [nwm] = rows;
    assert.deepEqual(
      [nwm.experiment, nwm.score, nwm.finished, nwm.planned, nwm.mean, nwm.published_mean, nwm.published_min],
      ['mnist/nwm-linear', 'foregroundIou', '0', '10', '', '0.85', '0.78'],
    );
  });

  const common = { runs: 'runs', preset: 'full', engine: 'auto' };
  const tables = { ...common, format: 'terminal', scores: 'iou' };

  it('draws a report of a sweep that never ran, with what was published', async () => {
    const page = join(runs, 'page', 'report.html');
    const made = await report('paper/multi-mnist', { ...common, runs, out: page })();
    assert.ok(E.isRight(made), JSON.stringify(made));
    assert.match(readFileSync(page, 'utf8'), /0 of 60 runs are finished/);
  });

  it('refuses what there is not in one sentence, with nothing written', async () => {
    const none = join(runs, 'none');
    const figures = { ...common, score: 'foregroundIou', out: join(runs, 'o') };
    const refused: readonly (readonly [Effect<string>, number, RegExp])[] = [
      [table('paper/mnst', tables), 2, /did you mean 'paper\/mnist'/],
      [table('paper/mnist', { ...tables, format: 'pdf' }), 2, /Known: terminal, csv, json, markdown, latex/],
      [table('paper/mnist', { ...tables, scores: 'iou,f1' }), 2, /unknown score 'f1'/],
      [figure('bars', ['paper/mnist'], figures), 2, /unknown figure 'bars'/],
      [figure('scores', ['paper/mnist'], { ...figures, score: 'f1' }), 2, /unknown score 'f1'/],
      [figure('nwm-lstm', [runs], figures), 1, /two finished runs.*1 name/],
      [waves(none, { ...common, samples: '0' }), 1, /no such file or folder/],
      [waves(none, { ...common, samples: 'x' }), 2, /'x' is not a whole number/],
      [query('select', { ...tables, runs: none }), 1, /no such file or folder/],
      [report(runs, common), 1, /no runs here/],
    ];
    for (const [work, code, words] of refused) {
      const said = await work();
      assert.ok(E.isLeft(said));
      assert.match(errorMessage(said.left), words);
      assert.ok(!errorMessage(said.left).includes('\n'));
      assert.equal(exitCode(said.left), code, errorMessage(said.left));
    }
    const many = await figure('bars', [none], { ...figures, engine: 'gpu', samples: 'x' })();
    assert.ok(E.isLeft(many));
    assert.match(
      errorMessage(many.left),
      /3 problems.*unknown figure 'bars'.*engine 'gpu'.*--samples: 'x' is not a whole number/s,
    );
    assert.ok(!existsSync(join(runs, 'o')));
  });
});
