import fc from 'fast-check';
import type { Engine } from '../../../src/engine/index.js';
import { programArbitrary } from '../../../src/laws/arbitraries/program.js';
import { wasm } from './oracles.js';
import { agrees } from './paths.js';

/** `npm run laws:fused` tries many thousands. */
describe('random programs of every operation', () => {
  let engine: Engine;
  before(async () => {
    engine = await wasm();
  });

  // odd draws are of fused kernels by themselves, 2 of sessions; both with a plan, none with threads
  for (const [smooth, draws] of [
    [false, [2 << 4, (2 << 4) + 1, 3 << 4]],
    [true, [1 << 4]],
  ] as const)
    it(`have the same results on every path${smooth ? ', and those of differences' : ''}`, () =>
      fc.assert(
        fc.asyncProperty(
          programArbitrary({ smoothOnly: smooth }),
          fc.constantFrom(...draws),
          async (made, draw) => {
            await agrees(engine)(made, draw, smooth);
          },
        ),
        { numRuns: smooth ? 4 : 12 },
      ));
});
