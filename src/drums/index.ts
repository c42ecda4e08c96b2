/**
 * Drums: membranes written in the language, and what one hears of them.
 *
 * `runDrums` strikes every drum of an experiment and compares what is heard with what theory says; `lowestModes`
 * are the tones themselves; `drumMovies` and `drumModes` are for the eye.
 */

export { lowestModes, type Modes } from './eigen.js';
export {
  type Drum,
  type DrumExperiment,
  decodeDrumExperiment,
  drumExperimentCodec,
  drumExperiments,
} from './experiment.js';
export { type Lattice, latticeOfMask, type Point, type Site, siteAt, siteCount } from './lattice.js';
export { impulse, type Membrane, soundProgram, wavesProgram } from './membrane.js';
export { type Drawn, type DrumModes, type DrumMovie, drumModes, drumMovies } from './movie.js';
export { alikeDrums, flippedDrum } from './polygon.js';
export { type DrumListening, type DrumResult, type HeardArea, runDrums, type Tone } from './run.js';
export { areaOf, type DrumShape, edgeOf, latticeOf, outlineOf } from './shape.js';
export { type Peak, peaksOf, type Spectrum, spectrumOf } from './spectrum.js';
export { continuumFundamental, latticeFrequency, squareArea, squareAreaError } from './tones.js';
