/**
 * The reference of names and types: TypeDoc reads the built declarations and writes docs/reference, a page for each entry of the
 * package. It is written again when the declarations are newer, and needs no network.
 */

import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application } from 'typedoc';

interface Entry {
  /** As it is imported: `drumhead/laws`. */
  readonly name: string;
  readonly types: string;
}

/** The entries of the package, as package.json has them. */
export const entriesOf = (root: string): readonly Entry[] => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
  };
  const all = Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'string' ? [] : [{ name: `drumhead${path.slice(1)}`, types: join(root, target.types) }],
  );
  // Last, since it gathers what others have: the first page that has a name describes it, the others lead there.
  const gathers = all.filter(({ name }) => name === 'drumhead/browser');
  return [...all.filter((one) => !gathers.includes(one)), ...gathers];
};

/** The page of an entry: `compile` of drumhead/compile. */
const pageOf = ({ name }: Entry): string => name.split('/').at(-1) ?? name;

const fileOf = (docs: string, entry: Entry): string =>
  existsSync(join(docs, 'reference', `${pageOf(entry)}.md`))
    ? `${pageOf(entry)}.md`
    : `${pageOf(entry)}/index.md`;

/** The address of its page within the site. */
export const linkOf = (docs: string, entry: Entry): string =>
  `/reference/${fileOf(docs, entry).replace(/(index)?\.md$/, '')}`;

/** What the tour says of an entry. */
const wordsOf = (docs: string, name: string): string =>
  new RegExp(`^\\| \`${name}\` +\\| (.*?) *\\|$`, 'm').exec(
    readFileSync(join(docs, 'tour.md'), 'utf8'),
  )?.[1] ?? '';

/** Writes docs/reference, unless it is newer than what it is made of. */
export const writeReference = async (root: string, docs: string): Promise<void> => {
  const out = join(docs, 'reference');
  const entries = entriesOf(root);
  const last = join(out, 'index.md');
  const sources = [
    ...entries.map(({ types }) => types),
    join(docs, '.vitepress/reference.ts'),
    join(docs, 'tour.md'),
  ];
  if (existsSync(last) && sources.every((file) => statSync(file).mtimeMs < statSync(last).mtimeMs)) return;
  rmSync(out, { recursive: true, force: true });
  const app = await Application.bootstrapWithPlugins({
    entryPoints: entries.map(({ types }) => types),
    tsconfig: join(docs, '.vitepress/reference.json'),
    plugin: ['typedoc-plugin-markdown'],
    out,
    readme: 'none',
    githubPages: false,
    disableSources: true,
    sortEntryPoints: false,
    excludeExternals: true,
    // Options of functions are written where they stand; not each has a name of its own.
    validation: { notExported: false, invalidLink: true, notDocumented: false },
    logLevel: 'Error',
    ...{
      router: 'module',
      entryFileName: 'index',
      hidePageHeader: true,
      hideBreadcrumbs: true,
      parametersFormat: 'table',
      interfacePropertiesFormat: 'table',
      typeDeclarationFormat: 'table',
      sanitizeComments: true,
    },
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('TypeDoc could not read the declarations of drumhead');
  for (const module of project.children ?? []) {
    const entry = entries.find(({ types }) =>
      [`${module.name}.d.ts`, `${module.name}/index.d.ts`].some((file) => types === join(root, 'dist', file)),
    );
    if (entry === undefined) throw new Error(`no entry has the declarations ${module.name}`);
    module.name = pageOf(entry);
  }
  await app.generateOutputs(project);
  writeFileSync(
    last,
    [
      '# Names and types',
      '',
      'Every public name with its type and what its author says of it, a page for each entry of the package. TypeDoc writes these pages',
      'from the declarations of the build.',
      '',
      '| import | what it has |',
      '|---|---|',
      ...entries.map(
        (entry) => `| [\`${entry.name}\`](./${fileOf(docs, entry)}) | ${wordsOf(docs, entry.name)} |`,
      ),
      '',
      '**Next:** [commands](../commands.md), or [files](../files.md).',
      '',
    ].join('\n'),
  );
};
