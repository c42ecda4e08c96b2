import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { unknownName } from '../../../../src/base/error.js';
import { decodeExperiment } from '../../../../src/experiments/experiment.js';
import { writeSweepReport } from '../../../../src/runner/pictures/sweep-report.js';
import { collect } from '../../../../src/runner/results/collection.js';
import { readFigures } from '../../../../src/runner/run/report/figures.js';
import { runExperiment } from '../../../../src/runner/run/run.js';
import { right } from '../../../support/either.js';
import { environmentIn } from '../../tiny-run.js';

const experiment = right(
  decodeExperiment({
    name: 'tiny/figures',
    task: { name: 'tetrominoes', size: 8, cell: 1, maxPieces: 2, train: 4, validation: 2, test: 2 },
    model: { name: 'nwm', mid: 2, steps: 6, hidden: [4], readout: 'last' },
    training: { batch: 4, epochs: 1 },
  }),
);

describe('figures of a run', () => {
  let runs = '';
  let folder = '';
  before(async function () {
    this.timeout(60_000);
    runs = mkdtempSync(join(tmpdir(), 'drumhead-figures-'));
    const environment = { ...environmentIn(runs), engine: 'cpu', pictures: true } as const;
    const done = await runExperiment(experiment, 0)(environment)();
    folder = right(done).folder;
  });
  after(() => rmSync(runs, { recursive: true }));

  const pageOf = async (): Promise<string> => {
    const collection = right(await collect(runs, runs, TE.left(unknownName('sweep', runs, [])))());
    const page = join(runs, 'report.html');
    right(await writeSweepReport(collection, [], page)());
    return readFileSync(page, 'utf8');
  };

  it('are those of its report, and stand in the report of a sweep, where they follow the theme', async () => {
    const { waves, segmentations } = right(await readFigures(folder)());
    assert.ok(waves?.film != null && segmentations !== null);
    for (const page of [readFileSync(join(folder, 'report.html'), 'utf8'), await pageOf()]) {
      assert.equal(page.split(waves.film.gif).length, 2);
      for (const { shows } of segmentations.groups[0].stills) assert.ok(page.includes(shows));
      assert.doesNotMatch(page, /<figure class="paper">/);
      assert.match(page, /Each channel has its own scale/);
    }
  });

  it('that are damaged or not there cost no page: it shows the pictures beside them', async () => {
    const path = join(folder, 'figures.json');
    const whole = readFileSync(path, 'utf8');
    const hostile = whole.replace(/"gif":"/, '"gif":")}body{display:none}');
    for (const text of ['{', hostile]) {
      writeFileSync(path, text);
      assert.ok(E.isLeft(await readFigures(folder)()));
      const page = await pageOf();
      assert.ok(page.includes('src="data:image/gif;base64,') && !page.includes('body{display:none}'));
    }
    rmSync(path);
    assert.deepEqual(right(await readFigures(folder)()), {
      waves: null,
      segmentations: null,
      examples: null,
      answers: null,
    });
    assert.ok((await pageOf()).includes('src="data:image/gif;base64,'));
    writeFileSync(path, whole);
  });
});
