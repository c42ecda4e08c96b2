/** All laws of wave dynamics, in the order of their numbers. */

import type { Law } from '../trial/law.js';
import { adjoint } from './adjoint.js';
import { locking, phaseEnergy } from './attraction.js';
import { carrying } from './carrying.js';
import { causality } from './causality.js';
import { cornnEnergy } from './cornn.js';
import { dispersion } from './dispersion.js';
import { entries } from './entries.js';
import { extrapolation } from './extrapolation.js';
import { gates, unitInterval } from './gates.js';
import { gradientBound } from './gradient.js';
import { linearGrowth } from './growth.js';
import { oddness, superposition, zeroMode } from './linear.js';
import { linossEigenvalues } from './linoss.js';
import { locality } from './locality.js';
import { gauge, planeWaves } from './media.js';
import { encoderTranslation, symmetries, translation } from './motions.js';
import { convergence, secondOrder } from './order.js';
import { dampedInverse, modifiedEnergy, timeReversal, workBalance } from './oscillators.js';
import { parseval } from './parseval.js';
import { meanFrequency, orderParameter, phaseShift } from './phases.js';
import { associativeScan } from './recurrences.js';
import { renumbering } from './renumbering.js';
import { stability } from './stability.js';
import { unitNorms } from './unit-norms.js';

/**
 * Every law.
 *
 * @example
 * new Set(allLaws.map(({ entry }) => entry)).size; // => 23
 */
export const allLaws: readonly Law[] = [
  modifiedEnergy,
  workBalance,
  stability,
  dispersion,
  timeReversal,
  dampedInverse,
  locality,
  translation,
  encoderTranslation,
  symmetries,
  superposition,
  oddness,
  zeroMode,
  linearGrowth,
  gates,
  cornnEnergy,
  gradientBound,
  associativeScan,
  linossEigenvalues,
  carrying,
  phaseShift,
  meanFrequency,
  orderParameter,
  phaseEnergy,
  locking,
  unitNorms,
  unitInterval,
  gauge,
  planeWaves,
  convergence,
  secondOrder,
  adjoint,
  parseval,
  causality,
  extrapolation,
  entries,
  renumbering,
];
