/** The parts of the campaign. Each has rounds that are determined by the seed and their number. */

/** A fault, and the command that reproduces it. */
export interface Found {
  readonly says: string;
  readonly again: string;
}

export interface Round {
  /** The counts of tries, by kind. */
  readonly tried: Readonly<Record<string, number>>;
  readonly found: readonly Found[];
}

/** A prepared part. */
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
  /** Prepares the part in a folder of its own, or says why it cannot run here. */
  readonly open: (seed: number, folder: string) => Promise<Ready | string>;
}

/** The command that repeats one round of a part. */
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
