/** The parts of the campaign. Each has rounds that follow from the seed and their number alone. */

/** Something that is broken, and the command that shows it again. */
export interface Found {
  readonly says: string;
  readonly again: string;
}

export interface Round {
  /** The counts of what was tried, by kind. */
  readonly tried: Readonly<Record<string, number>>;
  readonly found: readonly Found[];
}

/** A part, made ready. */
export interface Ready {
  readonly round: (index: number) => Promise<Round>;
  readonly end: () => Promise<void>;
}

export interface Part {
  readonly name: string;
  /** A line of description. */
  readonly does: string;
  /** Seconds of a turn, in proportion to which parts share the time. */
  readonly share: number;
  /** Makes ready, in a folder of its own; or says why it cannot be done here. */
  readonly open: (seed: number, folder: string) => Promise<Ready | string>;
}

/** The command that does one round of a part again. */
export const againWith = (part: string, seed: number, index: number): string =>
  `npm run break -- --only ${part} --seed ${seed} --from ${index} --rounds 1`;

/** Counts of several rounds. */
export const sum = (
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> => {
  const all = { ...a };
  for (const [what, n] of Object.entries(b)) all[what] = (all[what] ?? 0) + n;
  return all;
};
