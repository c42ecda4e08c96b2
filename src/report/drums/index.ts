/**
 * Pictures, sounds and the page of an experiment on drums, from the results of `runDrums`; nothing here reads or
 * writes files.
 */

export { type AreaPicture, drumAreas, type SquareHeard } from './area.js';
export type { TonesPicture } from './comparison.js';
export { drumModesFigure, drumWavesFigure } from './figures.js';
export { type DrumModesPicture, drumModesPng } from './modes.js';
export type { DrumsReport } from './opening.js';
export { drumsReport } from './page.js';
export { type Playing, wav } from './sound.js';
export { drumTones } from './tones.js';
export { drumVerdict } from './verdict.js';
export { type DrumWavesPicture, drumWavesGif } from './waves.js';
