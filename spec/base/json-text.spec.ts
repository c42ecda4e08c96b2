import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { endOfQuoted, nestsBeyond, parsedJson, tooDeep } from '../../src/base/json-text.js';
import { limits } from '../../src/base/limits.js';
import { repeatedKey } from '../../src/base/repeated-key.js';

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

describe('JSON text', () => {
  it('nests as deep as its value does, whatever stands in its texts', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.boolean(), (value, indented) => {
        const text = JSON.stringify(value, null, indented ? 2 : 0);
        const depth = depthOf(JSON.parse(text));
        assert.equal(nestsBeyond(text, depth), false);
        if (depth > 0) assert.equal(nestsBeyond(text, depth - 1), true);
        assert.deepEqual(parsedJson(text), E.right(JSON.parse(text)));
      }),
      { seed: 1410 },
    );
  });

  it('of brackets without end is refused before anything follows them', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ]) {
      const nested = (depth: number): string => `${open.repeat(depth)}1${close.repeat(depth)}`;
      assert.ok(E.isRight(parsedJson(nested(limits.nesting))));
      assert.deepEqual(parsedJson(nested(limits.nesting + 1)), E.left(tooDeep));
      assert.deepEqual(parsedJson(nested(200_000)), E.left(tooDeep));
    }
  });

  it('has texts that end where their quotes do, of any length', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, text) => {
        const quoted = JSON.stringify(text);
        const start = before.length;
        assert.equal(endOfQuoted(`${before}${quoted}, "more"`, start), start + quoted.length);
      }),
      { seed: 1411 },
    );
    assert.equal(endOfQuoted('"no end', 0), -1);
    const long = `{"${'n\\n'.repeat(3_000_000)}": 1, "a": 2, "a": 3}`;
    assert.equal(repeatedKey(long), 'a');
  });
});
