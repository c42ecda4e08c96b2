/** Text from outside, made safe for a terminal. */

/** Characters that must not reach a terminal: all but printable text. */
export const harmless = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

const columnsOf = (letter: string): number => {
  if (/\p{M}|\u200b|\u200d|\ufe0f/u.test(letter)) return 0;
  return wide.test(letter) ? 2 : 1;
};

/** Columns of a terminal that a text takes. */
export const columnsWide = (text: string): number =>
  Array.from(text).reduce((sum, letter) => sum + columnsOf(letter), 0);

/** As many letters of a text as fit, at least one. */
const head = (text: string, width: number): string => {
  const letters = Array.from(text);
  let used = 0;
  const end = letters.findIndex((letter, i) => {
    used += columnsOf(letter);
    return i > 0 && used > width;
  });
  return end < 0 ? text : letters.slice(0, end).join('');
};

/**
 * A text on lines of at most `width` columns, broken between words (never at a no-break space), and inside a word
 * that is longer.
 */
export const wrapped = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  const indent = /^ */.exec(text)?.[0] ?? '';
  let line = '';
  for (let word of text.trim().split(/[^\S\u00a0]+/)) {
    const joined = line === '' ? `${lines.length === 0 ? indent : ''}${word}` : `${line} ${word}`;
    if (columnsWide(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    while (columnsWide(word) > width) {
      const part = head(word, width);
      lines.push(part);
      word = word.slice(part.length);
    }
    line = word;
  }
  return [...lines, line];
};

/** A text on one line of at most `width` columns; the beginning of a longer one is left out. */
export const cutFront = (text: string, width: number): string => {
  if (columnsWide(text) <= width) return text;
  const letters = Array.from(text);
  while (letters.length > 0 && columnsWide(letters.join('')) > width - 1) letters.shift();
  return `…${letters.join('')}`;
};
