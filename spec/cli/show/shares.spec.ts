/** Shares of classes in a line, however many there are. */

import assert from 'node:assert/strict';
import { sharesText } from '../../../src/cli/show/shares.js';

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `c${i}`);

describe('shares of classes', () => {
  it('are all named where they are few', () => {
    assert.equal(sharesText([0.75, 0, 0.25], names(3), 'pixel'), 'c0 75.00 %, c1 0.00 %, c2 25.00 %');
  });

  it('are those that occur, the most frequent first of all, where they are many', () => {
    const some = names(1000).map((_, i) => (i === 7 ? 0.5 : i === 990 ? 0.5 : 0));
    assert.equal(
      sharesText(some, names(1000), 'pixel'),
      'c7 50.00 %, c990 50.00 %, 998 classes without a pixel',
    );
    const all = names(30_000).map((_, i) => (i === 29_999 ? 0.5 : 0.5 / 29_999));
    const said = sharesText(all, names(30_000), 'sample');
    assert.match(said, /29976 classes that are no more frequent$/);
    assert.ok(said.length < 1000);
  });
});
