/** From a graph to boxes and arrows, before any syntax. */

import type { Graph } from '../../dsl/graph.js';
import { type Node, type Op, rootsOf, type ScanOp, scanInputs } from '../../dsl/op.js';
import { finalPort, observedPort } from '../../dsl/ports.js';
import { describeOp, layerOf, showSizes } from '../describe-op.js';
import { blank, type Canvas, type Drawing, type Group, type GroupPath } from './canvas.js';
import { type Origin, seconds, weightsOf, wordsOf } from './words.js';

/** A list of nodes being drawn. */
interface Region {
  readonly nodes: readonly Node[];
  /** A prefix of the numbers of its nodes, so that ids are unique. */
  readonly prefix: string;
  readonly place: GroupPath;
  /** How often each node is read. */
  readonly uses: readonly number[];
  /** The origins of state, elements and externals. */
  readonly leaf: (op: Op) => Origin | undefined;
}

/** Boxes and arrows of a program, in the order of its nodes: the same program gives the same drawing. */
export const drawingOf = (graph: Graph): Drawing => {
  const canvas = blank();
  const origins = drawRegion(canvas, {
    nodes: graph.nodes,
    prefix: 'n',
    place: [],
    uses: usesOf(graph.nodes, Object.values(graph.outputs)),
    leaf: () => undefined,
  });
  for (const [i, [name, node]] of Object.entries(graph.outputs).entries()) {
    const { shape } = graph.nodes[node];
    const output = canvas.add({ id: `out${i}`, lines: [name], outline: 'stadium', place: [] });
    canvas.connect(shown(canvas, origins[node], []), output.id, showSizes(shape));
  }
  return canvas.drawing();
};

const usesOf = (nodes: readonly Node[], ends: readonly number[]): readonly number[] => {
  const uses = nodes.map(() => 0);
  for (const { inputs } of nodes) for (const input of inputs) uses[input]++;
  for (const end of ends) uses[end]++;
  return uses;
};

/** The box of an origin; a parameter or a number that something other than a layer reads gets one now. */
const shown = (canvas: Canvas, origin: Origin, place: GroupPath): string => {
  if (origin.kind === 'parameter')
    canvas.add({ id: origin.id, lines: [`parameter ${origin.name}`], outline: 'round', place: [] });
  if (origin.kind === 'number')
    canvas.add({ id: origin.id, lines: [`${origin.value}`], outline: 'round', place });
  return origin.id;
};

const drawRegion = (canvas: Canvas, region: Region): readonly Origin[] => {
  const origins: Origin[] = [];
  const ports = new Map<number, ReadonlyMap<string, Origin>>();
  for (const [number, node] of region.nodes.entries()) {
    const id = `${region.prefix}${number}`;
    if (node.op.op === 'scan') ports.set(number, drawScan(canvas, region, node.op, node, id, origins));
    origins.push(
      node.op.op === 'take'
        ? (ports.get(node.inputs[0])?.get(node.op.port) ?? { kind: 'box', id })
        : drawNode(canvas, region, number, origins),
    );
  }
  return origins;
};

/** Operations that keep the position of every element; they are further lines in the box before them. */
const followsOn: readonly Op['op'][] = ['map', 'affine', 'batchNorm', 'zip'];

const drawNode = (canvas: Canvas, region: Region, number: number, origins: readonly Origin[]): Origin => {
  const { nodes, place, prefix, uses } = region;
  const { op, inputs, shape } = nodes[number];
  const id = `${prefix}${number}`;
  const leaf = region.leaf(op);
  if (leaf !== undefined) return leaf;
  switch (op.op) {
    case 'input':
      return canvas.add({ id, lines: [op.name, showSizes(shape)], outline: 'stadium', place });
    case 'parameter':
      return { kind: 'parameter', id, name: op.name };
    case 'constant':
      return typeof op.value === 'number'
        ? { kind: 'number', id, value: op.value }
        : canvas.add({ id, lines: ['data', showSizes(shape)], outline: 'round', place });
    case 'scan':
      return { kind: 'box', id };
    // The arrow shows the resulting shape, which tells enough of the transpose.
    case 'transpose':
    case 'reshape':
      return origins[inputs[0]];
    default:
      break;
  }
  const weights = weightsOf(op, inputs, origins);
  const operands = inputs.filter((_, i) => !weights.has(i));
  const drawn = operands.filter((input) => origins[input].kind !== 'number');
  const words = wordsOf(op, nodes, inputs, origins, [...weights.values()]);
  const [first] = drawn;
  if (
    drawn.length === 1 &&
    followsOn.includes(op.op) &&
    uses[first] === 1 &&
    canvas.grows(origins[first], place)
  ) {
    canvas.append(origins[first].id, words);
    return origins[first];
  }
  const layer = layerOf([...weights.values()]);
  const scopes = (layer ?? '').split('/').slice(0, -1);
  const origin = canvas.add({
    id,
    lines: [words],
    outline: 'box',
    place: [...place, ...scopes.map(scopeGroup)],
  });
  for (const input of drawn) {
    const role = op.op === 'zip' && drawn.length === 2 && input === inputs[1] ? seconds[op.fn] : undefined;
    const arriving = showSizes(nodes[input].shape);
    canvas.connect(
      shown(canvas, origins[input], place),
      id,
      role === undefined ? arriving : `${role} ${arriving}`,
    );
  }
  return origin;
};

const scopeGroup = (_: string, i: number, scopes: readonly string[]): Group => ({
  key: scopes.slice(0, i + 1).join('/'),
  title: scopes[i],
  scan: false,
});

/** A scan's group: its state, its body and what returns to the state. The origins of its ports. */
const drawScan = (
  canvas: Canvas,
  region: Region,
  op: ScanOp,
  node: Node,
  id: string,
  origins: readonly Origin[],
): ReadonlyMap<string, Origin> => {
  const place = [...region.place, { key: id, title: describeOp(op, []), scan: true }];
  const { fields, sequences, body } = op;
  const prefix = `${id}_`;
  const given = scanInputs(op, node.inputs);
  const shapeOf = (input: number): string => showSizes(region.nodes[input].shape);
  const states = fields.map((field, i): Origin => {
    const start = origins[given.fields[i]];
    const begun = start.kind === 'number' ? [`starts at ${start.value}`] : [];
    const state = canvas.add({
      id: `${prefix}s${i}`,
      lines: [field, ...begun],
      outline: 'cylinder',
      place,
    });
    if (start.kind !== 'number')
      canvas.connect(shown(canvas, start, region.place), state.id, shapeOf(given.fields[i]));
    return state;
  });
  const elements = Array.from({ length: sequences }, (_, i): Origin => {
    const element = canvas.add({
      id: `${prefix}e${i}`,
      lines: [sequences === 1 ? 'element' : `element ${i}`],
      outline: 'cylinder',
      place,
    });
    const sequence = given.sequences[i];
    canvas.connect(shown(canvas, origins[sequence], region.place), element.id, shapeOf(sequence));
    return element;
  });
  const inner = drawRegion(canvas, {
    nodes: body.nodes,
    prefix,
    place,
    uses: usesOf(body.nodes, rootsOf(body)),
    leaf: (leaf) => {
      switch (leaf.op) {
        case 'state':
          return states[fields.indexOf(leaf.field)];
        case 'element':
          return elements[leaf.sequence];
        case 'external':
          return origins[given.externals[leaf.index]];
        default:
          return undefined;
      }
    },
  });
  const ends = fields.map((field) => inner[body.next[field]]);
  for (const [i, end] of ends.entries())
    canvas.connect(shown(canvas, end, place), states[i].id, `next ${fields[i]}`, true);
  return new Map([
    ...fields.map((field, i): readonly [string, Origin] => [finalPort(field), ends[i]]),
    ...Object.entries(body.observe).map(([name, observed]): readonly [string, Origin] => [
      observedPort(name),
      inner[observed],
    ]),
  ]);
};
