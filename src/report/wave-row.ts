/** One sample of an animation of waves: its still panels, and each channel of its waves moving beside them. */

import { rangeStrip } from './legend.js';
import { column, framed, type Look, row, sayWithin, separated, space } from './look.js';
import { historyPanel, inputName, labelPanel, predictionPanel, wavePanel, zoomFor } from './panels.js';
import { type Raster, scaleUp } from './raster.js';
import { asksNothing, type WaveSample, waveSizeOf } from './sample.js';
import { channelScale, type ValueScale } from './scale.js';

const panelSize = 128;
const gap = 8;

/** The settings that all rows of a picture share. */
export interface RowPlan {
  /** 0-based. */
  readonly channels: readonly number[];
  /** The 0-based steps that become frames. */
  readonly steps: readonly number[];
  /** One scale for all channels; null: each channel has its own. */
  readonly scale: number | null;
  readonly classes: number;
  /** Whether any sample of the picture has a prediction. */
  readonly predicted: boolean;
}

/** A row as a function of the frame's index. */
export type SampleRow = (frame: number) => Raster;

/** The first step, counted from 1, with a value that is not finite; null if all are finite. */
export const firstBroken = ({ waves, steps }: WaveSample): number | null => {
  const at = Array.prototype.findIndex.call(waves, (value: number) => !Number.isFinite(value));
  return at < 0 ? null : Math.floor(at / (waves.length / steps)) + 1;
};

/** The name of a channel's panel. */
export const channelName = (channel: number, sample: WaveSample): string => {
  const { waveChannels } = sample;
  const name = waveChannels === 1 ? 'wave' : `channel ${channel + 1} of ${waveChannels}`;
  return `${name}${isLine(sample) ? ', time ↓' : ''}`;
};

/** A row of sites is drawn with its past; a single moment would be a line. */
export const isLine = (sample: WaveSample): boolean => {
  const { height, width } = waveSizeOf(sample);
  return height === 1 && width > 1;
};

/** The width in pixels of a panel of a sample's waves, including its frame. */
export const waveCell = (sample: WaveSample, size = panelSize): number => {
  const { height, width } = waveSizeOf(sample);
  return width * zoomFor(isLine(sample) ? 1 : height, width, size) + 2;
};

const moving = (
  look: Look,
  sample: WaveSample,
  channel: number,
  scale: ValueScale,
  steps: readonly number[],
  size: number,
): ((frame: number) => Raster) => {
  const { height, width } = waveSizeOf(sample);
  if (isLine(sample)) {
    const side = { width: width * zoomFor(1, width, size), height: size };
    return (frame) => historyPanel(sample, steps, frame + 1, channel, scale, side, look.theme);
  }
  const zoom = scaleUp(zoomFor(height, width, size));
  return (frame) => zoom(wavePanel(sample, steps[frame], channel, scale));
};

const named = (look: Look, name: string, below: Raster | null, panel: Raster, wide: number): Raster =>
  column(
    look,
    sayWithin(look, 'caption', name, wide),
    framed(look, panel),
    ...(below === null ? [] : [space(look, 0, 1), below]),
    space(look, wide, 0),
  );

/**
 * One panel for each channel of a sample's waves, with its name above and its range below.
 *
 * @param wide the width of each, at least `waveCell`
 */
export const channelPanels = (
  look: Look,
  sample: WaveSample,
  { channels, steps, scale }: Pick<RowPlan, 'channels' | 'steps' | 'scale'>,
  wide: number,
  size = panelSize,
): ((frame: number) => readonly Raster[]) => {
  const panels = channels.map((channel) => {
    const own =
      scale === null ? channelScale(sample.waves, channel, sample.waveChannels) : { centre: 0, end: scale };
    const strip = rangeStrip(look, own, wide);
    const draw = moving(look, sample, channel, own, steps, size);
    return (frame: number): Raster => named(look, channelName(channel, sample), strip, draw(frame), wide);
  });
  return (frame) => panels.map((draw) => draw(frame));
};

/** The width that a panel's name and range need. */
const narrowestCell = 112;

/** Draws the parts that do not move only once. */
export const sampleRow = (look: Look, sample: WaveSample, image: Raster, plan: RowPlan): SampleRow => {
  const { height, width, target, prediction } = sample;
  const zoom = zoomFor(height, width, panelSize);
  const cell = Math.max(width * zoom + 2, waveCell(sample), narrowestCell);
  const still = (name: string, raster: Raster): Raster =>
    named(look, name, null, scaleUp(zoom)(raster), cell);
  const stills = [
    still(inputName(sample), image),
    ...(asksNothing(sample) ? [] : [still('target', labelPanel(target, height, width, plan.classes))]),
    ...(prediction === undefined
      ? []
      : [still('prediction', predictionPanel(prediction, target, height, width, plan.classes))]),
  ];
  const waves = channelPanels(look, sample, plan, cell);
  const between = space(look, gap, 0);
  const missing = plan.predicted && prediction === undefined ? [space(look, cell, 0)] : [];
  const left = row(look, ...separated(between, [...stills, ...missing]), space(look, 2 * gap, 0));
  return (frame) => row(look, left, ...separated(between, waves(frame)));
};
