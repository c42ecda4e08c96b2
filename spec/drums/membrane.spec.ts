import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lowestModes } from '../../src/drums/eigen.js';
import { type Lattice, siteCount } from '../../src/drums/lattice.js';
import { impulse, soundProgram, wavesProgram } from '../../src/drums/membrane.js';
import { compute } from '../../src/drums/run.js';
import { latticeOf } from '../../src/drums/shape.js';
import { latticeFrequency } from '../../src/drums/tones.js';
import { hashProgram, inputsOf, type Program, parametersOf, signature } from '../../src/dsl/index.js';
import { openEngine } from '../../src/engine/index.js';
import { right, sentence } from '../support/either.js';
import { anyLattice, anySite } from './arbitraries.js';
import { steppedSound } from './stepping.js';

const siteOf = ({ columns }: Lattice, i: number) => ({ row: Math.floor(i / columns), column: i % columns });
const medium = { speed: 1, dt: 0.5 };

const run = async (program: Program, output: string): Promise<Float32Array> =>
  right(await compute(right(await openEngine('cpu')()), output)(program)());

const membrane = (lattice: Lattice, strike: number) => ({
  lattice,
  pluck: impulse(lattice, siteOf(lattice, strike)),
  ...medium,
});

/** A drum of any shape with two of its points. */
const struck = anyLattice.chain((lattice) =>
  fc.record({ lattice: fc.constant(lattice), strike: anySite(lattice), microphone: anySite(lattice) }),
);

describe('the membrane as a program', () => {
  it('has neither inputs nor parameters, and is a value', () => {
    const lattice = right(latticeOf({ kind: 'square', side: 6 }));
    const write = () => right(soundProgram(membrane(lattice, 12), { row: 2, column: 2 }, 4096));
    assert.equal(signature(write()), '() → sound [4096]');
    assert.deepEqual([inputsOf(write().graph), parametersOf(write().graph)], [{}, []]);
    assert.equal(hashProgram(write()), hashProgram(write()));
  });

  it('sounds as the sum of its modes: struck anywhere, heard anywhere, in any shape', async () => {
    await fc.assert(
      fc.asyncProperty(struck, async ({ lattice, strike, microphone }) => {
        const steps = 60;
        const sound = await run(
          right(soundProgram(membrane(lattice, strike), siteOf(lattice, microphone), steps)),
          'sound',
        );
        const { values, vectors } = lowestModes(lattice, siteCount(lattice));
        for (let t = 1; t <= steps; t++) {
          let expected = 0;
          values.forEach((lambda, k) => {
            // Kick-drift from rest: y[t] = cos(w h (t + 1/2)) / cos(w h / 2), with 2 pi f = w.
            const turn = 2 * Math.PI * latticeFrequency(lambda, medium) * medium.dt;
            expected +=
              (vectors[k][strike] * vectors[k][microphone] * Math.cos(turn * (t + 0.5))) / Math.cos(turn / 2);
          });
          assert.ok(Math.abs(sound[t - 1] - expected) < 2e-5, `step ${t}: ${sound[t - 1]} and ${expected}`);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('follows the plain loops over thousands of steps', async () => {
    const lattice = right(latticeOf({ kind: 'rectangle', width: 9, height: 7 }));
    const sound = await run(right(soundProgram(membrane(lattice, 11), siteOf(lattice, 29), 2048)), 'sound');
    const expected = steppedSound(lattice, 11, 29, { ...medium, steps: 2048 });
    const worst = sound.reduce((most, x, t) => Math.max(most, Math.abs(x - expected[t])), 0);
    assert.ok(worst < 1e-4, `off by ${worst}`);
  });

  it('shows at the microphone what it lets hear, and nothing moves outside', async () => {
    await fc.assert(
      fc.asyncProperty(struck, async ({ lattice, strike, microphone }) => {
        const drum = membrane(lattice, strike);
        const sound = await run(right(soundProgram(drum, siteOf(lattice, microphone), 24)), 'sound');
        const waves = await run(right(wavesProgram(drum, 8, 3)), 'waves');
        const size = lattice.inside.length;
        for (let frame = 0; frame < 8; frame++) {
          assert.equal(waves[frame * size + microphone], sound[3 * frame + 2]);
          for (let i = 0; i < size; i++)
            if (lattice.inside[i] === 0) assert.equal(waves[frame * size + i], 0);
        }
      }),
      { numRuns: 8 },
    );
  });

  it('leaves out a stroke beside the drum', async () => {
    const lattice = right(latticeOf({ kind: 'mask', rows: ['###', '#..'] }));
    const drum = { lattice, pluck: new Float32Array(6).fill(1), ...medium };
    const [first] = [await run(right(wavesProgram(drum, 1, 1)), 'waves')];
    assert.deepEqual(Array.from(first.subarray(4)), [0, 0]);
  });

  it('refuses a microphone outside of the box', () => {
    const lattice = right(latticeOf({ kind: 'square', side: 4 }));
    assert.match(sentence(soundProgram(membrane(lattice, 0), { row: 3, column: 0 }, 8)), /slice/);
  });
});
