/** Live plots of waves: power over k and omega, and the phase of every site. */

import { useCallback } from 'preact/hooks';
import { colourAt, type Theme } from '../look/maps.js';
import { Field } from '../parts/field.js';

export interface Measured {
  readonly stride: number;
  readonly waveNumbers: readonly number[];
  readonly frequencies: readonly number[];
  readonly power: Float32Array;
  readonly phase:
    | { readonly because: string }
    | {
        readonly frequency: number;
        readonly height: number;
        readonly width: number;
        readonly values: Float32Array;
        readonly amplitude: Float32Array;
        readonly speed: number;
      };
}

const bins = 64;

/** Power over wave number (to the right) and frequency (upwards), in decibels below the most, with the theory's line. */
export const KOmegaPlot = ({
  measured,
  theme,
  theory,
}: {
  readonly measured: Measured;
  readonly theme: Theme;
  /** Angular frequency of a wave number, if one is known. */
  readonly theory: ((k: number) => number) | undefined;
}) => {
  const { waveNumbers, frequencies, power } = measured;
  const columns = waveNumbers.length;
  // shows frequencies up to the last with noticeable power
  let bin = 8;
  const strongestOf = power.reduce((a, b) => Math.max(a, b), 0);
  for (let i = 0; i < power.length; i++)
    if (power[i] > 1e-5 * strongestOf) bin = Math.max(bin, i % frequencies.length);
  const used = Math.min(frequencies.length - 1, Math.ceil(1.2 * bin));
  const highest = frequencies[used];
  const rows = Math.min(bins, used);
  const paint = useCallback(
    (pixels: Uint8ClampedArray) => {
      let most = 1e-30;
      for (const value of power) if (value > most) most = value;
      const perRow = used / rows;
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          let strongest = 0;
          const from = Math.floor((rows - 1 - row) * perRow);
          for (let each = from; each <= Math.min(used, Math.floor(from + perRow)); each++)
            strongest = Math.max(strongest, power[column * frequencies.length + each]);
          const share = 1 + Math.log10(Math.max(1e-12, strongest / most)) / 5;
          const at = 4 * (row * columns + column);
          pixels.set(colourAt('level', theme, share), at);
          pixels[at + 3] = 255;
        }
    },
    [measured, theme],
  );
  const over = useCallback(
    (context: CanvasRenderingContext2D, scale: number) => {
      if (theory === undefined) return;
      context.beginPath();
      for (let column = 0; column < columns; column++) {
        const y = rows * (1 - theory(waveNumbers[column]) / (2 * Math.PI) / highest);
        if (column === 0) context.moveTo(column + 0.5, y);
        else context.lineTo(column + 0.5, y);
      }
      context.strokeStyle = theme === 'light' ? '#b4530a' : '#f0a35e';
      context.lineWidth = 2 / scale;
      context.stroke();
    },
    [measured, theory, theme],
  );
  return (
    <figure>
      <div style={{ aspectRatio: '4 / 3', overflow: 'hidden' }} class="stretch">
        <Field
          label={`Power over wave number and frequency${theory === undefined ? '' : ', with the dispersion of the lattice as a line'}`}
          width={columns}
          height={rows}
          paint={paint}
          over={over}
          smooth
        />
      </div>
      <figcaption class="caption number">
        k from 0 to {waveNumbers[columns - 1].toFixed(2)} rad a site →, f from 0 to {highest.toPrecision(2)}{' '}
        ↑, five decades{theory === undefined ? '' : '; line: dispersion of the lattice'}
      </figcaption>
    </figure>
  );
};

/** The phase of every site at the strongest frequency. */
export const PhasePlot = ({ measured, theme }: { readonly measured: Measured; readonly theme: Theme }) => {
  const { phase } = measured;
  const paint = useCallback(
    (pixels: Uint8ClampedArray) => {
      if ('because' in phase) return;
      let most = 1e-12;
      for (const value of phase.amplitude) if (value > most) most = value;
      const paper = theme === 'light' ? 250 : 20;
      for (let i = 0; i < phase.values.length; i++) {
        const turns = phase.values[i] / (2 * Math.PI);
        const share = Math.min(1, (2 * phase.amplitude[i]) / most);
        const colour = colourAt('phase', theme, turns - Math.floor(turns));
        for (let c = 0; c < 3; c++) pixels[4 * i + c] = paper + (colour[c] - paper) * share;
        pixels[4 * i + 3] = 255;
      }
    },
    [measured, theme],
  );
  if ('because' in phase) return <p class="muted small">No phase to show: {phase.because}.</p>;
  return (
    <figure>
      <Field label="Phase of every site" width={phase.width} height={phase.height} paint={paint} />
      <figcaption class="caption number">
        phase at {phase.frequency.toPrecision(3)} cycles a unit of time; hue is the angle
        {Number.isFinite(phase.speed)
          ? `, median speed ${phase.speed.toPrecision(2)} sites a unit of time`
          : ''}
      </figcaption>
    </figure>
  );
};
