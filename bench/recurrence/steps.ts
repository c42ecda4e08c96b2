/** Steps without encoders or readout: only the recurrence is measured. */

import {
  add,
  at,
  type CouplingOptions,
  coupling,
  mul,
  oscillator,
  type Program,
  program,
  scale,
  scan,
  sigmoid,
  sub,
  type Tensor,
  tanh,
} from '../../src/dsl/index.js';

export interface Steps {
  readonly name: string;
  readonly program: Program;
  /** Operations of one step at one pixel and channel: a multiplication with an addition counts 2, all else 1. */
  readonly operations: number;
}

const [side, channels, steps] = [64, 2, 100] as const;
const field = [side, side, channels] as const;
const taps = 2 * 9 * channels;

/** The Neural Wave Machine's: kick and drift, tanh of a 3x3 coupling, frequency and damping from outside. */
export const waveMachine: Steps = {
  name: "the NWM's step",
  operations: taps + 10,
  program: program({ y: field, omega: field, alpha: field }, ({ y, omega, alpha }) => {
    const neighbours = coupling();
    const waves = scan({
      steps,
      init: { y, z: scale(0, y) },
      step: oscillator({ dt: 0.1, coupling: (u) => tanh(neighbours(u)), frequency: omega, damping: alpha }),
      observe: (state) => state.y,
    });
    return { logits: at(waves, -1) };
  }),
};

/**
 * Five fields, two couplings and twelve pointwise operations, as a person might write them without thinking
 * of kernels: the start, and the step.
 */
export const writtenStep = <H extends number, W extends number, C extends number>(
  { y, omega, alpha }: Readonly<Record<'y' | 'omega' | 'alpha', Tensor<readonly [H, W, C]>>>,
  boundary: CouplingOptions['boundary'] = 'circular',
) => {
  const near = coupling({ boundary });
  const slow = coupling({ boundary, init: 'pytorch', name: 'slow' });
  const nothing = scale(0, y);
  return {
    init: { y, z: nothing, gate: omega, memory: nothing, energy: alpha },
    step: ({
      y: u,
      z,
      gate,
      memory,
      energy,
    }: Readonly<Record<'y' | 'z' | 'gate' | 'memory' | 'energy', Tensor<readonly [H, W, C]>>>) => {
      const pull = tanh(near(u)); // 1
      const open = sigmoid(slow(gate)); // 2
      const force = sub(pull, mul(omega, memory)); // 3, 4
      const moved = add(z, scale(0.1, force)); // 5, 6
      const next = add(u, mul(open, moved)); // 7, 8
      const spent = mul(moved, alpha); // 9
      return {
        y: next,
        z: moved,
        gate: open,
        memory: add(scale(0.9, memory), next), // 10, 11
        energy: sub(energy, spent), // 12
      };
    },
  };
};

export const written: Steps = {
  name: 'a step with five fields and twelve pointwise operations',
  operations: 2 * taps + 12,
  program: program({ y: field, omega: field, alpha: field }, (fields) => {
    const waves = scan({
      steps,
      ...writtenStep(fields),
      observe: (state) => add(state.y, scale(0, state.energy)),
    });
    return { logits: at(waves, -1) };
  }),
};

export const size = { side, channels, steps };
