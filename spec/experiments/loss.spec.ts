import assert from 'node:assert/strict';
import { describeLoss } from '../../src/experiments/loss.js';

describe('a loss in words', () => {
  it('names the weights of classes whose names are not known, of very many the first', () => {
    const said = (count: number): string =>
      describeLoss({
        name: 'cross-entropy',
        target: 'pixel',
        weights: Array.from({ length: count }, (_, i) => i),
      });
    assert.equal(said(3), 'cross-entropy, class weights 0 1 2, over pixels');
    assert.match(said(500_000), / 62 63 … \(500,000 in all\), over pixels$/);
  });
});
