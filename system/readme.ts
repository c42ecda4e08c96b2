/** README or another page as data: its commands in order, the output that it shows for each, and the files that it shows. */

/** A command of README. */
export interface Shown {
  /** The command as a person types it, without a remark. */
  readonly command: string;
  /** The lines of output that README shows; `…` matches anything. */
  readonly prints: readonly string[];
}

const begins = /^(?:\$ )?((?:npx )?drumhead |npm )/;

/** A command's line without the remark after it. A `#` in a command itself must be in quotes. */
const withoutRemark = (line: string): string =>
  line
    .replace(/^\$ /, '')
    .replace(/\s+#\s.*$/, '')
    .trim();

/** Blocks of shell commands: indented by four spaces. */
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
 * The commands of README. Lines below a line that begins with `$` are that command's output.
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

/** The fenced block of code, of any language, that begins with this line. */
export const fencedIn = (page: string, first: string): string | undefined =>
  [...page.matchAll(/^```[a-z]+.*\n([\s\S]*?)^```$/gm)]
    .map(([, code]) => code)
    .find((code) => code.startsWith(first));

/** Whether a line matches README, where `…` matches anything. */
const isLine = (shown: string, line: string): boolean => {
  const parts = shown.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(line.trimEnd());
};

/** The first shown line that does not follow the earlier ones in the output; null if all do. */
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
