/**
 * One training step (or inference) of a case in one thread, kernel by kernel.
 *
 *     npm run bench -- --profile PATTERN
 */

import { stream } from '../../src/base/random.js';
import { initialParameters } from '../../src/compile/parameters.js';
import { openSession } from '../../src/compile/tfjs/session/session.js';
import { select } from '../../src/dsl/index.js';
import { openEngine } from '../../src/engine/index.js';
import { type Case, flopsOf, labelsOf, type Phase, phases, programOf, value } from '../cases.js';
import { type KernelProfile, profileKernels } from './kernels.js';

const round = (n: number, digits = 1): string => n.toFixed(digits);

const lines = (profile: KernelProfile, wall: number, peakGflops: number): readonly string[] => {
  const spent = profile.spent();
  const inKernels = spent.reduce((sum, { seconds }) => sum + seconds, 0);
  // the cost of the clock itself belongs neither to the kernels nor to the rest
  return [
    ...spent
      .filter(({ seconds }) => seconds > 0.004 * inKernels)
      .map(({ name, calls, seconds, flops, bytes }) => {
        const gflops = flops / seconds / 1e9;
        return (
          `  ${round((100 * seconds) / wall).padStart(5)} %  ${round(1000 * seconds).padStart(8)} ms  ` +
          `${String(calls).padStart(7)} calls  ${flops === 0 ? '           ' : `${round(gflops).padStart(6)} GF/s`}  ` +
          `${flops === 0 ? '       ' : `${round((100 * gflops) / peakGflops, 0).padStart(4)} % p`}  ` +
          `${bytes === 0 ? '           ' : `${round(bytes / seconds / 1e9).padStart(6)} GB/s`}  ${name}`
        );
      }),
    `  ${round((100 * (wall - inKernels)) / wall).padStart(5)} %  ${round(1000 * (wall - inKernels)).padStart(8)} ms  outside of kernels`,
  ];
};

/** Profiles these cases; percentages `p` are of the measured ceiling of one thread. */
export const profileCases = async (
  cases: readonly Case[],
  peakGflops: number,
  wanted: readonly Phase[] = phases,
): Promise<void> => {
  const profile = profileKernels();
  const engine = value(await openEngine('wasm')());
  for (const one of cases) {
    const program = select(programOf(one), 'logits');
    const session = value(openSession(engine, program, initialParameters(program.graph, 0)));
    const random = stream(0, 'bench');
    const count = Math.min(one.batch, 2);
    const pixels = count * one.sizes.height * one.sizes.width;
    const image = Float32Array.from({ length: pixels * one.sizes.channels }, random.uniform);
    const labels = Uint8Array.from({ length: count * labelsOf(one) }, () =>
      random.integer(one.sizes.classes),
    );
    const run = (phase: Phase): Promise<unknown> =>
      phase === 'train'
        ? session.gradients({ count, inputs: { image }, labels }, [count])
        : session.infer({ count, inputs: { image } }, ['logits']);
    for (const phase of wanted) {
      await run(phase);
      profile.reset();
      const start = performance.now();
      await run(phase);
      const wall = (performance.now() - start) / 1000;
      const gflops = flopsOf(program, count, phase) / wall / 1e9;
      console.log(
        `${one.name}, ${phase}, ${count} samples: ${round(1000 * wall)} ms, ${round(gflops)} GFLOP/s`,
      );
      for (const line of lines(profile, wall, peakGflops)) console.log(line);
    }
    session.close();
  }
};
