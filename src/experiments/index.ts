/**
 * `drumhead/experiments`: experiments as plain values. Their tasks and data, models by name, settings and presets, sweeps,
 * the labels that tell runs apart, and scores.
 *
 * Experiments by name, `decodeExperiment` and `runExperiment` are in `drumhead` itself.
 */

export type { Dataset, Split } from '../data/dataset.js';
export { loadDataset } from '../data/load.js';
export type { Generate, Made, Making } from '../data/own/generated/sample.js';
export { decodeTask, describeTask, type Task, taskNames } from '../data/task.js';
export { buildModel, decodeModel, describeModel, type ModelSpec, modelNames } from '../models/catalogue.js';
export { type Difference, differencesOf, sharedRuns } from './difference.js';
export { identityOf, type RunFacts, type RunIdentity } from './identity.js';
export { type Label, labelsOf, memberName } from './label.js';
export type { LossSpec } from './loss.js';
export { type Model, programFor } from './model.js';
export { type Scores, scoresOf, tallies, tallyLogits } from './scores/scores.js';
export { type Preset, presets, smaller } from './settings/presets.js';
export { withSettings } from './settings/settings.js';
export { decodeAnySweep } from './sweep/grid.js';
export * from './sweep/sweep.js';
export { sweepNamed, sweepNames } from './sweep/sweeps.js';
