/** Examples in docstrings: what stands in them, and where. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The code of one `@example` block. */
export interface Example {
  /** Relative to the root, with forward slashes. */
  readonly file: string;
  /** The line of the `@example` tag. */
  readonly line: number;
  /** What the docstring describes. */
  readonly of: string;
  readonly code: readonly string[];
}

/** A name that a file exports. */
export interface Exported {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly isType: boolean;
  /** Its docstring without the stars, or nothing. */
  readonly doc: string;
}

/** All TypeScript files below a folder. */
export const sourcesIn = (root: string, folder: string): readonly string[] =>
  readdirSync(join(root, folder))
    .sort()
    .flatMap((name) => {
      const path = `${folder}/${name}`;
      if (statSync(join(root, path)).isDirectory()) return sourcesIn(root, path);
      return name.endsWith('.ts') && !name.endsWith('.d.ts') ? [path] : [];
    });

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

interface Comment {
  /** Its lines without the stars. */
  readonly lines: readonly string[];
  readonly line: number;
  readonly end: number;
}

const commentsIn = (text: string): readonly Comment[] =>
  [...text.matchAll(/^[ \t]*\/\*\*[\s\S]*?\*\//gm)].map((match) => ({
    lines: match[0]
      .replace(/^\s*\/\*\*/, '')
      .replace(/\*\/$/, '')
      .split('\n')
      .map((line) => line.replace(/^\s*\* ?/, '').trimEnd()),
    line: lineAt(text, match.index + match[0].search(/\S/)),
    end: match.index + match[0].length,
  }));

const declaration = /^\s*(?:export )?(?:declare )?(const|class|function|type|interface) (\w+)/;

/** The code below each `@example` of a comment, up to the next tag. */
const blocks = ({ lines, line }: Comment): readonly Pick<Example, 'line' | 'code'>[] =>
  lines.flatMap((text, i) => {
    if (!/^@example\b/.test(text)) return [];
    const rest = lines.slice(i + 1);
    const next = rest.findIndex((following) => /^@\w/.test(following));
    return [{ line: line + i, code: rest.slice(0, next < 0 ? rest.length : next) }];
  });

export const examplesIn = (root: string, file: string): readonly Example[] => {
  const text = readFileSync(join(root, file), 'utf8');
  return commentsIn(text).flatMap((comment) => {
    const of = declaration.exec(text.slice(comment.end))?.[2] ?? file;
    return blocks(comment).map((block) => ({ file, of, ...block }));
  });
};

export const exportsIn = (root: string, file: string): readonly Exported[] => {
  const text = readFileSync(join(root, file), 'utf8');
  const comments = commentsIn(text);
  const all = [...text.matchAll(/^export (?:declare )?(const|class|function|type|interface) (\w+)/gm)].map(
    (match) => {
      const above = comments.find(
        ({ end }) => end <= match.index && text.slice(end, match.index).trim() === '',
      );
      return {
        file,
        line: lineAt(text, match.index),
        name: match[2],
        kind: match[1],
        isType: match[1] === 'type' || match[1] === 'interface',
        doc: above === undefined ? '' : above.lines.join('\n').trim(),
      };
    },
  );
  // A function with several signatures is described at the first.
  return all.flatMap(({ kind, ...one }, i) =>
    kind === 'function' && all[i - 1]?.name === one.name ? [] : [one],
  );
};
