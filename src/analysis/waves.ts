/** Observed waves: the input of the analysis. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError } from '../base/error.js';

/** A sequence of states [steps, height, width, channels], `dt` apart in time and 1 apart in space. */
export interface Waves {
  readonly steps: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly dt: number;
  readonly values: ArrayLike<number>;
  /** Whether opposite edges are neighbours; by default they are. */
  readonly torus?: boolean;
}

/**
 * Checks waves before analysis.
 *
 * **Errors** DecodeError if there is no step, if the number of values does not match the sizes, or if a value is not
 * finite. Each measure states how many steps it needs.
 */
export const wavesOf = (waves: Waves): Checked<Waves> => {
  const { steps, height, width, channels, dt, values } = waves;
  const wanted = steps * height * width * channels;
  if (!Number.isInteger(steps) || steps < 1)
    return E.left(decodeError('waves', `${steps} steps: an analysis needs at least one`));
  if (!(dt > 0)) return E.left(decodeError('waves', `a time step of ${dt} is not more than 0`));
  if (values.length !== wanted)
    return E.left(
      decodeError(
        'waves',
        `${values.length} values, but [${steps}, ${height}, ${width}, ${channels}] needs ${wanted}`,
      ),
    );
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]))
      return E.left(decodeError('waves', 'they grew beyond all numbers: there is nothing to analyse'));
  return E.right(waves);
};

/** The values of one site and channel over time, less their mean and their linear trend. */
export const historyOf = (
  { steps, height, width, channels, values }: Waves,
  site: number,
  channel: number,
): Float64Array => {
  const stride = height * width * channels;
  const out = Float64Array.from({ length: steps }, (_, t) => values[t * stride + site * channels + channel]);
  const mean = out.reduce((sum, value) => sum + value, 0) / steps;
  const middle = (steps - 1) / 2;
  const spread = (steps * (steps * steps - 1)) / 12;
  const slope =
    steps < 2 ? 0 : out.reduce((sum, value, t) => sum + (value - mean) * (t - middle), 0) / spread;
  return out.map((value, t) => value - mean - slope * (t - middle));
};
