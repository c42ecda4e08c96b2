/** What can go wrong around a run: said in a sentence, and nothing that was kept is lost. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Checked, errorMessage } from '../../src/base/error.js';
import { decodeExperiment, type Experiment } from '../../src/experiments/experiment.js';
import type { Environment, RunEvent } from '../../src/runner/environment.js';
import { sealed } from '../../src/runner/folder/seal.js';
import { type Finished, runExperiment } from '../../src/runner/run/run.js';
import { right, sentence } from '../support/either.js';
import { environmentOf, fingerprint, theRun, tiny } from './kill/tiny.js';

type Fingerprint = Awaited<ReturnType<typeof fingerprint>>;
type Outcome = Checked<Finished>;

describe('a run', () => {
  let kept = '';
  let half = '';
  let runs = '';
  let straight: Fingerprint;
  let events: RunEvent[] = [];

  const run = (changes: Partial<Environment> = {}, experiment: Experiment = tiny): Promise<Outcome> => {
    events = [];
    const environment = environmentOf(runs, { tell: (event) => void events.push(event) });
    return runExperiment(experiment, 0)({ ...environment, ...changes })();
  };
  const notes = (): string => events.map((event) => (event.kind === 'note' ? event.message : '')).join('\n');
  const steps = (): number => events.filter(({ kind }) => kind === 'step').length;
  const finished = (outcome: Outcome): Finished => right(outcome);
  const path = async (...names: readonly string[]): Promise<string> => join(await theRun(runs), ...names);
  const damage = async (file: string): Promise<void> => {
    const bytes = await readFile(file);
    bytes[bytes.length >> 1] ^= 1;
    await writeFile(file, bytes);
  };
  const everything = async (): Promise<Readonly<Record<string, string>>> => {
    const folder = await theRun(runs);
    const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
    const pairs = names.map(async ({ name }) => [name, await readFile(join(folder, name), 'hex')] as const);
    return Object.fromEntries(await Promise.all(pairs));
  };
  /** A JSON file with some of its values changed, sealed anew. */
  const edit = async (file: string, changes: object): Promise<void> => {
    const {
      checksum: _,
      format: __,
      ...rest
    }: Record<string, unknown> = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify(sealed({ ...rest, ...changes })));
  };
  const fromLater = async (file: string): Promise<void> => {
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/"format": \d+/, '"format": 999'));
  };

  before(async () => {
    kept = await mkdtemp(join(tmpdir(), 'drumhead-faults-'));
    // Stopped in its third epoch, with two checkpoints; and finished.
    runs = half = join(kept, 'half');
    const stop = new AbortController();
    const tell = ({ kind }: RunEvent): void => {
      if (kind === 'epoch' && steps() >= 6) stop.abort();
    };
    events = [];
    const told = (event: RunEvent): void => {
      events.push(event);
      tell(event);
    };
    sentence(await run({ tell: told, signal: stop.signal }));
    runs = join(kept, 'whole');
    finished(await run());
    straight = await fingerprint(runs);
  });
  after(() => rm(kept, { recursive: true }));

  /** Each begins from a copy: of the run that was stopped, or of the one that is finished. */
  const from = async (source: string): Promise<void> => {
    runs = join(kept, 'copy');
    await rm(runs, { recursive: true, force: true });
    await cp(source, runs, { recursive: true });
  };
  const fromHalf = () => from(half);
  const fromWhole = () => from(join(kept, 'whole'));
  const sameBits = async (): Promise<void> =>
    assert.deepEqual((await fingerprint(runs)).hashes, straight.hashes);

  it('goes on from the checkpoint before when the newest is damaged, and says so', async () => {
    await fromHalf();
    const bins = (await readdir(await path())).filter((name) => name.endsWith('.bin')).sort();
    await damage(await path(bins[bins.length - 1]));
    finished(await run());
    assert.match(notes(), /the one before it is taken: .*checksum is wrong/);
    await sameBits();
  });

  it('begins again when all its checkpoints are damaged, and says so', async () => {
    await fromHalf();
    for (const name of await readdir(await path())) if (name.endsWith('.bin')) await damage(await path(name));
    finished(await run());
    assert.match(notes(), /the training begins again/);
    await sameBits();
  });

  for (const file of ['result.json', join('weights', 'weights.bin')])
    it(`whose ${file} is damaged makes it again from its checkpoint`, async () => {
      await fromWhole();
      await damage(await path(file));
      const { before } = finished(await run());
      assert.equal(before, false);
      assert.equal(steps(), 0, 'nothing is trained again');
      assert.match(notes(), /it is made again/);
      await sameBits();
    });

  for (const file of ['run.json', 'checkpoint.json'])
    it(`whose ${file} a newer drumhead wrote is refused and left as it is`, async () => {
      await fromHalf();
      await fromLater(await path(file));
      const before = await everything();
      assert.match(sentence(await run()), /written by a newer drumhead .* use that one/);
      assert.deepEqual(await everything(), before);
    });

  it('whose result a newer drumhead wrote is refused and left as it is', async () => {
    await fromWhole();
    await fromLater(await path('result.json'));
    const before = await everything();
    assert.match(sentence(await run()), /written by a newer drumhead/);
    assert.deepEqual(await everything(), before);
  });

  it('says what it is computed with now that it was not before, once', async () => {
    await fromHalf();
    const environment = await path('environment.json');
    await edit(environment, { node: 'v1.2.3', cut: [8] });
    finished(await run());
    assert.match(notes(), /began with Node v1\.2\.3 and goes on with v\d+/);
    assert.match(notes(), /began with micro-batches 8 and goes on with 4 \+ 4/);
    const { changes, node } = JSON.parse(await readFile(environment, 'utf8'));
    assert.equal(node, 'v1.2.3');
    assert.deepEqual(changes[0], { what: 'Node', from: 'v1.2.3', to: process.version });
  });

  it('does not mind a clock that goes backwards', async () => {
    await fromHalf();
    let clock = 1e9;
    const back = (): number => {
      clock -= 3600;
      return clock;
    };
    const { now } = Date;
    Date.now = () => back() * 1000;
    try {
      finished(await run({ now: back }));
    } finally {
      Date.now = now;
    }
    await sameBits();
    for (const event of events)
      if (event.kind === 'step') assert.ok(event.secondsLeft >= 0 && event.samplesPerSecond >= 0);
  });

  it('is not run again under another name', async () => {
    await fromWhole();
    const { before, folder } = finished(await run({}, { ...tiny, name: 'another/name' }));
    assert.equal(before, true);
    assert.equal(folder, await theRun(runs));
    assert.deepEqual((await readdir(runs)).sort(), ['.cache', 'tiny']);
  });

  it('whose name leads out of the runs folder is refused before anything is made', async () => {
    runs = join(kept, 'inside', 'runs');
    await mkdir(runs, { recursive: true });
    for (const name of ['../outside', 'a/../../outside', '..', '.', '']) {
      assert.ok(E.isLeft(decodeExperiment({ ...tiny, name })), name);
      assert.match(sentence(await run({}, { ...tiny, name })), /leads out of the folder of all runs/);
    }
    assert.deepEqual(await readdir(join(kept, 'inside')), ['runs']);
    assert.deepEqual(
      (await readdir(runs)).filter((name) => name !== '.cache'),
      [],
    );
  });

  it('works in a folder that one process only works in', async () => {
    await fromHalf();
    const outcomes = await Promise.all([run(), run()]);
    assert.equal(outcomes.filter(E.isRight).length, 1);
    const refused = outcomes.find(E.isLeft);
    assert.ok(refused !== undefined);
    assert.match(errorMessage(refused.left), /is working on this run/);
    await sameBits();
  });

  describe('on a disk of its own', () => {
    let disk = '';
    const mount = (...options: readonly string[]): void => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', disk], { stdio: 'ignore' });
    };
    beforeEach(async function () {
      disk = join(kept, 'disk');
      await mkdir(disk, { recursive: true });
      try {
        mount('size=300k');
      } catch {
        this.skip();
      }
    });
    afterEach(() => {
      execFileSync('umount', ['-l', disk], { stdio: 'ignore' });
    });

    const bring = async (source: string): Promise<void> => {
      runs = disk;
      await cp(source, disk, { recursive: true });
    };

    it('that is full says so, keeps what it kept, and goes on when there is space', async () => {
      await bring(half);
      const filling = join(disk, 'filling');
      await writeFile(filling, new Uint8Array(1 << 20)).catch(() => {});
      const before = await readFile(await path('checkpoint.json'), 'utf8');
      assert.match(sentence(await run()), /the disk is full; free some space and run the same command again/);
      assert.equal(await readFile(await path('checkpoint.json'), 'utf8'), before);
      await rm(filling);
      finished(await run());
      await sameBits();
    });

    it('that is read-only says so where nothing began yet', async () => {
      runs = disk;
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      assert.match(sentence(await run()), /the file system is read-only; choose another folder/);
    });

    it('that is read-only says so and loses nothing; what is finished there is read', async () => {
      await bring(half);
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      const before = await everything();
      assert.match(sentence(await run()), /read-only/);
      assert.deepEqual(await everything(), before);
      execFileSync('mount', ['-o', 'remount,rw', disk]);
      finished(await run());
      await sameBits();
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      assert.equal(finished(await run()).before, true);
    });
  });
});
