/** The choice of a TensorFlow.js backend, and substitutes for the kernels that it lacks. */

export {
  type Arithmetic,
  arithmetic,
  arithmeticOf,
  engineText,
  engineWords,
  kernelsOf,
  kernelsText,
} from './arithmetic.js';
export { type Availability, autoOrder, chooseEngine, type Usable } from './choose.js';
export { makeCurrent } from './current.js';
export { type Engine, engineLabel, limitBytes, opByOp, type TensorFlow } from './engine.js';
export {
  EngineChoice,
  EngineName,
  engineNames,
  Kernels,
  parseEngineChoice,
} from './names.js';
export type { NativeLevel } from './native/code.js';
export { askedKernels, nativeLevelOf, openEngine } from './open.js';
export { batchNorm, dense, normaliseBy } from './ops.js';
