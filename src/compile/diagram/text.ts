/** Mermaid text: the few forms that a diagram is written in, with every name escaped. */

/** Text inside quotes: characters with a meaning in Mermaid or HTML become entities; lines break at newlines. */
export const escaped = (text: string): string =>
  [...text]
    .map((c) => {
      if (c === '\n') return '<br/>';
      return /[\p{L}\p{N} .,:/+×−·±…()=_-]/u.test(c) ? c : `#${c.codePointAt(0)};`;
    })
    .join('');

const shapes = {
  /** An operation. */
  box: ['["', '"]'],
  /** Where values come in and go out. */
  stadium: ['(["', '"])'],
  /** State of a scan. */
  cylinder: ['[("', '")]'],
  /** Parameters and constants by themselves. */
  round: ['("', '")'],
} as const;
/** The outlines of boxes. */
export type Outline = keyof typeof shapes;

/** `n4["conv 3×3, 16, zero"]`. */
export const box = (id: string, label: string, outline: Outline): string =>
  `${id}${shapes[outline][0]}${escaped(label)}${shapes[outline][1]}`;

/** `n4 -->|"64×64×16"| n7`; dotted for what comes back at the next step. */
export const arrow = (from: string, to: string, label: string, dotted = false): string =>
  `${from} ${dotted ? '-.->' : '-->'}|"${escaped(label)}"| ${to}`;

/** A titled group of lines, indented. */
export const group = (id: string, title: string, lines: readonly string[]): readonly string[] => [
  `subgraph ${id}["${escaped(title)}"]`,
  ...lines.map((line) => `  ${line}`),
  'end',
];
