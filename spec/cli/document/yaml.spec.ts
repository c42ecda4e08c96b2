import assert from 'node:assert/strict';
import { readFlow } from '../../../src/cli/document/yaml.js';
import { right, sentence } from '../../support/either.js';

describe('yaml', () => {
  it('is refused where it nests too deep, in every way that it can, before V8 runs out of stack', () => {
    const stairs = Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n');
    const many = 20_000;
    for (const text of [
      '- '.repeat(many),
      '? '.repeat(many),
      '['.repeat(many),
      '{a: '.repeat(many),
      '- ? '.repeat(many),
      stairs,
    ])
      assert.match(
        sentence(readFlow(text, 'x.yaml')),
        /^x\.yaml: it has more than 512 brackets within one another/,
      );
  });

  it('of 500 lists within one another, and of many lines, is read', () => {
    let [value, depth] = [right(readFlow(`${'- '.repeat(500)}1`, 'x.yaml')), 0];
    for (; Array.isArray(value); depth++) [value] = value;
    assert.deepEqual([value, depth], [1, 500]);
    const lines = Array.from({ length: 2_000 }, (_, i) => `a${i}: [1, { b: c }] # said`).join('\n');
    assert.equal(Object.keys(Object(right(readFlow(lines, 'x.yaml')))).length, 2_000);
  });
});
