/**
 * The number of each engine's arithmetic: raised by one whenever the bits of a result change, whatever the reason, and
 * once a release at most. From 2 on it is part of a run's identity, so that runs of different bits are different runs.
 *
 * `spec/engine/arithmetic.spec.ts` fails when bits change and this was forgotten.
 */

import type { EngineName } from './names.js';

/** 1 is the arithmetic of the first release. */
export const arithmetic: Readonly<Record<EngineName, number>> = {
  // 2: quotients, roots, spectra, recurrences and NaN at their edges, sums over a grid.
  wasm: 2,
  cpu: 2,
  tensorflow: 2,
};

/**
 * An engine with its arithmetic, as reports and tables say it.
 *
 * @example
 * engineText('wasm', 2); // => 'wasm, arithmetic 2'
 */
export const engineText = (engine: string, number: number): string => `${engine}, arithmetic ${number}`;
