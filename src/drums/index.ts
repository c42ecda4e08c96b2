/**
 * Drums: membranes written in the language, and their sounds.
 *
 * `runDrums` strikes every drum of an experiment and compares the sounds with theory; `lowestModes` computes the tones;
 * `drumMovies` and `drumModes` are for pictures.
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
