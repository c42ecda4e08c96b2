/** The softmax cross-entropy and its gradient, held against their definition in float64. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stream } from '../../../../src/base/random.js';
import { labelBytes } from '../../../../src/compile/fuse/memory/transfer.js';
import { grids } from './whole.js';
import { Workbench } from './workbench.js';

const unit = 2 ** -24;

/** Sizes of logits: what training sees, and what it must survive. */
const sizes = [0, 1, 20, 300, 1e4, 1e30] as const;

describe('the cross-entropy', () => {
  it('is weighted, leaves out what has no label, and does not overflow however large logits are', () => {
    fc.assert(
      fc.property(
        grids,
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(...sizes),
        fc.nat(),
        (shape, classes, size, seed) => {
          const bench = new Workbench(shape);
          const { arena, grid, pixels } = bench;
          const random = stream(seed, 'cross-entropy');
          const logits = Array.from({ length: classes }, () =>
            Array.from({ length: pixels }, () => Math.fround(size * (2 * random.uniform() - 1))),
          );
          const weights = Array.from({ length: classes }, () => Math.fround(0.25 + random.uniform()));
          // one in five is no pixel of any class
          const labels = Array.from({ length: pixels }, () =>
            random.integer(5) === 0 ? -1 : random.integer(classes),
          );
          const scale = 1 / 8;
          const room = labelBytes(grid) / 4;
          const places = {
            labels: arena.constants(Array.from({ length: room }, (_, i) => labels[i] ?? -1)),
            scale: arena.constants([scale]),
            weights: arena.constants(weights),
            total: arena.constants([0, 0, 0, 0, 0, 0, 0, 0]),
          };
          const slope = bench.runTiles({ op: 'crossEntropy' }, [logits], { planes: classes }, places);
          let [loss, bound] = [0, 0];
          for (const [pixel, label] of labels.entries()) {
            const here = logits.map((plane) => plane[pixel]);
            const top = Math.max(...here);
            const powers = here.map((v) => Math.exp(v - top));
            const total = powers.reduce((sum, v) => sum + v, 0);
            const weight = label < 0 ? 0 : weights[label];
            if (label >= 0) {
              const [lost, own] = [Math.log(total), here[label] - top];
              loss += weight * (lost - own);
              bound += weight * unit * (classes + 8 + 4 * lost + 3 * Math.abs(own));
            }
            for (const [k, power] of powers.entries()) {
              const expected = scale * weight * (power / total - (k === label ? 1 : 0));
              const apart = Math.abs(slope[k][pixel] - expected);
              if (!(apart <= scale * weight * unit * (classes + 10)))
                assert.fail(`gradient ${slope[k][pixel]}, not ${expected}, of ${here} with label ${label}`);
            }
          }
          const found = [0, 1, 2, 3].reduce((sum, lane) => sum + arena.doubles[places.total / 8 + lane], 0);
          // and each pixel is added to a sum that rounds
          const summed = unit * pixels * loss;
          assert.ok(Math.abs(found - loss) <= bound + summed, `loss ${found} instead of ${loss}`);
        },
      ),
      { numRuns: 150 },
    );
  });
});
