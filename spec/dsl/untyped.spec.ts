/** What comes from files that nobody type-checked: `drumhead run mine.ts` executes a module as it is. */

import assert from 'node:assert/strict';
import * as language from '../../src/dsl/index.js';
import { refused } from './refusal.js';

/** Evaluates source with the language in scope, as no compiler would let it stand. */
const written = (source: string): string =>
  refused(() => new Function(...Object.keys(language), `return ${source}`)(...Object.values(language)));

const cases: readonly (readonly [string, string])[] = [
  ['program({ x: [8, 8, 2] }, ({ x }) => ({ y: 3 }))', "program: output 'y': a tensor is needed here, got 3"],
  [
    'program({ x: [8, 8, 2] }, ({ x }) => ({ y: tanh }))',
    "program: output 'y': a tensor is needed here, got a function; is an argument missing?",
  ],
  [
    'program({ x: [8, 8, 2] }, ({ x }) => tanh(x))',
    'program: its function must return a record of outputs, such as ({ x }) => ({ y: tanh(x) })',
  ],
  [
    'program({ x: [8, 8, 2] }, () => {})',
    'program: its function must return a record of outputs, such as ({ x }) => ({ y: tanh(x) })',
  ],
  [
    'program({ x: [8, 8, 2] }, (x) => ({ y: tanh(x) }))',
    'tanh: a tensor is needed here, got a record of x; name the one that is meant',
  ],
  ['add(zeros(2), undefined)', 'add: a tensor is needed here, got undefined'],
  ['conv(3)(null)', 'language: a tensor is needed here, got null'],
  [
    'scan({ steps: 2, init: { y: zeros(2) }, step: () => ({ y: 1 }), observe: ({ y }) => y })',
    'language: a tensor is needed here, got 1',
  ],
  ['projection(4)(zeros(8, 8, 2))', 'projection: expected a sequence [T,H,W,C], got [8,8,2]'],
];

describe('dsl: what no compiler has checked', () => {
  for (const [source, says] of cases)
    it(`is refused in the words of the language: ${source}`, () => assert.equal(written(source), says));
});
