/** The twelve families of published networks are short in the language. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The lines of each file of a folder, without those of the index. */
const filesOf = (folder: string): readonly (readonly [string, readonly string[]])[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.ts') && name !== 'index.ts')
    .map((name) => [`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8').split('\n')]);

/** What begins at line `from` and ends with the last line that is not blank before line `end`. */
const lengthOf = (lines: readonly string[], from: number, end: number): number =>
  lines.slice(0, end < 0 ? lines.length : end).findLastIndex((line) => line.trim() !== '') + 1 - from;

const indentOf = (line: string): number => line.length - line.trimStart().length;

describe('the formulas of published networks', () => {
  it('take at most 40 lines each: a layer, a coupling, an attention', () => {
    const families = filesOf('src/models/networks').filter(([file]) => !file.endsWith('/options.ts'));
    assert.ok(families.length >= 11, `${families.length} files`);
    for (const [file, lines] of families) {
      const begun = lines.flatMap((line, i) => (/^(export )?const \w+/.test(line) ? [i] : []));
      assert.ok(begun.length > 0, file);
      for (const from of begun) {
        const end = lines.findIndex(
          (line, i) => i > from && /^(\/\*\*|export |const |type |interface )/.test(line),
        );
        const length = lengthOf(lines, from, end);
        assert.ok(length <= 40, `${file}:${from + 1} takes ${length} lines`);
      }
    }
  });

  it('make a program of each case of the parity zoo in at most 20 more', () => {
    const programs = filesOf('src/runner/parity/zoo/cases').flatMap(([file, lines]) =>
      lines.flatMap((line, from) => {
        if (!/\bprogram\(/.test(line)) return [];
        const last = lines.findIndex(
          (other, i) => i > from && other !== '' && indentOf(other) <= indentOf(line),
        );
        return [{ at: `${file}:${from + 1}`, length: last + 1 - from }];
      }),
    );
    assert.ok(programs.length >= 15, `${programs.length} programs`);
    for (const { at, length } of programs) assert.ok(length <= 20, `${at} takes ${length} lines`);
  });
});
