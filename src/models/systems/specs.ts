/** The systems as plain data: a name and every setting, with defaults that show typical behaviour. */

import * as t from 'io-ts';
import { choice, real, record, where, whole, withDefault } from '../../base/codec.js';
import type { Edge } from './lattice.js';

const side = (cells: number) => withDefault(whole(1, 65_536), cells);
const count = (n: number) => withDefault(whole(1, 65_536), n);
const number = (value: number) => withDefault(real(-1e6, 1e6), value);
const atLeast0 = (value: number) => withDefault(real(0, 1e6), value);
const positive = (value: number) =>
  withDefault(
    where(real(0, 1e6), (x) => (x > 0 ? null : 'must be more than 0')),
    value,
  );
const odd = withDefault(
  where(whole(1, 999), (k) => (k % 2 === 1 ? null : `the side of a kernel is odd, got ${k}`)),
  3,
);
const starts = choice('laplacian', 'identity', 'zeros', 'pytorch', 'glorot');

const time = (steps: number, dt: number) => ({
  steps: withDefault(whole(1, 1_000_000), steps),
  dt: positive(dt),
});
const lattice = (cells: number, steps: number, dt: number, edge: Edge = 'circular') => ({
  height: side(cells),
  width: side(cells),
  ...time(steps, dt),
  boundary: withDefault(choice('circular', 'zero', 'reflect'), edge),
});

/**
 * The codecs of the systems' settings, by name.
 *
 * @example
 * Object.keys(systemCodecs).length; // => 17
 */
export const systemCodecs = {
  wave: record('wave', {
    name: t.literal('wave'),
    ...lattice(64, 240, 0.5),
    channels: count(1),
    speed: number(1),
    omega: number(0),
    alpha: atLeast0(0),
  }),
  'nwm-core': record('nwm-core', {
    name: t.literal('nwm-core'),
    ...lattice(64, 240, 0.2),
    channels: count(1),
    kernel: odd,
    init: withDefault(starts, 'laplacian'),
    activation: withDefault(choice('tanh', 'identity'), 'tanh'),
  }),
  cornn: record('cornn', {
    name: t.literal('cornn'),
    ...lattice(64, 400, 0.2),
    channels: count(1),
    gamma: number(0.1),
    epsilon: atLeast0(0.02),
    damping: withDefault(choice('implicit', 'explicit'), 'implicit'),
    kernel: odd,
    init: withDefault(starts, 'laplacian'),
    velocityInit: withDefault(starts, 'zeros'),
  }),
  'wave-rnn': record('wave-rnn', {
    name: t.literal('wave-rnn'),
    length: side(64),
    channels: count(1),
    steps: withDefault(whole(1, 1_000_000), 128),
    activation: withDefault(choice('relu', 'tanh', 'identity'), 'relu'),
  }),
  linoss: record('linoss', {
    name: t.literal('linoss'),
    length: side(64),
    channels: count(1),
    ...time(256, 0.1),
    discretisation: withDefault(choice('implicit', 'imex'), 'imex'),
    form: withDefault(choice('sequential', 'parallel'), 'parallel'),
  }),
  kuramoto: record('kuramoto', {
    name: t.literal('kuramoto'),
    ...lattice(64, 600, 0.1),
    coupling: number(2),
    reach: withDefault(whole(0, 100), 6),
  }),
  akorn: record('akorn', {
    name: t.literal('akorn'),
    ...lattice(64, 300, 0.1),
    oscillators: count(1),
    components: count(2),
    omega: number(1),
    kernel: odd,
    init: withDefault(starts, 'laplacian'),
  }),
  horn: record('horn', {
    name: t.literal('horn'),
    ...lattice(64, 400, 1),
    channels: count(1),
    alpha: atLeast0(0.1),
    gamma: atLeast0(0.01),
    gain: number(1),
    kernel: odd,
    init: withDefault(starts, 'laplacian'),
  }),
  unicornn: record('unicornn', {
    name: t.literal('unicornn'),
    length: side(64),
    channels: count(1),
    ...time(256, 0.5),
    alpha: atLeast0(0.9),
  }),
  graphcon: record('graphcon', {
    name: t.literal('graphcon'),
    ...lattice(64, 300, 0.5),
    channels: count(1),
    alpha: atLeast0(0),
    gamma: number(1),
  }),
  wonn: record('wonn', {
    name: t.literal('wonn'),
    ...lattice(64, 300, 0.1),
    channels: count(1),
    kernel: odd,
    init: withDefault(starts, 'pytorch'),
  }),
  'cv-rnn': record('cv-rnn', {
    name: t.literal('cv-rnn'),
    height: side(64),
    width: side(64),
    steps: withDefault(whole(1, 1_000_000), 100),
    boundary: withDefault(choice('circular', 'zero', 'reflect'), 'zero'),
    strength: number(2),
    spread: positive(3),
    reach: withDefault(whole(1, 100), 5),
  }),
  hgru: record('hgru', {
    name: t.literal('hgru'),
    height: side(64),
    width: side(64),
    channels: count(1),
    steps: withDefault(whole(1, 1_000_000), 60),
    boundary: withDefault(choice('circular', 'zero', 'reflect'), 'circular'),
    kernel: odd,
    alpha: number(1),
    mu: number(1),
    kappa: number(1),
    omega: number(1),
  }),
  nca: record('nca', {
    name: t.literal('nca'),
    height: side(64),
    width: side(64),
    channels: count(8),
    steps: withDefault(whole(1, 1_000_000), 100),
    boundary: withDefault(choice('circular', 'zero', 'reflect'), 'circular'),
    hidden: count(32),
    stepSize: number(0.2),
  }),
  'wilson-cowan': record('wilson-cowan', {
    name: t.literal('wilson-cowan'),
    ...lattice(64, 800, 0.1),
    tau: positive(1),
    tauI: positive(1),
    ee: number(20.8),
    ei: number(15.6),
    ie: number(30),
    ii: number(6),
    p: number(-3.575),
    q: number(-7.4),
    widthE: positive(2),
    widthI: positive(1),
    reach: withDefault(whole(1, 100), 4),
  }),
  'fitzhugh-nagumo': record('fitzhugh-nagumo', {
    name: t.literal('fitzhugh-nagumo'),
    ...lattice(96, 3000, 0.1, 'reflect'),
    diffusion: atLeast0(0.3),
    epsilon: number(0.08),
    a: number(0.7),
    b: number(0.8),
    current: number(0.2),
  }),
  'ginzburg-landau': record('ginzburg-landau', {
    name: t.literal('ginzburg-landau'),
    ...lattice(96, 2000, 0.05),
    b: number(0),
    c: number(1),
  }),
};

/** The name of a system. */
export type SystemName = keyof typeof systemCodecs;

/** A system, distinguished by `name`; every setting is filled in. */
export type SystemSpec = t.TypeOf<(typeof systemCodecs)[SystemName]>;
