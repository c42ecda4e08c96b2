/** The memory of training by fused kernels: the arena of one sample, counted without being allocated. */

import { type Graph, inputsOf, outputsOf, parametersOf } from '../../../dsl/graph.js';
import { volume } from '../../../dsl/shape.js';
import type { Footprint } from '../../micro-batches.js';
import { Arena, countedMemory } from '../memory/arena.js';
import { gridShape } from '../partition/grid.js';
import { fuse } from './fused.js';

const float = Float32Array.BYTES_PER_ELEMENT;

/** Tensors of the logits' size that a loss without a kernel of its own makes. */
const lossTensors = 8;

/**
 * The bytes that a worker holds to train the logits of a program by fused kernels. The arena does not grow with the batch,
 * because samples are computed one after the other; inputs and outputs do. Undefined if the logits cannot be fused as a
 * whole.
 *
 * @example
 * const p = program({ image: [8, 8, 1] }, ({ image }) => ({ logits: conv(3)(image) }));
 * fusedFootprint(p.graph)?.bytesPerSample; // => 6400
 */
export const fusedFootprint = (graph: Graph): Footprint | undefined => {
  const zeros = Object.fromEntries(
    parametersOf(graph).map(({ name, shape }) => [name, new Float32Array(volume(shape))]),
  );
  const fused = fuse(graph, zeros, gridShape(graph), new Arena(countedMemory()));
  if (fused?.fits(['logits']) !== true) return undefined;
  fused.prepare('gradients');
  const fed = Object.values(inputsOf(graph)).reduce((sum, shape) => sum + volume(shape), 0);
  return {
    fixedBytes: fused.bytes(),
    bytesPerSample: float * (fed + lossTensors * volume(outputsOf(graph).logits)),
  };
};
