/**
 * Pictures and the report of a run, as pure functions from plain values (typed arrays, numbers, names) to bytes and
 * strings. Nothing here reads a run or writes a file; the runner does.
 *
 * Pictures: `wavesGif`, `segmentationsPng`, `learningCurves` (SVG, and `svgPng` for a PNG of it). The page:
 * `reportHtml`, with `wavesFigure`, `segmentationsFigure`, `pngPicture`, `gifPicture` and `svgPicture` to put pictures into it. Below them lie the raster
 * algebra, the colours and the encoders, for pictures of your own.
 */

export { type Chart, chartSvg, type Frame, svgPng } from './chart.js';
export {
  classColour,
  classColours,
  dark,
  diverging,
  divergingLevels,
  errorColours,
  hex,
  light,
  type Rgb,
  rgb,
  type Theme,
} from './colours.js';
export { type CurvesPicture, learningCurves, learningCurvesChart } from './curves.js';
export { type Animation, encodeGif } from './gif.js';
export { type Field, type ModelStates, type StatesPicture, statesPng } from './hidden-states.js';
export { reportHtml } from './page/page.js';
export type { PanelFigure } from './page/panel-figure.js';
export { gifPicture, type Picture, pngPicture, type Shown, svgPicture } from './page/picture.js';
export type { Fact, ParameterRow, RunReport } from './page/run.js';
export { encodePng } from './png.js';
export {
  type Align,
  above,
  beside,
  blank,
  border,
  crop,
  type Margins,
  overlay,
  pad,
  pixel,
  type Raster,
  scaleUp,
  tabulate,
} from './raster.js';
export { type Sample, type WaveSample, waveSizeOf } from './sample.js';
export { channelScale, rangeText, symmetricScale, timeText, type ValueScale } from './scale.js';
export type { EpochScores, Score, Scores } from './scores.js';
export { type SegmentationsPicture, segmentations, segmentationsPng } from './segmentations.js';
export { segmentationsFigure } from './segmentations-figure.js';
export { type Lettering, write, writeWithin } from './text.js';
export { type WaveFrames, type WavesPicture, waveFrames, wavesGif } from './waves.js';
export { wavesFigure } from './waves-figure.js';
