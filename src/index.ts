/**
 * drumhead: a functional language for wave networks.
 *
 * The language is exported flat, since programs are written in it. Beside it stand what is done with a program
 * (engines, sessions, cost, diagram, light cone) and experiments with their runner.
 */

export { flow, pipe } from 'fp-ts/lib/function.js';
export { type DrumheadError, errorMessage } from './base/error.js';
export { type Random, stream } from './base/random.js';
export * from './compile/cost/index.js';
export { diagram } from './compile/diagram/index.js';
export {
  type FusionPlan,
  fusionPlan,
  fusionPlanCodec,
  type PlannedSegment,
} from './compile/fuse/partition/plan.js';
export { showPlan, showPlans } from './compile/fuse/partition/show.js';
export { type GraphModel, type GraphModelOptions, graphModel } from './compile/graph-model/index.js';
export { graphModelFiles } from './compile/graph-model/shards.js';
export * from './compile/light-cone/index.js';
export { type Footprint, type MicroBatches, microBatches } from './compile/micro-batches.js';
export { initialParameters } from './compile/parameters.js';
export {
  type NdArray,
  ndarray,
  numericalGradient,
  parameterArrays,
  runReference,
} from './compile/reference/index.js';
export { type Summary, showSummary, summary } from './compile/summary/index.js';
export { compile, type Executable, type Feed, type Results } from './compile/tfjs/compile.js';
export { compileSegments } from './compile/tfjs/segmented.js';
export { openPool } from './compile/tfjs/session/pool.js';
export { type Arrays, openSession, type Samples, type Session } from './compile/tfjs/session/session.js';
export * from './compile/transform/index.js';
export type { Dataset, Split } from './data/dataset.js';
export { loadDataset } from './data/load.js';
export { decodeTask, describeTask, type Task, taskNames } from './data/task.js';
export * from './dsl/index.js';
export {
  type Engine,
  type EngineChoice,
  type EngineName,
  engineNames,
  opByOp,
  openEngine,
} from './engine/index.js';
export { experimentNamed, experimentNames } from './experiments/catalogue.js';
export { type Difference, differencesOf, sharedRuns } from './experiments/difference.js';
export type { ExperimentDraft } from './experiments/draft.js';
export { decodeExperiment, type Experiment, identityOf, type Training } from './experiments/experiment.js';
export { type Label, labelsOf, memberName } from './experiments/label.js';
export type { LossSpec } from './experiments/loss.js';
export { type Model, programFor } from './experiments/model.js';
export { type Scores, scoresOf, tallies, tallyLogits } from './experiments/scores.js';
export { type Preset, presets, smaller } from './experiments/settings/presets.js';
export { withSettings } from './experiments/settings/settings.js';
export { decodeAnySweep } from './experiments/sweep/grid.js';
export * from './experiments/sweep/sweep.js';
export { sweepNamed, sweepNames } from './experiments/sweep/sweeps.js';
export { buildModel, decodeModel, describeModel, type ModelSpec, modelNames } from './models/catalogue.js';
export { cnn } from './models/cnn.js';
export { convGru } from './models/conv-gru.js';
export { convLstm } from './models/conv-lstm.js';
export { convRnn } from './models/conv-rnn.js';
export { nwm } from './models/nwm.js';
export * from './models/systems/index.js';
export { unet } from './models/unet.js';
export type { Environment, RunEvent } from './runner/environment.js';
export { type Finished, runExperiment } from './runner/run/run.js';
