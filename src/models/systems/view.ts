/** Views of systems: the field that is shown, and its colours. */

import type { SystemName, SystemSpec } from './specs.js';

/**
 * The colouring of a field: `signed` for values about zero, `level` for values from zero up, `phase` for angles,
 * `complex` for two channels as real and imaginary part.
 */
export type Seen = 'signed' | 'level' | 'phase' | 'complex';

/** The field of a system that is shown. */
export interface View {
  readonly title: string;
  readonly field: string;
  readonly seen: Seen;
}

const views: Readonly<Record<SystemName, View>> = {
  wave: { title: 'Wave equation', field: 'y', seen: 'signed' },
  'nwm-core': { title: 'Neural Wave Machine', field: 'y', seen: 'signed' },
  cornn: { title: 'coRNN', field: 'y', seen: 'signed' },
  'wave-rnn': { title: 'Wave-RNN', field: 'h', seen: 'level' },
  linoss: { title: 'LinOSS', field: 'y', seen: 'signed' },
  kuramoto: { title: 'Kuramoto oscillators', field: 'theta', seen: 'phase' },
  akorn: { title: 'Artificial Kuramoto oscillatory neurons', field: 'x', seen: 'complex' },
  horn: { title: 'HORN', field: 'x', seen: 'signed' },
  unicornn: { title: 'UnICORNN', field: 'y', seen: 'signed' },
  graphcon: { title: 'GraphCON', field: 'x', seen: 'signed' },
  wonn: { title: 'WONN', field: 'theta', seen: 'phase' },
  'cv-rnn': { title: 'cv-RNN', field: 'x', seen: 'complex' },
  hgru: { title: 'hGRU', field: 'h', seen: 'signed' },
  nca: { title: 'Neural cellular automaton', field: 'x', seen: 'signed' },
  'wilson-cowan': { title: 'Wilson-Cowan', field: 'e', seen: 'level' },
  'fitzhugh-nagumo': { title: 'FitzHugh-Nagumo', field: 'v', seen: 'signed' },
  'ginzburg-landau': { title: 'Complex Ginzburg-Landau', field: 'a', seen: 'complex' },
};

/**
 * The usual view of a system, or the view of another of its fields.
 *
 * @example
 * pipe(systemNamed('kuramoto'), E.map((spec) => viewOf(spec).field)); // => E.right('theta')
 */
export const viewOf = (spec: SystemSpec, field?: string): View => {
  const view = views[spec.name];
  if (field !== undefined && field !== view.field)
    return { ...view, field, seen: spec.name === 'wilson-cowan' ? 'level' : 'signed' };
  // A vector of more than two components has no phase; its first component is shown.
  return spec.name === 'akorn' && spec.components !== 2 ? { ...view, seen: 'signed' } : view;
};

/**
 * The size of a system's lattice for drawing: a row of sites has height 1.
 *
 * @example
 * pipe(systemNamed('wave-rnn', { length: 9 }), E.map(latticeOf)); // => E.right({ height: 1, width: 9 })
 */
export const latticeOf = (spec: SystemSpec): { readonly height: number; readonly width: number } =>
  'length' in spec ? { height: 1, width: spec.length } : { height: spec.height, width: spec.width };
