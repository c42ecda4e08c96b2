/**
 * The reverse mode, source to source: from a field graph to the field graph of its gradients.
 *
 * Cotangents are collected node by node from the last to the first. Inside a scan the reverse step is derived once,
 * as a graph of its own: what the forward step computed dearly (convolutions, dense layers, transcendental functions)
 * is recorded, the rest is computed again from what was recorded.
 */

import { Cotangents } from './cotangents.js';
import { FieldBuilder, type FieldNode, type FieldReverse, type FieldScan, type Source } from './field.js';
import { pullBack, type Rule } from './pull.js';

/** Costs so much to compute again that it is recorded: what reads neighbours or weights, and what is no arithmetic. */
const isDear = ({ op }: FieldNode): boolean => {
  switch (op.op) {
    case 'map':
      return !['relu', 'square', 'abs', 'sign', 'stopGradient'].includes(op.fn);
    case 'leaf':
    case 'affine':
    case 'zip':
    case 'keep':
    case 'spread':
    case 'slicePlanes':
    case 'concatPlanes':
    case 'repeatPlanes':
    case 'rearrange':
      return false;
    default:
      return true;
  }
};

/** Which nodes depend on a leaf that is wanted. */
const dependents = (nodes: readonly FieldNode[], wanted: (node: number) => boolean): readonly boolean[] => {
  const depends: boolean[] = [];
  for (const [number, node] of nodes.entries())
    depends.push(wanted(number) || node.inputs.some((input) => depends[input]));
  return depends;
};

/** A field graph with the gradients of a loss. */
export interface WithGradients {
  readonly nodes: readonly FieldNode[];
  /** The cotangent of each leaf that was asked for and that the seeds depend on. */
  readonly cotangents: ReadonlyMap<number, number>;
}

/**
 * Adds the gradients to a graph. `seeds` are the cotangents of some nodes, as nodes of the builder; `wanted` are the
 * leaves whose cotangents are asked for.
 */
export const addGradients = (
  builder: FieldBuilder,
  seeds: ReadonlyMap<number, number>,
  wanted: ReadonlySet<number>,
): ReadonlyMap<number, number> => {
  const forward = builder.nodes.length;
  const nodes = builder.nodes;
  const depends = dependents(nodes.slice(0, forward), (node) => wanted.has(node));
  const cotangents = new Cotangents(builder, (node) => nodes[node].extent);
  for (const [node, seed] of seeds) cotangents.add(node, seed);
  const scans = new Map<number, Map<string, number>>();
  const rule: Rule = {
    b: builder,
    nodes,
    value: (node) => node,
    give: (node, cotangent) => cotangents.add(node, cotangent),
    givePiece: (node, piece) => cotangents.addPiece(node, piece),
    wanted: (node) => depends[node],
  };
  for (let number = forward - 1; number >= 0; number--) {
    const { op, inputs } = nodes[number];
    if (!depends[number] || op.op === 'leaf' || op.op === 'crossEntropy') continue;
    if (op.op === 'scan') {
      const ports = scans.get(number);
      if (ports !== undefined) reverseScan(number, op, ports, rule);
      continue;
    }
    const d = cotangents.of(number);
    if (d === undefined) continue;
    if (op.op === 'port') {
      const ports = scans.get(inputs[0]) ?? new Map<string, number>();
      ports.set(op.port, d);
      scans.set(inputs[0], ports);
    } else pullBack(number, d, rule);
  }
  const found = new Map<number, number>();
  for (const leaf of wanted) {
    const cotangent = cotangents.of(leaf);
    if (cotangent !== undefined) found.set(leaf, cotangent);
  }
  return found;
};

/** Adds the reverse of a scan and gives its inputs their cotangents. */
const reverseScan = (
  number: number,
  scan: FieldScan,
  ports: ReadonlyMap<string, number>,
  rule: Rule,
): void => {
  const { b, nodes, wanted } = rule;
  const { inputs } = nodes[number];
  const { body, fields, sequences } = scan;
  const finals = fields.filter((field) => ports.has(`final/${field}`));
  const observed = Object.keys(body.observe).filter((name) => ports.has(`observed/${name}`));
  const step = reverseStep(
    scan,
    observed,
    (source) =>
      source.kind === 'state' ||
      (source.kind === 'element' && wanted(inputs[fields.length + source.sequence])) ||
      (source.kind === 'external' && wanted(inputs[fields.length + sequences + source.index])),
  );
  const op: FieldReverse = {
    op: 'reverse',
    scan: number,
    steps: scan.steps,
    fields,
    sequences,
    finals,
    observed,
    ...step,
  };
  const given = [
    ...finals.map((field) => ports.get(`final/${field}`) ?? 0),
    ...observed.map((name) => ports.get(`observed/${name}`) ?? 0),
  ];
  const reverse = b.add(op, [...inputs, ...given, number], { planes: 0, grid: false });
  const port = (place: number): number =>
    b.add({ op: 'port', port: `input/${place}` }, [reverse], nodes[inputs[place]].extent);
  for (const place of fields.keys()) if (wanted(inputs[place])) rule.give(inputs[place], port(place));
  for (const sequence of Object.keys(step.elements)) {
    const place = fields.length + Number(sequence);
    if (wanted(inputs[place])) rule.give(inputs[place], port(place));
  }
  for (const index of Object.keys(step.externals)) {
    const place = fields.length + sequences + Number(index);
    if (wanted(inputs[place])) rule.give(inputs[place], port(place));
  }
};

type Step = Pick<FieldReverse, 'nodes' | 'carry' | 'elements' | 'externals'>;

const reverseStep = (
  { body, fields }: FieldScan,
  observed: readonly string[],
  wantedSource: (source: Source) => boolean,
): Step => {
  const b = new FieldBuilder();
  const forward = body.nodes;
  const isWanted = (number: number): boolean => {
    const { op } = forward[number];
    return op.op === 'leaf' && wantedSource(op.source);
  };
  const depends = dependents(forward, isWanted);
  const values = new Map<number, number>();
  const value = (number: number): number => {
    const known = values.get(number);
    if (known !== undefined) return known;
    const node = forward[number];
    const made = isDear(node)
      ? b.add({ op: 'leaf', source: { kind: 'recorded', node: number } }, [], node.extent)
      : b.add(node.op, node.inputs.map(value), node.extent);
    values.set(number, made);
    return made;
  };
  const cotangents = new Cotangents(b, (node) => forward[node].extent);
  const seed = (node: number, source: Source): void => {
    if (depends[node]) cotangents.add(node, b.add({ op: 'leaf', source }, [], forward[node].extent));
  };
  for (const field of fields) seed(body.next[field], { kind: 'carry', field });
  for (const name of observed) seed(body.observe[name], { kind: 'observed', name });
  const rule: Rule = {
    b,
    nodes: forward,
    value,
    give: (node, cotangent) => cotangents.add(node, cotangent),
    givePiece: (node, piece) => cotangents.addPiece(node, piece),
    wanted: (node) => depends[node],
  };
  for (let number = forward.length - 1; number >= 0; number--) {
    if (!depends[number] || forward[number].op.op === 'leaf') continue;
    const d = cotangents.of(number);
    if (d !== undefined) pullBack(number, d, rule);
  }
  const carry: Record<string, number> = {};
  const elements: Record<number, number> = {};
  const externals: Record<number, number> = {};
  for (const [number, { op }] of forward.entries()) {
    if (op.op !== 'leaf' || !isWanted(number)) continue;
    const d = cotangents.of(number);
    if (d === undefined) continue;
    if (op.source.kind === 'state') carry[op.source.field] = d;
    if (op.source.kind === 'element') elements[op.source.sequence] = d;
    if (op.source.kind === 'external') externals[op.source.index] = d;
  }
  return { nodes: b.nodes, carry, elements, externals };
};

/** The nodes of a scan's step whose values its reverse reads: those it names, and the states, by what they follow. */
export const recordsOf = ({ body }: FieldScan, { nodes }: FieldReverse): ReadonlySet<number> =>
  new Set(
    nodes.flatMap(({ op }) => {
      if (op.op !== 'leaf') return [];
      if (op.source.kind === 'recorded') return [op.source.node];
      return op.source.kind === 'state' ? [body.next[op.source.field]] : [];
    }),
  );
