/** How `npm run test:system` reads README: what is a command, what it prints, and when that is not so. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fencedIn, fileIn, missingIn, shownIn } from '../system/readme.js';

const text = [
  'Some words.',
  '',
  '    npm ci && npm start      # begins',
  '    drumhead run x --set a=1 # and so on',
  '',
  '    $ npx drumhead run y   # says',
  '    first …',
  '      second',
  '',
  '      third, after an empty line',
  '',
  'More words, and `drumhead list` within them.',
  '',
  '    name: my/rates',
  '    vary: { a: [1, 2] }   # a remark stays',
  '',
  '```ts',
  '    drumhead no command',
  '```',
].join('\n');

describe('README, read', () => {
  it('has commands in their order, without remarks, with what they print', () =>
    assert.deepEqual(shownIn(text), [
      { command: 'npm ci && npm start', prints: [] },
      { command: 'drumhead run x --set a=1', prints: [] },
      { command: 'npx drumhead run y', prints: ['first …', '  second', '  third, after an empty line'] },
    ]));

  it('has files, told by their first line', () => {
    assert.equal(fileIn(text, 'name: my/rates'), 'name: my/rates\nvary: { a: [1, 2] }   # a remark stays\n');
    assert.equal(fileIn(text, 'name: none'), undefined);
  });

  it('has fenced files, told by their first words', () => {
    assert.equal(
      fencedIn('```yaml\nname: a\n```\n\n```ts twoslash\nconst b = 1;\n```', 'const b'),
      'const b = 1;\n',
    );
    assert.equal(fencedIn(text, 'none'), undefined);
  });

  it('is compared line by line, in order; … stands for anything', () => {
    const printed = 'first (of 3)\nbetween\n  second\nlast';
    assert.equal(missingIn(printed, ['first …', '…', '  second']), null);
    assert.equal(missingIn(printed, ['  second', 'first …']), 'first …');
    assert.equal(missingIn(printed, ['  secon']), '  secon');
    assert.equal(missingIn(printed, ['first (of 2)']), 'first (of 2)');
  });

  it('and its pages show a figure of the first walk, and the sweep that it begins', () => {
    const read = (page: string): string =>
      readFileSync(new URL(`../docs/how-to/${page}.md`, import.meta.url), 'utf8');
    const walk = shownIn(read('architecture')).find(
      ({ command }) => command === 'npx drumhead run examples/two-speeds.ts',
    );
    assert.match(walk?.prints.join('\n') ?? '', /foreground: accuracy 0\.\d{4}/);
    assert.match(fileIn(read('sweep'), 'name: my/rates') ?? '', /^vary: \{ training\.rate/m);
  });
});
