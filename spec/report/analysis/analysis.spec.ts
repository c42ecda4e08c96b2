import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { PNG } from 'pngjs';
import { kOmega, propagation } from '../../../src/analysis/index.js';
import { energyCurves, kOmegaMap, phaseColour, propagationMaps } from '../../../src/report/analysis/index.js';
import { dark, hex, light } from '../../../src/report/index.js';
import { waveOf } from '../../analysis/lattice.js';

const waves = waveOf({ steps: 32, height: 8, width: 8, dt: 0.3 }, (x, _, t) =>
  Math.cos((Math.PI / 2) * x - 2 * t),
);

describe('pictures of an analysis', () => {
  it('name their axes and lines, in both themes', async () => {
    for (const theme of [light, dark]) {
      const map = await kOmegaMap({
        spectrum: kOmega(waves),
        lines: [
          {
            of: 'learned',
            direction: 'axis',
            points: [
              { k: 0, frequency: 0.1 },
              { k: 3, frequency: 0.4 },
            ],
          },
        ],
        title: 'Spectrum',
        theme,
      })();
      assert.ok(E.isRight(map));
      for (const words of [
        'Spectrum',
        'wave number |k|, radians a cell',
        'learned coupling',
        'along the axes',
        '−50 dB',
      ])
        assert.ok(map.right.includes(words), words);
      assert.ok(map.right.includes(hex(theme.paper)) && !map.right.includes('Laplacian'));
      const energy = await energyCurves({
        energies: [
          { time: 0, kinetic: 1, coupling: 0, own: 0 },
          { time: 1, kinetic: 0.5, coupling: 0.4, own: 0 },
        ],
        title: 'Energy',
        theme,
      })();
      assert.ok(E.isRight(energy));
      assert.ok(energy.right.includes('motion') && energy.right.includes('between sites'));
      // What is nothing all the time is no line.
      assert.ok(!energy.right.includes('at each site'));
      assert.doesNotMatch(map.right + energy.right, /NaN|undefined/);
    }
  });

  it('write every tick as what it is, at steps that are not Vega’s own', async () => {
    const energies = [
      { time: 0, kinetic: 0.12, coupling: -0.12, own: 0 },
      { time: 1, kinetic: 0.11, coupling: -0.11, own: 0 },
    ];
    const drawn = await energyCurves({ energies, title: 'Energy' })();
    assert.ok(E.isRight(drawn));
    for (const tick of ['−0.15', '−0.1', '−0.05', '0.05', '0.1', '0.15'])
      assert.equal(drawn.right.split(`>${tick}<`).length - 1, 1, tick);
  });

  it('map phase and speed; what has none is no reason to fail', () => {
    const still = waveOf({ steps: 32, height: 8, width: 8, dt: 0.3 }, () => 1);
    const sample = {
      height: 8,
      width: 8,
      channels: 1,
      image: new Float32Array(64),
      target: new Uint8Array(64),
    };
    for (const each of [waves, still]) {
      const drawn = propagationMaps({
        rows: [{ sample, propagation: propagation(each, 0) }],
        classes: ['background'],
        title: 'Maps',
        theme: dark,
        density: 1,
      });
      assert.ok(E.isRight(drawn));
      const { data } = PNG.sync.read(Buffer.from(drawn.right));
      assert.deepEqual([data[0], data[1], data[2]], [...dark.paper]);
    }
    assert.ok(E.isLeft(propagationMaps({ rows: [], classes: ['background'], title: '' })));
  });

  it('give a phase and the same a turn on one colour, and opposite phases lightness far apart', () => {
    const lightness = (angle: number): number => phaseColour(angle).reduce((a, b) => a + b, 0);
    fc.assert(
      fc.property(fc.double({ min: -20, max: 20, noNaN: true }), (angle) => {
        phaseColour(angle).forEach((part, i) => {
          assert.ok(Math.abs(part - phaseColour(angle + 2 * Math.PI)[i]) <= 1);
        });
      }),
    );
    assert.ok(lightness(0) > 3 * lightness(Math.PI));
  });
});
