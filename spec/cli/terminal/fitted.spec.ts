/** What commands say at the width of a terminal. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { diff } from '../../../src/cli/commands/diff.js';
import { show } from '../../../src/cli/commands/show.js';
import { fitted } from '../../../src/cli/terminal/fitted.js';

const wordsOf = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

/** Runs work as on a terminal of so many columns. */
const onColumns = async <A>(columns: string, work: () => Promise<A>): Promise<A> => {
  const { COLUMNS: before } = process.env;
  process.env.COLUMNS = columns;
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env.COLUMNS;
    else process.env.COLUMNS = before;
  }
};

describe('text at the width of a terminal', () => {
  it('has no longer line, and every word in its order', () => {
    const word = fc.stringMatching(/^[a-z0-9[\],.±]{1,9}$/);
    const line = fc
      .tuple(fc.nat(4), fc.array(fc.tuple(word, fc.constant(1)), { minLength: 1, maxLength: 30 }))
      .map(([indent, words]) =>
        `${' '.repeat(indent)}${words.map(([text, gap]) => `${text}${' '.repeat(gap)}`).join('')}`.trimEnd(),
      );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), fc.integer({ min: 24, max: 120 }), (lines, width) => {
        const text = lines.join('\n');
        const made = fitted(text, width);
        for (const one of made.split('\n')) assert.ok(one.length <= width, `${width}: ${one}`);
        assert.deepEqual(wordsOf(made), wordsOf(text));
        // What finds room keeps its columns.
        assert.equal(fitted(text, 1000), text);
      }),
    );
  });

  it('goes on under its own beginning, and leaves whole what is copied', () => {
    assert.equal(
      fitted('  task      digits of ten kinds, 28x28', 26),
      '  task      digits of ten\n            kinds, 28x28',
    );
    assert.equal(fitted('written: runs/a/very/long/path.json', 20), 'written:\n  runs/a/very/long/path.json');
    assert.equal(
      fitted('    code that is long enough', 10, (line) => line.startsWith('    ')),
      '    code that is long enough',
    );
  });

  it('sets a table anew, each number in its column', () => {
    const table = [
      'part      numbers  starts as',
      'a/weight    1,234  uniform at 0.1',
      'b/bias         16  0',
    ];
    assert.equal(fitted(table.join('\n'), 40), table.join('\n'));
    const [head, rule, first] = fitted(table.join('\n'), 26).split('\n');
    assert.equal(head, 'part      numbers');
    assert.match(rule, /^─+$/);
    assert.equal(first, 'a/weight    1,234');
  });

  it('is what show and diff say, but for the diagram, which is code', async () => {
    const flags = { preset: 'small', engine: 'auto', time: false };
    for (const columns of [40, 60, 80]) {
      const texts = await onColumns(String(columns), async () => {
        const all = [];
        for (const work of [
          show('tetrominoes/nwm-linear', flags),
          show('tetrominoes/nwm-linear', { ...flags, plan: true }),
          show('paper/tetrominoes', flags),
          show('wave', flags),
          diff('tetrominoes/nwm-linear', 'tetrominoes/cnn-2', flags),
        ]) {
          const done = await work();
          assert.equal(done._tag, 'Right', JSON.stringify(done));
          if (done._tag === 'Right') all.push(done.right);
        }
        return all;
      });
      for (const text of texts)
        for (const line of text.split(/^(?:flowchart|graph) /m)[0].split('\n'))
          assert.ok(line.length <= columns, `${columns}: ${line}`);
    }
  });
});
