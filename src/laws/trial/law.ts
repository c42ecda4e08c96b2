/** Laws as values: what is claimed, of which systems, from where, within what, and how it is tried. */

import type { NdArray } from '../../compile/reference/array.js';
import type { NdArrays } from '../../compile/reference/run.js';
import { type Structure, structureOf } from '../reading/structure.js';
import type { System } from '../system/system.js';
import type { CaseOptions } from './case.js';
import type { Interpreter } from './interpreter.js';

/** One try of a law: a system on a grid, a start, and all that its step reads. */
export interface Trial {
  readonly system: System;
  readonly structure: Structure;
  readonly on: Interpreter;
  /** The fields at the start. */
  readonly start: NdArrays;
  /** Weights, free externals and driving sequences by name. */
  readonly around: NdArrays;
  readonly steps: number;
  /** Whole numbers from 0 to 15 for what a law chooses besides: a shift, an angle, a mode. */
  readonly choices: readonly number[];
  /** Whether the law was asked for by name: then what a system holds at its places does not move with it. */
  readonly strict?: boolean;
}

/** Fields worth looking at, in order, under their titles. */
export interface Picture {
  readonly title: string;
  readonly field: NdArray;
}

/** What one try showed: nothing wrong, nothing to say about this case, or what is wrong. */
export type Finding =
  | { readonly kind: 'holds' }
  | { readonly kind: 'inconclusive'; readonly because?: string }
  | { readonly kind: 'broken'; readonly says: string; readonly pictures: readonly Picture[] };

/**
 * A case in which nothing is wrong.
 *
 * @example
 * holds.kind; // => 'holds'
 */
export const holds: Finding = { kind: 'holds' };
/**
 * A case that the law says nothing about.
 *
 * @example
 * inconclusive.kind; // => 'inconclusive'
 */
export const inconclusive: Finding = { kind: 'inconclusive' };
/**
 * A case in which nothing could have been wrong, and why: all that was compared is zero, what was moved moves nothing.
 *
 * @example
 * vacuous('its force is zero').kind; // => 'inconclusive'
 */
export const vacuous = (because: string): Finding => ({ kind: 'inconclusive', because });
/**
 * A case that breaks the law: what is wrong, and fields that show it.
 *
 * @example
 * broken('the sum of z changes').kind; // => 'broken'
 */
export const broken = (says: string, ...pictures: readonly Picture[]): Finding => ({
  kind: 'broken',
  says,
  pictures,
});

/** Something that a law needs of a system. */
export interface Requirement {
  /** In a few words: `linear`, `undamped`. */
  readonly name: string;
  /** Why the system does not have it, or undefined where it has. */
  readonly missing: (system: System, structure: Structure) => string | undefined;
  /**
   * Whether the law cannot even be tried without it. Where only others are missing, a law that was expected is tried
   * all the same, so that a counterexample shows what the lack does.
   */
  readonly essential?: boolean;
}

/** A law of wave dynamics. */
export interface Law {
  readonly name: string;
  /** Its number in the list of laws, such as 1 or 11. */
  readonly entry: number;
  /** The formula. */
  readonly statement: string;
  readonly source: string;
  /** How the tolerance follows from rounding. */
  readonly tolerance: string;
  readonly requirements: readonly Requirement[];
  /** What of a system it is about, where that is not its step. */
  readonly about?: {
    readonly part: (system: System) => System | undefined;
    /** Why there is no such part. */
    readonly missing: string;
  };
  readonly property: (trial: Trial) => Finding;
  /** What its cases are like; default: everything free, 1 to 6 steps. */
  readonly cases?: CaseOptions | ((system: System, structure: Structure) => CaseOptions);
  /** Of two, how many cases it takes: heavy laws take fewer. Default 1. */
  readonly share?: number;
}

/** Why a law does not apply. */
export interface Missing {
  /** Everything that is missing, essential or not. */
  readonly reasons: readonly string[];
  /** Whether the law cannot even be tried. */
  readonly essential: boolean;
}

/** What a law is tried on, or why there is nothing of the kind. */
export const aboutIn = ({ about }: Law, system: System): System | Missing =>
  about === undefined ? system : (about.part(system) ?? { reasons: [about.missing], essential: true });

/** Whether there is something to try a law on. */
export const isPart = (found: System | Missing): found is System => 'nodes' in found;

/** Why a law does not apply to what it is about. */
export const missingFor = (law: Law, whole: System): Missing => {
  const system = aboutIn(law, whole);
  if (!isPart(system)) return system;
  const structure = structureOf(system);
  const found: { readonly reason: string; readonly essential: boolean }[] = [];
  for (const { missing, essential } of law.requirements) {
    const reason = missing(system, structure);
    if (reason !== undefined) {
      found.push({ reason, essential: essential === true });
      // What comes later takes the essential for granted.
      if (essential) break;
    }
  }
  return { reasons: found.map(({ reason }) => reason), essential: found.some(({ essential }) => essential) };
};

/** The options of a law's cases for a system. */
export const caseOptionsOf = ({ cases }: Law, system: System): CaseOptions =>
  typeof cases === 'function' ? cases(system, structureOf(system)) : (cases ?? {});
