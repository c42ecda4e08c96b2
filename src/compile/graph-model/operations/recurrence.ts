/**
 * Linear recurrences in the graph, as scans: factors are multiplied with the state and never with each other, so no
 * product of factors overflows.
 */

import type { Node, OpOf, ScanOp } from '../../../dsl/op.js';
import { observedPort } from '../../../dsl/ports.js';
import { type Shape, volume } from '../../../dsl/shape.js';
import { constantOf } from '../constant.js';
import type { Site } from '../draft.js';
import { portsOfScan } from '../scan.js';
import type { Emit, Scene } from '../scene.js';
import { constantValue, type Value } from '../value.js';

/** h A' + b: state 0, factors 1, input 2, and what follows from them; the last node is the next state. */
const stepOf = (kind: OpOf<'recurrence'>['kind'], state: Shape): readonly Node[] => {
  const n = kind === 'matrix' ? state[state.length - 1] : 1;
  const [sites, square] = [volume(state) / n, [volume(state) / n, n, n]];
  const factors = kind === 'matrix' ? [...state, n] : state;
  const leaves: readonly Node[] = [
    { op: { op: 'state', field: 'h' }, inputs: [], shape: state },
    { op: { op: 'element', sequence: 0 }, inputs: [], shape: factors },
    { op: { op: 'element', sequence: 1 }, inputs: [], shape: state },
  ];
  if (kind === 'diagonal')
    return [
      ...leaves,
      { op: { op: 'zip', fn: 'mul' }, inputs: [1, 0], shape: state },
      { op: { op: 'zip', fn: 'add' }, inputs: [3, 2], shape: state },
    ];
  // Matrices are small, about 2 x 2, so they are multiplied by pointwise products and a sum over the inner axis, not
  // by a matrix product per site.
  const row = [sites, 1, n];
  return [
    ...leaves,
    { op: { op: 'reshape', shape: row }, inputs: [0], shape: row },
    { op: { op: 'broadcast', shape: square }, inputs: [3], shape: square },
    { op: { op: 'reshape', shape: square }, inputs: [1], shape: square },
    { op: { op: 'zip', fn: 'mul' }, inputs: [5, 4], shape: square },
    { op: { op: 'reduce', fn: 'sum', axes: [2] }, inputs: [6], shape: [sites, n] },
    { op: { op: 'reshape', shape: state }, inputs: [7], shape: state },
    { op: { op: 'zip', fn: 'add' }, inputs: [8, 2], shape: state },
  ];
};

/** The recurrence as a scan: a loop, or step after step. */
export const recurrence = (
  scene: Scene,
  site: Site,
  op: OpOf<'recurrence'>,
  [factors, inputs, initial]: readonly Value[],
  emit: Emit,
): Value => {
  const [steps, ...state] = inputs.facts.shape;
  const nodes = stepOf(op.kind, state);
  const last = { h: nodes.length - 1 };
  const scan: ScanOp = {
    op: 'scan',
    steps,
    fields: ['h'],
    sequences: 2,
    body: { nodes, next: last, observe: last },
  };
  const start = initial ?? constantValue(constantOf('start', state, () => new Float64Array(volume(state))));
  const port = observedPort('h');
  const ports = { [port]: inputs.facts.shape };
  return portsOfScan(scene, site, scan, [start, factors, inputs], ports, emit)[port];
};
