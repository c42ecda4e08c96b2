/**
 * Programs that must compile and programs that must not, each with the message it should give.
 *
 * In spec/types/programs a comment `// error: TEXT` says that the next line of code is refused with a message that
 * contains TEXT; several such comments may stand above one line. Everything else must compile.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { shapeOf, type Tensor, zeros } from '../../src/dsl/index.js';
import { check, type Diagnostic, parseDiagnostics, root } from './compiler.js';

interface Expected {
  readonly file: string;
  readonly line: number;
  readonly texts: readonly string[];
}

const folder = 'spec/types/programs';
const files = readdirSync(join(root, folder)).filter((name) => name.endsWith('.ts'));

const expectedIn = (name: string): readonly Expected[] => {
  const lines = readFileSync(join(root, folder, name), 'utf8').split('\n');
  const texts = (line: string): readonly string[] => {
    const match = /^\s*\/\/ error: (.+)$/.exec(line);
    return match === null ? [] : [match[1].trim()];
  };
  return lines.flatMap((line, i) => {
    if (texts(line).length > 0) return [];
    const first = lines.findLastIndex((above, j) => j < i && texts(above).length === 0) + 1;
    const wanted = lines.slice(first, i).flatMap(texts);
    return wanted.length === 0 ? [] : [{ file: `${folder}/${name}`, line: i + 1, texts: wanted }];
  });
};

const at = ({ file, line }: { readonly file: string; readonly line: number }): string => `${file}:${line}`;

describe('types', () => {
  const expected = files.flatMap(expectedIn);
  let found: readonly Diagnostic[] = [];

  before(() => {
    found = parseDiagnostics(check('spec/types/tsconfig.json'));
  });

  it('expects at least thirty refusals', () => assert.ok(expected.length >= 30, `${expected.length}`));

  for (const name of files)
    it(name, () => {
      const here = expected.filter(({ file }) => file.endsWith(`/${name}`));
      const said = found.filter(({ file }) => file.endsWith(`/${name}`));
      for (const wanted of here) {
        const messages = said.filter(({ line }) => line === wanted.line).map(({ message }) => message);
        assert.ok(messages.length > 0, `${at(wanted)} compiles, but should not: ${wanted.texts.join('; ')}`);
        for (const text of wanted.texts)
          assert.ok(
            messages.some((message) => message.includes(text)),
            `${at(wanted)} should say: ${text}\nbut says:\n${messages.join('\n')}`,
          );
      }
      const surprising = said.filter(({ line }) => !here.some((wanted) => wanted.line === line));
      assert.deepEqual(
        surprising.map((diagnostic) => `${at(diagnostic)} ${diagnostic.message}`),
        [],
      );
    });

  it('has nothing else to complain about', () =>
    assert.deepEqual(
      found.filter(({ file }) => !file.startsWith(`${folder}/`)),
      [],
    ));
});

describe('types: the shapes that types promise are those that are computed', () => {
  const compared: unknown[] = [];
  // What the well-typed programs declare without saying: they are checked with any number, and run with these.
  const globals = {
    n: 64,
    axis: 0,
    anything: zeros(64, 64, 2),
    fromFile: { side: 8, classes: 3 },
    compare: (value: unknown) => compared.push(value),
  };
  after(() => {
    for (const name of Object.keys(globals)) Reflect.deleteProperty(globalThis, name);
  });
  before(() => {
    Object.assign(globalThis, globals);
  });

  for (const name of files.filter((file) => file.startsWith('well-')))
    it(name, async () => {
      const source = readFileSync(join(root, folder, name), 'utf8');
      const promised = [...source.matchAll(/^exactly<\s*([\s\S]*?)>\(\)\(/gm)].map(([, type]) => type);
      compared.length = 0;
      await import(pathToFileURL(join(root, folder, name)).href);
      assert.equal(compared.length, promised.length);
      promised.forEach((type, i) => {
        const sizes = /^Tensor<readonly \[(.*)\]>$/.exec(type)?.[1];
        if (sizes === undefined) return;
        const found = shapeIn(compared[i]);
        const expected =
          sizes === ''
            ? []
            : sizes.split(', ').map((size, axis) => (size === 'number' ? found[axis] : Number(size)));
        assert.deepEqual(found, expected, type);
      });
    });
});

const shapeIn = (value: unknown): readonly number[] =>
  isTensor(value) ? shapeOf(value) : assert.fail('it is not a tensor');
const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'expr' in value;
