/** The memory of training by fused kernels: the arena of one sample, counted without being allocated. */

import { type Graph, inputsOf, outputsOf, parametersOf } from '../../../dsl/graph.js';
import { volume } from '../../../dsl/shape.js';
import type { Footprint } from '../../micro-batches.js';
import { Arena, countedMemory } from '../memory/arena.js';
import { pixelsFor } from '../partition/pixels.js';
import { fuse } from './fused.js';

const float = Float32Array.BYTES_PER_ELEMENT;

/** Tensors of the logits' size that a loss without a kernel of its own makes. */
const lossTensors = 8;

/**
 * The bytes that a worker holds to train the logits of a program by fused kernels, or outputs that are its loss. The arena
 * does not grow with the batch, because samples are computed one after the other; inputs, outputs and what batch statistics
 * keep of each sample do. Undefined if they cannot be fused as a whole.
 *
 * @example
 * const p = program({ image: [8, 8, 1] }, ({ image }) => ({ logits: conv(3)(image) }));
 * fusedFootprint(p.graph)?.bytesPerSample; // => 6400
 */
export const fusedFootprint = (
  graph: Graph,
  outputs: readonly string[] = ['logits'],
): Footprint | undefined => {
  const zeros = Object.fromEntries(
    parametersOf(graph).map(({ name, shape }) => [name, new Float32Array(volume(shape))]),
  );
  const pixels = pixelsFor(graph);
  const fused = fuse(graph, zeros, pixels, () => new Arena(countedMemory()), true);
  if (fused?.fits(outputs) !== true) return undefined;
  fused.prepareGradients(outputs);
  const fed = Object.values(inputsOf(graph)).reduce((sum, shape) => sum + volume(shape), 0);
  const given = outputs.reduce((sum, name) => sum + volume(outputsOf(graph)[name]), 0);
  // in addition to whole blocks, the rest of a micro-batch has a machine of its own
  const machines = pixels === 'samples' ? 2 : 1;
  return {
    fixedBytes: machines * fused.bytes(),
    bytesPerSample: float * (fed + lossTensors * given) + fused.bytesPerSample(),
  };
};
