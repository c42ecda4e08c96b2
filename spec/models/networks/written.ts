/** What a case is once it is written in the language: a program, and where its arrays lie in the authors'. */

import type { NdArray, Program } from '../../../src/index.js';
import { type Layout, same, turned } from './arrays.js';
import type { Kind } from './zoo.js';

/** An array of the authors, and how it becomes ours. */
export interface Source {
  readonly kind: Kind;
  readonly name: string;
  readonly layout: Layout;
}

/** An output of ours that is compared with an array of the authors'. */
export interface Compared {
  readonly of: string;
  readonly layout: Layout;
  /** Whether they are angles, compared around the circle. */
  readonly angle?: boolean;
}

export interface Written {
  readonly program: Program;
  /** Whether batch norm takes the statistics of the batch. */
  readonly training?: boolean;
  /** Samples; default the authors' batch. */
  readonly batch?: number;
  readonly inputs: Readonly<Record<string, Source>>;
  readonly parameters: Readonly<Record<string, Source>>;
  /** Values of parameters that the authors do not have. */
  readonly constants?: Readonly<Record<string, NdArray>>;
  /** By the authors' names. */
  readonly outputs: Readonly<Record<string, Compared>>;
  /** Arrays of the authors' that are compared with nothing, and why. */
  readonly left?: Readonly<Record<string, string>>;
}

export const param = (name: string, layout: Layout = same): Source => ({ kind: 'param', name, layout });
export const input = (name: string, layout: Layout = same): Source => ({ kind: 'input', name, layout });
export const output = (of: string, layout: Layout = same): Compared => ({ of, layout });
export const angle = (of: string, layout: Layout = same): Compared => ({ of, layout, angle: true });

/** A weight [out, in] and its bias. */
export const linear = (ours: string, theirs: string): Readonly<Record<string, Source>> => ({
  [`${ours}/weight`]: param(`${theirs}.weight`, turned('oi->io')),
  [`${ours}/bias`]: param(`${theirs}.bias`),
});

/** A weight [out, in, height, width] and its bias, of a convolution. */
export const convolution = (ours: string, theirs: string): Readonly<Record<string, Source>> => ({
  [`${ours}/weight`]: param(`${theirs}.weight`, kernel),
  [`${ours}/bias`]: param(`${theirs}.bias`),
});

/** A convolution 1 x 1, which is a dense layer of ours, and its bias. */
export const pointwise = (ours: string, theirs: string): Readonly<Record<string, Source>> => ({
  [`${ours}/weight`]: param(`${theirs}.weight`, turned('oihw->io')),
  [`${ours}/bias`]: param(`${theirs}.bias`),
});

export const kernel = turned('oihw->hwio');
/** Fields [batch, channel, height, width] and sequences of them, as ours. */
export const field = turned('bchw->bhwc');
export const fields = turned('tbchw->bthwc');
/** Sequences with time first. */
export const sequence = turned('tbn->btn');
