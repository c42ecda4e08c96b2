/**
 * `drumhead`: a functional language for wave networks, and what a first script needs: the language, the models, engines
 * and sessions, the ways to compute and differentiate a program, and experiments by name with their runner.
 *
 * The rest has entries of its own: `drumhead/compile`, `drumhead/experiments`, `drumhead/laws`, `drumhead/analysis`,
 * `drumhead/networks`.
 */

export { flow, pipe } from 'fp-ts/lib/function.js';
export { type DrumheadError, errorMessage } from './base/error.js';
export { type Random, stream } from './base/random.js';
export { type GraphModel, type GraphModelOptions, graphModel } from './compile/graph-model/index.js';
export { graphModelFiles } from './compile/graph-model/shards.js';
export { initialParameters } from './compile/parameters.js';
export {
  type NdArray,
  ndarray,
  numericalGradient,
  parameterArrays,
  runReference,
} from './compile/reference/index.js';
export { compile, type Executable, type Feed, type Results } from './compile/tfjs/compile.js';
export { compileSegments } from './compile/tfjs/segmented.js';
export { openPool } from './compile/tfjs/session/pool.js';
export { type Arrays, openSession, type Samples, type Session } from './compile/tfjs/session/session.js';
export * from './compile/transform/index.js';
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
export type { ExperimentDraft } from './experiments/draft.js';
export { decodeExperiment, type Experiment, type Training } from './experiments/experiment.js';
export { cnn } from './models/cnn.js';
export { convGru } from './models/conv-gru.js';
export { convLstm } from './models/conv-lstm.js';
export { convRnn } from './models/conv-rnn.js';
export { nwm } from './models/nwm.js';
export * from './models/systems/index.js';
export { unet } from './models/unet.js';
export type { Environment, RunEvent } from './runner/environment.js';
export type { FitData } from './runner/fit/arrays.js';
export { type FitEpoch, FitFault, type FitOptions, fit } from './runner/fit/fit.js';
export { type Finished, runExperiment } from './runner/run/run.js';
