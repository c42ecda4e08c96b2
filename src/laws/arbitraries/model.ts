/** Random small models of the catalogue, and sizes. */

import fc from 'fast-check';
import type { ModelSpec, Sizes } from '../../models/catalogue.js';

/** Plain objects, as JSON.parse makes them. */
const record = <A>(fields: { [K in keyof A]: fc.Arbitrary<A[K]> }): fc.Arbitrary<A> =>
  fc.record(fields, { noNullPrototype: true });

const few = (most: number): fc.Arbitrary<number> => fc.integer({ min: 1, max: most });
const hidden = fc.array(few(9), { maxLength: 3 });
const readout = fc.constantFrom('linear', 'fft', 'last', 'mean', 'max');
const recurrent = { mid: few(4), channels: few(3), steps: few(6), readout, hidden };

const kinds = {
  nwm: record({
    name: fc.constant('nwm'),
    dt: fc.double({ min: 0.01, max: 1, noNaN: true }),
    ...recurrent,
  }),
  'conv-lstm': record({ name: fc.constant('conv-lstm'), ...recurrent }),
  'conv-gru': record({ name: fc.constant('conv-gru'), ...recurrent }),
  'conv-rnn': record({ name: fc.constant('conv-rnn'), ...recurrent }),
  cnn: record({
    name: fc.constant('cnn'),
    mid: few(4),
    channels: few(3),
    layers: few(4),
    features: few(4),
    hidden,
  }),
  unet: record({
    name: fc.constant('unet'),
    base: few(2),
    momentum: fc.double({ min: 0, max: 1, noNaN: true }),
    epsilon: fc.double({ min: 1e-6, max: 1, noNaN: true }),
  }),
} as const;

/**
 * Random small models: every one of the catalogue, with every setting.
 *
 * @example
 * fc.assert(fc.property(modelArbitrary, (model) => E.isRight(decodeModel(model))));
 */
export const modelArbitrary: fc.Arbitrary<ModelSpec> = fc.oneof(
  kinds.nwm,
  kinds['conv-lstm'],
  kinds['conv-gru'],
  kinds['conv-rnn'],
  kinds.cnn,
  kinds.unet,
);

/**
 * Random small models with suitable sizes, including odd ones.
 *
 * @example
 * fc.assert(
 *   fc.property(modelWithSizesArbitrary, ([model, sizes]) => E.isRight(buildModel(model, sizes))),
 *   { numRuns: 10 },
 * );
 */
export const modelWithSizesArbitrary: fc.Arbitrary<readonly [ModelSpec, Sizes]> = modelArbitrary.chain(
  (spec) => {
    const side = spec.name === 'unet' ? fc.integer({ min: 16, max: 35 }) : few(9);
    return fc.tuple(
      fc.constant(spec),
      record({ height: side, width: side, channels: few(3), classes: few(4) }),
    );
  },
);
