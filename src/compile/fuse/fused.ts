/** A program, or what of it can be, computed sample after sample by fused kernels. */

import { type Graph, inputsOf, parametersOf } from '../../dsl/graph.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { addGradients } from './adjoint.js';
import { type Conveyance, conveyanceOf, labelBytes, putPlanes, takePlanes } from './convey.js';
import type { Operand } from './emit.js';
import type { Extent, FieldBuilder } from './field.js';
import { type Layout, plain } from './layout.js';
import { type Lowered, lowerGraph, pixelsOf, refused } from './lower.js';
import { Machine } from './machine.js';
import { gridOf, type Place } from './place.js';
import { layOut, Parameters, type Region } from './region.js';

type Arrays = Readonly<Record<string, Float32Array>>;

/** Samples of one part: each input's values one sample after the other. */
export interface FusedPart {
  readonly count: number;
  readonly inputs: Arrays;
}

export interface LabelledFusedPart extends FusedPart {
  readonly labels: Uint8Array | Int32Array;
  /** What a pixel of each class counts; none: 1. */
  readonly weights: readonly number[];
  /** What the sum is divided by. */
  readonly lossCount: number;
}

/** The grid of a program: the leading axes of its first input that has some. */
export const gridShape = (graph: Graph): Shape | undefined => {
  const field = Object.values(inputsOf(graph)).find((shape) => shape.length === 2 || shape.length === 3);
  return field?.slice(0, -1);
};

export interface Fused {
  readonly load: (parameters: Arrays) => void;
  /** Whether these outputs can be computed. */
  readonly fits: (outputs: readonly string[]) => boolean;
  readonly infer: (part: FusedPart, outputs: readonly string[]) => Record<string, Float32Array>;
  /** Whether the loss of the logits can be. */
  readonly trains: boolean;
  /** The cross-entropy's share: summed over the part's pixels, each counting its class's weight, over `count`. */
  readonly gradients: (part: LabelledFusedPart) => {
    readonly loss: number;
    readonly gradients: Record<string, Float32Array>;
  };
  /** What the cotangents of outputs become: gradients of the parameters, summed over samples, and of the inputs. */
  readonly pull: (
    part: FusedPart,
    cotangents: Arrays,
  ) => { readonly parameters: Record<string, Float32Array>; readonly inputs: Record<string, Float32Array> };
  /** Bytes of memory laid out so far. */
  readonly bytes: () => number;
}

/** Prepares a program; nothing when it has no grid. Regions are laid out when first asked for. */
export const fuse = (graph: Graph, values: Arrays): Fused | undefined => {
  const gridded = gridShape(graph);
  if (gridded === undefined || volume(gridded) < 4) return undefined;
  const grid = gridOf(gridded);
  for (const { name, shape } of parametersOf(graph))
    checkSize(`parameter '${name}'`, values[name], volume(shape));
  const machine = new Machine();
  const parameters = new Parameters(machine, grid);
  const declared = parametersOf(graph);
  const inputs = inputsOf(graph);
  const current = new Map(Object.entries(values));
  const loss = {
    labels: machine.allocate(labelBytes(grid)),
    scale: machine.allocate(4),
    weights: 0,
    total: machine.allocate(16),
  };
  const lower = () => lowerGraph(graph, gridded);
  const known = lower();
  const lowered = (name: string, of = known): Lowered | undefined => {
    const node = graph.outputs[name];
    const result = node === undefined ? undefined : of.results.get(node);
    return result === undefined || refused(result) ? undefined : result;
  };
  const conveyances = new Map<string, Conveyance>();
  const conveyance = (shape: Shape, layout: Layout): Conveyance => {
    const key = `${shape.join()} ${layout.dims.join()} ${layout.axes.join()}`;
    const made = conveyances.get(key) ?? conveyanceOf(shape, layout);
    conveyances.set(key, made);
    return made;
  };
  const asWritten = (shape: Shape): Conveyance => conveyance(shape, plain(shape, pixelsOf(shape, gridded)));
  /** Puts the values of all parameters that regions have places for. */
  const put = (names: Iterable<string>, nodes: Lowered['node'][] = []): void => {
    void nodes;
    for (const name of names) {
      const node = parameterNodes.get(name);
      const data = current.get(name);
      const shape = declared.find((parameter) => parameter.name === name)?.shape;
      if (node === undefined || data === undefined || shape === undefined) continue;
      const place = parameters.place(name, known.lowering.builder.nodes[node]);
      if (known.lowering.builder.nodes[node].extent.grid)
        putPlanes(machine, asWritten(shape), data, 0, place);
      else machine.floats.set(data, place.at(0) / 4);
    }
    parameters.repack();
  };
  const parameterNodes = new Map<string, number>();
  for (const [node, { op }] of known.lowering.builder.nodes.entries())
    if (op.op === 'leaf' && op.source.kind === 'parameter') parameterNodes.set(op.source.name, node);
  put(parameterNodes.keys());

  const regions = new Map<string, Region>();
  const inferring = (outputs: readonly string[]): Region => {
    const key = [...outputs].sort().join();
    const found = regions.get(key);
    if (found !== undefined) return found;
    const made = layOut(machine, grid, parameters, loss, {
      nodes: known.lowering.builder.nodes,
      outputs: outputs.flatMap((name) => lowered(name)?.node ?? []),
      sums: new Map(),
    });
    regions.set(key, made);
    put(parameterNodes.keys());
    return made;
  };
  const trained = declared.filter(({ trainable }) => trainable);
  /** A region with gradients of the trained parameters, from seeds on some nodes. */
  const reversed = (
    key: string,
    seedsOf: (builder: FieldBuilder) => ReadonlyMap<number, number>,
    inputsToo: boolean,
  ): Reversing => {
    const found = reversing.get(key);
    if (found !== undefined) return found;
    const { builder } = lower().lowering;
    const inputNodes = new Map<string, number>();
    if (inputsToo)
      for (const [node, { op }] of builder.nodes.entries())
        if (op.op === 'leaf' && op.source.kind === 'input') inputNodes.set(op.source.name, node);
    const seeds = seedsOf(builder);
    const leaves = new Map(
      trained.flatMap(({ name }) => {
        const node = parameterNodes.get(name);
        return node === undefined ? [] : [[name, node] as const];
      }),
    );
    const cotangents = addGradients(builder, seeds, new Set([...leaves.values(), ...inputNodes.values()]));
    const sums = new Map<number, number>();
    for (const [index, { name }] of trained.entries()) {
      const leaf = leaves.get(name);
      const cotangent = leaf === undefined ? undefined : cotangents.get(leaf);
      if (cotangent !== undefined) sums.set(index, cotangent);
    }
    const ofInputs = new Map<string, number>();
    for (const [name, node] of inputNodes) {
      const cotangent = cotangents.get(node);
      if (cotangent !== undefined) ofInputs.set(name, cotangent);
    }
    const region = layOut(machine, grid, parameters, loss, {
      nodes: builder.nodes,
      outputs: [...seeds.values(), ...ofInputs.values()],
      sums,
    });
    const made = { region, ofInputs, extents: builder.nodes.map(({ extent }) => extent) };
    reversing.set(key, made);
    put(parameterNodes.keys());
    return made;
  };
  const reversing = new Map<string, Reversing>();
  const trainedRegion = (): Region =>
    reversed(
      'the loss',
      (builder) => {
        const logits = lowered('logits');
        if (logits === undefined) throw new Error('the logits are not fused');
        loss.weights = machine.allocate(4 * builder.extent(logits.node).planes);
        const seed = builder.add({ op: 'crossEntropy' }, [logits.node], builder.extent(logits.node));
        return new Map([[logits.node, seed]]);
      },
      false,
    ).region;
  const putOne = (shape: Shape, target: Operand, values: Float32Array, sample: number): void => {
    const size = volume(shape);
    if (target.extent.grid) putPlanes(machine, asWritten(shape), values, sample * size, target.place);
    else machine.floats.set(values.subarray(sample * size, (sample + 1) * size), target.place.at(0) / 4);
  };
  const checkInputs = (part: FusedPart): void => {
    for (const [name, shape] of Object.entries(inputs))
      checkSize(`input '${name}'`, part.inputs[name], part.count * volume(shape));
  };
  const feed = (region: Region, part: FusedPart, sample: number): void => {
    for (const [name, shape] of Object.entries(inputs)) {
      const target = region.input(name);
      if (target !== undefined) putOne(shape, target, part.inputs[name], sample);
    }
  };
  /** A value as the language writes it: of planes, or of a list of numbers. */
  const take = (
    shape: Shape,
    layout: Layout | undefined,
    grid: boolean,
    place: Place,
    to: Float32Array,
    at: number,
  ): void => {
    if (grid) {
      const written = layout === undefined ? asWritten(shape) : conveyance(shape, layout);
      takePlanes(machine, written, place, to, at);
      return;
    }
    const from = place.at(0) / 4;
    const size = volume(shape);
    if (layout === undefined || layout.axes.every((dim, axis) => dim === axis))
      to.set(machine.floats.subarray(from, from + size), at);
    else takePlanes(machine, conveyance(shape, layout), place, to, at);
  };
  const gradientsOf = (region: Region): Record<string, Float32Array> =>
    Object.fromEntries(
      trained.map(({ name, shape }, index) => {
        const sum = region.sum(index);
        const result = new Float32Array(volume(shape));
        if (sum !== undefined) take(shape, undefined, sum.extent.grid, sum.place, result, 0);
        return [name, result];
      }),
    );
  const outputShape = (name: string): Shape => graph.nodes[graph.outputs[name]].shape;
  const logits = lowered('logits');
  return {
    load: (next) => {
      for (const [name, data] of Object.entries(next)) current.set(name, data);
      put(Object.keys(next));
    },
    fits: (outputs) => outputs.every((name) => lowered(name) !== undefined),
    infer: (part, outputs) => {
      checkInputs(part);
      const region = inferring(outputs);
      const results = Object.fromEntries(
        outputs.map((name) => [name, new Float32Array(part.count * volume(outputShape(name)))]),
      );
      for (let sample = 0; sample < part.count; sample++) {
        feed(region, part, sample);
        region.run();
        for (const name of outputs) {
          const output = lowered(name);
          if (output === undefined) continue;
          const shape = outputShape(name);
          const { grid } = known.lowering.builder.extent(output.node);
          const place = region.place(output.node);
          take(shape, output.layout, grid, place, results[name], sample * volume(shape));
        }
      }
      return results;
    },
    trains: logits !== undefined && logits.layout.dims.length === 1 && logits.layout.axes.includes('pixel'),
    gradients: (part) => {
      checkInputs(part);
      checkSize('labels', part.labels, part.count * grid.pixels);
      const region = trainedRegion();
      region.clear();
      const classes = logits?.layout.dims[0] ?? 0;
      machine.floats[loss.scale / 4] = 1 / part.lossCount;
      for (let label = 0; label < classes; label++)
        machine.floats[loss.weights / 4 + label] = part.weights[label] ?? 1;
      let total = 0;
      for (let sample = 0; sample < part.count; sample++) {
        feed(region, part, sample);
        const { floats } = machine;
        const first = loss.labels / 4;
        floats.fill(-1, first, first + labelBytes(grid) / 4);
        for (let i = 0; i < grid.pixels; i++) floats[first + i] = part.labels[sample * grid.pixels + i];
        floats.fill(0, loss.total / 4, loss.total / 4 + 4);
        region.run();
        for (let lane = 0; lane < 4; lane++) total += floats[loss.total / 4 + lane];
      }
      return { loss: total / part.lossCount, gradients: gradientsOf(region) };
    },
    pull: (part, cotangents) => {
      checkInputs(part);
      const names = Object.keys(cotangents).sort();
      const { region, ofInputs, extents } = reversed(
        `from ${names.join()}`,
        (builder) => {
          const seeds = new Map<number, number>();
          for (const name of names) {
            const output = lowered(name);
            if (output === undefined) continue;
            const source = { kind: 'cotangent', name } as const;
            const leaf = builder.add({ op: 'leaf', source }, [], builder.extent(output.node));
            const before = seeds.get(output.node);
            seeds.set(output.node, before === undefined ? leaf : builder.zip('add', before, leaf));
          }
          return seeds;
        },
        true,
      );
      region.clear();
      const results = Object.fromEntries(
        Object.entries(inputs).map(([name, shape]) => [name, new Float32Array(part.count * volume(shape))]),
      );
      for (let sample = 0; sample < part.count; sample++) {
        feed(region, part, sample);
        for (const name of names) {
          const target = region.cotangent(name);
          const layout = lowered(name)?.layout;
          if (target === undefined || layout === undefined) continue;
          const shape = outputShape(name);
          putPlanes(
            machine,
            conveyance(shape, layout),
            cotangents[name],
            sample * volume(shape),
            target.place,
          );
        }
        region.run();
        for (const [name, node] of ofInputs) {
          const size = volume(inputs[name]);
          take(inputs[name], undefined, extents[node].grid, region.place(node), results[name], sample * size);
        }
      }
      return { parameters: gradientsOf(region), inputs: results };
    },
    bytes: () => machine.bytes,
  };
};

/** What is fed is checked here, since kernels read whatever lies in memory. */
const checkSize = (what: string, values: ArrayLike<number> | undefined, size: number): void => {
  if (values?.length !== size) throw new Error(`${what} has ${values?.length ?? 'no'} values, not ${size}`);
};

interface Reversing {
  readonly region: Region;
  readonly ofInputs: ReadonlyMap<string, number>;
  readonly extents: readonly Extent[];
}
