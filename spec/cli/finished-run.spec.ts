/** An experiment's name means its finished run, wherever weights are asked for; which one is said. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { type ExportFlags, exportRun } from '../../src/cli/commands/export.js';
import { play } from '../../src/cli/commands/play.js';
import { runProgramFile } from '../../src/cli/commands/run-program.js';
import { smaller } from '../../src/experiments/settings/presets.js';
import { encodePng } from '../../src/formats/png/png.js';
import { runExperiment } from '../../src/runner/run/run.js';
import { environmentOf, tiny } from '../runner/kill/tiny.js';
import { refusal, rightOf } from '../support/effects.js';

describe('the finished run of an experiment', () => {
  let folder = '';
  let runs = '';
  let file = '';
  const folders: string[] = [];
  const sha256: string[] = [];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-finished-'));
    runs = join(folder, 'runs');
    file = join(folder, 'tiny.json');
    writeFileSync(file, JSON.stringify({ ...tiny, seeds: [0, 1] }));
    for (const seed of [0, 1]) {
      const finished = await runExperiment(tiny, seed)(environmentOf(runs))();
      assert.ok(E.isRight(finished));
      folders.push(finished.right.folder);
      sha256.push(finished.right.result.weights.sha256);
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  const out = () => join(folder, 'out');
  const flags = (changes: Partial<ExportFlags> = {}): ExportFlags => ({
    format: 'program',
    out: out(),
    runs,
    ...changes,
  });
  const exported = (): unknown => JSON.parse(readFileSync(join(out(), 'program.json'), 'utf8')).weightsSha256;

  it('is exported: the first by its seed, or the one that is asked for', async () => {
    const said = await rightOf(exportRun(file, flags()));
    assert.ok(said.includes(`weights of ${folders[0]}\n`), said);
    assert.match(said, /of 2 finished runs/);
    assert.doesNotMatch(said, /untrained/);
    assert.equal(exported(), sha256[0]);
    assert.ok((await rightOf(exportRun(file, flags({ seed: '1' })))).includes(`weights of ${folders[1]}\n`));
    assert.equal(exported(), sha256[1]);
    // By the name of its runs, which no catalogue knows.
    await rightOf(exportRun('tiny/killed', flags()));
    assert.equal(exported(), sha256[0]);
    // A seed that the file does not name, and one that nobody ran.
    writeFileSync(join(folder, 'zero.json'), JSON.stringify(tiny));
    await rightOf(exportRun(join(folder, 'zero.json'), flags({ seed: '1' })));
    assert.equal(exported(), sha256[1]);
    assert.match(
      await refusal(exportRun(file, flags({ seed: '7' }))),
      /none of its runs at --seed 7 is finished.* --seed 7` trains it/,
    );
  });

  it('is not exported where weights as they start are asked for', async () => {
    assert.match(await rightOf(exportRun(file, flags({ untrained: true }))), /untrained, seed 0/);
    assert.ok(!sha256.some((each) => each === exported()));
    // Also of a run's own folder.
    assert.match(await rightOf(exportRun(folders[1], flags({ untrained: true }))), /untrained, seed 0/);
  });

  it('that is not there is said, with both ways to go on; nothing is written', async () => {
    const other = join(folder, 'other.json');
    writeFileSync(
      other,
      JSON.stringify({ ...tiny, name: 'other', training: { ...tiny.training, epochs: 7 } }),
    );
    const nowhere = flags({ out: join(folder, 'nowhere') });
    const words = await refusal(exportRun(other, nowhere));
    assert.match(
      words,
      /none of its runs is finished in .*; `drumhead run .*other\.json` trains it, and --untrained/,
    );
    assert.throws(() => readFileSync(join(folder, 'nowhere', 'program.json')));
  });

  it('is played, and run on a picture; untrained weights are said to be so', async () => {
    const movie = {
      gif: join(folder, 'movie.gif'),
      seed: '0',
      set: [],
      fps: '20',
      frames: '4',
      engine: 'cpu',
      runs,
    };
    assert.equal(await rightOf(play(file, movie)), `${movie.gif}: weights of ${folders[0]}`);
    const trained = readFileSync(movie.gif);
    assert.match(
      await rightOf(play(file, { ...movie, untrained: true })),
      /weights as they start; `drumhead run/,
    );
    assert.notDeepEqual(readFileSync(movie.gif), trained);
    const pixels = Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => (i * 37) % 256);
    const input = join(folder, 'picture.png');
    writeFileSync(input, encodePng({ width: 16, height: 16, pixels }));
    const answer = { input: [input], out: join(folder, 'answer'), engine: 'cpu', runs };
    assert.match(await rightOf(runProgramFile(file, answer)), /seed 0, weights of epoch \d, test/);
  });

  it('is never another by chance: exactly what is named, else the only one there is, else none', async () => {
    const apart = join(folder, 'apart');
    const variants = [0.003, 0.002, 0.004].map((rate) => ({
      ...tiny,
      training: { ...tiny.training, rate, epochs: 1 },
    }));
    const finish = async (experiment: typeof tiny): Promise<string> => {
      const finished = await runExperiment(experiment, 0)(environmentOf(apart))();
      return E.isRight(finished) ? finished.right.folder : assert.fail(errorMessage(finished.left));
    };
    const named = (name: string, changes: Partial<ExportFlags> = {}) =>
      exportRun(name, flags({ runs: apart, ...changes }));
    const first = await finish(variants[0]);
    // The only one that goes by the name, which is said.
    assert.ok((await rightOf(named('tiny/killed'))).includes(`weights of ${first}\n`));
    const others = [await finish(variants[1]), await finish(variants[2])];
    const words = await refusal(named('tiny/killed'));
    assert.match(words, /3 finished runs are of different experiments.*drumhead export FOLDER/);
    for (const one of [first, ...others]) assert.ok(words.includes(one), words);
    // Settings say which is meant, of an experiment that is written somewhere; wrong ones are refused with the nearest.
    const set = ['training.epochs=1', 'training.rate=0.002'];
    assert.ok((await rightOf(named(file, { set }))).includes(`weights of ${others[0]}\n`));
    assert.match(
      await refusal(named(file, { set: ['training.rate=0.5'] })),
      /none of its runs at training\.rate=0\.5 is finished .* training\.rate=0\.5` trains it/,
    );
    assert.match(
      await refusal(named(file, { set: ['training.rat=0.5'] })),
      /training\.rat: there is no such field; did you mean 'rate'/,
    );
    assert.match(await refusal(named(first, { set })), /--set/);
    for (const rate of ['0.003', '0.002', '0.004']) assert.match(words, new RegExp(`rate ${rate}`));
    // With the catalogue's name too, though none of them is the catalogue's experiment.
    const catalogued = variants.map((one) => ({ ...one, name: 'tetrominoes/nwm-linear' }));
    const borrowed = join(folder, 'borrowed');
    for (const [i, experiment] of catalogued.entries()) {
      assert.ok(E.isRight(await runExperiment(experiment, 0)(environmentOf(borrowed))()));
      const outcome = exportRun('tetrominoes/nwm-linear', flags({ runs: borrowed }));
      if (i === 0)
        assert.match(await rightOf(outcome), /no run is exactly tetrominoes\/nwm-linear; this one differs: /);
      else assert.match(await refusal(outcome), /finished runs are of different experiments/);
    }
    const answer = { input: ['none.png'], out: join(folder, 'refused'), engine: 'cpu', runs: borrowed };
    assert.match(
      await refusal(runProgramFile('tetrominoes/nwm-linear', answer)),
      /different experiments.*drumhead run-program FOLDER/,
    );
    // What is exactly named comes before all of them, whatever their folders are called; the largest size of several.
    const zero = join(folder, 'exact.json');
    writeFileSync(zero, JSON.stringify(tiny));
    const quick = await finish(smaller('quick')(tiny));
    assert.ok((await rightOf(named(zero))).includes(`weights of ${quick}\n`));
    const whole = await finish(tiny);
    const sized = await rightOf(named(zero));
    assert.ok(sized.includes(`weights of ${whole}\n`), sized);
    assert.match(sized, /the largest that was run; --preset quick means another/);
    assert.ok((await rightOf(named(zero, { preset: 'quick' }))).includes(`weights of ${quick}\n`));
  });

  it('of another size than the one asked for is not taken for it', async () => {
    const words = await refusal(exportRun('tetrominoes/nwm-linear', flags({ preset: 'small' })));
    assert.match(words, /none of its runs at --preset small is finished.*--preset small` trains it/);
  });
});
