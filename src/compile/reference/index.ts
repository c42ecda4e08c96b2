/** The reference interpreter of programs, the oracle of all compilers. */

export { type NdArray, ndarray } from './array.js';
export { type Coordinate, numericalGradient, randomCoordinates } from './gradient.js';
export {
  type NdArrays as Arrays,
  parameterArrays,
  type ReferenceOptions,
  runReference,
} from './run.js';
