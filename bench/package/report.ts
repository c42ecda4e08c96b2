/**
 * The public names of each entry with their declarations, as the compiler wrote them: docs/api/*.md. A spec
 * compares them with the built package, so that nothing public changes unseen.
 *
 * The compiler's declaration files are regular: a declaration begins at the beginning of a line and ends
 * before the next. So they are read as text, without a compiler's API.
 */

import { readFileSync } from 'node:fs';
import { type Entry, entries, resolved } from './entries.js';

interface Public {
  readonly name: string;
  /** Its declarations without comments; or its package, if it comes from another one. */
  readonly text: string;
  /** Whether it is only a type, without a value at run time. */
  readonly isType: boolean;
}

const isTypeIn = (text: string): boolean =>
  text.split('\n').every((line) => /^(?:interface|type|[\s})\]|]|$)/.test(line));

const begins = /^(?:export |declare |interface |type |import )/;
const declared =
  /^(?:export )?(?:declare )?(?:abstract )?(?:const|let|function|class|interface|type|enum|namespace) ([\w$]+)/;

/** The statements of a declaration file, comments left out. */
const statementsOf = (text: string): readonly string[] => {
  const lines = text.replace(/^[ \t]*\/\*\*?[\s\S]*?\*\/[ \t]*\n/gm, '').split('\n');
  const found: string[] = [];
  for (const line of lines) {
    if (line.startsWith('//')) continue;
    if (begins.test(line) || found.length === 0) found.push(line);
    else found[found.length - 1] += `\n${line}`;
  }
  return found.map((statement) => statement.trim()).filter((statement) => statement !== '');
};

/** The parts of `{ a, type B, c as d }`: the name there, the name here, and whether it is a type. */
const namesIn = (list: string): readonly (readonly [string, string, boolean])[] =>
  list
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => {
      const [from, to = from] = one.replace(/^type /, '').split(' as ');
      return [from, to, one.startsWith('type ')];
    });

const read = (file: string): readonly string[] => statementsOf(readFileSync(file, 'utf8'));

const without = (text: string): string => text.replace(/^export /, '').replace(/^declare /, '');

/** The declaration that a file exports under a name. */
const declarationOf = (file: string, name: string): string => {
  const statements = read(file);
  const own = statements.filter((statement) => declared.exec(statement)?.[1] === name);
  if (own.length > 0) return own.map(without).join('\n');
  for (const statement of statements) {
    const taken = /^import (?:type )?\{([\s\S]*?)\} from ['"]([^'"]+)['"];/.exec(statement);
    const [from] = namesIn(taken?.[1] ?? '').find(([, to]) => to === name) ?? [];
    if (taken !== null && from !== undefined)
      return taken[2].startsWith('.') ? declarationOf(resolved(file, taken[2]), from) : `of ${taken[2]}`;
  }
  const found = publicIn(file).find((one) => one.name === name);
  if (found !== undefined) return found.text;
  throw new Error(`${file} declares no ${name}`);
};

const publicIn = (file: string): readonly Public[] =>
  read(file).flatMap((statement): readonly Public[] => {
    const named = /^export (type )?\{([\s\S]*?)\}(?: from ['"]([^'"]+)['"])?;/.exec(statement);
    if (named !== null) {
      const [, typesOnly, list, specifier] = named;
      return namesIn(list).map(([from, name, isType]) => {
        const text =
          specifier === undefined
            ? declarationOf(file, from)
            : specifier.startsWith('.')
              ? declarationOf(resolved(file, specifier), from)
              : `of ${specifier}`;
        return { name, text, isType: isType || typesOnly !== undefined || isTypeIn(text) };
      });
    }
    const all = /^export \* (?:as ([\w$]+) )?from ['"](\.[^'"]+)['"];/.exec(statement);
    if (all !== null) {
      const inner = publicIn(resolved(file, all[2]));
      return all[1] === undefined ? inner : inner.map((one) => ({ ...one, name: `${all[1]}.${one.name}` }));
    }
    const name = statement.startsWith('export ') ? declared.exec(statement)?.[1] : undefined;
    return name === undefined
      ? []
      : [{ name, text: without(statement), isType: isTypeIn(without(statement)) }];
  });

/** The names of an entry in alphabetical order; overloads are under one name. */
export const publicNames = ({ types }: Entry): readonly Public[] => {
  const byName = new Map<string, Public>();
  for (const one of publicIn(types)) {
    const before = byName.get(one.name);
    byName.set(
      one.name,
      before === undefined || before.text === one.text
        ? one
        : { ...one, text: `${before.text}\n${one.text}`, isType: before.isType && one.isType },
    );
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
};

/** The entry for pages, which re-exports names of others; their declarations are not repeated. */
export const gathers = 'drumhead/browser';

/** The names of an entry that no other entry declares equally, and the entries that have the rest. */
const ownOf = (entry: Entry): { readonly own: readonly Public[]; readonly elsewhere: readonly string[] } => {
  const all = publicNames(entry);
  if (entry.name !== gathers) return { own: all, elsewhere: [] };
  const others = entries()
    .filter(({ name }) => name !== gathers)
    .map(({ name, types }) => ({
      name,
      texts: new Map(publicNames({ name, types }).map((one) => [one.name, one.text])),
    }));
  const home = (one: Public): string | undefined =>
    others.find(({ texts }) => texts.get(one.name) === one.text)?.name;
  return {
    own: all.filter((one) => home(one) === undefined),
    elsewhere: others.flatMap(({ name }) => {
      const names = all.filter((one) => home(one) === name);
      return names.length === 0 ? [] : [`- of [${name}](${pageName(name)}): ${names.length} names`];
    }),
  };
};

const pageName = (entry: string): string => `${entry.split('/').at(-1)}.md`;

const pageOf = (entry: Entry): string => {
  const { own: names, elsewhere } = ownOf(entry);
  return [
    `# ${entry.name}`,
    '',
    `${names.length} names, as \`npm run docs:write\` wrote them; spec/api.spec.ts compares them with the built package.`,
    '',
    ...(elsewhere.length === 0 ? [] : ['Besides, what a page can run:', '', ...elsewhere, '']),
    ...names.flatMap(({ name, text }) => [`## ${name}`, '', '```ts', text, '```', '']),
  ].join('\n');
};

/** The pages by their names: `drumhead.md`, `compile.md`, ... */
export const reports = (): Readonly<Record<string, string>> =>
  Object.fromEntries(entries().map((entry) => [pageName(entry.name), pageOf(entry)]));
