/** Laws as values: statement, requirements, source, tolerance, and how a law is tried. */

import type { NdArray } from '../../compile/reference/array.js';
import type { NdArrays } from '../../compile/reference/run.js';
import { type Structure, structureOf } from '../reading/structure.js';
import type { System } from '../system/system.js';
import type { CaseOptions } from './case.js';
import { readOn } from './grids.js';
import type { Interpreter } from './interpreter.js';

/** A method of integration by its name, with the order that it claims. */
export interface ClaimedOrder {
  readonly name: string;
  readonly order: number;
}

/** One trial of a law: a system on a grid, a start, and everything that its step reads. */
export interface Trial {
  readonly system: System;
  readonly structure: Structure;
  readonly on: Interpreter;
  /** The fields at the start. */
  readonly start: NdArrays;
  /** Weights, free externals and driving sequences by name. */
  readonly around: NdArrays;
  readonly steps: number;
  /** Whole numbers from 0 to 15 for other choices of a law: a shift, an angle, a mode. */
  readonly choices: readonly number[];
  /** Whether the law was expected by name; then constants on the grid are not moved with the state. */
  readonly strict?: boolean;
}

/** A field of a finding, to be shown under its title. */
export interface Picture {
  readonly title: string;
  readonly field: NdArray;
}

/** The result of one trial: the law holds, is inconclusive for this case, or is broken. */
export type Finding =
  | { readonly kind: 'holds' }
  | { readonly kind: 'inconclusive'; readonly because?: string }
  | { readonly kind: 'broken'; readonly says: string; readonly pictures: readonly Picture[] };

/**
 * The law holds in this case.
 *
 * @example
 * holds.kind; // => 'holds'
 */
export const holds: Finding = { kind: 'holds' };
/**
 * The law says nothing about this case.
 *
 * @example
 * inconclusive.kind; // => 'inconclusive'
 */
export const inconclusive: Finding = { kind: 'inconclusive' };
/**
 * The law could not have been broken in this case, and why: for example all compared values are zero.
 *
 * @example
 * vacuous('its force is zero').kind; // => 'inconclusive'
 */
export const vacuous = (because: string): Finding => ({ kind: 'inconclusive', because });
/**
 * The case breaks the law: what is wrong, and fields that show it.
 *
 * @example
 * broken('the sum of z changes').kind; // => 'broken'
 */
export const broken = (says: string, ...pictures: readonly Picture[]): Finding => ({
  kind: 'broken',
  says,
  pictures,
});

/** Something that a law requires of a system. */
export interface Requirement {
  /** In a few words: `linear`, `undamped`. */
  readonly name: string;
  /** Why the system does not meet it; null if it does. */
  readonly missing: (system: System, structure: Structure) => string | null;
  /**
   * Whether the law cannot even be tried without it. If only other requirements are missing, an expected law is still
   * tried, so that a counterexample shows the effect.
   */
  readonly essential?: boolean;
}

/** A law of wave dynamics. */
export interface Law {
  readonly name: string;
  /** Its number; laws that belong together share one. */
  readonly entry: number;
  /** The formula that holds. */
  readonly statement: string;
  readonly source: string;
  /** How the tolerance is derived from rounding. */
  readonly tolerance: string;
  readonly requirements: readonly Requirement[];
  /** The part of a system that it is about, if that is not the step. */
  readonly about?: {
    readonly part: (system: System) => System | null;
    /** The sentence for systems without such a part. */
    readonly missing: string;
  };
  readonly property: (trial: Trial) => Finding;
  /** Options of its cases; default: everything free, 1 to 6 steps. */
  readonly cases?: CaseOptions | ((system: System, structure: Structure) => CaseOptions);
  /** The order that it compares with, if one was claimed. */
  readonly claims?: ClaimedOrder;
  /** Factor on the number of cases, below 1 for expensive laws; default 1. */
  readonly share?: number;
}

/** Why a law does not apply. */
export interface Missing {
  /** Everything that is missing, essential or not. */
  readonly reasons: readonly string[];
  /** Whether the law cannot even be tried. */
  readonly essential: boolean;
}

/** The system that a law is tried on, or why there is none. */
export const aboutIn = ({ about }: Law, system: System): System | Missing =>
  about === undefined ? system : (about.part(system) ?? { reasons: [about.missing], essential: true });

/** Whether there is a system to try a law on. */
export const isPart = (found: System | Missing): found is System => 'nodes' in found;

/** Why a law does not apply to a system; without reasons it applies. */
export const missingFor = (law: Law, whole: System): Missing => {
  const system = aboutIn(law, readOn(whole));
  if (!isPart(system)) return system;
  const structure = structureOf(system);
  const found: { readonly reason: string; readonly essential: boolean }[] = [];
  for (const { missing, essential } of law.requirements) {
    const reason = missing(system, structure);
    if (reason !== null) {
      found.push({ reason, essential: essential === true });
      // Later requirements assume the essential ones.
      if (essential) break;
    }
  }
  return { reasons: found.map(({ reason }) => reason), essential: found.some(({ essential }) => essential) };
};

/** The options of a law's cases for a system. */
export const caseOptionsOf = ({ cases }: Law, system: System): CaseOptions =>
  typeof cases === 'function' ? cases(system, structureOf(system)) : (cases ?? {});
