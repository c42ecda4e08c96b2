/**
 * Drums: membranes written in the language, and their sounds.
 *
 * `runDrums` strikes every drum of an experiment and compares the sounds with theory; `lowestModes` computes the tones;
 * `drumMovies` and `drumModes` are for pictures.
 */

export {
  type DrumExperiment,
  drumExperiments,
} from './experiment.js';
export { latticeOfMask, type Point } from './lattice.js';

export { type Drawn, type DrumModes, type DrumMovie, drumModes, drumMovies } from './movie.js';
export { alikeDrums } from './polygon.js';
export { type DrumResult, runDrums } from './run.js';
export { latticeOf, outlineOf } from './shape.js';

export { squareAreaError } from './tones.js';
