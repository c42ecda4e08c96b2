/**
 * The reverse mode, source to source: from a field graph to the field graph of its gradients.
 *
 * Cotangents are collected node by node from the last to the first. Inside a scan the reverse step is derived once,
 * as a graph of its own: what the forward step computed dearly (convolutions, dense layers, transcendental functions)
 * is recorded, the rest is computed again from what was recorded.
 */

import type { MapFunction } from '../../dsl/op.js';
import {
  type Along,
  FieldBuilder,
  type FieldNode,
  type FieldOpOf,
  type FieldReverse,
  type FieldScan,
  type Source,
} from './field.js';

/** Part of a cotangent: the planes that a slice took, along its middle. */
interface Piece extends Along {
  readonly begin: number;
  readonly size: number;
  readonly node: number;
}

/** Cotangents of the nodes of a graph, being collected. */
class Cotangents {
  readonly #whole = new Map<number, number>();
  readonly #pieces = new Map<number, Piece[]>();

  constructor(
    private readonly builder: FieldBuilder,
    private readonly extentOf: (node: number) => FieldNode['extent'],
  ) {}

  add(node: number, cotangent: number): void {
    const before = this.#whole.get(node);
    this.#whole.set(node, before === undefined ? cotangent : this.builder.zip('add', before, cotangent));
  }

  addPiece(node: number, piece: Piece): void {
    this.#pieces.set(node, [...(this.#pieces.get(node) ?? []), piece]);
  }

  /** The cotangent of a node, or nothing when nothing that is trained depends on it. */
  of(node: number): number | undefined {
    const pieces = this.#pieces.get(node);
    this.#pieces.delete(node);
    if (pieces !== undefined) this.#join(node, pieces);
    return this.#whole.get(node);
  }

  /** Slices that lie side by side and cover everything are joined; others are set among zeros. */
  #join(node: number, pieces: readonly Piece[]): void {
    const extent = this.extentOf(node);
    const sorted = [...pieces].sort((a, b) => a.begin - b.begin);
    const [{ outer, count, inner }] = sorted;
    let end = 0;
    const cover = sorted.every((piece) => {
      const fits = piece.outer === outer && piece.inner === inner && piece.begin === end;
      end += piece.size;
      return fits;
    });
    if (cover && end === count) {
      const sizes = sorted.map(({ size }) => size);
      this.add(
        node,
        sorted.length === 1
          ? sorted[0].node
          : this.builder.add(
              { op: 'concatPlanes', outer, inner, sizes },
              sorted.map((piece) => piece.node),
              extent,
            ),
      );
      return;
    }
    for (const { node: part, ...piece } of pieces) {
      const { node: _, ...place } = { node: part, ...piece };
      this.add(node, this.builder.add({ op: 'embedPlanes', ...place }, [part], extent));
    }
  }
}

/** What the rules of one node need. */
interface Rule {
  readonly b: FieldBuilder;
  readonly nodes: readonly FieldNode[];
  /** A forward value, in the graph that is being built. */
  readonly value: (node: number) => number;
  readonly give: (node: number, cotangent: number) => void;
  readonly givePiece: (node: number, piece: Piece) => void;
  readonly wanted: (node: number) => boolean;
}

/** Gives each input of a node its share of the node's cotangent d. */
const pullBack = (number: number, d: number, rule: Rule): void => {
  const { b, nodes, value, givePiece, wanted } = rule;
  const { op, inputs, extent } = nodes[number];
  const [x, y, z] = inputs;
  const y0 = (): number => value(number);
  /** Gives a pointwise operand its share: summed where it was repeated over pixels or planes. */
  const give = (to: number, cotangent: () => number): void => {
    if (!wanted(to)) return;
    const target = nodes[to].extent;
    let share = cotangent();
    if (!target.grid && b.extent(share).grid)
      share = b.add({ op: 'sumPixels' }, [share], { planes: b.extent(share).planes, grid: false });
    if (!target.grid && target.planes === 1 && b.extent(share).planes > 1)
      share = b.add({ op: 'sumAll' }, [share], { planes: 1, grid: false });
    rule.give(to, share);
  };
  switch (op.op) {
    case 'map':
      if (op.fn !== 'sign' && op.fn !== 'stopGradient')
        give(x, () => mapCotangent(op.fn, d, () => value(x), y0, b));
      return;
    case 'affine':
      give(x, () => b.affine(d, op.scale));
      return;
    case 'spread':
      give(x, () => d);
      return;
    case 'zip':
      switch (op.fn) {
        case 'add':
          give(x, () => d);
          give(y, () => d);
          return;
        case 'sub':
          give(x, () => d);
          give(y, () => b.affine(d, -1));
          return;
        case 'mul':
          give(x, () => b.zip('mul', d, value(y)));
          give(y, () => b.zip('mul', d, value(x)));
          return;
        case 'div':
          give(x, () => b.zip('div', d, value(y)));
          give(y, () => b.affine(b.zip('mul', d, b.zip('div', y0(), value(y))), -1));
          return;
        case 'max':
        case 'min': {
          // where both are equal the first has it, as in TensorFlow.js
          const [high, low] = op.fn === 'max' ? [y, x] : [x, y];
          const second = (): number => b.zip('mul', d, b.zip('greater', value(high), value(low)));
          give(x, () => b.zip('sub', d, second()));
          give(y, second);
          return;
        }
        case 'greater':
          return;
      }
      return;
    case 'keep':
      give(x, () => b.keep(d, value(y)));
      return;
    case 'dense': {
      if (wanted(x))
        rule.give(
          x,
          b.add(
            { ...op, count: op.to, to: op.count, transposed: !op.transposed },
            [d, value(y)],
            nodes[x].extent,
          ),
        );
      if (wanted(y))
        rule.give(
          y,
          b.add(
            { op: 'denseWeight', outer: op.outer, count: op.count, inner: op.inner, to: op.to },
            [value(x), d],
            nodes[y].extent,
          ),
        );
      return;
    }
    case 'conv':
      if (wanted(x)) rule.give(x, b.add({ ...op, op: 'convInput' }, [d, value(y)], nodes[x].extent));
      if (wanted(y)) rule.give(y, b.add({ ...op, op: 'convWeight' }, [value(x), d], nodes[y].extent));
      return;
    case 'sumPixels':
      if (wanted(x)) rule.give(x, b.add({ op: 'spread' }, [d], nodes[x].extent));
      return;
    case 'reducePlanes': {
      if (!wanted(x)) return;
      const { outer, count, inner } = op;
      rule.give(
        x,
        op.fn === 'sum'
          ? b.add({ op: 'repeatPlanes', outer, count, inner }, [d], nodes[x].extent)
          : b.add({ op: 'firstMax', outer, count, inner }, [value(x), y0(), d], nodes[x].extent),
      );
      return;
    }
    case 'repeatPlanes': {
      if (!wanted(x)) return;
      const { outer, count, inner } = op;
      rule.give(x, b.add({ op: 'reducePlanes', fn: 'sum', outer, count, inner }, [d], nodes[x].extent));
      return;
    }
    case 'rearrange': {
      if (!wanted(x)) return;
      const back = op.order.map(() => 0);
      for (const [to, from] of op.order.entries()) back[from] = to;
      rule.give(x, b.add({ op: 'rearrange', order: back }, [d], nodes[x].extent));
      return;
    }
    case 'slicePlanes':
      if (wanted(x)) {
        const { op: _, ...place } = op;
        givePiece(x, { ...place, node: d });
      }
      return;
    case 'concatPlanes': {
      let begin = 0;
      const count = op.sizes.reduce((a, s) => a + s, 0);
      for (const [place, size] of op.sizes.entries()) {
        if (wanted(inputs[place]))
          rule.give(
            inputs[place],
            b.add(
              { op: 'slicePlanes', outer: op.outer, count, inner: op.inner, begin, size },
              [d],
              nodes[inputs[place]].extent,
            ),
          );
        begin += size;
      }
      return;
    }
    default:
      throw new Error(`no adjoint of ${op.op} over ${extent.planes} planes (${z ?? ''})`);
  }
};

const mapCotangent = (
  fn: MapFunction,
  d: number,
  x: () => number,
  y: () => number,
  b: FieldBuilder,
): number => {
  switch (fn) {
    case 'tanh':
      return b.zip('mul', d, b.affine(b.map('square', y()), -1, 1));
    case 'relu':
      return b.keep(d, y());
    case 'sigmoid':
      return b.zip('mul', d, b.zip('mul', y(), b.affine(y(), -1, 1)));
    case 'softplus':
      return b.zip('mul', d, b.map('sigmoid', x()));
    case 'sin':
      return b.zip('mul', d, b.map('cos', x()));
    case 'cos':
      return b.affine(b.zip('mul', d, b.map('sin', x())), -1);
    case 'exp':
      return b.zip('mul', d, y());
    case 'log':
      return b.zip('div', d, x());
    case 'sqrt':
      // zero where the root is zero: the spectrum's gradient there
      return b.keep(b.affine(b.zip('div', d, y()), 0.5), y());
    case 'square':
      return b.affine(b.zip('mul', d, x()), 2);
    case 'abs':
      return b.zip('mul', d, b.map('sign', x()));
    case 'reciprocal':
      return b.affine(b.zip('mul', d, b.map('square', y())), -1);
    case 'sign':
    case 'stopGradient':
      return b.affine(d, 0);
  }
};

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

export type Port = FieldOpOf<'port'>;
