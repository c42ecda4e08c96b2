/**
 * Examples as one module.
 *
 * Two kinds of comments are claims, and are checked: `expression; // => value` (or `// => value` on the next line)
 * says what an expression gives, `const x = ...;   // Tensor<readonly [64, 64, 2]>` what type a constant has, exactly.
 */

import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type Example, type Exported, exportsIn, sourcesIn } from './extract.js';
import type { Room } from './rooms.js';

/** The names that a room gives to its users: all exports of its index, or of its files where it has none. */
export const publicNames = (root: string, { folder, index }: Room): readonly Exported[] => {
  if (index === undefined) return sourcesIn(root, folder).flatMap((file) => exportsIn(root, file));
  const text = readFileSync(join(root, index), 'utf8');
  const source = (from: string): string => posix.join(posix.dirname(index), from.replace(/\.js$/, '.ts'));
  const all = [...text.matchAll(/^export \* from '(.+)';/gm)].flatMap(([, from]) =>
    exportsIn(root, source(from)),
  );
  const listed = [...text.matchAll(/^export (type )?\{([^}]+)\} from '(.+)';/gm)].flatMap(
    ([, allTypes, names, from]) => {
      const declared = exportsIn(root, source(from));
      return names.split(',').flatMap((item) => {
        const name = item.replace(/\btype\b/, '').trim();
        const isType = allTypes !== undefined || /\btype\b/.test(item);
        return declared.filter((exported) => exported.name === name && (!isType || exported.isType));
      });
    },
  );
  return [...all, ...listed];
};

const importOf = (names: readonly Exported[], path: string): string => {
  const values = new Set(names.filter(({ isType }) => !isType).map(({ name }) => name));
  const types = new Set(names.filter(({ name }) => !values.has(name)).map(({ name }) => name));
  return `import { ${[...values, ...[...types].map((name) => `type ${name}`)].join(', ')} } from '${path}';`;
};

const imports = (
  root: string,
  room: Room,
  examples: readonly Example[],
  from: (path: string) => string,
): readonly string[] => {
  const compiled = (file: string): string => from(file.replace(/\.ts$/, '.js'));
  const names = publicNames(root, room);
  // What a file does not give to users may still have an example, for those who work on it.
  const inner = [...new Set(examples.map(({ file }) => file))].flatMap((file) => {
    const own = exportsIn(root, file).filter(({ name }) => !names.some((known) => known.name === name));
    return own.length === 0 ? [] : [importOf(own, compiled(file))];
  });
  const files = [...new Set(names.map(({ file }) => file))];
  const outer =
    room.index === undefined
      ? files.map((file) =>
          importOf(
            names.filter((exported) => exported.file === file),
            compiled(file),
          ),
        )
      : [importOf(names, compiled(room.index))];
  const more = room.imports.map((line) =>
    line.replace(/'(src\/[^']+)'/, (_, path: string) => `'${from(path)}'`),
  );
  return [...more, ...outer, ...inner];
};

/** Claims in comments as calls that check them; the numbers of lines stay as they are. */
export const claimed = (code: readonly string[]): readonly string[] =>
  code.map((line, i) => {
    const next = /^\/\/ => (.+)$/.exec(code[i + 1] ?? '')?.[1];
    const inline = /^(.+?);?\s*\/\/ => (.+)$/.exec(line);
    if (inline !== null) return `same(${inline[1]}, ${inline[2]});`;
    if (/^\/\/ => /.test(line)) return '';
    if (next !== undefined) return `same(${line.replace(/;\s*$/, '')}, ${next});`;
    const type = /^(.*;)\s*\/\/ (Tensor<.+>)$/.exec(line);
    if (type === null) return line;
    const name = code
      .slice(0, i + 1)
      .reverse()
      .map((above) => /^const (\w+)\b/.exec(above)?.[1])
      .find((found) => found !== undefined);
    return `${type[1]} exactly<${type[2]}>()(${name}, true);`;
  });

/** An example's lines in the module, to find it again by an error's line. */
export interface Placed {
  readonly example: Example;
  readonly first: number;
  readonly last: number;
}

export interface Module {
  readonly text: string;
  readonly placed: readonly Placed[];
}

const tools = [
  "import assert from 'node:assert/strict';",
  'const same = <A>(found: A, expected: NoInfer<A>): void => assert.deepEqual(found, expected);',
  'type Exact<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;',
  'const exactly = <Expected>() => <A>(_value: A, _same: Exact<A, Expected>): void => undefined;',
];

/** A module that exports a function for each example, in their order. */
export const generate = (
  root: string,
  room: Room,
  examples: readonly Example[],
  from: (path: string) => string,
): Module => {
  const lines = [...tools, ...imports(root, room, examples, from), ...room.samples];
  const placed = examples.map((example, i) => {
    lines.push(`export const example${i} = (): void => {`);
    const first = lines.length;
    lines.push(...claimed(example.code), '};');
    return { example, first, last: lines.length };
  });
  return { text: `${lines.join('\n')}\n`, placed };
};
