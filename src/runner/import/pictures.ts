/** The answer of a program as pictures: input and class map, and the waves moving beside them. */

import { classColour } from '../../report/colours.js';
import { encodeGif, withFewColours } from '../../report/gif.js';
import { legend } from '../../report/legend.js';
import {
  column,
  framed,
  type Look,
  onPaper,
  plainLook,
  row,
  say,
  separated,
  space,
} from '../../report/look.js';
import { imagePanel, labelPanel, zoomFor } from '../../report/panels.js';
import { encodePng } from '../../report/png.js';
import { type Raster, scaleUp } from '../../report/raster.js';
import type { WaveSample } from '../../report/sample.js';
import { channelPanels, waveCell } from '../../report/wave-row.js';
import { framesOf } from '../../report/waves.js';
import type { WaveGrid } from '../observe/wave-grid.js';

/** One sample as it is drawn. */
export interface Answer {
  readonly height: number;
  readonly width: number;
  /** Null if the input is not a picture of 1 or 3 channels. */
  readonly image: { readonly channels: number; readonly values: Float32Array } | null;
  /** [height, width]. */
  readonly classes: ArrayLike<number>;
  /** [steps, height, width, channels] on a lattice of their own, or null. */
  readonly waves: (WaveGrid & { readonly values: ArrayLike<number> }) | null;
}

const panelSize = 160;
const mostFrames = 50;
const mostChannels = 4;

/** The answer as a sample of panels; its target is unknown. */
const sampleOf = ({ height, width, image, classes, waves }: Answer): WaveSample => ({
  height,
  width,
  channels: image?.channels ?? 1,
  image: image === null ? [] : image.values.map((value) => value * 255),
  target: classes,
  waves: waves?.values ?? [],
  steps: waves?.steps ?? 0,
  waveChannels: waves?.channels ?? 0,
  waveHeight: waves?.height ?? height,
  waveWidth: waves?.width ?? width,
});

const titled = (look: Look, zoom: number, name: string, raster: Raster): Raster =>
  column(look, say(look, 'caption', name), framed(look, scaleUp(zoom * look.density)(raster)));

/** Input and classes; the input in few colours, so that a GIF can hold it. */
const stills = (look: Look, answer: Answer, few = false): readonly Raster[] => {
  const { height, width, classes, image } = answer;
  const zoom = zoomFor(height, width, panelSize);
  const seen = image === null ? [] : [imagePanel(sampleOf(answer))];
  return [
    ...(few ? withFewColours(120, seen) : seen).map((raster) => titled(look, zoom, 'input', raster)),
    titled(look, zoom, 'classes', labelPanel(classes, height, width)),
  ];
};

const names = (look: Look, { classes }: Answer, wide: number): Raster =>
  legend(
    look,
    'classes',
    [...new Set(Array.from(classes))]
      .sort((a, b) => a - b)
      .map((label) => ({
        name: label === 0 ? 'background' : `class ${label}`,
        colour: classColour(label),
      })),
    wide,
  );

/** Input and class map as the bytes of a PNG. */
export const classesPng = (answer: Answer): Uint8Array => {
  const look: Look = { ...plainLook, density: 2 };
  const panels = row(look, ...separated(space(look, 8, 0), stills(look, answer)));
  const wide = Math.max(320, Math.ceil(panels.width / look.density));
  return encodePng(onPaper(look, column(look, panels, space(look, 0, 10), names(look, answer, wide))));
};

/** The waves over time beside input and class map, as the bytes of a GIF; null where there are none. */
export const answerGif = (answer: Answer): Uint8Array | null => {
  const { waves } = answer;
  if (waves === null) return null;
  const look = plainLook;
  const sample = sampleOf(answer);
  const shown = Array.from({ length: Math.min(mostChannels, waves.channels) }, (_, channel) => channel);
  const beside = stills(look, answer, true);
  const steps = framesOf(waves.steps, mostFrames);
  const wide = Math.max(waveCell(sample, panelSize), 120);
  const moving = channelPanels(look, sample, { channels: shown, steps, scale: null }, wide, panelSize);
  const plane = waves.plane === null ? '' : `, plane ${waves.plane.index + 1} of ${waves.plane.of}`;
  const frame = (index: number): Raster => {
    const panels = row(look, ...separated(space(look, 8, 0), [...beside, ...moving(index)]));
    return onPaper(
      look,
      column(
        look,
        panels,
        space(look, 0, 6),
        say(look, 'strong', `step ${steps[index] + 1} of ${waves.steps}${plane}`),
        space(look, 0, 6),
        names(look, answer, panels.width),
      ),
    );
  };
  return encodeGif({
    frames: steps.length,
    frame,
    delay: (index) => (index === steps.length - 1 ? 1200 : 80),
  });
};
