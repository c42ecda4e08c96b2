/** A case written in the language: a program, and the authors' array of each of its values. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as t from 'io-ts';
import { decodeWith } from '../../../base/codec.js';
import { type Checked, decodeError } from '../../../base/error.js';
import type { NdArray } from '../../../compile/reference/index.js';
import { type Program, tryProgram } from '../../../dsl/index.js';
import { type Layout, LayoutFault, same, turned } from './layout.js';
import type { Kind, ZooCase } from './manifest.js';

/** An array of the authors, and the layout that makes it ours. */
export interface Source {
  readonly kind: Kind;
  readonly name: string;
  readonly layout: Layout;
}

/** Our output that is compared with an array of the authors. */
export interface Compared {
  readonly of: string;
  readonly layout: Layout;
  /** Whether they are angles, compared around the circle. */
  readonly angle?: boolean;
}

export interface Written {
  readonly program: Program;
  /** Whether batch norm uses the statistics of the batch. */
  readonly training?: boolean;
  /** Samples; default the authors' batch. */
  readonly batch?: number;
  readonly inputs: Readonly<Record<string, Source>>;
  readonly parameters: Readonly<Record<string, Source>>;
  /** Values of parameters that the authors do not have. */
  readonly constants?: Readonly<Record<string, NdArray>>;
  /** By the authors' names. */
  readonly outputs: Readonly<Record<string, Compared>>;
  /** Arrays of the authors that are not compared, and why. */
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

/** Writes a case of a model in the language. */
export type Model = (c: ZooCase) => Checked<Written>;

/** Runs a function that may throw a LayoutFault, which becomes an error of the case. */
export const within = <A>(c: ZooCase, f: () => A): Checked<A> =>
  pipe(
    tryProgram((): Checked<A> => {
      try {
        return E.right(f());
      } catch (fault) {
        if (fault instanceof LayoutFault) return E.left(decodeError(c.source, fault.message));
        throw fault;
      }
    }),
    E.flattenW,
  );

/** A model from the codec of its settings, all of which it reads. */
export const model =
  <H>(hyper: t.Decoder<unknown, H>, write: (hyper: H, c: ZooCase) => Written): Model =>
  (c) =>
    pipe(
      c.hyper,
      decodeWith(hyper, `${c.source}, hyper`),
      E.flatMap((settings) => within(c, () => write(settings, c))),
    );
