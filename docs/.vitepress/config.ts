/** The site: the pages of this folder; twoslash compiles their snippets against the built declarations of drumhead. */

import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformerTwoslash } from '@shikijs/vitepress-twoslash';
import { createTwoslasher, type TwoslashReturn } from 'twoslash';
import { ModuleKind, ModuleResolutionKind, ScriptTarget } from 'typescript';
import { defineConfig } from 'vitepress';
import { drawPictures, liveOf } from './pictures';
import { entriesOf, linkOf, writeReference } from './reference';

const docs = resolve(fileURLToPath(import.meta.url), '../..');
const root = resolve(docs, '..');
if (!existsSync(join(root, 'dist/index.d.ts')))
  throw new Error('the declarations of drumhead are not built: run npm ci in the root of the project first');

await writeReference(root, docs);
await drawPictures(root, docs);

/** The heading of a page. */
const titleOf = (page: string): string =>
  /^# (.+)$/m.exec(readFileSync(join(docs, page), 'utf8'))?.[1].replaceAll('`', '') ?? page;

const entry = (page: string) => ({ text: titleOf(page), link: `/${page.replace(/(index)?\.md$/, '')}` });

/** The pages of a folder, its index left out. */
const pagesOf = (folder: string, ...first: readonly string[]) => {
  const files = readdirSync(join(docs, folder)).filter(
    (file) => file.endsWith('.md') && !/^(index|README)\.md$/.test(file),
  );
  const rest = files.filter((file) => !first.includes(file)).sort();
  return [...first, ...rest].map((file) => entry(`${folder}/${file}`));
};

const concepts = [
  'tensor',
  'program',
  'scan',
  'oscillator',
  'coupling',
  'readout',
  'parameter',
  'experiment',
  'sweep',
  'run',
  'law',
];

/** What the compiler said of a snippet: pages are rendered twice, for themselves and for the search. */
const answers = new Map<string, TwoslashReturn>();

export default defineConfig({
  title: 'drumhead',
  description: 'A functional, shape-typed language for wave networks',
  lang: 'en',
  cleanUrls: true,
  // Data of the site in one file, not in every page.
  metaChunk: true,
  // The report of public names, which a spec compares with the build: the reference says the same with more words.
  srcExclude: ['api/**'],
  // Files for clusters lie beside their page, and are copied at the end.
  ignoreDeadLinks: [/^\.\/cluster\//],
  buildEnd: ({ outDir }) => cpSync(join(docs, 'cluster'), join(outDir, 'cluster'), { recursive: true }),
  rewrites: { 'decisions/README.md': 'decisions/index.md' },
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        detailedView: true,
        // Pages that explain come before names of the reference, and those before names that a second entry has again. The page
        // gets this function as text, so it uses nothing from outside.
        miniSearch: {
          searchOptions: {
            boostDocument: (id: string) =>
              id.startsWith('/reference/browser')
                ? 0.1
                : /^\/(reference|decisions|dependencies)/.test(id)
                  ? 0.4
                  : 1,
          },
        },
      },
    },
    outline: [2, 3],
    live: liveOf(root, docs),
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Tutorial', link: '/tutorial/1-a-string' },
      { text: 'Concepts', link: '/concepts/' },
      { text: 'How to', link: '/how-to/' },
      { text: 'Reference', link: '/tour' },
    ],
    sidebar: [
      { text: 'Begin', items: ['start.md', 'coming-from.md', 'glossary.md'].map(entry) },
      { text: 'Tutorial', items: pagesOf('tutorial') },
      {
        text: 'Concepts',
        items: pagesOf('concepts', ...concepts.map((name) => `${name}.md`)),
      },
      {
        text: 'How to',
        items: pagesOf(
          'how-to',
          'own-images.md',
          'own-data.md',
          'architecture.md',
          'own-cell.md',
          'own-loss.md',
          'own-task.md',
          'laws.md',
        ),
      },
      { text: 'Gallery', items: ['systems.md', 'tasks.md', 'zoo.md', 'publication.md'].map(entry) },
      {
        text: 'Reference',
        items: [
          'tour.md',
          'commands.md',
          'files.md',
          'data.md',
          'laws.md',
          'browser.md',
          'cluster.md',
          'benchmarks.md',
        ].map(entry),
      },
      {
        text: 'Names and types',
        items: [
          { text: 'All', link: '/reference/' },
          ...entriesOf(root).map((one) => ({ text: one.name, link: linkOf(docs, one) })),
        ],
      },
      {
        text: 'Decisions',
        items: [{ text: 'All', link: '/decisions/' }],
      },
      { text: 'About', items: ['house.md', 'dependencies.md', 'citing.md'].map(entry) },
    ],
  },
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: (markdown) => {
      // Indented blocks are commands.
      markdown.core.ruler.push('commands', ({ tokens }) => {
        for (const token of tokens)
          if (token.type === 'code_block') Object.assign(token, { type: 'fence', info: 'sh', tag: 'code' });
      });
      // Pages also name files of the repository, such as examples and rooms of the source. The site has none, so these are text.
      markdown.core.ruler.push('files-of-the-repository', ({ tokens, env }) => {
        const page = resolve(docs, String(env.relativePath ?? ''), '..');
        for (const { children } of tokens)
          for (const token of children ?? []) {
            const to = token.type === 'link_open' ? (token.attrGet('href') ?? '') : '';
            // Decisions have a README in the repository, which is the index of their folder here.
            if (token.type === 'link_open' && /decisions\/README\.md$/.test(to))
              token.attrSet('href', to.replace(/README\.md$/, ''));
            // Where the repository has a report of the public names, the site has the reference.
            if (token.type === 'link_open' && /^[./]*api\/\w+\.md$/.test(to))
              token.attrSet('href', to.replace(/api\/\w+\.md$/, 'reference/index.md'));
            else if (/^\.\.?\//.test(to) && !resolve(page, to).startsWith(docs))
              token.attrs = [['data-file', to]];
          }
      });
    },
    codeTransformers: [
      transformerTwoslash({
        typesCache: {
          read: (code) => answers.get(code) ?? null,
          write: (code, answer) => {
            answers.set(code, answer);
          },
        },
        twoslasher: createTwoslasher({
          vfsRoot: root,
          compilerOptions: {
            target: ScriptTarget.ES2023,
            module: ModuleKind.ESNext,
            moduleResolution: ModuleResolutionKind.Bundler,
            strict: true,
            exactOptionalPropertyTypes: true,
            types: ['node'],
            lib: ['lib.es2023.d.ts'],
            paths: Object.fromEntries(
              [
                ['drumhead', 'index'],
                ['drumhead/analysis', 'analysis/index'],
                ['drumhead/browser', 'browser/index'],
                ['drumhead/compile', 'compile/index'],
                ['drumhead/experiments', 'experiments/index'],
                ['drumhead/laws', 'laws/index'],
                ['drumhead/networks', 'models/networks/index'],
              ].map(([name, file]) => [name, [join(root, 'dist', `${file}.d.ts`)]]),
            ),
          },
        }),
      }),
    ],
  },
});
