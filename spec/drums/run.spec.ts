import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { type DrumExperiment, drumExperiments } from '../../src/drums/experiment.js';
import { drumModes, drumMovies } from '../../src/drums/movie.js';
import { runDrums } from '../../src/drums/run.js';
import { type Engine, openEngine } from '../../src/engine/index.js';
import { right, sentence } from '../support/either.js';

const open = async (name: 'cpu' | 'wasm' = 'cpu'): Promise<Engine> => right(await openEngine(name)());
const squares = drumExperiments['drums/squares'];
const pair = drumExperiments['drums/gordon-webb-wolpert'];
const some = (experiment: DrumExperiment, from: number, to: number): DrumExperiment => ({
  ...experiment,
  drums: experiment.drums.slice(from, to),
});

describe('drums, struck and heard', () => {
  it('hears the area of a square', async () => {
    const [six, eight] = right(await runDrums(some(squares, 0, 2), await open())());
    assert.equal(six.points, 25);
    assert.deepEqual(
      [six.strike, six.microphone],
      [
        { row: 2, column: 2 },
        { row: 2, column: 2 },
      ],
    );
    assert.equal(six.area?.raw.toFixed(1), '36.4');
    assert.equal(eight.area?.raw.toFixed(1), '64.7');
    for (const { area } of [six, eight])
      assert.ok(area !== null && Math.abs(area.heard / area.lattice - 1) < 1e-5);
    assert.equal(six.tones.length, 1);
    assert.equal(six.tones[0].heard, six.fundamental);
  });

  it('hears every one of the twenty lowest tones of the pair, and the same in both', async () => {
    const results = right(await runDrums(some(pair, 0, 2), await open('wasm'))());
    const heard = results.map(({ tones }) => tones.map((tone) => tone.heard?.frequency ?? Number.NaN));
    for (const [i, frequency] of heard[0].entries()) {
      assert.ok(Math.abs(frequency / heard[1][i] - 1) < 1e-5, `tone ${i + 1}`);
      assert.ok(Math.abs(frequency / results[0].tones[i].lattice - 1) < 1e-5, `tone ${i + 1}`);
    }
    // The amplitudes are those of the two shapes: there is something to tell them apart by, if not the tones.
    const louder = results[0].tones.map(
      (tone, i) => (tone.heard?.amplitude ?? 0) / (results[1].tones[i].heard?.amplitude ?? 1),
    );
    assert.ok(Math.max(...louder) > 2 && Math.min(...louder) < 0.5);
  });

  it('says which tones a node hides', async () => {
    const middle = {
      name: 'square',
      shape: { kind: 'square', side: 10 },
      strike: [0.5, 0.5],
      microphone: [0.5, 0.5],
    } as const;
    const [{ tones }] = right(await runDrums({ ...squares, drums: [middle], tones: 4 }, await open())());
    assert.deepEqual(
      tones.map(({ heard }) => heard !== null),
      [true, false, false, false],
    );
  });

  it('tells of each drum before it, and stops between two when it is asked to', async () => {
    const told: string[] = [];
    const stop = new AbortController();
    const outcome = await runDrums({ ...some(squares, 0, 3), steps: 64 }, await open(), {
      tell: ({ name }) => {
        told.push(name);
        if (told.length === 2) stop.abort();
      },
      signal: stop.signal,
    })();
    assert.match(sentence(outcome), /stopped/);
    assert.deepEqual(told, ['L = 6', 'L = 8']);
  });

  it('refuses a sound without a tone as a wrong setting, not as a comparison that failed', async () => {
    const slow = { ...some(squares, 0, 1), speed: 1e-3, steps: 64 };
    const heard = await runDrums(slow, await open())();
    assert.ok(E.isLeft(heard) && heard.left._tag === 'DecodeError');
    assert.match(sentence(heard), /nothing is heard; listen to a point that moves, or take more steps$/);
  });

  it('refuses a drum in pieces', async () => {
    const broken = { ...squares.drums[0], shape: { kind: 'mask', rows: ['#.#'] } } as const;
    assert.match(sentence(await runDrums({ ...squares, drums: [broken] }, await open())()), /pieces/);
  });
});

describe('drums to look at', () => {
  it('films all drums at one fineness, from the stroke on', async () => {
    const movies = right(await drumMovies(some(squares, 0, 2), await open(), { frames: 3, every: 2 })());
    assert.deepEqual(
      movies.map(({ lattice }) => lattice.columns),
      [47, 63],
    );
    for (const { waves, lattice, strike, interval, frames } of movies) {
      assert.equal(waves.length, frames * lattice.rows * lattice.columns);
      assert.equal(waves[strike.row * lattice.columns + strike.column], 1);
      assert.equal(interval, (2 * 0.5) / 8);
    }
  });

  it('draws modes that have the same tones where the drums are alike', () => {
    const [first, second] = right(drumModes(pair.drums.slice(0, 2), 3));
    first.modes.values.forEach((tone, k) => {
      assert.ok(Math.abs(tone / second.modes.values[k] - 1) < 1e-12);
    });
  });
});
