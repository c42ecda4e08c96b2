/** Patterns for names: as expressions match them, and in no time whatever the pattern is. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { matchOf } from '../../src/dsl/glob.js';

/** The same by an expression, which takes for ever where many `*` fail, and cannot be too long. */
const byExpression = (pattern: string, name: string): readonly string[] | null =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/[*]+/g, '(.*)')
      .replace(/[?]/g, '(.)')}$`,
    'u',
  )
    .exec(name)
    ?.slice(1) ?? null;

const text = (letters: readonly string[], maxLength: number) =>
  fc.array(fc.constantFrom(...letters), { maxLength }).map((all) => all.join(''));

describe('patterns for names', () => {
  it('match what an expression matches, with the same parts', () => {
    fc.assert(
      fc.property(
        text(['a', 'b', '/', '*', '?', '.', '(', '😀'], 8),
        text(['a', 'b', '/', '.', '(', '😀'], 8),
        (pattern, name) => assert.deepEqual(matchOf(pattern, name), byExpression(pattern, name)),
      ),
    );
  });

  it('of a hundred stars, or of 100,000 letters, are tried at once', () => {
    assert.equal(matchOf('*a'.repeat(100), `${'a'.repeat(200)}b`), null);
    assert.equal(matchOf('a'.repeat(100_000), 'encoder/weight'), null);
    assert.equal(matchOf('*?'.repeat(50_000), 'encoder/weight'), null);
  });
});
