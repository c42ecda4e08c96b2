/**
 * `drumhead/networks`: published wave networks as layers, each computing what its authors' code computes. They take tensors
 * and give the states of every step; a program around them names its inputs and reads them out.
 */

export {
  type AkornLayerOptions,
  akornLayer,
  type GridAttentionOptions,
  type GridMap,
  gridAttention,
  lengths,
} from './akorn.js';
export { type CornnLayerOptions, cornnLayer } from './cornn.js';
export { type CvRnnLayerOptions, cvRnnLayer } from './cv-rnn.js';
export { type DtNetLayerOptions, dtNetLayer } from './dt-net.js';
export {
  type GraphAttentionOptions,
  type GraphconLayerOptions,
  graphAttention,
  graphConvolution,
  graphconLayer,
  type NodeCoupling,
  type Wiring,
} from './graphcon.js';
export { type HgruMaps, hgruLayer, hgruOfTwo, type Steady } from './hgru.js';
export { type HornLayerOptions, hornLayer } from './horn.js';
export { type LinossLayerOptions, linossLayer } from './linoss.js';
export { type GrowingCellsOptions, growingCells, textureCells } from './nca.js';
export { type UnicornnLayerOptions, unicornnLayer } from './unicornn.js';
export { type WaveRnnLayerOptions, waveRnnLayer } from './wave-rnn.js';
export {
  frequencyTransition,
  patchInfluence,
  phaseTransition,
  rotaryAttention,
  type WonnLayerOptions,
  wonnLayer,
  wrap,
} from './wonn.js';
