/** Shared parts of bounds over many steps: the largest element, and the effect of rounding. */

import type { System } from '../system/system.js';
import { functionUnits } from './pointwise.js';

export const largest = (data: ArrayLike<number>): number =>
  Array.from(data).reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/**
 * The relative increase of a bound over n steps by rounding: one rounding for every node and step, more for functions.
 */
export const slack = (system: System, unit: number, steps: number): number =>
  1 + steps * (system.nodes.length + 4 * functionUnits) * unit;
