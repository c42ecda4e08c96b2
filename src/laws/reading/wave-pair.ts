/** Two fields that are named like a displacement and its velocity, and how a step changes them, in words. */

import type { System } from '../system/system.js';
import { type Form, formsOf, plus } from './forms.js';
import { stateNode } from './oscillator.js';

/** Usual names of a displacement and its velocity. */
const names: readonly (readonly [string, string])[] = [
  ['y', 'z'],
  ['x', 'v'],
  ['q', 'p'],
  ['displacement', 'velocity'],
  ['position', 'velocity'],
];

/** Displacement and velocity, if a system has exactly these two fields; else null. */
export const wavePairOf = ({ fields }: System): readonly [string, string] | null =>
  Object.keys(fields).length === 2
    ? (names.find((pair) => pair.every((name) => fields[name] !== undefined)) ?? null)
    : null;

const number = (k: number): string => String(Number(k.toPrecision(4)));

const times = (k: number, name: string): string => (k === 1 ? name : `${number(k)} ${name}`);

/**
 * How a step changes displacement and velocity: `y' = 0.99 y + 0.1 z', z' = z + f`. Everything else is called f.
 *
 * @example
 * const still = program({ y: [2, 2, 1], z: [2, 2, 1] }, ({ y, z }) =>
 *   scan({ steps: 1, init: { y, z }, step: (s) => ({ y: scale(0.5, s.y), z: s.z }), observe: (s) => s }),
 * );
 * motionInWords(systemOf(still), ['y', 'z']); // => "y' = 0.5 y, z' = z"
 */
export const motionInWords = ({ nodes, next }: System, [y, z]: readonly [string, string]): string => {
  const forms = formsOf(nodes);
  const [drift, kick] = [forms[next[y]], forms[next[z]]];
  const nameOf = (node: number): string | null => {
    const { op } = nodes[node];
    return op.op === 'state' ? op.field : null;
  };
  const words = ({ terms, constant }: Form, newVelocity: number): string => {
    const all = [...terms];
    const parts = [
      ...all.flatMap(([node, k]) => {
        const name = nameOf(node);
        return name === null ? [] : [times(k, name)];
      }),
      ...(newVelocity === 0 ? [] : [times(newVelocity, `${z}'`)]),
      ...(all.some(([node]) => nameOf(node) === null) ? ['f'] : []),
      ...(constant === 0 ? [] : [number(constant)]),
    ];
    return parts.length === 0 ? '0' : parts.join(' + ').replaceAll('+ -', '- ');
  };
  // The factor of the new velocity in the displacement is that of the terms that occur only in the new velocity.
  const own = [...kick.terms].find(([node]) => nameOf(node) === null);
  const h = own === undefined ? 0 : (drift.terms.get(own[0]) ?? 0) / own[1];
  return `${y}' = ${words(plus(drift, kick, -h), h)}, ${z}' = ${words(kick, 0)}`;
};

/**
 * Whether a step is that of an oscillator with one fault: its displacement decays (y' = a y + h z', z' = z + f), or its
 * old velocity is missing (y' = y + h z', z' = h f). Other motions of two fields with such names are other methods: of
 * higher order, implicit, split, exact.
 */
export const isNearlyWave = (system: System): boolean => {
  const pair = wavePairOf(system);
  if (pair === null) return false;
  const { nodes, next } = system;
  const [y, z] = pair.map((field) => stateNode(nodes, field));
  const forms = formsOf(nodes);
  const [drift, kick] = pair.map((field) => forms[next[field]]);
  const own = [...kick.terms].filter(([node]) => node !== z);
  if (own.length === 0 || own.some(([node]) => node === y)) return false;
  const h = (drift.terms.get(own[0][0]) ?? 0) / own[0][1];
  const rest = plus(drift, kick, -h);
  const leaks = rest.constant === 0 && rest.terms.size === 1 && rest.terms.has(y);
  const keeps = kick.terms.get(z);
  if (h === 0 || !leaks) return false;
  return keeps === undefined
    ? own.every(([, c]) => Math.abs(Math.abs(c) - Math.abs(h)) < 1e-9 * Math.abs(h))
    : keeps === 1;
};
