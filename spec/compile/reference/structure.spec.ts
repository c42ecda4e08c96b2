import {
  at,
  broadcast,
  channels,
  concat,
  concatAlong,
  negate,
  reshape,
  reverse,
  roll,
  slice,
  stack,
  timeToChannels,
  transpose,
  upsample,
} from '../../../src/dsl/index.js';
import { computed, counting, hasValues } from './compute.js';

describe('reference: structure', () => {
  const six = counting(6);

  it('concat joins channels site by site', () => {
    hasValues(
      computed([2, 2], [1, 2, 3, 4], (x) => concat(x, channels(negate(x), 0, 1))),
      [2, 3],
      [1, 2, -1, 3, 4, -3],
    );
  });

  it('concat along the first axis puts one after the other', () => {
    hasValues(
      computed([1, 2], [1, 2], (x) => concatAlong(0, x, negate(x), x)),
      [3, 2],
      [1, 2, -1, -2, 1, 2],
    );
  });

  it('stack makes a new first axis', () => {
    hasValues(
      computed([2], [1, 2], (x) => stack(x, negate(x))),
      [2, 2],
      [1, 2, -1, -2],
    );
  });

  it('slice cuts a box', () => {
    hasValues(
      computed([2, 3], six, (x) => slice(x, [0, 1], [2, 2])),
      [2, 2],
      [1, 2, 4, 5],
    );
  });

  it('at takes an entry, from the end where negative', () => {
    hasValues(
      computed([3, 2], six, (x) => at(x, 1)),
      [2],
      [2, 3],
    );
    hasValues(
      computed([3, 2], six, (x) => at(x, -1)),
      [2],
      [4, 5],
    );
  });

  it('reshape keeps the order', () => {
    hasValues(computed([2, 3], six, reshape(3, 2)), [3, 2], six);
  });

  it('transpose: axis i of the result is axis axes[i]', () => {
    hasValues(computed([2, 3], six, transpose(1, 0)), [3, 2], [0, 3, 1, 4, 2, 5]);
    // [2, 1, 3] by (2, 0, 1) is [3, 2, 1]: a cyclic turn, which differs from its inverse.
    hasValues(computed([2, 1, 3], six, transpose(2, 0, 1)), [3, 2, 1], [0, 3, 1, 4, 2, 5]);
    hasValues(computed([2, 2, 2], counting(8), transpose(2, 0, 1)), [2, 2, 2], [0, 2, 4, 6, 1, 3, 5, 7]);
  });

  it('reverse mirrors the axes named', () => {
    hasValues(computed([2, 3], six, reverse(1)), [2, 3], [2, 1, 0, 5, 4, 3]);
    hasValues(computed([2, 3], six, reverse(0, 1)), [2, 3], [5, 4, 3, 2, 1, 0]);
  });

  it('broadcast repeats axes of size 1', () => {
    hasValues(computed([2, 1], [1, 2], broadcast(2, 3)), [2, 3], [1, 1, 1, 2, 2, 2]);
    hasValues(computed([1, 2], [1, 2], broadcast(2, 2)), [2, 2], [1, 2, 1, 2]);
  });

  it('roll shifts around the ring', () => {
    hasValues(computed([4], counting(4), roll(0, 1)), [4], [3, 0, 1, 2]);
    hasValues(computed([4], counting(4), roll(0, -1)), [4], [1, 2, 3, 0]);
    hasValues(computed([4], counting(4), roll(0, 8)), [4], counting(4));
  });

  it('upsample repeats each site', () => {
    hasValues(
      computed([1, 2, 2], [1, 10, 2, 20], upsample(2)),
      [2, 4, 2],
      [1, 10, 1, 10, 2, 20, 2, 20, 1, 10, 1, 10, 2, 20, 2, 20],
    );
  });

  it('timeToChannels orders features k C + channel', () => {
    // [K = 2, H = 1, W = 2, C = 2], written as time, site, channel.
    const sequence = [0, 1, 10, 11, 100, 101, 110, 111];
    hasValues(
      computed([2, 1, 2, 2], sequence, timeToChannels),
      [1, 2, 4],
      [0, 1, 100, 101, 10, 11, 110, 111],
    );
  });
});
