/**
 * The record of a run, written before its first step: run.json names what is run (experiment.json and program.json),
 * environment.json what computes it.
 */

import { join } from 'node:path';
import * as t from 'io-ts';
import type { Effect } from '../../base/error.js';
import { Kernels } from '../../engine/index.js';
import { files } from './files.js';
import { readChecked } from './sealed.js';

/** The codec of run.json. */
export const runCodec = t.intersection([
  t.type({
    /** Hash of task, program, training, seed and engine. */
    identity: t.string,
    name: t.string,
    seed: t.number,
    epochs: t.number,
    /** SHA-256 of experiment.json and program.json. */
    experiment: t.string,
    program: t.string,
  }),
  /** Whether figures.json carries its checksum and the identity; earlier versions wrote it without. */
  t.partial({ figures: t.literal('sealed') }),
]);
/** What run.json holds. */
export type RunRecord = t.TypeOf<typeof runCodec>;

/** The record of a run folder. **Errors** FileError, DecodeError. */
export const readRunRecord = (folder: string): Effect<RunRecord> =>
  readChecked(join(folder, files.run), runCodec);

/** Versions and settings that could change numbers: recorded, and compared when a run goes on. */
const settingsCodec = t.type({
  drumhead: t.string,
  commit: t.union([t.string, t.null]),
  language: t.number,
  node: t.string,
  platform: t.string,
  processor: t.string,
  engine: t.string,
  engineVersion: t.string,
  /** Images of each micro-batch of a step. */
  cut: t.readonlyArray(t.number),
});
/** Versions and settings that could change numbers. */
export type Settings = t.TypeOf<typeof settingsCodec>;

const changeCodec = t.type({ what: t.string, from: t.string, to: t.string });
/** The codec of environment.json. */
export const environmentCodec = t.intersection([
  settingsCodec,
  t.type({
    why: t.string,
    workers: t.number,
    /** What had changed each time the run went on, in order. */
    changes: t.readonlyArray(changeCodec),
  }),
  /**
   * The number of the engine's arithmetic (left out: 1), and its kernels where it has a choice. Another arithmetic is
   * another run.
   */
  t.partial({ arithmetic: t.number, kernels: Kernels }),
]);
/** The content of environment.json. */
export type Recorded = t.TypeOf<typeof environmentCodec>;
