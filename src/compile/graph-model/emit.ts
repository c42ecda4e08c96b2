/** From a program's nodes to the nodes of a graph: each operation in the terms of TensorFlow's own. */

import type { Facts } from '../../dsl/infer.js';
import { isLeafOp, type LeafOp, type Node, type Op, type OpOf, type ScanOp } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { layerOf } from '../describe-op.js';
import { constantOf, fold, folds, uniform } from './constant.js';
import type { Ref, Site } from './draft.js';
import { typeAttr } from './graph-def.js';
import * as convolution from './operations/convolution.js';
import { fourier } from './operations/fourier.js';
import * as pointwise from './operations/pointwise.js';
import { recurrence } from './operations/recurrence.js';
import * as structure from './operations/structure.js';
import * as tf from './ops.js';
import { portsOfScan } from './scan.js';
import type { Scene } from './scene.js';
import { constantValue, tensorValue, type Value } from './value.js';

/** Convolutions and dense layers with a bias that only a ReLU reads; both run as one operation. */
const fusedRelus = (nodes: readonly Node[], kept: readonly number[]): ReadonlySet<number> => {
  const readers: number[][] = nodes.map(() => []);
  for (const [number, { inputs }] of nodes.entries()) for (const input of inputs) readers[input].push(number);
  return new Set(
    nodes.flatMap(({ op, inputs }, number) => {
      const [only, ...others] = readers[number];
      const next = only === undefined ? undefined : nodes[only].op;
      const runs = (op.op === 'dense' || op.op === 'conv') && inputs.length === 3;
      const alone = others.length === 0 && !kept.includes(number);
      return runs && alone && next?.op === 'map' && next.fn === 'relu' ? [number] : [];
    }),
  );
};

/**
 * Writes a list of nodes.
 *
 * @param kept the nodes whose values are wanted
 */
export const emit = (
  scene: Scene,
  nodes: readonly Node[],
  facts: readonly Facts[],
  kept: readonly number[],
): ((node: number) => Value) => {
  const fused = fusedRelus(nodes, kept);
  const values: Value[] = [];
  const folders: string[] = [];
  const ports = new Map<number, Readonly<Record<string, Value>>>();
  for (const [number, node] of nodes.entries()) {
    const { op } = node;
    const inputs = node.inputs.map((input) => values[input]);
    const name = nameOf(
      op,
      inputs,
      node.inputs.map((input) => folders[input] ?? ''),
    );
    folders[number] = name.folder;
    const site: Site = {
      draft: scene.draft,
      batch: scene.batch,
      hint: [scene.prefix, name.hint].filter((part) => part !== '').join('/'),
    };
    if (op.op === 'scan')
      ports.set(number, portsOfScan(scene, site, op, inputs, wanted(nodes, number), emit));
    else if (op.op === 'take') values[number] = taken(ports.get(node.inputs[0]), op.port);
    else if (isLeafOp(op)) values[number] = scene.leaf(op);
    else if (fused.has(node.inputs[0])) values[number] = inputs[0];
    else values[number] = computed(scene, site, op, node, inputs, facts[number], fused.has(number));
  }
  return (node) => values[node];
};

/** The ports of a scan that are read, with their shapes. */
const wanted = (nodes: readonly Node[], scan: number): Readonly<Record<string, Shape>> =>
  Object.fromEntries(
    nodes.flatMap(({ op, inputs, shape }) =>
      op.op === 'take' && inputs[0] === scan ? [[op.port, shape]] : [],
    ),
  );

const taken = (ports: Readonly<Record<string, Value>> | undefined, port: string): Value => {
  if (ports === undefined) throw new Error('a port of a scan that was not written');
  return ports[port];
};

interface Name {
  readonly hint: string;
  /** The name prefix of nodes that build on it. */
  readonly folder: string;
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** A layer has its own name. Nodes after one layer have its prefix; nodes that join several have none. */
const nameOf = (op: Op, inputs: readonly Value[], folders: readonly string[]): Name => {
  const weights = ['conv', 'convTranspose', 'dense', 'batchNorm'].includes(op.op) ? inputs.slice(1) : [];
  const layer = layerOf(weights.flatMap((w) => (w?.kind === 'constant' ? [w.constant.hint] : [])));
  if (layer !== undefined) return { hint: layer, folder: folderOf(layer) };
  const of = inputs.flatMap((value, i) => (value?.kind === 'constant' ? [] : [folders[i]]));
  const folder = of.length > 0 && of.every((other) => other === of[0]) ? of[0] : '';
  const word =
    op.op === 'map' || op.op === 'zip' || op.op === 'reduce' ? op.fn : op.op === 'affine' ? 'scale' : op.op;
  return { hint: folder === '' ? word : `${folder}/${word}`, folder };
};

type PlainOp = Exclude<Op, LeafOp | ScanOp | OpOf<'take'>>;

/** Whether a node repeats values; storing the repeated values would only enlarge the file. */
const growing = (node: Node, inputs: readonly Value[]): boolean =>
  inputs.length > 0 &&
  volume(node.shape) > 1024 &&
  volume(node.shape) > 4 * inputs.reduce((sum, { facts }) => sum + volume(facts.shape), 0);

const computed = (
  scene: Scene,
  site: Site,
  op: PlainOp,
  node: Node,
  inputs: readonly Value[],
  facts: Facts,
  relu: boolean,
): Value => {
  if (op.op === 'constant') {
    const { value } = op;
    return constantValue(
      constantOf('constant', node.shape, () =>
        typeof value === 'number' ? new Float64Array(volume(node.shape)).fill(value) : value,
      ),
    );
  }
  const constants = inputs.flatMap((value) => (value.kind === 'constant' ? [value.constant] : []));
  const known = constants.length === inputs.length && folds(op);
  if (known && !growing(node, inputs)) {
    const folded = fold(site.hint, node, constants);
    return constantValue(relu ? withRelu(site.hint, folded) : folded);
  }
  const number = known && op.op === 'broadcast' ? uniform(constants[0]) : undefined;
  if (number !== undefined)
    return constantValue(
      constantOf(site.hint, node.shape, () => new Float64Array(volume(node.shape)).fill(number)),
    );
  return op.op === 'recurrence'
    ? recurrence(scene, site, op, inputs, emit)
    : tensorValue(refFor(site, op, node, inputs, relu), facts);
};

const withRelu = (hint: string, x: ReturnType<typeof fold>): ReturnType<typeof fold> =>
  constantOf(hint, x.shape, () => x.array().data.map((value) => Math.max(0, value)));

const refFor = (
  site: Site,
  op: Exclude<PlainOp, OpOf<'recurrence'>>,
  { shape }: Node,
  inputs: readonly Value[],
  relu: boolean,
): Ref => {
  const [x, y, z] = inputs;
  switch (op.op) {
    case 'constant':
      throw new Error('a constant is no tensor');
    case 'noise':
      return noise({ ...site, hint: op.name }, op);
    case 'map':
      return pointwise.map(site, op, x);
    case 'affine':
      return pointwise.affine(site, op, x);
    case 'zip':
      return pointwise.zip(site, op, x, y);
    case 'where':
      return pointwise.where(site, x, y, z);
    case 'conv':
      return convolution.conv(site, op, x, y, z, relu, shape);
    case 'convTranspose':
      return convolution.convTranspose(site, op, x, y, z, shape);
    case 'dense':
      return convolution.dense(site, x, y, z, relu);
    case 'einsum':
      return structure.einsum(site, op, x, y);
    case 'pool':
      return convolution.pool(site, op, x);
    case 'concat':
      return structure.concat(site, op, inputs);
    case 'slice':
      return structure.slice(site, op, x);
    case 'gather':
      return structure.gather(site, op, x);
    case 'scatter':
      return structure.scatter(site, op, x);
    case 'reshape':
      return structure.reshape(site, op, x);
    case 'transpose':
      return structure.transpose(site, op, x);
    case 'reverse':
      return structure.reverse(site, op, x);
    case 'broadcast':
      return structure.broadcast(site, op, x);
    case 'reduce':
      return structure.reduce(site, op, x);
    case 'fourier':
      return fourier(site, op, x);
    case 'spectrum':
      return structure.spectrum(site, x);
    case 'batchNorm':
      return structure.batchNorm(site, op, inputs);
  }
};

/**
 * Fresh noise of the same distribution. The language's own draws come from named streams, which no operation of
 * TensorFlow.js has: a graph with noise gives other numbers in each run.
 */
const noise = (site: Site, { shape, distribution }: OpOf<'noise'>): Ref =>
  site.draft.fresh(
    distribution === 'normal' ? 'RandomStandardNormal' : 'RandomUniform',
    [tf.batchAnd(site, shape)],
    {
      shape: [-1, ...shape],
      attrs: { dtype: typeAttr('float32'), T: typeAttr('int32') },
      hint: site.hint,
    },
  );
