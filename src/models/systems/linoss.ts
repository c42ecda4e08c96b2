/** LinOSS: uncoupled linear oscillators, step by step or all at once. */

import {
  add,
  broadcast,
  channels,
  concat,
  concatAlong,
  dense,
  fill,
  matrixRecurrence,
  mul,
  offset,
  program,
  reciprocal,
  relu,
  reshape,
  scale,
  scanOver,
  sub,
  type Tensor,
} from '../../dsl/index.js';

/** Settings of a row of linear oscillators. */
export interface LinossOptions {
  /** Number of oscillators in the row. */
  readonly length: number;
  readonly channels: number;
  readonly steps: number;
  readonly dt: number;
  /** `implicit` (LinOSS-IM) dissipates, `imex` (LinOSS-IMEX) conserves energy. Default 'imex'. */
  readonly discretisation?: 'implicit' | 'imex';
  /** `parallel` is a matrix recurrence over all inputs at once; `sequential` is a scan of steps. Default 'parallel'. */
  readonly form?: 'sequential' | 'parallel';
}

/** A field, [L, C]. */
type Row = Tensor<readonly [number, number]>;
/** A driving sequence, [T, L, C]. */
type Rows = Tensor<readonly [number, number, number]>;

/**
 * "Oscillatory State-Space Models" (Rusch & Rus 2024, arXiv 2410.03943), eq. 1: y'' = -A y + B u, A diagonal and
 * non-negative (A = relu(stiffness)). Its two discretisations (sec. 2.3, eqs. 3 and 4 the implicit one, eqs. 5 and 6
 * imex), with S = 1 / (1 + h^2 A):
 *
 *     implicit:  z' = z + h (-A y' + B u),  y' = y + h z':   (z, y)' = [[S, -h A S], [h S, S]] (z, y) + S (h, h^2) B u
 *     imex:      z' = z + h (-A y  + B u),  y' = y + h z':   (z, y)' = [[1, -h A], [h, 1 - h^2 A]] (z, y) + (h, h^2) B u
 *
 * The implicit eigenvalues have modulus (1 + h^2 A)^(-1/2); those of imex 1 iff h^2 A <= 4, and its determinant is 1.
 * Both forms compute the same.
 *
 * Fields: y, z [L, C]. Other inputs: stiffness [L, C], in the paper learned; u [T, L, C]. Parameters: input/weight
 * [C, C] (B, the identity at first).
 *
 * @example
 * const p = linoss({ length: 4, channels: 1, steps: 5, dt: 0.1, form: 'parallel' });
 * signature(select(p, 'y')); // => 'stiffness [4,1], u [5,4,1], y [4,1], z [4,1] → y [5,4,1]'
 */
export const linoss = (o: LinossOptions) => {
  const field = [o.length, o.channels] as const;
  return program({ y: field, z: field, stiffness: field, u: [o.steps, ...field] }, (inputs) => {
    const { y, z, stiffness, u } = inputs;
    const a = relu(stiffness);
    const force = dense(o.channels, { bias: false, init: 'identity', name: 'input' })(u);
    // The factor S of the implicit step, which uses the displacement at the end of the step.
    const s =
      o.discretisation === 'implicit' ? reciprocal(offset(1, scale(o.dt ** 2, a))) : fill(1, ...field);
    return o.form === 'sequential'
      ? sequential(o, { y, z, a, s, force })
      : parallel(o, { y, z, a, s, force });
  });
};

interface Parts {
  readonly y: Row;
  readonly z: Row;
  /** A, the stiffness. */
  readonly a: Row;
  /** S; it is 1 for imex. */
  readonly s: Row;
  /** B u, the input. */
  readonly force: Rows;
}

const sequential = ({ dt }: LinossOptions, { y, z, a, s, force }: Parts) =>
  scanOver({
    over: force,
    init: { y, z },
    step: (state, push) => {
      const kicked = mul(s, add(state.z, scale(dt, sub(push, mul(a, state.y)))));
      return { y: add(state.y, scale(dt, kicked)), z: kicked };
    },
    observe: (state) => state,
  });

const parallel = ({ length, channels: c, steps, dt }: LinossOptions, { y, z, a, s, force }: Parts) => {
  const column = (x: Row) => reshape(length, c, 1)(x);
  const as = mul(a, s);
  const entries = [s, scale(-dt, as), scale(dt, s), sub(fill(1, length, c), scale(dt * dt, as))];
  const matrix = reshape(1, length, c, 2, 2)(concatAlong(2, ...entries.map(column)));
  const damped = mul(force, broadcast(steps, length, c)(reshape(1, length, c)(s)));
  const pushed = reshape(steps, length, c, 1)(damped);
  const states = matrixRecurrence(
    broadcast(steps, length, c, 2, 2)(matrix),
    concat(scale(dt, pushed), scale(dt * dt, pushed)),
    concat(column(z), column(y)),
  );
  const part = (index: number): Rows => reshape(steps, length, c)(channels(states, index, 1));
  return { y: part(1), z: part(0) };
};
