/** The language: everything that programs are written with. */

export * from './codec.js';
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
export * from './functions/activation.js';
export { type AttentionOptions, attention } from './functions/attention.js';
export * from './functions/batch-norm.js';
export type { Binary } from './functions/binary.js';
export * from './functions/channels.js';
export * from './functions/choice.js';
export * from './functions/complex.js';
export * from './functions/convolution.js';
export { convolveWith, depthwiseWith } from './functions/convolve-with.js';
export { delay, delayAlong, past, remember } from './functions/delay.js';
export * from './functions/dense.js';
export { dropout } from './functions/dropout.js';
export { type Einsum, einsum, outer } from './functions/einsum.js';
export { type EmbeddingOptions, embedding, oneHot } from './functions/embedding.js';
export * from './functions/expand.js';
export * from './functions/field.js';
export {
  type AxesOf,
  fourier,
  fourierComplex,
  inverseFourier,
  inverseFourierComplex,
} from './functions/fourier.js';
export * from './functions/fourier-operator.js';
export { type Along, gather, permute, scatter } from './functions/gather.js';
export { gaussian, type NoiseSource, uniformNoise } from './functions/noise.js';
export { groupNorm, instanceNorm, layerNorm, type NormOptions } from './functions/normalisation.js';
export { type PadBoundary, type Padded, type Padding, pad } from './functions/pad.js';
export * from './functions/pointwise.js';
export * from './functions/pooling.js';
export * from './functions/rectifiers.js';
export * from './functions/recurrence.js';
export * from './functions/reduce.js';
export { type Resampling, resample } from './functions/resample.js';
export { type SpectralNormOptions, spectralNorm } from './functions/spectral-norm.js';
export * from './functions/structure.js';
export { training } from './functions/training.js';
export * from './functions/transposed.js';
export type { BiasedOptions, WeightOptions } from './functions/weighted.js';
export * from './graph.js';
export type { Layer } from './identity.js';
export { type Initialiser, type InitialiserName, initialValues } from './initialiser.js';
export { layer, type ParameterOptions, parameter, parameterOf } from './layer.js';
export {
  accuracy,
  type ClassOptions,
  crossEntropy,
  type DiceOptions,
  dice,
  focal,
} from './losses/classes.js';
export { contrastive } from './losses/contrastive.js';
export { huber, meanAbsolute, meanSquared } from './losses/differences.js';
export { nextStep } from './losses/next-step.js';
export { ariOfObjects } from './losses/objects.js';
export type { LossSums } from './losses/sums.js';
export { type Body, Boundary, type Node, type Op, type OpName, type OpOf, type ScanOp } from './op.js';
export { freeze, rename, share, unfreeze } from './parameters.js';
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
export { ProgramFault, refuse, shapeOf, type Tensor } from './tensor.js';
