/**
<<<<<<< HEAD
 * Attention among sites: eight steps among 256 sites, and four among 1,024, whose scores are computed in
 * tiles, fused and op by op. Compared in turn with the same arithmetic written by hand with TensorFlow.js's
 * matrix product and softmax, forward, and forward and back.
=======
 * Attention among sites: eight steps among 256 sites, and four among 1,024, whose scores run by tiles, fused and op by op,
 * against the same arithmetic written by hand with TensorFlow.js's matrix product and softmax on the same machine. Forward,
 * and forward and back; in turn, by processor time, which other work on the machine changes little.
>>>>>>> 65cff16 (gradient(f) within a program, permute; laws do not accuse rk4 of a program; resize follows sites, windows, paddings of adjoints)
 *
 *     npm run bench:attention
 */

import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { stream } from '../../src/base/random.js';
import { fuse } from '../../src/compile/fuse/execute/fused.js';
import { compile } from '../../src/compile/tfjs/compile.js';
import { withGradient } from '../../src/compile/tfjs/operations/gradient.js';
import { add, attention, program, scale, scan, square, sum } from '../../src/dsl/index.js';
import { openEngine } from '../../src/engine/index.js';
import { value } from '../cases.js';
import { median, ratio } from '../statistics.js';
import { duration } from '../table.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const [channels, rounds] = [32, 7];

const engine = value(await openEngine('wasm', 'op by op')());
const { tf } = engine;
type Field = Tensor3D;
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
/** A way to compute the energy of each sample or its gradient, and its peak memory in bytes. */
interface Contender {
  readonly name: string;
  readonly forward: () => ArrayLike<number>;
  readonly back: () => ArrayLike<number>;
  readonly bytes: (take: () => unknown) => Promise<number>;
}

const measure = async (batch: number, sites: number, steps: number): Promise<void> => {
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

  /** By operations of TensorFlow.js: summed over samples. */
  const byTensors = (name: string, energy: (y: Field) => ReturnType<Field['sum']>): Contender => ({
    name,
    forward: () => tf.tidy(() => energy(start).dataSync()),
    back: () =>
      tf.tidy(() =>
        tf
          .grad((y) => energy(y.as3D(batch, sites, channels)))(start)
          .dataSync(),
      ),
    bytes: async (take) => (await tf.profile(() => void take())).peakBytes,
  });

  const fused = fuse(written.graph, {});
  if (fused === undefined) throw new Error('attention is not fused');
  const given = { count: batch, inputs: { y: new Float32Array(start.dataSync()) } };
  const contenders: readonly Contender[] = [
    {
      name: 'drumhead, attention(), fused',
      forward: () => [fused.infer(given, ['energy']).energy.reduce((sum, each) => sum + each, 0)],
      back: () => fused.vjp(given, { energy: new Float32Array(batch).fill(1) }).inputs.y,
      bytes: async () => fused.bytes(),
    },
    byTensors('drumhead, attention(), op by op', (y) =>
      run({ parameters: {}, inputs: { y }, batch }).outputs.energy.sum(),
    ),
    byTensors('by hand, tf.matMul and tf.softmax', (first) => {
      let y = first;
      let energy = tf.scalar(0);
      for (let step = 0; step < steps; step++) {
        const scores = softmax(tf.matMul(y, y, false, true).mul(1 / Math.sqrt(channels)));
        y = y.add(tf.matMul(scores, y).mul(0.1));
        energy = energy.add(y.square().sum());
      }
      return energy.sum();
    }),
  ];

  for (const phase of ['forward', 'back'] as const) {
    const times: number[][] = contenders.map(() => []);
    const results = contenders.map((one) => one[phase]());
    const byHand = results[results.length - 1];
    const size = Math.max(...Array.from(byHand, Math.abs));
    for (let round = 0; round < rounds; round++)
      for (const [i, one] of contenders.entries()) {
        const begun = process.cpuUsage();
        one[phase]();
        const { user, system } = process.cpuUsage(begun);
        times[i].push((user + system) / 1e6);
      }
    say(
      `${phase === 'back' ? 'forward and back' : phase}: ${steps} steps among ${sites} sites of ${channels} channels, batch ${batch}, one thread`,
    );
    for (const [i, one] of contenders.entries()) {
      const off = Math.max(...Array.from(results[i], (v, at) => Math.abs(v - byHand[at])));
      const bytes = await one.bytes(one[phase]);
      say(
        `  ${one.name}: median ${duration(median(times[i]))}, ${ratio(times[i], times[times.length - 1]).toFixed(2)} of that by hand, ` +
          `${(bytes / 1e6).toFixed(1)} MB, off by ${(off / size).toExponential(1)}`,
      );
    }
  }
};

await measure(4, 256, 8);
await measure(1, 1024, 4);
process.exit(0);
