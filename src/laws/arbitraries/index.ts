/** Random fields, kernels, parameters, programs, models and experiments for fast-check, which shrink and print as code. */

export { draftArbitrary, experimentArbitrary } from './experiment.js';
export { type FieldOptions, fieldArbitrary } from './field.js';
export { type KernelKind, type KernelOptions, kernelArbitrary } from './kernel.js';
export { modelArbitrary, modelWithSizesArbitrary } from './model.js';
export {
  stabilityNumber,
  type WaveParameters,
  type WaveParametersOptions,
  waveParametersArbitrary,
} from './parameters.js';
export {
  type GeneratedProgram,
  generated,
  type ProgramOptions,
  programArbitrary,
  type Recipe,
} from './program.js';
export { type Cells, sparse } from './sparse.js';
