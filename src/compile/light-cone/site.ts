/**
 * Sites: the elements of an output that a light cone starts from, and the distance from there to seen sites of an
 * input.
 */

import * as E from 'fp-ts/lib/Either.js';
import { type DecodeError, decodeError } from '../../base/error.js';
import { type Shape, sameShape, showShape, volume } from '../../dsl/shape.js';
import { empty, type Mask, strides } from './mask.js';

/** An index along each of the first axes; null: all along that axis. Further axes count as a whole. */
export type Site = readonly (number | null)[];

/** The elements of a tensor at a site. */
export const maskOf = (shape: Shape, site: Site): E.Either<DecodeError, Mask> => {
  const outside = site.findIndex(
    (i, axis) => i !== null && !(Number.isInteger(i) && i >= 0 && i < shape[axis]),
  );
  if (site.length > shape.length || outside >= 0)
    return E.left(
      decodeError('site', `[${site.map((i) => i ?? 'all')}] is not a site of ${showShape(shape)}`),
    );
  const steps = strides(shape);
  const mask = empty(shape);
  const at = (flat: number, axis: number): number => Math.floor(flat / steps[axis]) % shape[axis];
  return E.right(
    mask.map((_, flat) => (site.every((i, axis) => i === null || at(flat, axis) === i) ? 1 : 0)),
  );
};

/** The spatial axes of an input [...sites, C]: all but the channels; a vector or scalar has no others. */
export const spatialOf = (shape: Shape): Shape => (shape.length < 2 ? shape : shape.slice(0, -1));

/** A mask over the sites: 1 where any channel is in it. */
export const overSites = (shape: Shape, mask: Mask): Mask => {
  const spatial = spatialOf(shape);
  const channels = mask.length / volume(spatial);
  return empty(spatial).map((_, site) =>
    mask.subarray(site * channels, (site + 1) * channels).includes(1) ? 1 : 0,
  );
};

/**
 * The position of the site on the input's grid: along the output's axes just before its channels, or its last ones,
 * if they have the input's sizes. Undefined if the grids differ or the site leaves an axis open.
 */
export const centreOf = (output: Shape, site: Site, input: Shape): Shape | undefined => {
  const spatial = spatialOf(input);
  const start = [output.length - 1 - spatial.length, output.length - spatial.length].find(
    (from) => from >= 0 && sameShape(output.slice(from, from + spatial.length), spatial),
  );
  if (start === undefined) return undefined;
  const centre = spatial.map((_, axis) => site[start + axis] ?? -1);
  return centre.includes(-1) ? undefined : centre;
};

/**
 * The largest Chebyshev distance (of the larger coordinate) from the centre to a site of the mask; -1 for an empty
 * mask.
 *
 * @param ring whether opposite edges are neighbours
 */
export const radiusOf = (mask: Mask, spatial: Shape, centre: Shape, ring: boolean): number => {
  const steps = strides(spatial);
  return mask.reduce((radius, value, flat) => {
    if (value === 0) return radius;
    const distances = spatial.map((n, axis) => {
      const apart = Math.abs((Math.floor(flat / steps[axis]) % n) - centre[axis]);
      return ring ? Math.min(apart, n - apart) : apart;
    });
    return Math.max(radius, ...distances, 0);
  }, -1);
};
