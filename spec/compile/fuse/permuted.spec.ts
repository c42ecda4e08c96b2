import fc from 'fast-check';
import type { Engine } from '../../../src/engine/index.js';
import { wasm } from './oracles.js';
import { type Instruction, isFusedRight, permuted, permutedArbitrary } from './permuted.js';

const conv: Instruction = { kind: 'conv', pick: [1, 0, 0] };
const depthwise: Instruction = { kind: 'depthwise', pick: [1, 0, 0] };
/** [H, W, C] as [C, H, W] and as [H, C, W]: the number of the order among all. */
const turns: Readonly<Record<string, Instruction>> = {
  '2,0,1': { kind: 'turn', pick: [3, 0, 0] },
  '0,2,1': { kind: 'turn', pick: [4, 0, 0] },
};

/** As long in all directions, or of size 1: what was the grid is not told by its sizes. */
const cubes = [
  [8, 8, 8],
  [4, 4, 4],
  [7, 7, 1],
  [6, 1, 2],
] as const;
const fields = [
  [5, 7, 4],
  [3, 3, 4],
  [8, 8, 5],
  [1, 5, 2],
] as const;

const sequences: Readonly<Record<string, Instruction>> = {
  'factors of one number': { kind: 'diagonal', pick: [1, 0, 1] },
  'factors of weights': { kind: 'diagonal', pick: [1, 2, 1] },
  'factors that are repeated': { kind: 'diagonal', pick: [1, 4, 1] },
  'a start of weights': { kind: 'diagonal', pick: [0, 2, 3] },
  'matrices that are repeated': { kind: 'matrix', pick: [2, 3, 3] },
  'matrices of weights': { kind: 'matrix', pick: [2, 2, 3] },
  'a step of its own': { kind: 'driven', pick: [1, 0, 1] },
};

describe('fused parts of programs whose axes change places', () => {
  let right: ReturnType<typeof isFusedRight>;
  before(async () => {
    const engine: Engine = await wasm();
    right = isFusedRight(engine);
  });

  for (const [order, turn] of Object.entries(turns))
    for (const sizes of cubes)
      it(`convolve what lies along other axes: transpose(${order}) of [${sizes.join()}]`, async () => {
        for (const layer of [conv, depthwise]) {
          await right(permuted({ sizes, instructions: [turn, layer], seed: 1 }));
          await right(permuted({ sizes, instructions: [conv, turn, layer], seed: 2 }));
        }
      });

  for (const [what, sequence] of Object.entries(sequences))
    it(`recur along channels: ${what}`, async () => {
      for (const sizes of [...fields, ...cubes.slice(1)])
        await right(permuted({ sizes, instructions: [conv, turns['2,0,1'], sequence], seed: 3 }));
    });

  it('compute what the reference and the tape compute', () =>
    fc.assert(
      fc.asyncProperty(permutedArbitrary, (made) => right(made)),
      { numRuns: 60 },
    ));
});
