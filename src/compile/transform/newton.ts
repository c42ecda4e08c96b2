/** Newton's method for the equation of an implicit stage, entry by entry. */

import type { StageSolver } from '../../dsl/dynamics/implicit.js';
import type { Dynamics, Time } from '../../dsl/dynamics/method.js';
import { addState, withFields } from '../../dsl/dynamics/state.js';
import { checkedOptions } from '../../dsl/options.js';
import type { StateOf } from '../../dsl/scan-types.js';
import { refuse, type Tensor, tensor } from '../../dsl/tensor.js';
import { ownSlopes, scaled } from './own-slopes.js';
import { add, affine, div, mul, sub } from './raw.js';
import type { Tangent } from './rules/jvp-rules.js';

/** Options of Newton's method. */
export interface NewtonOptions {
  /** The number of linearisations and solutions; default 3. One is enough for a linear rate. */
  readonly iterations?: number;
}

/**
 * Newton's method for the equation k = rate(state + h k) of an implicit stage, from k = 0: each iteration costs a rate, the
 * derivatives of each field's rate by each field at the same site and channel, and the elimination of one system for
 * each entry, of as many unknowns as the state has fields of that shape.
 *
 * What an entry feels of other entries is not in the derivatives, but for the centre tap of a coupling: so this is
 * Newton's method where rates are pointwise, and then its residual is squared by each iteration; where entries are
 * coupled, the coupling's neighbours are swept as a fixed point. That converges for any stiffness of the pointwise part,
 * and for a coupling whose centre outweighs its neighbours, such as a Laplacian, if slowly where h times it is large; a
 * coupling that does not, or is written by `roll`, needs h L < 1 as a plain sweep does, L its largest rate. A value that
 * is packed, cut or reshaped on its way counts as coupled. An iteration more is the check: nothing in the program tells
 * that the equation is not solved. Where the derivatives of an entry have no inverse the state is not finite.
 *
 * @example
 * const stiff = implicitMidpoint({ solver: newton({ iterations: 4 }) });
 * stiff.order; // => 2
 */
export const newton = (options: NewtonOptions = {}): StageSolver => {
  const { iterations = 3 } = checkedOptions('newton', options, { iterations: true });
  if (!Number.isSafeInteger(iterations) || iterations < 1)
    return refuse('newton', `takes a whole number of at least 1 iterations, got ${iterations}`);
  return {
    name: 'newton',
    solve: (rate, state, time, h) => {
      let k = improved(rate, state, time, h, null);
      for (let n = 1; n < iterations; n++) k = improved(rate, state, time, h, k);
      return k;
    },
  };
};

/** The slope after one more iteration, from k; null is the slope 0. */
const improved = <State extends StateOf>(
  rate: Dynamics<State>,
  state: State,
  time: Time,
  h: number,
  k: State | null,
): State => {
  const names = Object.keys(state).sort();
  const where = k === null ? state : addState(state, h, k);
  // A separate expression for each field, so that two fields with the same value are distinguished.
  const at = withFields(state, names, (name) => tensor({ ...where[name].expr }));
  const found = rate(at, time);
  const slopes = ownSlopes(
    names.map((name) => found[name]),
    names.map((name) => at[name]),
  );
  const change = eliminated(
    slopes.map((row) => row.map((d) => (d === undefined ? undefined : scaled(-h, d)))),
    names.map((name) => (k === null ? found[name] : sub(found[name], k[name]))),
  );
  return withFields(state, names, (name) => {
    const by = change[names.indexOf(name)];
    return k === null ? by : add(k[name], by);
  });
};

/**
 * The solution of (1 + A) x = b at every entry, by elimination in the order of the rows; what is undefined is zero. Without
 * a search for pivots, since 1 stands on the diagonal.
 */
const eliminated = (a: readonly (readonly Tangent[])[], b: readonly Tensor[]): readonly Tensor[] => {
  const rows = a.map((row) => [...row]);
  const right = [...b];
  const pivots: Tangent[] = [];
  const over = (x: Tensor, pivot: Tangent): Tensor => (pivot === undefined ? x : div(x, pivot));
  for (let p = 0; p < rows.length; p++) {
    const own = rows[p][p];
    const pivot = own === undefined ? undefined : affine(1, own, 1);
    pivots.push(pivot);
    for (let i = p + 1; i < rows.length; i++) {
      const below = rows[i][p];
      if (below === undefined) continue;
      const factor = over(below, pivot);
      for (let j = p + 1; j < rows.length; j++) {
        const across = rows[p][j];
        if (across !== undefined) rows[i][j] = less(rows[i][j], mul(factor, across));
      }
      right[i] = sub(right[i], mul(factor, right[p]));
    }
  }
  const x = [...right];
  for (let p = rows.length - 1; p >= 0; p--) {
    for (let j = p + 1; j < rows.length; j++) {
      const across = rows[p][j];
      if (across !== undefined) x[p] = sub(x[p], mul(across, x[j]));
    }
    x[p] = over(x[p], pivots[p]);
  }
  return x;
};

const less = (a: Tangent, b: Tensor): Tensor => (a === undefined ? affine(-1, b) : sub(a, b));
