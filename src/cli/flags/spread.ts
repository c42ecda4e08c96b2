/**
 * The words of a command line before commander reads them: a flag that takes several values must leave the command
 * its name, and a setting needs no flag.
 */

/** The arguments that a command needs and the flags that it declares. */
export interface Declared {
  /** The number of required arguments. */
  readonly needed: number;
  readonly flags: readonly {
    readonly names: readonly string[];
    /** `maybe`: one that may be left out, such as the profile of --slurm. */
    readonly takes: 'nothing' | 'one' | 'maybe' | 'several';
  }[];
}

const isSetting = (word: string): boolean => /^[A-Za-z]\w*(\.\w+)*=/.test(word);

/** The settings among words in which no `--set` is. */
export const settingsOf = (words: readonly string[]): readonly string[] =>
  words.some((word) => /^--set(=|$)/.test(word)) ? [] : words.filter(isSetting);

interface Taken {
  readonly flag: string;
  readonly words: readonly string[];
}

/** Whether the word after a flag is its value. */
const takesNext = (takes: Declared['flags'][number]['takes'], next: string | undefined): boolean =>
  next !== undefined && (takes === 'one' || (takes === 'maybe' && !next.startsWith('-') && !isSetting(next)));

/** Whether a command has settings. */
const hasSettings = ({ flags }: Declared): boolean => flags.some(({ names }) => names.includes('--set'));

/**
 * `NAME a=1` is `NAME --set a=1`, for commands that have settings; after `--` every word is a name. `--set a=1 NAME`
 * gives the name back to a command that would have none; `--set a=1 --set b=2` and `--set a=1 b=2` mean the same. If a
 * required argument is missing, the last value of a flag is taken as the argument; of --set, the last word that is not
 * a setting.
 *
 * @returns the words with a flag before each value, and such arguments before the first of these flags
 *
 * @example
 * spread({ needed: 1, flags: [{ names: ['--set'], takes: 'several' }] }, ['--set', 'a=1', 'mine'])
 * // ['mine', '--set', 'a=1']
 * spread({ needed: 1, flags: [{ names: ['--set'], takes: 'several' }] }, ['mine', 'training.rate=0.1'])
 * // ['mine', '--set', 'training.rate=0.1']
 */
export const spread = (declared: Declared, words: readonly string[]): readonly string[] => {
  const { needed, flags } = declared;
  const settable = hasSettings(declared);
  const out: (string | Taken)[] = [];
  let free = 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === '--') {
      free += words.length - i - 1;
      out.push(...words.slice(i));
      break;
    }
    const flag = flags.find(({ names }) => names.includes(word));
    if (flag?.takes === 'several') {
      const taken: string[] = [];
      while (i + 1 < words.length && !words[i + 1].startsWith('--')) taken.push(words[++i]);
      out.push({ flag: word, words: taken });
    } else if (flag !== undefined && takesNext(flag.takes, words[i + 1])) out.push(word, words[++i]);
    else if (settable && isSetting(word)) out.push({ flag: '--set', words: [word] });
    else {
      out.push(word);
      if (!word.startsWith('-')) free++;
    }
  }
  let missing = Math.max(0, needed - free);
  const back: string[] = [];
  const kept = out.map((part) => {
    if (typeof part === 'string') return part;
    const given = [...part.words];
    while (missing > 0 && given.length > 1) {
      const odd = part.flag === '--set' ? given.findLastIndex((word) => !isSetting(word)) : given.length - 1;
      if (odd < 1) break;
      back.unshift(...given.splice(odd, 1));
      missing--;
    }
    return { ...part, words: given };
  });
  // They go before the first flag, so that none takes them again.
  const first = kept.findIndex((part) => typeof part !== 'string');
  return kept.flatMap((part, i) => {
    const given = i === first ? back : [];
    if (typeof part === 'string') return [...given, part];
    const each = part.words.length === 0 ? [part.flag] : part.words.flatMap((word) => [part.flag, word]);
    return [...given, ...each];
  });
};
