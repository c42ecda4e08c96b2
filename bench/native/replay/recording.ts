/** Records lists of random programs, with the memory before each and after native code ran it. */

import fc from 'fast-check';
import { fusableArbitrary } from '../../../spec/compile/fuse/fusable/program.js';
import { cotangentsOf, fusedOf } from '../../../spec/compile/fuse/oracles.js';
import { fusedPlan } from '../../../src/compile/fuse/execute/plan.js';
import { type PlanInputs, runPlan } from '../../../src/compile/fuse/execute/plan-run.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { outputsOf } from '../../../src/dsl/index.js';
import type { NativeCode } from '../../../src/engine/native/code.js';

/** One run of a list. */
export interface Recorded {
  readonly numbers: Float64Array;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** Whether native code called JavaScript, which a program without Node cannot. */
  readonly outside: boolean;
}

/**
 * Native code that reports each list with the memory before and after; `bytes` is the used size of the
 * memory.
 */
const telling = (code: NativeCode, bytes: number, tell: (list: Recorded) => void): NativeCode => {
  const lists = new WeakMap<object, Float64Array>();
  return {
    sources: code.sources,
    levels: code.levels,
    program: (numbers) => {
      const program = code.program(numbers);
      lists.set(program, numbers);
      return program;
    },
    run: (program, level, memory, called) => {
      const before = new Uint8Array(memory, 0, bytes).slice();
      let outside = false;
      code.run(program, level, memory, (kernel, ...given) => {
        outside = true;
        called(kernel, ...given);
      });
      const numbers = lists.get(program) ?? new Float64Array(0);
      tell({ numbers, before, after: new Uint8Array(memory, 0, bytes), outside });
    },
  };
};

const samples = 2;

/** Runs random programs of a seed, forward and backward, and reports each list as it runs. */
export const recordPrograms = (
  code: NativeCode,
  seed: number,
  count: number,
  tell: (list: Recorded) => void,
): void => {
  for (const made of fc.sample(fusableArbitrary(), { numRuns: count, seed })) {
    const { program, inputs } = made;
    const parameters = initialParameters(program.graph, 1);
    const fused = fusedOf(program, parameters);
    const names = Object.keys(outputsOf(program.graph)).filter((name) => fused.fits([name]));
    const given: PlanInputs = {
      count: samples,
      parameters,
      inputs: inputs(samples),
      cotangents: cotangentsOf(program, names, samples, 3),
    };
    for (const goal of [{ outputs: names }, { cotangents: names }]) {
      const plan = fusedPlan(program, goal, samples);
      if (plan === undefined) continue;
      const level = code.levels().length - 1;
      runPlan(plan, { code: telling(code, plan.memory.bytes, tell), level }, given);
    }
  }
};
