/** The reference interpreter of programs, the oracle of all compilers. */

export { type NdArray, ndarray } from './array.js';
export { type Coordinate, numericalGradient, randomCoordinates, type ScalarOf } from './gradient.js';
export {
  type NdArrays as Arrays,
  parameterArrays,
  type ReferenceOptions,
  type ReferenceResult,
  runReference,
} from './run.js';
