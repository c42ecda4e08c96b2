/** Bounds over many steps: the effect of rounding, and the largest element. */

import type { System } from '../system/system.js';
import { functionUnits } from './pointwise.js';

export const largest = (data: ArrayLike<number>): number =>
  Array.from(data).reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/**
 * The relative increase of a bound over n steps by rounding: one rounding for every node and step, more for functions.
 */
export const roundingOverSteps = (system: System, unit: number, steps: number): number =>
  1 + steps * (system.nodes.length + 4 * functionUnits) * unit;
