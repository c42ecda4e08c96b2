/** Systems to simulate and to check against the laws: each a short program, and all of them by name. */

export { type AkornOptions, akorn } from './akorn.js';
export { buildSystem, systemCodec, systemNamed, systemNames } from './catalogue.js';
export { type CornnOptions, cornn } from './cornn.js';
export { type CvRnnOptions, cvRnn } from './cv-rnn.js';
export { type FitzHughNagumoOptions, fitzHughNagumo } from './fitzhugh-nagumo.js';
export { type GinzburgLandauOptions, ginzburgLandau } from './ginzburg-landau.js';
export { type GraphconOptions, graphcon } from './graphcon.js';
export { type HgruOptions, hgru } from './hgru.js';
export { type HornOptions, horn } from './horn.js';
export { type KuramotoOptions, kuramoto } from './kuramoto.js';
export type { Edge, Lattice } from './lattice.js';
export { type LinossOptions, linoss } from './linoss.js';
export { type NcaOptions, nca } from './nca.js';
export { type CouplingStart, type NwmCoreOptions, nwmCore } from './nwm-core.js';
export { type SystemName, type SystemSpec, systemCodecs } from './specs.js';
export { type InputValues, startOf } from './start.js';
export { type UnicornnOptions, unicornn } from './unicornn.js';
export { latticeOf, type Seen, type View, viewOf } from './view.js';
export { type WaveOptions, wave } from './wave.js';
export { type WaveRnnOptions, waveRnn } from './wave-rnn.js';
export { type WilsonCowanOptions, wilsonCowan } from './wilson-cowan.js';
export { type WonnOptions, wonn } from './wonn.js';
