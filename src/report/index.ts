/**
 * Pictures and the report of a run, as pure functions from plain values (typed arrays, numbers, names) to bytes and
 * strings. Nothing here reads a run or writes a file; the runner does.
 *
 * Pictures: `wavesGif`, `segmentationsPng`, `learningCurves` (SVG, and `svgPng` for a PNG of it). The page:
 * `reportHtml`, with `wavesFigure`, `segmentationsFigure`, `pngPicture`, `gifPicture` and `svgPicture` to put pictures into it. Below them lie the raster
 * algebra, the colours and the encoders, for pictures of your own.
 */

export { svgPng } from './chart.js';
export {
  dark,
  hex,
  light,
  rgb,
  type Theme,
} from './colours.js';
export { learningCurves } from './curves.js';

export { type ModelStates, type StatesPicture, statesPng } from './hidden-states.js';
export { reportHtml } from './page/page.js';
export type { PanelFigure } from './page/panel-figure.js';
export { gifPicture, type Picture, pngPicture, type Shown, svgPicture } from './page/picture.js';
export type { Fact, RunReport } from './page/run.js';

export { type Sample, type WaveSample, waveSizeOf } from './sample.js';
export { timeText } from './scale.js';
export type { EpochScores, OwnLine } from './scores.js';
export { segmentationsPng } from './segmentations.js';
export { segmentationsFigure } from './segmentations-figure.js';

export { type WavesPicture, wavesGif } from './waves.js';
export { wavesFigure } from './waves-figure.js';
