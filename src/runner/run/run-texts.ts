/** The files that say what a run computes, before its first step. Pure. */

import { sha256Hex } from '../../base/canonical.js';
import { encodeProgram } from '../../dsl/codec.js';
import type { Program } from '../../dsl/program.js';
import type { Experiment } from '../../experiments/experiment.js';
import type { RunIdentity } from '../../experiments/identity.js';
import type { RunRecord } from '../folder/record.js';

/** A run before its first step. */
export interface DescribedRun {
  readonly identity: RunIdentity;
  readonly experiment: Experiment;
  readonly program: Program;
  readonly seed: number;
  /** The names of the classes, in the order of their labels. */
  readonly classes: readonly string[];
}

/** The texts of experiment.json and program.json, and the record in run.json, which has their checksums. */
export const runTexts = ({
  identity,
  experiment,
  program,
  seed,
  classes,
}: DescribedRun): {
  readonly experiment: string;
  readonly program: string;
  readonly record: RunRecord;
} => {
  const texts = {
    experiment: `${JSON.stringify({ ...experiment, seeds: [seed] }, null, 2)}\n`,
    program: encodeProgram(program),
  };
  const hash = (text: string): string => sha256Hex(new TextEncoder().encode(text));
  return {
    ...texts,
    record: {
      identity,
      name: experiment.name,
      seed,
      epochs: experiment.training.epochs,
      experiment: hash(texts.experiment),
      program: hash(texts.program),
      classes,
    },
  };
};
