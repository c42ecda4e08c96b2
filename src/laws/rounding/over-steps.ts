/** The effect of rounding on a bound over many steps. */

import type { System } from '../system/system.js';
import { functionUnits } from './pointwise.js';

/** Functions are less exact than sums. So many may follow each other in a step, as in one of four stages. */
const functionsInARow = 4;

/**
 * The relative increase of a bound over n steps by rounding, 0 without steps: in each step one rounding for every node,
 * and the units of functions that follow each other.
 */
export const roundingOverSteps = (system: System, unit: number, steps: number): number =>
  steps * (system.nodes.length + functionsInARow * functionUnits) * unit;
