/**
 * Pictures, sounds and the page of an experiment on drums, from the results of `runDrums`; nothing here reads or
 * writes files.
 */

export { drumAreas } from './area.js';

export { drumModesFigure, drumWavesFigure } from './figures.js';
export { drumModesPng } from './modes.js';
export type { DrumsReport } from './opening.js';
export { drumsReport } from './page.js';
export { wav } from './sound.js';
export { drumTones } from './tones.js';
export { drumVerdict } from './verdict.js';
export { drumWavesGif } from './waves.js';
