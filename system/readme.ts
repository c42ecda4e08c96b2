/** README.md as it is read here: its commands in their order, what it says that they print, and the files it shows. */

/** A command of README. */
export interface Shown {
  /** As a person types it, without what is said of it. */
  readonly command: string;
  /** The lines that it prints, as far as README shows them; `…` stands for anything. */
  readonly prints: readonly string[];
}

const begins = /^(?:\$ )?((?:npx )?drumhead |npm )/;

/** A command's line without the remark behind it; a `#` in a command stands in quotes or not at all. */
const withoutRemark = (line: string): string =>
  line
    .replace(/^\$ /, '')
    .replace(/\s+#\s.*$/, '')
    .trim();

/** Blocks of code that are no other language: indented by four spaces. */
const blocks = (readme: string): readonly (readonly string[])[] => {
  const found: string[][] = [];
  let fenced = false;
  let open: string[] | null = null;
  for (const line of readme.split('\n')) {
    if (line.startsWith('```')) fenced = !fenced;
    if (!fenced && line.startsWith('    ')) {
      if (open === null) {
        open = [];
        found.push(open);
      }
      open.push(line.slice(4));
    } else if (line.trim() !== '') open = null;
    else open?.push('');
  }
  return found;
};

/**
 * The commands of README. What stands below a line that begins with `$` is what that command prints.
 *
 * @example
 * shownIn('    $ npx drumhead list   # all of it\n    …\n    paper/small')
 * // [{ command: 'npx drumhead list', prints: ['…', 'paper/small'] }]
 */
export const shownIn = (readme: string): readonly Shown[] =>
  blocks(readme).flatMap((lines) => {
    const found: { command: string; prints: string[]; output: boolean }[] = [];
    for (const line of lines) {
      if (begins.test(line))
        found.push({ command: withoutRemark(line), prints: [], output: line.startsWith('$ ') });
      else {
        const last = found[found.length - 1];
        if (last?.output === true && line !== '') last.prints.push(line);
      }
    }
    return found.map(({ command, prints }) => ({ command, prints }));
  });

/** The block of code that follows a file's name in the text: `rates.yaml`. */
export const fileIn = (readme: string, first: string): string | undefined => {
  const block = blocks(readme).find(([line]) => line.startsWith(first));
  return block === undefined ? undefined : `${block.join('\n').trimEnd()}\n`;
};

/** Whether a line is what README shows, in which `…` stands for anything. */
const isLine = (shown: string, line: string): boolean => {
  const parts = shown.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(line.trimEnd());
};

/** The first shown line that does not stand in what was printed, behind those before it; null where all do. */
export const missingIn = (printed: string, shown: readonly string[]): string | null => {
  const lines = printed.split('\n');
  let at = 0;
  for (const line of shown.filter((each) => each.trim() !== '…')) {
    const found = lines.findIndex((each, i) => i >= at && isLine(line, each));
    if (found < 0) return line;
    at = found + 1;
  }
  return null;
};
