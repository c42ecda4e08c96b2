/** The last program that ran, for the page that trains it. */

export interface KeptProgram {
  readonly json: string;
  /** The name, task and training of its experiment. */
  readonly experiment: Readonly<Record<string, unknown>>;
  readonly text: string;
}

let last: KeptProgram | undefined;

export const keepProgram = (program: KeptProgram): void => {
  last = program;
};

export const keptProgram = (): KeptProgram | undefined => last;
