/** JVPs of lists of nodes and of scans. A scan carries the tangent of its state beside the state. */

import { everyOf, isLeafOp, type LeafOp, type Node, type ScanOp, scanInputs } from '../../dsl/op.js';
import { finalPort, observedPort } from '../../dsl/ports.js';
import { shapeOf, type Tensor } from '../../dsl/tensor.js';
import { zerosOf } from './raw.js';
import { bodyLeaf, type Leaf, type NamedSources, retraceNode } from './retrace.js';
import { jvpRule, type Tangent } from './rules/jvp-rules.js';
import { runSteps, type Tensors } from './write-scan.js';

/** Values and their tangents, node by node. */
export interface WithTangents {
  readonly values: readonly Tensor[];
  readonly tangents: readonly Tangent[];
}

interface PortTangents {
  readonly values: Readonly<Record<string, Tensor>>;
  readonly tangents: Readonly<Record<string, Tangent>>;
}

/** The values of a list of nodes and their tangents, from those of the leaves. */
export const jvpNodes = (
  nodes: readonly Node[],
  leaf: Leaf,
  tangentOf: (op: LeafOp) => Tangent,
  own: NamedSources,
): WithTangents => {
  const values: Tensor[] = [];
  const tangents: Tangent[] = [];
  const scans = new Map<number, PortTangents>();
  for (const [number, { op, inputs }] of nodes.entries()) {
    if (isLeafOp(op)) {
      values.push(leaf(op));
      tangents.push(tangentOf(op));
      continue;
    }
    const given = inputs.map((input) => values[input]);
    const moved = inputs.map((input) => tangents[input]);
    switch (op.op) {
      case 'scan':
        scans.set(number, jvpScan(op, given, moved, own));
        values.push(zerosOf([]));
        tangents.push(undefined);
        break;
      case 'take': {
        const ports = scans.get(inputs[0]);
        values.push(ports?.values[op.port] ?? zerosOf([]));
        tangents.push(ports?.tangents[op.port]);
        break;
      }
      default: {
        const y = retraceNode(op, given, own);
        values.push(y);
        tangents.push(
          op.op === 'constant' || op.op === 'noise' || op.op === 'batchNorm'
            ? undefined
            : jvpRule(op, given, moved, y),
        );
      }
    }
  }
  return { values, tangents };
};

const jvpScan = (
  op: ScanOp,
  inputs: readonly Tensor[],
  tangents: readonly Tangent[],
  own: NamedSources,
): PortTangents => {
  const { body, fields, steps } = op;
  const given = scanInputs(op, inputs);
  const tangentsOf = scanInputs(op, tangents);
  const isActive = tangents.some((change) => change !== undefined);
  const activeSequences = tangentsOf.sequences.flatMap((change, i) =>
    change === undefined ? [] : [{ i, change }],
  );
  // if any input is active, every field may be, since a tangent that is zero at first need not stay zero
  const init: Tensors = Object.fromEntries([
    ...fields.map((field, i) => [`value-${field}`, given.fields[i]]),
    ...(isActive
      ? fields.map((field, i) => [
          `change-${field}`,
          tangentsOf.fields[i] ?? zerosOf(shapeOf(given.fields[i])),
        ])
      : []),
  ]);
  let seen: Tensors = {};
  const { sequence, final } = runSteps({
    steps,
    sequences: [...given.sequences, ...activeSequences.map(({ change }) => change)],
    init,
    step: (state, elements, time) => {
      const current = elements.slice(0, op.sequences);
      const elementTangent = (sequence: number): Tangent => {
        const at = activeSequences.findIndex(({ i }) => i === sequence);
        return at < 0 ? undefined : elements[op.sequences + at];
      };
      const after = jvpNodes(
        body.nodes,
        bodyLeaf((field) => state[`value-${field}`], current, given.externals, time),
        (leaf) => {
          switch (leaf.op) {
            case 'state':
              return isActive ? state[`change-${leaf.field}`] : undefined;
            case 'element':
              return elementTangent(leaf.sequence);
            case 'external':
              return tangentsOf.externals[leaf.index];
            default:
              return undefined;
          }
        },
        own,
      );
      seen = Object.fromEntries(
        Object.entries(body.observe).flatMap(([name, node]) => {
          const change = after.tangents[node];
          return [
            [`value-${name}`, after.values[node]],
            ...(change === undefined ? [] : [[`change-${name}`, change]]),
          ];
        }),
      );
      return Object.fromEntries(
        fields.flatMap((field) => {
          const node = body.next[field];
          const value = after.values[node];
          return [
            [`value-${field}`, value],
            ...(isActive ? [[`change-${field}`, after.tangents[node] ?? zerosOf(shapeOf(value))]] : []),
          ];
        }),
      );
    },
    observe: () => seen,
    every: Object.fromEntries(
      Object.keys(body.observe).flatMap((name) => [
        [`value-${name}`, everyOf(op, name)],
        [`change-${name}`, everyOf(op, name)],
      ]),
    ),
    remat: op.remat,
  });
  const ports = (kind: 'value' | 'change'): Readonly<Record<string, Tangent>> =>
    Object.fromEntries([
      ...Object.keys(body.observe).map((name) => [
        observedPort(name),
        Object.hasOwn(sequence, `${kind}-${name}`) ? sequence[`${kind}-${name}`] : undefined,
      ]),
      ...fields.map((field) => [
        finalPort(field),
        Object.hasOwn(final, `${kind}-${field}`) ? final[`${kind}-${field}`] : undefined,
      ]),
    ]);
  return { values: definite(ports('value')), tangents: ports('change') };
};

const definite = (ports: Readonly<Record<string, Tangent>>): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(
    Object.entries(ports).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
