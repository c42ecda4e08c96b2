/** VJPs of lists of nodes and of scans. A scan's VJP is a scan backwards in time over the recorded states. */

import { isLeafOp, type Node, type ScanOp, scanInputs } from '../../dsl/op.js';
import { finalPort, splitPort } from '../../dsl/ports.js';
import { shapeOf, type Tensor } from '../../dsl/tensor.js';
import { activeNodes, type IsActive } from './activity.js';
import { previous } from './linear.js';
import { add, affine, reverse, zerosOf } from './raw.js';
import { bodyLeaf, type NamedSources, type Retraced, type RetracedScan, retrace } from './retrace.js';
import { vjpRule } from './vjp-rules.js';
import type { Cotangents, Wanted } from './weighted.js';
import { runSteps, type Tensors } from './write-scan.js';

/** Cotangents by the number of the node. */
export type NodeCotangents = ReadonlyMap<number, Tensor>;

/** The cotangents of all nodes of a list, from those of some (`seeds`). */
export const vjpNodes = (
  nodes: readonly Node[],
  { values, scans }: Retraced,
  active: readonly boolean[],
  seeds: NodeCotangents,
  own: NamedSources,
): NodeCotangents => {
  const cotangents = new Map(seeds);
  const ports = new Map<number, Map<string, Tensor>>();
  const addCotangent = (to: number, amount: Tensor | undefined): void => {
    if (amount === undefined || !active[to]) return;
    const already = cotangents.get(to);
    cotangents.set(to, already === undefined ? amount : add(already, amount));
  };
  for (let number = nodes.length - 1; number >= 0; number--) {
    const { op, inputs } = nodes[number];
    const given = inputs.map((input) => values[input]);
    const wanted = inputs.map((input) => active[input]);
    const cotangent = cotangents.get(number);
    if (!active[number]) continue;
    if (op.op === 'scan') {
      const of = ports.get(number);
      const scan = scans.get(number);
      if (of !== undefined && scan !== undefined)
        vjpScan(op, given, wanted, scan, of, own).forEach((amount, i) => {
          addCotangent(inputs[i], amount);
        });
      continue;
    }
    if (cotangent === undefined || isLeafOp(op)) continue;
    switch (op.op) {
      case 'take': {
        const of = ports.get(inputs[0]) ?? new Map<string, Tensor>();
        const already = of.get(op.port);
        ports.set(inputs[0], of.set(op.port, already === undefined ? cotangent : add(already, cotangent)));
        break;
      }
      case 'constant':
      case 'noise':
      case 'batchNorm':
        break;
      default:
        vjpRule(op, given, values[number], cotangent, wanted).forEach((amount, i) => {
          addCotangent(inputs[i], amount);
        });
    }
  }
  return cotangents;
};

/** The active leaves of a scan's body: all states, and the elements and externals whose inputs are active. */
export const activeLeaves = (op: ScanOp, moving: Wanted): IsActive => {
  const { sequences, externals } = scanInputs(op, moving);
  return (leaf) => {
    switch (leaf.op) {
      case 'state':
        return true;
      case 'element':
        return sequences[leaf.sequence];
      case 'external':
        return externals[leaf.index];
      default:
        return false;
    }
  };
};

/** The sum of the cotangents of the nodes whose operation fulfils `is`. */
const cotangentOf = (
  nodes: readonly Node[],
  debts: NodeCotangents,
  is: (op: Node['op']) => boolean,
): Tensor | undefined =>
  nodes.reduce<Tensor | undefined>((sum, { op }, number) => {
    const debt = is(op) ? debts.get(number) : undefined;
    return debt === undefined ? sum : sum === undefined ? debt : add(sum, debt);
  }, undefined);

/**
 * The VJP of a scan: a scan that runs from the last step to the first.
 *
 * Its state holds the cotangents of the forward state, the sums so far of the externals' cotangents, and the cotangents
 * of the current elements of the driving sequences. It is driven by the states before each forward step, by the driving
 * sequences, and by the cotangents of what was observed. Each step computes the forward step again: only states are
 * recorded.
 */
const vjpScan = (
  op: ScanOp,
  inputs: readonly Tensor[],
  moving: Wanted,
  { states }: RetracedScan,
  ports: ReadonlyMap<string, Tensor>,
  own: NamedSources,
): Cotangents => {
  const { body, fields, steps } = op;
  const given = scanInputs(op, inputs);
  const moves = scanInputs(op, moving);
  const active = activeNodes(body.nodes, activeLeaves(op, moving));
  const shown = [...ports].flatMap(([port, amount]) => {
    const [kind, name] = splitPort(port);
    return kind === 'observed' ? [{ node: body.observe[name], amount }] : [];
  });
  const starts = fields.map((field, i) => previous(states[field], given.fields[i]));
  const driving = [...starts, ...given.sequences, ...shown.map(({ amount }) => amount)];

  const elementField = (i: number): string => `element-${i}`;
  const externalField = (i: number): string => `external-${i}`;
  const stateField = (field: string): string => `state-${field}`;
  const init: Tensors = Object.fromEntries([
    ...fields.map((field, i) => [
      stateField(field),
      ports.get(finalPort(field)) ?? zerosOf(shapeOf(given.fields[i])),
    ]),
    ...given.sequences.flatMap((sequence, i) =>
      moves.sequences[i] ? [[elementField(i), zerosOf(shapeOf(sequence).slice(1))]] : [],
    ),
    ...given.externals.flatMap((external, i) =>
      moves.externals[i] ? [[externalField(i), zerosOf(shapeOf(external))]] : [],
    ),
  ]);

  const step = (state: Tensors, elements: readonly Tensor[], time: Tensor): Tensors => {
    const { fields: before, sequences: current, externals: cotangentsNow } = scanInputs(op, elements);
    const leaf = bodyLeaf((field) => before[fields.indexOf(field)], current, given.externals, time);
    const seeds = new Map<number, Tensor>();
    const seed = (node: number, amount: Tensor): void => {
      const already = seeds.get(node);
      seeds.set(node, already === undefined ? amount : add(already, amount));
    };
    for (const field of fields) seed(body.next[field], state[stateField(field)]);
    shown.forEach(({ node }, i) => {
      seed(node, cotangentsNow[i]);
    });
    const debts = vjpNodes(body.nodes, retrace(body.nodes, leaf, own), active, seeds, own);
    return Object.fromEntries(
      Object.keys(init).map((name) => {
        const [kind, of] = splitField(name);
        const debt = cotangentOf(body.nodes, debts, (inner) => {
          if (kind === 'state') return inner.op === 'state' && inner.field === of;
          if (kind === 'element') return inner.op === 'element' && inner.sequence === Number(of);
          return inner.op === 'external' && inner.index === Number(of);
        });
        if (kind === 'external') return [name, debt === undefined ? state[name] : add(state[name], debt)];
        return [name, debt ?? zerosOf(shapeOf(init[name]))];
      }),
    );
  };

  const names = given.sequences.flatMap((_, i) => (moves.sequences[i] ? [elementField(i)] : []));
  const { sequence, final } = runSteps({
    steps,
    sequences: driving.map((x) => reverse([0], x)),
    init,
    step: (state, elements, time) => step(state, elements, affine(-1, time, steps - 1)),
    // a scan must observe something; what is not read is pruned
    observe: (state) =>
      Object.fromEntries(
        (names.length === 0 ? [stateField(fields[0])] : names).map((name) => [name, state[name]]),
      ),
  });
  return [
    ...fields.map((field) => final[stateField(field)]),
    ...given.sequences.map((_, i) =>
      moves.sequences[i] ? reverse([0], sequence[elementField(i)]) : undefined,
    ),
    ...given.externals.map((_, i) => (moves.externals[i] ? final[externalField(i)] : undefined)),
  ];
};

/** `state-y` → ['state', 'y']. */
const splitField = (name: string): readonly [string, string] => {
  const cut = name.indexOf('-');
  return [name.slice(0, cut), name.slice(cut + 1)];
};
