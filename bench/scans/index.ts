/**
 * What the three settings of a scan save, fused and op by op. `remat`: the memory and the time of a training step against
 * the number of steps. `every`: those of inference that keeps one state in a hundred. `until`: inference that ends where its
 * samples have settled. Times are processor time, which other work on the machine changes little.
 *
 *     npm run bench:scans
 */

import { fuse } from '../../src/compile/fuse/execute/fused.js';
import { compile } from '../../src/compile/tfjs/compile.js';
import {
  complement,
  coupling,
  fill,
  max,
  offset,
  type Program,
  program,
  scale,
  scanWithFinal,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
} from '../../src/dsl/index.js';
import { openEngine } from '../../src/engine/index.js';
import { value } from '../cases.js';
import { median } from '../statistics.js';
import { duration } from '../table.js';

type Field = Tensor<readonly [number, number, number]>;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const [side, channels, rounds] = [16, 2, 3];
const shape: readonly [number, number, number] = [side, side, channels];
const plucked = Float32Array.from({ length: side * side * channels }, (_, i) => Math.sin(i));
const kernel = Float32Array.from({ length: 9 * channels * channels }, (_, i) => 0.3 * Math.cos(i));

const engine = value(await openEngine('wasm', 'op by op')());
const { tf } = engine;

interface Spent {
  readonly seconds: number;
  readonly bytes: number;
}

const measured = async (work: () => unknown, bytes: () => Promise<number>): Promise<Spent> => {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begun = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(begun);
    times.push((user + system) / 1e6);
  }
  return { seconds: median(times), bytes: await bytes() };
};

/** One sample by fused kernels: the outputs, or the gradient of the energy. */
const fusedly = (p: Program, train: boolean): Promise<Spent> => {
  const fused = fuse(p.graph, { 'coupling/weight': kernel });
  if (fused === undefined) throw new Error('the scan is not fused');
  const given = { count: 1, inputs: { y: plucked } };
  const run = train
    ? () => fused.gradientsOf({ ...given, output: 'energy', lossCount: 1 })
    : () => fused.infer(given, Object.keys(p.graph.outputs));
  run(); // lays it out
  return measured(run, async () => fused.bytes());
};

/** The same op by op on TensorFlow.js. */
const opByOp = (p: Program, train: boolean): Promise<Spent> => {
  const execute = value(compile(tf, p));
  const weight = tf.tensor(kernel, [3, 3, channels, channels]);
  const y = tf.tensor(plucked, [1, ...shape]);
  const outputs = (w: typeof weight) =>
    execute({ parameters: { 'coupling/weight': w }, inputs: { y }, batch: 1 }).outputs;
  const run = () =>
    void tf.tidy(() =>
      train
        ? tf
            .grad((w) => outputs(w.as4D(3, 3, channels, channels)).energy.sum())(weight)
            .dataSync()
        : Object.values(outputs(weight)).map((output) => output.dataSync()),
    );
  return measured(run, async () => (await tf.profile(run)).peakBytes);
};

const line = ([name, ...figures]: readonly string[]): string =>
  `  ${name.padEnd(46)}${figures.map((figure) => figure.padStart(11)).join('')}`.trimEnd();

const row = (name: string, fused: Spent, plain: Spent | undefined): readonly string[] => [
  name,
  `${(fused.bytes / 1e6).toFixed(2)} MB`,
  duration(fused.seconds),
  plain === undefined ? '' : `${(plain.bytes / 1e6).toFixed(2)} MB`,
  plain === undefined ? '' : duration(plain.seconds),
];

interface Settings {
  readonly steps: number;
  readonly remat?: boolean;
  readonly every?: number;
}

/** The energy of a coupled map after its last step, or its whole path. */
const coupled = (settings: Settings, gives: 'energy' | 'path'): Program =>
  program({ y: shape }, ({ y }) => {
    const near = coupling({ boundary: 'circular' });
    const run = scanWithFinal({
      ...settings,
      init: { y },
      step: (s: { readonly y: Field }) => ({ y: tanh(near(s.y)) }),
      observe: (s) => s.y,
    });
    return gives === 'path' ? { path: run.sequence } : { energy: sum(0, 1, 2)(square(run.final.y)) };
  });

type Settling = {
  readonly y: Field;
  /** The largest square of a change. */
  readonly moved: Tensor<readonly []>;
};

/** A field that comes to rest, with the number of steps that it took. */
const settling = (isEnded: boolean): Program =>
  program({ y: shape }, ({ y }) => {
    const near = coupling({ boundary: 'circular' });
    const run = scanWithFinal({
      steps: 2000,
      init: { y, moved: fill(1) },
      step: (s: Settling) => {
        const next = offset(0.25, scale(0.5, tanh(near(s.y))));
        return { y: next, moved: max(0, 1, 2)(square(sub(next, s.y))) };
      },
      observe: ({ moved }) => moved,
      ...(isEnded ? { until: ({ moved }: Settling) => complement(1e-9, moved) } : {}),
    });
    return { y: run.final.y, steps: run.steps };
  });

const heading = (what: string): void => {
  say(what);
  say(line(['', 'fused', '', 'op by op', '']));
};

heading(`remat: a training step of ${shape.join('x')}, one sample`);
for (const steps of [100, 400, 1600, 10_000])
  for (const remat of [false, true]) {
    const p = coupled({ steps, remat }, 'energy');
    // tf.profile, which counts the bytes, does not hold the kernels of longer ones.
    const plain = steps <= 1600 ? await opByOp(p, true) : undefined;
    say(line(row(`${steps} steps, remat: ${remat}`, await fusedly(p, true), plain)));
  }

heading('every: inference of the whole sequence');
for (const every of [1, 100]) {
  const p = coupled({ steps: 2000, every }, 'path');
  say(line(row(`2000 steps, every: ${every}`, await fusedly(p, false), await opByOp(p, false))));
}

heading('until: inference of the last state');
for (const isEnded of [false, true]) {
  const p = settling(isEnded);
  const name = isEnded ? 'at most 2000 steps, until nothing moves' : '2000 steps';
  say(line(row(name, await fusedly(p, false), await opByOp(p, false))));
}
process.exit(0);
