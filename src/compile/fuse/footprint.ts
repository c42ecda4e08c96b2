/** What training by fused kernels holds: the arena of one sample, laid out on no memory to be counted. */

import { type Graph, inputsOf, parametersOf } from '../../dsl/graph.js';
import { volume } from '../../dsl/shape.js';
import type { Footprint } from '../cut.js';
import { backward, hasLoss, lossSeeds } from './backward.js';
import { gridShape } from './grid.js';
import { ledgerGround, Machine } from './machine.js';
import { Workspace } from './workspace.js';

const float = Float32Array.BYTES_PER_ELEMENT;

/** Tensors of the logits' size that a loss without a kernel of its own makes. */
const lossTensors = 8;

/**
 * Bytes that a worker holds to train the logits of a program by fused kernels: an arena that is the same for every
 * batch, since samples go through one after the other, and what goes in and out for each sample. Nothing where the
 * logits cannot be fused as a whole.
 *
 * @example
 * const p = program({ image: [8, 8, 1] }, ({ image }) => ({ logits: conv(3)(image) }));
 * fusedFootprint(p.graph)?.bytesPerSample; // => 6400
 */
export const fusedFootprint = (graph: Graph): Footprint | undefined => {
  const grid = gridShape(graph);
  if (grid === undefined) return undefined;
  const parameters = parametersOf(graph);
  const zeros = Object.fromEntries(
    parameters.map(({ name, shape }) => [name, new Float32Array(volume(shape))]),
  );
  const workspace = new Workspace(graph, grid, zeros, new Machine(ledgerGround()));
  const logits = workspace.output('logits');
  if (!hasLoss(logits)) return undefined;
  const trained = parameters.flatMap(({ name, trainable }) => (trainable ? [name] : []));
  backward(workspace, trained, (builder) => lossSeeds(logits, builder), false);
  const fed = Object.values(inputsOf(graph)).reduce((sum, shape) => sum + volume(shape), 0);
  return {
    fixedBytes: workspace.machine.bytes,
    bytesPerSample: float * (fed + lossTensors * volume(logits.shape)),
  };
};
