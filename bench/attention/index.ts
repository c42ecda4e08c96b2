/**
 * Attention among sites, op by op: eight steps among 256 sites, against the same arithmetic written by hand with
 * TensorFlow.js's matrix product and softmax on the same backend. Forward, and forward and back; in turn.
 *
 *     npm run bench:attention
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import { stream } from '../../src/base/random.js';
import { compile } from '../../src/compile/tfjs/compile.js';
import { withGradient } from '../../src/compile/tfjs/operations/gradient.js';
import { add, attention, program, scale, scan, square, sum } from '../../src/dsl/index.js';
import { openEngine } from '../../src/engine/index.js';
import { value } from '../cases.js';
import { median, ratio } from '../statistics.js';
import { duration } from '../table.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const [batch, sites, channels, steps, rounds] = [4, 256, 32, 8, 7];

const engine = value(await openEngine('wasm', 'op by op')());
const { tf } = engine;
const random = stream(0, 'bench');
const start = tf.tensor3d(Float32Array.from({ length: batch * sites * channels }, random.uniform), [
  batch,
  sites,
  channels,
]);

const written = program({ y: [sites, channels] }, ({ y }) => {
  const end = scan({
    steps,
    init: { y },
    step: (s) => ({ y: add(s.y, scale(0.1, attention()(s.y, s.y, s.y))) }),
    observe: (s) => s.y,
  });
  return { energy: sum(0, 1, 2)(square(end)) };
});
const run = value(compile(tf, written));

type Field = typeof start;
/** tf.softmax, with the gradient that this build of TensorFlow.js does not register. */
const softmax = (x: Tensor): Tensor =>
  withGradient(tf, x, {
    forward: (given) => {
      const value = tf.softmax(given);
      return { value, saved: [value] };
    },
    backward: (dy, [value]) => {
      const owed = tf.mul(dy, value);
      return tf.sub(owed, tf.mul(tf.sum(owed, -1, true), value));
    },
  });
const contenders: readonly {
  readonly name: string;
  readonly energy: (y: Field) => ReturnType<Field['sum']>;
}[] = [
  {
    name: 'drumhead, attention()',
    energy: (y) => run({ parameters: {}, inputs: { y }, batch }).outputs.energy.sum(),
  },
  {
    name: 'by hand, tf.matMul and tf.softmax',
    energy: (first) => {
      let y = first;
      let energy = tf.scalar(0);
      for (let step = 0; step < steps; step++) {
        const scores = softmax(tf.matMul(y, y, false, true).mul(1 / Math.sqrt(channels)));
        y = y.add(tf.matMul(scores, y).mul(0.1));
        energy = energy.add(y.square().sum());
      }
      return energy.sum();
    },
  },
];

const phases = {
  forward: (energy: (y: Field) => ReturnType<Field['sum']>) => tf.tidy(() => energy(start).dataSync()),
  'forward and back': (energy: (y: Field) => ReturnType<Field['sum']>) =>
    tf.tidy(() =>
      tf
        .grad((y) => energy(y.as3D(batch, sites, channels)))(start)
        .dataSync(),
    ),
} as const;

for (const [phase, take] of Object.entries(phases)) {
  const times: number[][] = contenders.map(() => []);
  const results = contenders.map(({ energy }) => take(energy));
  const off = Math.max(...Array.from(results[0], (v, i) => Math.abs(v - results[1][i])));
  const size = Math.max(...Array.from(results[1], Math.abs));
  for (let round = 0; round < rounds; round++)
    for (const [i, { energy }] of contenders.entries()) {
      const begun = performance.now();
      take(energy);
      times[i].push((performance.now() - begun) / 1000);
    }
  say(`${phase}: ${steps} steps among ${sites} sites of ${channels} channels, batch ${batch}, one thread`);
  for (const [i, { name, energy }] of contenders.entries()) {
    const { peakBytes } = await tf.profile(() => {
      take(energy);
    });
    say(`  ${name}: median ${duration(median(times[i]))}, at most ${(peakBytes / 1e6).toFixed(1)} MB held`);
  }
  say(
    `  time over that by hand: ${ratio(times[0], times[1]).toFixed(2)}; results differ by ${(off / size).toExponential(1)}`,
  );
}
process.exit(0);
