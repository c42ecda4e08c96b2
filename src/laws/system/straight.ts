/** Unrolling the inner scans of a step, so that laws can read it. */

import { type Body, isKept, type Node, type ScanOp, scanInputs } from '../../dsl/op.js';
import { finalPort, observedPort } from '../../dsl/ports.js';

/** A step with more operations than this is not unrolled. */
const most = 4000;

/** The number of nodes of a list with all scans unrolled. */
const lengthOf = (nodes: readonly Node[]): number =>
  nodes.reduce((sum, { op }) => sum + (op.op === 'scan' ? op.steps * lengthOf(op.body.nodes) : 1), 0);

const isNoisy = (nodes: readonly Node[]): boolean =>
  nodes.some(({ op }) => op.op === 'noise' || (op.op === 'scan' && isNoisy(op.body.nodes)));

/** The nodes and next fields of a step with its scans unrolled; unchanged if there would be too many nodes. */
export const straight = ({ nodes, next }: Body): Pick<Body, 'nodes' | 'next'> => {
  const scans = nodes.filter(({ op }) => op.op === 'scan');
  if (scans.length === 0 || isNoisy(scans) || lengthOf(nodes) > most) return { nodes, next };
  const out: Node[] = [];
  const put = (node: Node): number => out.push(node) - 1;
  const place = writtenOut(nodes, put, (node) => put(node));
  return { nodes: out, next: Object.fromEntries(Object.entries(next).map(([name, n]) => [name, place[n]])) };
};

/** Unrolls a list of nodes and returns the new number of each. */
const writtenOut = (
  nodes: readonly Node[],
  put: (node: Node) => number,
  leaf: (node: Node) => number,
): readonly number[] => {
  const place: number[] = [];
  const wanted = new Set(
    nodes.flatMap(({ op, inputs }) => (op.op === 'take' ? [`${inputs[0]} ${op.port}`] : [])),
  );
  const ports = new Map<number, Readonly<Record<string, number>>>();
  for (const [number, node] of nodes.entries()) {
    const { op } = node;
    const inputs = node.inputs.map((input) => place[input]);
    if (op.op === 'scan') {
      ports.set(
        number,
        swept(
          op,
          inputs,
          node.inputs.map((input) => nodes[input].shape),
          put,
          (port) => wanted.has(`${number} ${port}`),
        ),
      );
      place.push(-1);
    } else if (op.op === 'take') place.push(ports.get(node.inputs[0])?.[op.port] ?? -1);
    else if (['state', 'element', 'external', 'clock'].includes(op.op)) place.push(leaf(node));
    else place.push(put({ ...node, inputs }));
  }
  return place;
};

/** Unrolls one scan and returns the nodes of its ports. */
const swept = (
  op: ScanOp,
  inputs: readonly number[],
  shapes: readonly (readonly number[])[],
  put: (node: Node) => number,
  isWanted: (port: string) => boolean,
): Readonly<Record<string, number>> => {
  const { steps, fields, body } = op;
  const given = scanInputs(op, inputs);
  let state = Object.fromEntries(fields.map((field, i) => [field, inputs[i]]));
  const shown = new Map<string, { readonly at: number; readonly shape: readonly number[] }[]>();
  for (let step = 0; step < steps; step++) {
    const before = state;
    const leaf = ({ op: inner, shape }: Node): number => {
      switch (inner.op) {
        case 'state':
          return before[inner.field];
        case 'external':
          return given.externals[inner.index];
        case 'element': {
          const [, ...rest] = scanInputs(op, shapes).sequences[inner.sequence];
          const one = put({
            op: { op: 'slice', begin: [step, ...rest.map(() => 0)], size: [1, ...rest] },
            inputs: [given.sequences[inner.sequence]],
            shape: [1, ...rest],
          });
          return put({ op: { op: 'reshape', shape }, inputs: [one], shape });
        }
        default:
          return put({ op: { op: 'constant', shape: [], value: step }, inputs: [], shape: [] });
      }
    };
    const place = writtenOut(body.nodes, put, leaf);
    for (const [name, node] of Object.entries(body.observe))
      if (isKept(op, name, step))
        shown.set(name, [...(shown.get(name) ?? []), { at: place[node], shape: body.nodes[node].shape }]);
    state = Object.fromEntries(fields.map((field) => [field, place[body.next[field]]]));
  }
  const sequence = (parts: readonly { readonly at: number; readonly shape: readonly number[] }[]): number => {
    const [first] = parts;
    const rows = parts.map(({ at, shape }) =>
      put({ op: { op: 'reshape', shape: [1, ...shape] }, inputs: [at], shape: [1, ...shape] }),
    );
    return rows.length === 1
      ? rows[0]
      : rows.reduce((all, row, i) =>
          put({ op: { op: 'concat', axis: 0 }, inputs: [all, row], shape: [i + 1, ...first.shape] }),
        );
  };
  return {
    ...Object.fromEntries(Object.entries(state).map(([field, at]) => [finalPort(field), at])),
    ...Object.fromEntries(
      [...shown].flatMap(([name, parts]) =>
        isWanted(observedPort(name)) ? [[observedPort(name), sequence(parts)]] : [],
      ),
    ),
  };
};
