import assert from 'node:assert/strict';
import fc from 'fast-check';
import { plainText } from '../../src/base/plain-text.js';

describe('plain text', () => {
  it('writes out what a terminal would obey', () => {
    assert.equal(
      plainText('a\u001b[2Jb\u0007\u009b31m\u007f\r'),
      'a\\u001b[2Jb\\u0007\\u009b31m\\u007f\\u000d',
    );
    assert.equal(plainText('\u202etxt.exe\u2066'), '\\u202etxt.exe\\u2066');
  });

  it('leaves what people write, line ends and tabs among it', () => {
    const text = 'Größe\tω = 2π\r\n日本語 🌊\n';
    assert.equal(plainText(text), text);
  });

  it('has no control character, and of JSON keeps the value', () => {
    const odd = fc.string({
      unit: fc.constantFrom('\u001b', '\u0000', '\r', '\n', '\u009b', '\u202e', 'a', '"', '\\'),
    });
    fc.assert(
      fc.property(odd, (text) => {
        assert.doesNotMatch(plainText(text), /(?![\t\n\r])\p{Cc}/u);
        assert.deepEqual(JSON.parse(plainText(JSON.stringify({ text }))), { text });
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});
