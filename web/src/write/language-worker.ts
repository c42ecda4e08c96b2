/** TypeScript's language service in a worker, over one file and the declarations of the language. */

import ts from 'typescript';
import { answerBy } from '../engine/call.js';

export interface Problem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

const file = '/program.ts';
const options: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2023.d.ts'],
  types: [],
  skipLibCheck: true,
  noEmit: true,
};

let files: ReadonlyMap<string, string> = new Map();
let folders: ReadonlySet<string> = new Set();
let text = '';
let version = 0;

const read = (path: string): string | undefined => (path === file ? text : files.get(path));

const host: ts.LanguageServiceHost = {
  getCompilationSettings: () => options,
  getScriptFileNames: () => [file],
  getScriptVersion: (path) => (path === file ? String(version) : '0'),
  getScriptSnapshot: (path) => {
    const found = read(path);
    return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
  },
  getCurrentDirectory: () => '/',
  getDefaultLibFileName: () => '/lib/lib.es2023.d.ts',
  fileExists: (path) => read(path) !== undefined,
  readFile: read,
  directoryExists: (path) => path === '/' || folders.has(path),
  getDirectories: () => [],
  useCaseSensitiveFileNames: () => true,
};
const service = ts.createLanguageService(host, ts.createDocumentRegistry());

const start = async (): Promise<void> => {
  if (files.size > 0) return;
  const { default: json } = await import('virtual:types');
  const all: Readonly<Record<string, string>> = JSON.parse(json);
  files = new Map(
    Object.entries(all).map(([name, each]) => [
      name.startsWith('lib/') ? `/${name}` : `/node_modules/${name}`,
      each,
    ]),
  );
  const found = new Set<string>();
  for (const path of files.keys())
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      found.add(path.slice(0, at));
  folders = found;
};

const update = (next: string): void => {
  if (next === text) return;
  text = next;
  version += 1;
};

const flat = (message: string | ts.DiagnosticMessageChain): string =>
  ts.flattenDiagnosticMessageText(message, '\n');

const problems = (): readonly Problem[] =>
  [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)].map(
    ({ start: from = 0, length = 1, messageText, category }) => ({
      from,
      to: Math.min(text.length, from + Math.max(1, length)),
      message: flat(messageText),
      severity: category === ts.DiagnosticCategory.Error ? 'error' : 'warning',
    }),
  );

/** Positions in the code that was run, mapped to positions in the written text. */
const places = new Map<
  number,
  readonly { readonly column: number; readonly line: number; readonly at: number }[]
>();

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Reads a source map: for each line of the emitted code its columns, each with the line and column that it
 * came from.
 */
const readMap = (mappings: string): void => {
  places.clear();
  let [line, source] = [0, 0];
  for (const [number, each] of mappings.split(';').entries()) {
    let column = 0;
    const found: { column: number; line: number; at: number }[] = [];
    for (const segment of each.split(',')) {
      if (segment === '') continue;
      const values: number[] = [];
      let [value, shift] = [0, 0];
      for (const letter of segment) {
        const digit = letters.indexOf(letter);
        value += (digit & 31) << shift;
        if (digit & 32) shift += 5;
        else {
          values.push(value & 1 ? -(value >> 1) : value >> 1);
          [value, shift] = [0, 0];
        }
      }
      column += values[0];
      if (values.length >= 4) {
        line += values[2];
        source += values[3];
        found.push({ column, line, at: source });
      }
    }
    places.set(number + 1, found);
  }
};

const handlers = {
  check: async ({ text: next }: { readonly text: string }): Promise<readonly Problem[]> => {
    await start();
    update(next);
    return problems();
  },
  hover: async ({ text: next, at }: { readonly text: string; readonly at: number }) => {
    await start();
    update(next);
    const info = service.getQuickInfoAtPosition(file, at);
    if (info === undefined) return null;
    return {
      from: info.textSpan.start,
      to: info.textSpan.start + info.textSpan.length,
      type: ts.displayPartsToString(info.displayParts),
      documentation: ts.displayPartsToString(info.documentation).slice(0, 600),
    };
  },
  complete: async ({ text: next, at }: { readonly text: string; readonly at: number }) => {
    await start();
    update(next);
    const found = service.getCompletionsAtPosition(file, at, { includeCompletionsForModuleExports: false });
    return (found?.entries ?? []).slice(0, 400).map(({ name, kind, sortText }) => ({ name, kind, sortText }));
  },
  /** The JavaScript of the file, without types. */
  emit: async ({ text: next }: { readonly text: string }) => {
    const { outputText, sourceMapText } = ts.transpileModule(next, {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.CommonJS,
        sourceMap: true,
        esModuleInterop: false,
      },
      fileName: 'program.ts',
    });
    const map: { readonly mappings: string } = JSON.parse(sourceMapText ?? '{"mappings":""}');
    readMap(map.mappings);
    return outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, '');
  },
  /** The position in the written text of a position in the last emitted code. */
  place: ({ line, column }: { readonly line: number; readonly column: number }) => {
    // the wrapper comes before the first line
    const found = places.get(line) ?? [];
    let best = found[0];
    for (const each of found) if (each.column <= column - 1) best = each;
    return best === undefined ? null : { line: best.line + 1, column: best.at + 1 };
  },
};

export type LanguageHandlers = typeof handlers;

answerBy(handlers);
