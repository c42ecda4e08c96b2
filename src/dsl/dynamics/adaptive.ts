/** Adaptive steps: the error decides their size, within a fixed number of tries. */

import { greater } from '../functions/choice.js';
import { fill } from '../functions/field.js';
import {
  abs,
  add,
  clamp,
  complement,
  div,
  exp,
  log,
  maximum,
  minimum,
  mul,
  negate,
  offset,
  scale,
  square,
  stopGradient,
  sub,
} from '../functions/pointwise.js';
import { sum } from '../functions/reduce.js';
import { checkedOptions } from '../options.js';
import { scanWithFinal } from '../scan.js';
import type { StateOf } from '../scan-types.js';
import { type Shape, volume } from '../shape.js';
import { refuse, shapeOf, type Tensor } from '../tensor.js';
import type { Dynamics, Method, Time } from './method.js';
import { withFields } from './state.js';

/** Options of Dormand and Prince's method. */
export interface DormandPrinceOptions {
  /** The error of a try that is accepted, relative to 1 + |x| and root mean square over all fields; default 1e-4. */
  readonly tolerance?: number;
  /** The number of tries within one step dt, each at the cost of seven rates; default 8. */
  readonly tries?: number;
}

/** The time of each rate, and the weights of the rates before it (Dormand & Prince 1980, RK5(4)7M). */
const stages: readonly (readonly [number, readonly number[]])[] = [
  [1 / 5, [1 / 5]],
  [3 / 10, [3 / 40, 9 / 40]],
  [4 / 5, [44 / 45, -56 / 15, 32 / 9]],
  [8 / 9, [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729]],
  [1, [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656]],
  [1, [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84]],
];
const fifth = [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0];
/** The weights of fifth order minus those of fourth. */
const difference = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

const weighted = (weights: readonly number[], rates: readonly Tensor[]): Tensor => {
  const [first, ...rest] = rates.flatMap((k, i) => (weights[i] === 0 ? [] : [scale(weights[i], k)]));
  return rest.reduce((total, term) => add(total, term), first);
};

/** The seven rates of a try of size h, a scalar that differs between samples. */
const ratesOf = <State extends StateOf>(
  rate: Dynamics<State>,
  state: State,
  names: readonly string[],
  time: Time,
  h: Time,
): readonly State[] => {
  const rates: State[] = [rate(state, time)];
  for (const [at, weights] of stages)
    rates.push(
      rate(
        withFields(state, names, (name) =>
          add(
            state[name],
            mul(
              h,
              weighted(
                weights,
                rates.map((k) => k[name]),
              ),
            ),
          ),
        ),
        add(time, scale(at, h)),
      ),
    );
  return rates;
};

const total = (x: Tensor): Time => {
  const shape: Shape = shapeOf(x);
  return { expr: sum(...shape.keys())(x).expr };
};

/** The mean square of a try's error relative to the tolerance. */
const errorOf = (
  names: readonly string[],
  before: StateOf,
  after: StateOf,
  error: (name: string) => Tensor,
  tolerance: number,
): Time => {
  const count = names.reduce((all, name) => all + volume(shapeOf(before[name])), 0);
  const [first, ...rest] = names.map((name) => {
    const size = maximum(abs(before[name]), abs(after[name]));
    return total(square(div(error(name), scale(tolerance, offset(1, size)))));
  });
  return scale(
    1 / count,
    rest.reduce((all, part) => add(all, part), first),
  );
};

/**
 * The method of Dormand and Prince, of order 5 with an error of order 4: each sample takes steps of its own size until the
 * time dt is over. A program has no loop of unknown length, so a step is a fixed number of tries; those that the error
 * rejects, and those after the end, change nothing. Where the tries are not enough the state is NaN, and training says
 * that it diverged: allow more tries, a larger tolerance or a shorter dt. The first try is all of dt. Outside of training
 * the tries end when the time of all samples is over.
 *
 * Derivatives are those of the steps that were accepted; the sizes count as given. A rate that is infinite in a rejected
 * try makes the state NaN, too.
 *
 * @example
 * const careful = dormandPrince({ tolerance: 1e-6, tries: 12 });
 * careful.order; // => 5
 */
export const dormandPrince = (options: DormandPrinceOptions = {}): Method => {
  const { tolerance = 1e-4, tries = 8 } = checkedOptions('dormandPrince', options, {
    tolerance: true,
    tries: true,
  });
  if (!(tolerance > 0)) return refuse('dormandPrince', `its tolerance is a number above 0, got ${tolerance}`);
  if (!Number.isSafeInteger(tries) || tries < 1)
    return refuse('dormandPrince', `takes a whole number of at least 1 tries, got ${tries}`);
  return {
    name: 'dormandPrince',
    order: 5,
    advance: (rate, state, time, dt) => {
      const names = Object.keys(state);
      const free = (name: string): string => (names.includes(name) ? free(`${name}_`) : name);
      const [left, size] = [free('timeLeft'), free('tryNext')];
      const towards = (x: Time): Time => (dt > 0 ? x : negate(x));
      const scalar = (s: StateOf, name: string): Time => ({ expr: s[name].expr });
      const attempt = (s: StateOf): StateOf => {
        const here = withFields(state, names, (name) => s[name]);
        const h = minimum(scalar(s, size), scalar(s, left));
        const signed = towards(h);
        const now = add(time, towards(complement(Math.abs(dt), scalar(s, left))));
        const rates = ratesOf(rate, here, names, now, signed);
        const sumOf = (weights: readonly number[], name: string): Tensor =>
          weighted(
            weights,
            rates.map((k) => k[name]),
          );
        const next = withFields(here, names, (name) => add(here[name], mul(signed, sumOf(fifth, name))));
        const error = stopGradient(
          errorOf(names, here, next, (name) => mul(signed, sumOf(difference, name)), tolerance),
        );
        const accepted = greater(fill(1), error);
        const taken = mul(accepted, signed);
        const factor = clamp(0.2, 5, scale(0.9, exp(scale(-0.1, log(offset(1e-20, error))))));
        return {
          ...withFields(here, names, (name) => add(here[name], mul(taken, sumOf(fifth, name)))),
          [left]: sub(scalar(s, left), mul(accepted, h)),
          [size]: mul(h, factor),
        };
      };
      const isOver = (s: StateOf): Time => complement(1, greater(scalar(s, left), fill(0)));
      const init: StateOf = { ...state, [left]: fill(Math.abs(dt)), [size]: fill(Math.abs(dt)) };
      const { final } = scanWithFinal({
        steps: tries,
        until: (s: StateOf) => isOver(s),
        init,
        step: attempt,
        observe: (s) => s[left],
      });
      // 1 if the end is reached; otherwise 0 / 0.
      const over = isOver(final);
      const reached = div(over, over);
      return withFields(state, names, (name) => mul(final[name], reached));
    },
  };
};
