/**
 * Peak speeds of one thread: the product kernel on data in the nearest cache, and adding planes in memory.
 * Prints one JSON object.
 */

import { pointwiseGroup } from '../../src/compile/fuse/kernels/pointwise.js';
import { product } from '../../src/compile/fuse/kernels/product.js';
import { Arena } from '../../src/compile/fuse/memory/arena.js';

/** The least seconds of a run, over as many runs as fit into this many milliseconds. */
const least = (milliseconds: number, run: () => void): number => {
  const end = performance.now() + milliseconds;
  let best = Number.POSITIVE_INFINITY;
  while (performance.now() < end) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best / 1000;
};

const machine = new Arena();
const [rows, depth, strips, repeats] = [32, 64, 8, 200];
const a = machine.allocate(4 * rows * depth);
const b = machine.allocate(4 * depth * 8 * strips);
const c = machine.allocate(4 * rows * 8 * strips);
machine.floats.fill(0.5, a / 4, c / 4);
const multiply = machine.kernel('product', () => product({ rows: 4, vectors: 2, onto: false, table: false }));
const multiplied = least(400, () => {
  for (let i = 0; i < repeats; i++)
    multiply(a, b, c, depth, 32 * strips, 32 * strips, 1, 0, 0, strips, 32, 32, rows / 4);
});

const vectors = 2 ** 21;
const planes = [0, 1, 2].map(() => machine.allocate(16 * vectors));
const sum = machine.kernel('sum', () =>
  pointwiseGroup({
    operands: ['full', 'full'],
    steps: [{ op: 'zip', fn: 'add', of: 0, with: 1 }],
    results: [2],
  }),
);
sum(1, 1, vectors, ...planes);
const added = least(400, () => sum(1, 1, vectors, ...planes));

const result = {
  gflops: (2 * rows * depth * 8 * strips * repeats) / multiplied / 1e9,
  gigabytes: (3 * 16 * vectors) / added / 1e9,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
