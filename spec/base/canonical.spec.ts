/** Canonical JSON: one text for one value, which parses back to it. */

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { canonical, hashOf, sha256Hex } from '../../src/base/canonical.js';

/** The same value with the keys of every object the other way round. */
const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
};

const json = fc.jsonValue({ noUnicodeString: false });

describe('base: canonical JSON', () => {
  it('does not depend on the order of keys', () =>
    fc.assert(
      fc.property(json, (value) => {
        assert.equal(canonical(reversed(value)), canonical(value));
        assert.equal(hashOf(reversed(value)), hashOf(value));
      }),
    ));

  it('parses back to the value', () =>
    fc.assert(
      fc.property(json, (value) =>
        assert.deepEqual(JSON.parse(canonical(value)), JSON.parse(JSON.stringify(value))),
      ),
    ));

  /** Few values, so that two of them are often the same: in another order of keys, too. */
  const small = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(0, 1, '0', '', null, true),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b'), tie('value'), { maxKeys: 2 }),
    ),
  })).value;

  it('is the same for the same values alone', () => {
    let same = 0;
    fc.assert(
      fc.property(small, small, (a, b) => {
        const equal = isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
        if (equal) same++;
        assert.equal(canonical(a) === canonical(b), equal);
      }),
      { numRuns: 2000 },
    );
    assert.ok(same > 20, `only ${same} pairs were the same`);
  });

  it('sorts keys, leaves out undefined fields, has no spaces', () => {
    assert.equal(canonical({ b: 1, a: [2, { d: 3, c: undefined }] }), '{"a":[2,{"d":3}],"b":1}');
    assert.equal(canonical({ b: ' ', a: 'ö' }), '{"a":"ö","b":" "}');
    assert.equal(canonical({ 10: 'ten', 9: 'nine', x: null }), canonical({ x: null, 9: 'nine', 10: 'ten' }));
  });

  it('keeps a key that is called __proto__', () => {
    const value: unknown = JSON.parse('{"__proto__":1,"a":2}');
    assert.equal(canonical(value), '{"__proto__":1,"a":2}');
  });

  it('writes numbers so that they come back the same', () =>
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        assert.equal(JSON.parse(canonical(x)), x === 0 ? 0 : x);
      }),
    ));

  it('is hashed by SHA-256', () => {
    // printf '{"a":1}' | sha256sum
    assert.equal(hashOf({ a: 1 }), '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862');
    assert.equal(sha256Hex(new TextEncoder().encode('{"a":1}')), hashOf({ a: 1 }));
  });
});
