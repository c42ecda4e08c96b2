/** The language. Everything that a program is written in. */

export * from './activation.js';
export { type AttentionOptions, attention } from './attention.js';
export * from './batch-norm.js';
export type { Binary } from './binary.js';
export * from './channels.js';
export * from './choice.js';
export * from './codec.js';
export * from './complex.js';
export * from './convolution.js';
export { convolveWith, depthwiseWith } from './convolve-with.js';
export { delay, delayAlong, past, remember } from './delay.js';
export * from './dense.js';
export { dropout } from './dropout.js';
export * from './dynamics/adaptive.js';
export * from './dynamics/coupling.js';
export * from './dynamics/encoder.js';
export * from './dynamics/explicit.js';
export * from './dynamics/implicit.js';
export * from './dynamics/k-space.js';
export {
  type Dynamics,
  type Flow,
  flowOf,
  type Has,
  type Integration,
  integrate,
  type Method,
  stepOf,
  type Time,
} from './dynamics/method.js';
export * from './dynamics/oscillator.js';
export * from './dynamics/readout.js';
export * from './dynamics/splitting.js';
export { addState, mapState, zipState } from './dynamics/state.js';
export * from './dynamics/symplectic.js';
export { type Einsum, einsum, outer } from './einsum.js';
export { type EmbeddingOptions, embedding, oneHot } from './embedding.js';
export * from './expand.js';
export * from './field.js';
export { type AxesOf, fourier, fourierComplex, inverseFourier, inverseFourierComplex } from './fourier.js';
export * from './fourier-operator.js';
export { type Along, gather, scatter } from './gather.js';
export * from './graph.js';
export type { Layer } from './identity.js';
export { type Initialiser, type InitialiserName, initialValues } from './initialiser.js';
export { layer, type ParameterOptions, parameter, parameterOf } from './layer.js';
export { gaussian, type NoiseSource, uniformNoise } from './noise.js';
export { groupNorm, instanceNorm, layerNorm, type NormOptions } from './normalisation.js';
export { type Body, Boundary, type Node, type Op, type OpName, type OpOf, type ScanOp } from './op.js';
export { type PadBoundary, type Padded, type Padding, pad } from './pad.js';
export { freeze, rename, share, unfreeze } from './parameters.js';
export * from './pointwise.js';
export * from './pooling.js';
export {
  hashProgram,
  type Inputs,
  type Possible,
  type Program,
  program,
  type Shapes,
  type ShapesOf,
  select,
  signature,
  tryProgram,
} from './program.js';
export * from './rectifiers.js';
export * from './recurrence.js';
export * from './reduce.js';
export { type Resampling, resample } from './resample.js';
export { type Resizing, resize, type Widened } from './resize/resize.js';
export { scan, scanOver, scanOverWithFinal, scanWithFinal } from './scan.js';
export type {
  Clock,
  DrivenScan,
  Observed,
  Run,
  Scan,
  ScanOptions,
  Sequenced,
  StateOf,
  Step,
} from './scan-types.js';
export { scope } from './scope.js';
export * from './shape.js';
export * from './sizes.js';
export { type SpectralNormOptions, spectralNorm } from './spectral-norm.js';
export * from './structure.js';
export { ProgramFault, refuse, shapeOf, type Tensor } from './tensor.js';
export { training } from './training.js';
export * from './transposed.js';
export type { BiasedOptions, WeightOptions } from './weighted.js';
