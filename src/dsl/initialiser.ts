/**
 * Initialisers: how a parameter starts, as data.
 *
 * The values depend on (seed, name) alone, so that reordering or adding parameters does not change the others.
 */

import * as t from 'io-ts';
import { stream } from '../base/random.js';
import { type Shape, volume } from './shape.js';

/**
 * An initialiser by name, as users write it; the layer adds the fans. `uniform: x` draws from -x to x, `between: [a, b]`
 * from a to b. `values` are numbers for all entries, row-major:
 * as many as the parameter has. They become part of the program, of its JSON and of its hash, so there may be at most
 * 262,144 of them for one parameter.
 *
 * @example
 * const shift = dense(2, { bias: false, init: { values: [0, 1, 1, 0] } });
 */
export type InitialiserName<V extends ArrayLike<number> = ArrayLike<number>> =
  | 'pytorch'
  | 'glorot'
  | 'kaiming'
  | 'laplacian'
  | 'identity'
  | 'zeros'
  | { readonly constant: number }
  | { readonly uniform: number }
  | { readonly between: readonly [from: number, to: number] }
  | { readonly normal: number }
  | { readonly values: V };

/** The groups of a kernel [k..., channels / groups, channels]; absent if 1. */
const grouped = t.partial({ groups: t.number });

const kinds = {
  /** Every entry the same. */
  constant: t.strict({ kind: t.literal('constant'), value: t.number }),
  /** U(-bound, bound). */
  uniform: t.strict({ kind: t.literal('uniform'), bound: t.number }),
  /** U(from, to). */
  between: t.strict({ kind: t.literal('between'), from: t.number, to: t.number }),
  /** N(0, deviation^2). */
  normal: t.strict({ kind: t.literal('normal'), deviation: t.number }),
  /** Five-point star [0 1 0; 1 -4 1; 0 1 0] (in one dimension [1 -2 1]) on each channel's own kernel, else zero. */
  laplacian: t.exact(t.intersection([t.type({ kind: t.literal('laplacian') }), grouped])),
  /** One at the kernel's centre on each channel's own kernel, else zero: the convolution does nothing. */
  identity: t.exact(t.intersection([t.type({ kind: t.literal('identity') }), grouped])),
  /** These numbers, row-major. */
  values: t.strict({ kind: t.literal('values'), values: t.readonlyArray(t.number) }),
};

/** The codec of initialisers in programs, whose fans are resolved. */
export const Initialiser = t.union(
  [kinds.constant, kinds.uniform, kinds.between, kinds.normal, kinds.laplacian, kinds.identity, kinds.values],
  'an initialiser',
);
/** How a parameter starts, as a program stores it; see the codec of the same name. */
export type Initialiser = t.TypeOf<typeof Initialiser>;

/**
 * From a name to data.
 *
 * - `pytorch`: U(±1/sqrt(fanIn)), the default of PyTorch's convolutions and linear layers, weights and biases
 *   (kaiming uniform with a = sqrt 5 gives that bound).
 * - `glorot`: U(±sqrt(6/(fanIn+fanOut))) (Glorot & Bengio 2010, eq. 16).
 * - `kaiming`: N(0, 2/fanIn) (He et al. 2015, eq. 10).
 */
export const resolveInitialiser = (
  name: InitialiserName,
  fanIn: number,
  fanOut: number,
  groups = 1,
): Initialiser => {
  switch (name) {
    case 'pytorch':
      return { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) };
    case 'glorot':
      return { kind: 'uniform', bound: Math.sqrt(6 / (fanIn + fanOut)) };
    case 'kaiming':
      return { kind: 'normal', deviation: Math.sqrt(2 / fanIn) };
    case 'laplacian':
    case 'identity':
      return groups === 1 ? { kind: name } : { kind: name, groups };
    case 'zeros':
      return { kind: 'constant', value: 0 };
    default:
      if ('constant' in name) return { kind: 'constant', value: name.constant };
      if ('uniform' in name) return { kind: 'uniform', bound: name.uniform };
      if ('between' in name) return { kind: 'between', from: name.between[0], to: name.between[1] };
      if ('values' in name) return { kind: 'values', values: Array.from(name.values) };
      return { kind: 'normal', deviation: name.normal };
  }
};

/**
 * The parameter's initial values, row-major. Stencils expect a kernel [k..., channels in, channels out], with k at
 * least 3 for the Laplacian. In a depthwise kernel [k..., channels, 1] and in a kernel with groups [k..., channels /
 * groups, channels] each channel has its own stencil. The values depend only on the initialiser, the shape, the seed
 * and the name.
 *
 * @param name of the parameter
 * @example
 * initialValues({ kind: 'laplacian' }, [3, 1, 1], 0, 'ring/weight'); // => Float32Array.of(1, -2, 1)
 */
export const initialValues = (init: Initialiser, shape: Shape, seed: number, name: string): Float32Array => {
  const values = new Float32Array(volume(shape));
  switch (init.kind) {
    case 'constant':
      return values.fill(init.value);
    case 'uniform': {
      const random = stream(seed, 'parameter', name);
      return values.map(() => (2 * random.uniform() - 1) * init.bound);
    }
    case 'between': {
      const random = stream(seed, 'parameter', name);
      return values.map(() => init.from + (init.to - init.from) * random.uniform());
    }
    case 'normal': {
      const random = stream(seed, 'parameter', name);
      return values.map(() => random.normal() * init.deviation);
    }
    case 'laplacian':
      return stencil(shape, init.groups, (offsets) => {
        const steps = offsets.reduce((total, offset) => total + Math.abs(offset), 0);
        return steps === 0 ? -2 * offsets.length : steps === 1 ? 1 : 0;
      });
    case 'identity':
      return stencil(shape, init.groups, (offsets) => (offsets.every((offset) => offset === 0) ? 1 : 0));
    case 'values':
      values.set(init.values);
      return values;
  }
};

/** Fills each channel's own kernel with a function of the offset from the kernel's centre. */
const stencil = (
  shape: Shape,
  groups: number | undefined,
  at: (offsets: readonly number[]) => number,
): Float32Array => {
  const spatial = shape.slice(0, -2);
  const [channels, outputs] = shape.slice(-2);
  const values = new Float32Array(volume(shape));
  for (let site = 0; site < volume(spatial); site++) {
    const value = at(
      unravel(site, spatial).map((index, axis) => index - Math.floor((spatial[axis] - 1) / 2)),
    );
    if (groups !== undefined) {
      for (let o = 0; o < outputs; o++) {
        const own = o % (outputs / groups);
        if (own < channels) values[(site * channels + own) * outputs + o] = value;
      }
      continue;
    }
    for (let c = 0; c < channels; c++) {
      // A depthwise kernel has one output for each channel; in a full kernel each channel's own entries are on the
      // diagonal.
      const own = outputs === 1 ? 0 : c;
      if (own < outputs) values[(site * channels + c) * outputs + own] = value;
    }
  }
  return values;
};

const unravel = (flat: number, sizes: Shape): readonly number[] =>
  sizes.reduceRight<{ rest: number; index: readonly number[] }>(
    ({ rest, index }, size) => ({ rest: Math.floor(rest / size), index: [rest % size, ...index] }),
    { rest: flat, index: [] },
  ).index;
