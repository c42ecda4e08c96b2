/** Canonical JSON: one text for one value, which parses back to it. */

import assert from 'node:assert/strict';
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

  it('tells different values apart', () =>
    fc.assert(
      fc.property(json, json, (a, b) => {
        fc.pre(JSON.stringify(reversed(a)) !== JSON.stringify(reversed(b)));
        const equal = canonical(a) === canonical(b);
        if (equal) assert.deepEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
      }),
    ));

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
