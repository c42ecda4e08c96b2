import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { breakDisk } from '../../../bench/break/disk.js';
import { decodeError, type Effect, errorMessage, fileError } from '../../../src/base/error.js';
import { readHeld } from '../../../src/cli/document/reading.js';
import { listBytes, listName } from '../../../src/files/manifest.js';
import { exportTrained, readTrained } from '../../../src/runner/export/index.js';
import { checkSeals } from '../../../src/runner/folder/check-seals.js';
import { readRunRecord } from '../../../src/runner/folder/record.js';
import { readWholeResult } from '../../../src/runner/folder/result.js';
import { importInto, readRunnable } from '../../../src/runner/import/index.js';
import { openRun } from '../../../src/runner/results/open-run.js';
import { stateOf, statusOf } from '../../../src/runner/results/status.js';
import { readRun, readRunFolders } from '../../../src/runner/results/summary.js';
import { noFigures, writeFigures } from '../../../src/runner/run/report/figures.js';
import { environmentIn, trainTiny } from '../tiny-run.js';

describe('seals of a finished run', () => {
  let runs = '';
  let folder = '';
  before(async () => {
    runs = mkdtempSync(join(tmpdir(), 'drumhead-seals-'));
    folder = await trainTiny(runs);
  });
  after(() => rmSync(runs, { recursive: true }));

  const path = (name: string): string => join(folder, ...name.split('/'));
  const edited = async (name: string, edit: (text: string) => string, look: () => Promise<void>) => {
    const before = readFileSync(path(name), 'latin1');
    const after = edit(before);
    assert.notEqual(after, before, `${name} was not changed`);
    writeFileSync(path(name), after, 'latin1');
    try {
      await look();
    } finally {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), before, 'latin1');
    }
  };

  const readers: readonly (readonly [string, () => Effect<unknown>])[] = [
    ['checkSeals', () => checkSeals(folder)],
    ['tables and queries', () => readRun(folder)],
    ['export, evaluate and play', () => readTrained(folder)],
    ['waves and figures', () => openRun(folder, environmentIn(runs))],
  ];

  const agree = async (said: RegExp): Promise<void> => {
    for (const [who, read] of readers) {
      const found = await read()();
      assert.ok(E.isLeft(found), who);
      assert.match(errorMessage(found.left), said, who);
    }
    const { state, problem } = await statusOf(folder, false);
    assert.equal(state, 'damaged');
    assert.match(problem ?? '', said);
    const whole = await readWholeResult(folder)();
    assert.ok(E.isRight(whole));
    assert.equal(whole.right.result, null);
    assert.match(whole.right.problem ?? '', said);
  };

  it('are whole as it ended', async () => {
    for (const [who, read] of readers) assert.ok(E.isRight(await read()()), who);
    assert.equal((await statusOf(folder, true)).state, 'finished');
  });

  const faults: readonly (readonly [string, string, (text: string) => string])[] = [
    ['a better score', 'result.json', (text) => text.replace(/"iou": [\d.]+/, '"iou": 0.999')],
    ['one flipped bit', 'program.json', (text) => text.replace('"language":1', '"language":0')],
    ['another setting', 'experiment.json', (text) => text.replace(/"rate": [\d.]+/, '"rate": 0.5')],
    ['a better epoch', 'metrics.ndjson', (text) => text.replace(/"trainLoss":[\d.]+/, '"trainLoss":0.001')],
    ['swapped names', 'weights/weights.json', swapNames],
    [
      'one flipped bit',
      'weights/weights.bin',
      (text) => `${String.fromCharCode(text.charCodeAt(0) ^ 1)}${text.slice(1)}`,
    ],
    ['another engine', 'environment.json', (text) => text.replace(/"engine": "\w+"/, '"engine": "gpu"')],
    ['another seed', 'run.json', (text) => text.replace(/"seed": \d+/, '"seed": 77')],
  ];
  for (const [what, name, edit] of faults)
    it(`tell of ${what} in ${name}, and every reader says the same`, () =>
      edited(name, edit, () =>
        agree(new RegExp(`${name.replaceAll('.', '\\.').replace('/', '[/\\\\]')}: it`)),
      ));

  for (const name of [
    'run.json',
    'environment.json',
    'program.json',
    'metrics.ndjson',
    'weights/weights.bin',
    'weights/weights.json',
  ])
    it(`tell that ${name} is missing`, () =>
      edited(
        name,
        () => '',
        async () => {
          rmSync(path(name));
          await agree(/it is missing/);
        },
      ));

  it('tell of an edited experiment.json that is named as a file, by itself or in a sweep', async () => {
    const file = path('experiment.json');
    const swept = join(runs, 'swept.json');
    const vary = { 'training.rate': [0.1, 0.2] };
    writeFileSync(swept, JSON.stringify({ name: 'swept', experiment: folder, vary }));
    const imported = join(runs, 'imported');
    const said =
      /experiment\.json: it is not what was written; the file is damaged or was edited\. To run what it says now, copy it/;
    for (const one of [file, swept]) assert.ok(E.isRight(await readHeld(one)()), one);
    await edited(
      'experiment.json',
      (text) => text.replace(/"rate": [\d.]+/, '"rate": 0.5'),
      async () => {
        for (const one of [file, swept]) {
          const found = await readHeld(one)();
          assert.ok(E.isLeft(found), one);
          assert.match(errorMessage(found.left), said);
        }
        const copy = join(imported, 'experiment.json');
        mkdirSync(imported);
        cpSync(file, copy);
        const held = await readHeld(copy)();
        assert.ok(E.isRight(held), 'elsewhere it is a file like others');
        assert.equal(held.right.sweep.members[0].experiment.training.rate, 0.5);
        // An import has no record of a run, and a list of its files.
        writeFileSync(join(imported, listName), listBytes({ 'experiment.json': '0'.repeat(64) }));
        const changed = await readHeld(copy)();
        assert.ok(E.isLeft(changed));
        assert.match(errorMessage(changed.left), said);
      },
    );
  });

  it('tell of figures that are of another run, or were not written by a run', async () => {
    const known = await readRunRecord(folder)();
    assert.ok(E.isRight(known));
    // Scores do not depend on them: tables keep the run, and say so.
    const noticed = async (said: RegExp): Promise<void> => {
      const { state, problem } = await statusOf(folder, false);
      assert.equal(state, 'damaged');
      assert.match(problem ?? '', said);
      const found = await readRunFolders([folder])();
      assert.ok(E.isRight(found) && found.right.runs.length === 1);
      assert.match(found.right.notes.join(), said);
    };
    try {
      assert.ok(E.isRight(await writeFigures(folder, noFigures, known.right.identity)()));
      assert.equal((await statusOf(folder, false)).state, 'finished');
      await writeFigures(folder, noFigures, 'another')();
      await noticed(/figures\.json: it is not of this run; the file is damaged or was replaced/);
      writeFileSync(path('figures.json'), JSON.stringify(noFigures));
      await noticed(/figures\.json: it is not of this run/);
      writeFileSync(
        path('figures.json'),
        JSON.stringify({ ...noFigures, run: known.right.identity, checksum: 'x' }),
      );
      await noticed(/figures\.json: its checksum is wrong/);
    } finally {
      rmSync(path('figures.json'), { force: true });
    }
  });

  it('say that the newest checkpoint is damaged, where the one before it counts', () =>
    edited(
      'checkpoint.json',
      (text) => text.replace(/"lossSum": [\d.]+/, '"lossSum": 77'),
      async () => {
        const { state, problem } = await statusOf(folder, false);
        assert.equal(state, 'finished');
        assert.match(problem ?? '', /checkpoint\.json: its checksum is wrong.*; the one before it counts/);
      },
    ));

  it('say of a run that the system does not let read that it cannot be read, not that it is damaged', () => {
    const none = E.right(null);
    const readings = { record: none, position: none, result: none, seals: none, failure: null, pid: null };
    for (const [code, state] of [
      ['EACCES', 'cannot be read'],
      ['EIO', 'cannot be read'],
      ['EMFILE', 'cannot be read'],
      ['EISDIR', 'damaged'],
    ] as const) {
      const refused = E.left(fileError('runs/a/result.json', Object.assign(new Error(code), { code })));
      const damaged = E.left(decodeError('runs/a/run.json', 'its checksum is wrong'));
      const [found, problem] = stateOf({ ...readings, record: damaged, seals: refused });
      assert.equal(found, state);
      if (state !== 'damaged') assert.match(problem ?? '', /^runs\/a\/result\.json: /);
    }
  });

  it('tell a file that the disk does not give from one that is missing', async () => {
    const disk = breakDisk(folder, { kind: 'none' });
    await checkSeals(folder)();
    const calls = disk.calls();
    disk.mend();
    for (let at = 1; at <= calls; at++) {
      const broken = breakDisk(folder, { kind: 'error', at, code: 'EACCES', lasts: false });
      const found = await checkSeals(folder)().finally(broken.mend);
      if (E.isLeft(found))
        assert.match(errorMessage(found.left), /permission denied/, `call ${at}, ${broken.where()}`);
    }
  });

  it('hold imports and exports to the list of their files, and take what somebody changed without it', async () => {
    const trained = await readTrained(folder)();
    assert.ok(E.isRight(trained));
    for (const [format, file] of [
      ['program', 'program.json'],
      ['safetensors', 'weights.safetensors'],
      ['import', 'weights/weights.bin'],
    ] as const) {
      const out = join(runs, format);
      if (format === 'import') assert.ok(E.isRight(await importInto(join(runs, 'program'), null, out)()));
      else assert.ok(E.isRight(await exportTrained(trained.right, format, out)()));
      assert.ok(E.isRight(await readRunnable(out)()));
      const bytes = readFileSync(join(out, file));
      const text = bytes.toString('latin1');
      const changed =
        format === 'program'
          ? text.replace('"description":"', '"description":"better ')
          : // The lowest bit of a weight.
            `${text.slice(0, -4)}${String.fromCharCode(text.charCodeAt(text.length - 4) ^ 1)}${text.slice(-3)}`;
      writeFileSync(join(out, file), changed, 'latin1');
      const refused = await readRunnable(out)();
      assert.ok(E.isLeft(refused), format);
      assert.match(
        errorMessage(refused.left),
        /it is not what drumhead wrote there; .* remove drumhead-files\.json/,
      );
      rmSync(join(out, 'drumhead-files.json'));
      assert.ok(E.isRight(await readRunnable(out)()), format);
      writeFileSync(join(out, file), bytes);
    }
  });
});

/** The first two weights of one shape change their names. */
function swapNames(text: string): string {
  const groups: readonly { weights: { name: string; shape: readonly number[] }[] }[] = JSON.parse(text);
  const [{ weights }] = groups;
  for (const a of weights)
    for (const b of weights)
      if (a !== b && String(a.shape) === String(b.shape)) {
        [a.name, b.name] = [b.name, a.name];
        return JSON.stringify(groups, null, 2);
      }
  return text;
}
