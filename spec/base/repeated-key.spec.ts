import assert from 'node:assert/strict';
import fc from 'fast-check';
import { repeatedKey } from '../../src/base/repeated-key.js';

describe('a key that stands twice', () => {
  it('is found at any depth, however it is written, and nowhere else', () => {
    const cases: readonly (readonly [string, string | null])[] = [
      ['{"a":1,"a":2}', 'a'],
      ['{"a":1,"\\u0061":2}', 'a'],
      ['[{"a":1},{"a":2}]', null],
      ['{"a":{"b":1,"c":[{"d":0,"d":1}]}}', 'd'],
      ['{"a":"a","b":["a","a"],"c":"{\\"a\\":1,\\"a\\":2}"}', null],
      ['{"a":{},"b":{},"a":1}', 'a'],
      ['"a"', null],
      ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ];
    for (const [text, expected] of cases) assert.equal(repeatedKey(text), expected, text);
    fc.assert(
      fc.property(fc.jsonValue(), (json) => repeatedKey(JSON.stringify(json, null, 1)) === null),
      { seed: 13 },
    );
  });
});
