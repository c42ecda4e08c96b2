/**
 * The networks of oscillators of the benchmarks: from a sequence of numbers to its class, or from an image to
 * the classes of its sites.
 */

import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { choice } from '../src/base/codec.js';
import {
  add,
  attention,
  channels as channelsOf,
  concat,
  conv,
  cos,
  dense,
  einsum,
  fill,
  last,
  mean,
  mlp,
  mul,
  type Program,
  program,
  relu,
  reshape,
  scale,
  scan,
  sin,
  softmax,
  sub,
  type Tensor,
  tanh,
  times,
  timeToChannels,
} from '../src/dsl/index.js';
import { cornnLayer, hornLayer, linossLayer } from '../src/models/networks/index.js';

export const networkCodec = t.readonly(
  t.strict({ name: choice('horn', 'cornn', 'linoss'), units: t.number }),
);
export type NetworkSpec = t.TypeOf<typeof networkCodec>;

/** The sizes of a network's task. */
interface Sizes {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
}

export const fieldNetworkCodec = t.readonly(
  t.strict({
    name: t.literal('attention-kuramoto'),
    /** Phases of a site. */
    units: t.number,
    /** Whether sites attend to each other's phases at each step, or once to the image. */
    anew: t.boolean,
  }),
);
export type FieldSpec = t.TypeOf<typeof fieldNetworkCodec>;

/**
 * Eight steps of phases at the sites of an image, coupled by the attention between sites: `image` [height,
 * width, channels] to `logits` [height, width, classes]. As in `examples/attention-kuramoto.ts`.
 */
export const buildField = (
  { units, anew }: FieldSpec,
  { height, width, channels, classes }: Sizes,
): Program =>
  program({ image: [height, width, channels] }, ({ image }) => {
    const [steps, dt] = [8, 0.5];
    const features = pipe(image, conv(16), relu, conv(16), relu, reshape(times(height, width), 16));
    const [query, key] = [dense(8, { name: 'query' }), dense(8, { name: 'key' })];
    const shares = anew
      ? undefined
      : softmax(1)(scale(8 ** -0.5, einsum('qc,kc->qk', query(features), key(features))));
    const omega = dense(units, { name: 'omega' })(features);
    /** The means of cosines and sines at each site, weighted by its attention. */
    const felt = (x: Tensor<readonly [number, number]>, y: Tensor<readonly [number, number]>) => {
      if (shares !== undefined)
        return [einsum('qk,kc->qc', shares, x), einsum('qk,kc->qc', shares, y)] as const;
      const both = concat(x, y);
      const read = attention()(query(both), key(both), both);
      return [cut(read, 0), cut(read, units)] as const;
    };
    const cut = (of: Tensor<readonly [number, number]>, from: number) => channelsOf(of, from, units);
    const theta = scan({
      steps,
      init: { theta: scale(Math.PI, tanh(dense(units, { name: 'phase' })(features))) },
      step: (s) => {
        const [x, y] = [cos(s.theta), sin(s.theta)];
        const [meanX, meanY] = felt(x, y);
        const pull = sub(mul(x, meanY), mul(y, meanX));
        return { theta: add(s.theta, scale(dt, add(omega, pull))) };
      },
      observe: (s) => s.theta,
    });
    const waves = reshape(steps, height, width, units)(sin(theta));
    const heard = concat(relu(conv(16)(image)), timeToChannels(waves));
    return { logits: mlp([32], classes)(heard) };
  });

/** A network's program: `image` [steps, channels] to `logits` [classes]. The settings are those of sequential MNIST. */
export const buildNetwork = (
  { name, units }: NetworkSpec,
  { height: steps, channels, classes }: Sizes,
): Program => {
  const answer = dense(classes, { name: 'answer' });
  return program({ image: [steps, channels] }, ({ image }): { logits: ReturnType<typeof answer> } => {
    switch (name) {
      case 'horn': {
        const all = (value: number) => fill(value, units);
        const settings = { units, dt: 1, alpha: all(0.04), omega: all(0.224), gamma: all(0.01) };
        return { logits: answer(last(hornLayer(settings)(image).x)) };
      }
      case 'cornn': {
        const { y } = cornnLayer({ units, dt: 0.042, gamma: 2.7, epsilon: 4.7 })(image);
        return { logits: answer(last(y)) };
      }
      case 'linoss': {
        const encoded = dense(units, { name: 'encoder' })(image);
        const { output } = linossLayer({ oscillators: units, discretisation: 'im' })(encoded);
        return { logits: answer(mean(0)(output)) };
      }
    }
  });
};
