/** Complex numbers in two channels or two fields: i (re + i im) = -im + i re, whose minus is easily forgotten. */

import { volume } from '../../dsl/shape.js';
import { structureOf } from '../reading/structure.js';
import { type Bounded, exact, unit64 } from '../rounding/bounded.js';
import type { System } from '../system/system.js';
import { boundedStep } from '../trial/interpreter.js';
import { smallAtRest } from './at-rest.js';

/** Real and imaginary parts at every site. */
interface Parts {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** The change by one step, in parts. */
type Change = (parts: Parts) => Parts;

const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((v, i) => v - b[i]);

/** A field of two interleaved channels. */
const ofChannels = (system: System, name: string): { readonly sites: number; readonly change: Change } => {
  const small = smallAtRest(system);
  const sites = volume(small.system.fields[name]) / 2;
  const part = (data: Float64Array, channel: number): Float64Array =>
    Float64Array.from({ length: sites }, (_, i) => data[2 * i + channel]);
  return {
    sites,
    change: ({ re, im }) => {
      const joined = Float64Array.from({ length: 2 * sites }, (_, i) =>
        i % 2 === 0 ? re[i / 2] : im[(i - 1) / 2],
      );
      const { value } = boundedStep(small.system, { [name]: exact(joined) }, small.around, unit64)[name];
      return { re: minus(part(value, 0), re), im: minus(part(value, 1), im) };
    },
  };
};

/** The two fields of a system with no others. */
const ofFields = (
  system: System,
  [a, b]: readonly [string, string],
): { readonly sites: number; readonly change: Change } => {
  const small = smallAtRest(system);
  return {
    sites: volume(small.system.fields[a]),
    change: ({ re, im }) => {
      const state: Readonly<Record<string, Bounded>> = { [a]: exact(re), [b]: exact(im) };
      const next = boundedStep(small.system, state, small.around, unit64);
      return { re: minus(next[a].value, re), im: minus(next[b].value, im) };
    },
  };
};

/** Whether both parts enter each other with the same sign at every site, which no product with i does. */
const losesMinus = ({ sites, change }: { readonly sites: number; readonly change: Change }): boolean => {
  const pluck = Float64Array.from({ length: sites }, (_, i) => (i === 0 ? 0.5 : 0));
  const still = new Float64Array(sites);
  const intoIm = change({ re: pluck, im: still }).im;
  const intoRe = change({ re: still, im: pluck }).re;
  const felt = [...intoIm.keys()].filter((i) => Math.abs(intoIm[i]) > 1e-9);
  return felt.length > 0 && felt.every((i) => Math.abs(intoRe[i] - intoIm[i]) < 0.2 * Math.abs(intoIm[i]));
};

const words = (re: string, im: string): string =>
  `${re}' and ${im}' take each other in with the same sign: i (${re} + i ${im}) = -${im} + i ${re} has a minus in ${re}'`;

/** Faults of a complex amplitude. */
export const amplitudeFaults = (system: System): readonly string[] => {
  const { amplitude } = structureOf(system);
  if (amplitude === null || Object.keys(system.fields).length !== 1) return [];
  return losesMinus(ofChannels(system, amplitude)) ? [words('re', 'im')] : [];
};

const names: readonly (readonly [string, string])[] = [
  ['re', 'im'],
  ['real', 'imag'],
  ['real', 'imaginary'],
];

/** Hints on two fields that are named like the parts of a complex number. */
export const partsHints = (system: System): readonly string[] => {
  const pair = names.find((parts) => parts.every((name) => system.fields[name] !== undefined));
  if (system.kind === 'map' || pair === undefined || Object.keys(system.fields).length !== 2) return [];
  return losesMinus(ofFields(system, pair)) ? [words(pair[0], pair[1])] : [];
};
