/**
 * The number of each engine's arithmetic: raised by one whenever the bits of a result change, whatever the reason, and
 * once a release at most. From 2 on it is part of a run's identity, so that runs of different bits are different runs.
 *
 * `spec/engine/arithmetic.spec.ts` fails when bits change and this was forgotten.
 */

import type { Engine } from './engine.js';
import { canFuse, type EngineName, type Kernels } from './names.js';

/** 1 is the arithmetic of the first release. */
export const arithmetic: Readonly<Record<EngineName, number>> = {
  // 2 changed quotients, roots, spectra, recurrences, sums over a grid, and NaN at the edges of all of them.
  wasm: 2,
  native: 1,
  cpu: 2,
  tensorflow: 2,
};

/** Everything that determines the bits of a result on one engine. */
export interface Arithmetic {
  readonly number: number;
  /** Null on an engine without the choice, and for runs of the first release, which did not record it. */
  readonly kernels: Kernels | null;
}

/** The kernels of an engine; null if it has no choice. */
export const kernelsOf = ({ name, fused }: Pick<Engine, 'name' | 'fused'>): Kernels | null =>
  canFuse(name) ? (fused ? 'fused' : 'op by op') : null;

/** How a run computes, to follow a verb: 'with fused kernels'. */
export const kernelsText = (kernels: Kernels): string =>
  kernels === 'fused' ? 'with fused kernels' : 'op by op';

/** The arithmetic of an opened engine. */
export const arithmeticOf = (engine: Pick<Engine, 'name' | 'fused'>): Arithmetic => ({
  number: arithmetic[engine.name],
  kernels: kernelsOf(engine),
});

/** The name of an engine with its kernels; only op by op is named, since fused is the default. */
export const engineWords = (engine: string, kernels: Kernels | null): string =>
  kernels === 'op by op' ? `${engine}, op by op` : engine;

/**
 * An engine with its arithmetic, as reports and tables say it.
 *
 * @example
 * engineText('wasm', { number: 2, kernels: 'fused' }); // => 'wasm, arithmetic 2'
 * engineText('wasm', { number: 2, kernels: 'op by op' }); // => 'wasm, op by op, arithmetic 2'
 */
export const engineText = (engine: string, { number, kernels }: Arithmetic): string =>
  `${engineWords(engine, kernels)}, arithmetic ${number}`;
