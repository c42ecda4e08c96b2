/** A program, or what of it can be, computed sample after sample by fused kernels. */

import { type Graph, inputsOf, parametersOf } from '../../dsl/graph.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { addGradients } from './adjoint.js';
import { conveyanceOf, type Conveyance, labelBytes, putPlanes, takePlanes } from './convey.js';
import { type Layout, plain } from './layout.js';
import { lowerGraph, type Lowered, pixelsOf, refused } from './lower.js';
import { Machine } from './machine.js';
import { gridOf } from './place.js';
import { layOut, Parameters, type Region } from './region.js';

type Arrays = Readonly<Record<string, Float32Array>>;

/** Samples of one part: each input's values one sample after the other. */
export interface FusedPart {
  readonly count: number;
  readonly inputs: Arrays;
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
  readonly gradients: (
    part: FusedPart & { readonly labels: Uint8Array | Int32Array; readonly pixels: number },
  ) => { readonly loss: number; readonly gradients: Record<string, Float32Array> };
  /** Bytes of memory laid out so far. */
  readonly bytes: () => number;
}

/** Prepares a program; nothing when it has no grid. Regions are laid out when first asked for. */
export const fuse = (graph: Graph, values: Arrays): Fused | undefined => {
  const gridded = gridShape(graph);
  if (gridded === undefined || volume(gridded) < 4) return undefined;
  const grid = gridOf(gridded);
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
  const trainedRegion = (): Region => {
    const found = regions.get('the loss');
    if (found !== undefined) return found;
    const { builder } = lower().lowering;
    const logits = lowered('logits');
    if (logits === undefined) throw new Error('the logits are not fused');
    const classes = builder.extent(logits.node).planes;
    loss.weights = machine.constants(new Float32Array(classes).fill(1));
    const seed = builder.add({ op: 'crossEntropy' }, [logits.node], builder.extent(logits.node));
    const leaves = new Map(
      trained.flatMap(({ name }) => {
        const node = parameterNodes.get(name);
        return node === undefined ? [] : [[name, node] as const];
      }),
    );
    const cotangents = addGradients(builder, new Map([[logits.node, seed]]), new Set(leaves.values()));
    const sums = new Map<number, number>();
    for (const [index, { name }] of trained.entries()) {
      const leaf = leaves.get(name);
      const cotangent = leaf === undefined ? undefined : cotangents.get(leaf);
      if (cotangent !== undefined) sums.set(index, cotangent);
    }
    const made = layOut(machine, grid, parameters, loss, { nodes: builder.nodes, outputs: [seed], sums });
    regions.set('the loss', made);
    put(parameterNodes.keys());
    return made;
  };
  const feed = (region: Region, part: FusedPart, sample: number): void => {
    for (const [name, shape] of Object.entries(inputs)) {
      const target = region.input(name);
      if (target === undefined) continue;
      const size = volume(shape);
      if (target.extent.grid) putPlanes(machine, asWritten(shape), part.inputs[name], sample * size, target.place);
      else
        machine.floats.set(
          part.inputs[name].subarray(sample * size, (sample + 1) * size),
          target.place.at(0) / 4,
        );
    }
  };
  const logits = lowered('logits');
  return {
    load: (next) => {
      for (const [name, data] of Object.entries(next)) current.set(name, data);
      put(Object.keys(next));
    },
    fits: (outputs) => outputs.every((name) => lowered(name) !== undefined),
    infer: (part, outputs) => {
      const region = inferring(outputs);
      const results = Object.fromEntries(
        outputs.map((name) => [
          name,
          new Float32Array(part.count * volume(graph.nodes[graph.outputs[name]].shape)),
        ]),
      );
      for (let sample = 0; sample < part.count; sample++) {
        feed(region, part, sample);
        region.run();
        for (const name of outputs) {
          const output = lowered(name);
          if (output === undefined) continue;
          const { shape } = graph.nodes[graph.outputs[name]];
          const size = volume(shape);
          takePlanes(
            machine,
            conveyance(shape, output.layout),
            region.place(output.node),
            results[name],
            sample * size,
          );
        }
      }
      return results;
    },
    trains:
      logits !== undefined && logits.layout.dims.length === 1 && logits.layout.axes.includes('pixel'),
    gradients: (part) => {
      const region = trainedRegion();
      region.clear();
      machine.floats[loss.scale / 4] = 1 / part.pixels;
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
      const gradients: Record<string, Float32Array> = {};
      for (const [index, { name, shape }] of trained.entries()) {
        const sum = region.sum(index);
        const result = new Float32Array(volume(shape));
        if (sum?.extent.grid) takePlanes(machine, asWritten(shape), sum.place, result, 0);
        else if (sum !== undefined) {
          const from = sum.place.at(0) / 4;
          result.set(machine.floats.subarray(from, from + result.length));
        }
        gradients[name] = result;
      }
      return { loss: total / part.pixels, gradients };
    },
    bytes: () => machine.bytes,
  };
};
