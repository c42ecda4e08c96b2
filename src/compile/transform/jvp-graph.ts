/** Forward mode over a list of nodes, and over a scan: the change of its state is carried beside the state. */

import type { LeafOp, Node, ScanOp } from '../../dsl/op.js';
import { shapeOf, type Tensor } from '../../dsl/tensor.js';
import { type Change, push } from './jvp-rules.js';
import { zerosOf } from './raw.js';
import { bodyLeaf, type Leaf, lifted, type Owners, partsOf } from './retrace.js';
import { runSteps, type Tensors } from './steps.js';

/** Values and their changes, node by node. */
export interface Moved {
  readonly values: readonly Tensor[];
  readonly changes: readonly Change[];
}

interface MovedPorts {
  readonly values: Readonly<Record<string, Tensor>>;
  readonly changes: Readonly<Record<string, Change>>;
}

/** The values of a list of nodes, and how they change when its leaves do. */
export const pushForward = (
  nodes: readonly Node[],
  leaf: Leaf,
  changeOf: (op: LeafOp) => Change,
  own: Owners,
): Moved => {
  const values: Tensor[] = [];
  const changes: Change[] = [];
  const scans = new Map<number, MovedPorts>();
  for (const [number, { op, inputs }] of nodes.entries()) {
    const given = inputs.map((input) => values[input]);
    const moved = inputs.map((input) => changes[input]);
    switch (op.op) {
      case 'input':
      case 'parameter':
      case 'state':
      case 'element':
      case 'external':
      case 'clock':
        values.push(leaf(op));
        changes.push(changeOf(op));
        break;
      case 'scan':
        scans.set(number, pushScan(op, given, moved, own));
        values.push(zerosOf([]));
        changes.push(undefined);
        break;
      case 'take': {
        const ports = scans.get(inputs[0]);
        values.push(ports?.values[op.port] ?? zerosOf([]));
        changes.push(ports?.changes[op.port]);
        break;
      }
      default: {
        const y = lifted(op, given, own);
        values.push(y);
        changes.push(
          op.op === 'constant' || op.op === 'noise' || op.op === 'batchNorm'
            ? undefined
            : push(op, given, moved, y),
        );
      }
    }
  }
  return { values, changes };
};

const pushScan = (
  op: ScanOp,
  inputs: readonly Tensor[],
  changes: readonly Change[],
  own: Owners,
): MovedPorts => {
  const { body, fields, steps } = op;
  const given = partsOf(op, inputs);
  const moved = partsOf(op, changes);
  const moving = changes.some((change) => change !== undefined);
  const movingSequences = moved.sequences.flatMap((change, i) =>
    change === undefined ? [] : [{ i, change }],
  );
  // Once anything moves, every field may: a change that is zero at first need not stay so.
  const init: Tensors = Object.fromEntries([
    ...fields.map((field, i) => [`value-${field}`, given.fields[i]]),
    ...(moving
      ? fields.map((field, i) => [`change-${field}`, moved.fields[i] ?? zerosOf(shapeOf(given.fields[i]))])
      : []),
  ]);
  let seen: Tensors = {};
  const { sequence, final } = runSteps({
    steps,
    sequences: [...given.sequences, ...movingSequences.map(({ change }) => change)],
    init,
    step: (state, elements, time) => {
      const current = elements.slice(0, op.sequences);
      const elementChange = (sequence: number): Change => {
        const at = movingSequences.findIndex(({ i }) => i === sequence);
        return at < 0 ? undefined : elements[op.sequences + at];
      };
      const after = pushForward(
        body.nodes,
        bodyLeaf((field) => state[`value-${field}`], current, given.externals, time),
        (leaf) => {
          switch (leaf.op) {
            case 'state':
              return moving ? state[`change-${leaf.field}`] : undefined;
            case 'element':
              return elementChange(leaf.sequence);
            case 'external':
              return moved.externals[leaf.index];
            default:
              return undefined;
          }
        },
        own,
      );
      seen = Object.fromEntries(
        Object.entries(body.observe).flatMap(([name, node]) => {
          const change = after.changes[node];
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
            ...(moving ? [[`change-${field}`, after.changes[node] ?? zerosOf(shapeOf(value))]] : []),
          ];
        }),
      );
    },
    observe: () => seen,
  });
  const ports = (kind: 'value' | 'change'): Readonly<Record<string, Change>> =>
    Object.fromEntries([
      ...Object.keys(body.observe).map((name) => [
        `observed/${name}`,
        Object.hasOwn(sequence, `${kind}-${name}`) ? sequence[`${kind}-${name}`] : undefined,
      ]),
      ...fields.map((field) => [
        `final/${field}`,
        Object.hasOwn(final, `${kind}-${field}`) ? final[`${kind}-${field}`] : undefined,
      ]),
    ]);
  return { values: definite(ports('value')), changes: ports('change') };
};

const definite = (ports: Readonly<Record<string, Change>>): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(
    Object.entries(ports).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
