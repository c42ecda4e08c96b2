/** JSON that people write: what is wrong is said by line and column. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { readJsonText } from '../../../src/cli/document/json.js';
import { sentence } from '../../support/either.js';

const said = (text: string): string => {
  const read = readJsonText(text, 'f.json');
  return sentence(read);
};

describe('JSON of people', () => {
  it('is read as the parser of the language reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 4 }), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        assert.deepEqual(readJsonText(text, 'f.json'), E.right(JSON.parse(text)));
        assert.deepEqual(readJsonText(text.replace(/\n/g, '\r\n'), 'f.json'), E.right(JSON.parse(text)));
      }),
    );
  });

  it('is refused wherever that one refuses it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), fc.constantFrom(...'{}[],:"\\x1.-e\n'), (value, place, extra) => {
        const text = JSON.stringify(value);
        const at = place % (text.length + 1);
        const torn = text.slice(0, at) + extra + text.slice(at + 1);
        const whole = E.isRight(E.tryCatch(() => JSON.parse(torn), String));
        const again = E.isRight(readJsonText(torn, 'f.json'));
        // A name that the change made stand twice is refused though it can be parsed.
        assert.ok(again === whole || (whole && /stands twice/.test(said(torn))), torn);
      }),
      { numRuns: 500 },
    );
  });

  it('says where it ends to be any, and what would be', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['{"a": 1,\n "b": 2,\n}', /line 3, column 1: .* a comma before the bracket that closes/],
      ['{"a": 1\n "b": 2}', /line 2, column 2: this is not JSON/],
      ['{a: 1}', /column 2: .*names stand in double quotes/],
      ["{'a': 1}", /column 2: .*texts stand in double quotes/],
      ['{"a": .5}', /column 7: .*begins with a digit/],
      ['{"a": Infinity}', /column 7: .*no such number/],
      ['{"a": 1, // x\n"b": 2}', /column 10: .*JSON has no comments; YAML has/],
      ['{"a": {"b": 1', /column 14: .*ends too early/],
      ['', /there is nothing in it/],
      [
        '{"a": 1,\n"b": {"c": 1, "c": 2}, "a": 3}',
        /2 problems.*line 2, column 15: "c".*line 2, column 24: "a" stands twice/s,
      ],
    ];
    for (const [text, says] of cases) assert.match(said(text), says);
  });
});
