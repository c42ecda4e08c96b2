/** The share of a training step's time in parts op by op, for a program that has some. */

import * as E from 'fp-ts/lib/Either.js';
import { inputsFor, tapePull } from '../../spec/compile/fuse/oracles.js';
import { fuse } from '../../src/compile/fuse/execute/fused.js';
import { segmentsOf } from '../../src/compile/fuse/partition/segments.js';
import { initialParameters } from '../../src/compile/parameters.js';
import { compile } from '../../src/compile/tfjs/compile.js';
import { compileSegments } from '../../src/compile/tfjs/segmented.js';
import { outputsOf, type Program } from '../../src/dsl/index.js';
import { inPhase } from '../../src/dsl/phase.js';
import { volume } from '../../src/dsl/shape.js';
import { type Engine, opByOp } from '../../src/engine/index.js';

const samples = 4;
const rounds = 5;

/** The least processor time of some runs, in milliseconds. */
const least = (run: () => unknown): number => {
  run();
  const times = Array.from({ length: rounds }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
};

/**
 * The share of a step (all outputs and all gradients) outside of its fused segments, each of which is timed
 * alone: parts op by op, and the work between segments.
 */
export const opByOpShare = (engine: Engine, program: Program): number => {
  const p = inPhase(program, 'training');
  const parameters = initialParameters(p.graph, 0);
  const ones = (outputs: Readonly<Record<string, readonly number[]>>) =>
    Object.fromEntries(
      Object.entries(outputs).map(([name, shape]) => [
        name,
        new Float32Array(samples * volume(shape)).fill(1),
      ]),
    );
  const inputs = inputsFor(p, samples, 1);
  const compiled: typeof compile = (tf, made) => {
    const all = compileSegments(tf, made);
    return E.isRight(all) ? all : compile(tf, made);
  };
  const whole = least(() =>
    tapePull(opByOp(engine), p, parameters, inputs, samples, ones(outputsOf(p.graph)), {
      compiled,
      training: true,
    }),
  );
  const fused = segmentsOf(p.graph).segments.flatMap(({ graph, pixels }) => {
    if (pixels === undefined) return [];
    const made = fuse(graph, initialParameters(graph, 0), pixels);
    if (made === undefined) return [];
    const part = { count: samples, inputs: inputsFor({ graph }, samples, 1) };
    return [
      least(() => {
        made.infer(part, Object.keys(graph.outputs));
        made.vjp(part, ones(outputsOf(graph)));
      }),
    ];
  });
  return Math.max(0, 1 - fused.reduce((all, one) => all + one, 0) / whole);
};
