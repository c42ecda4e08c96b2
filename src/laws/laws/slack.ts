/** What bounds of many steps have in common: the largest element, and what rounding may add. */

import { functionUnits } from '../rounding/pointwise.js';
import type { System } from '../system/system.js';

export const largest = (data: ArrayLike<number>): number =>
  Array.from(data).reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/** What rounding may add to a bound over n steps: every node of every step rounds once, functions more. */
export const slack = (system: System, unit: number, steps: number): number =>
  1 + steps * (system.nodes.length + 4 * functionUnits) * unit;
