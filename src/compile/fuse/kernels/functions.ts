/**
 * Functions of four floats at a time, in single precision.
 *
 * Polynomials: tanh as in Eigen (to 5 units in the last place); exp, log, sine and cosine as in the Cephes
 * library (to 2 units, on the reduced range). Infinities, zeros and NaN give the results of IEEE 754. Errors
 * are larger only for results below the least normal number, 2^-126.
 */

import {
  absolute,
  add,
  addInteger,
  and,
  anyTrue,
  block,
  choose,
  div,
  four,
  fourIntegers,
  fromInteger,
  greater,
  higher,
  type Local,
  lower,
  max,
  min,
  mul,
  mulDouble,
  nearestDouble,
  negate,
  pick,
  type Statement,
  same,
  set,
  shiftDown,
  shiftUp,
  squareRoot,
  sub,
  subDouble,
  subInteger,
  toDouble,
  toFloat,
  toInteger,
  two,
  type Value,
  when,
  wholeBelow,
  xor,
} from '../../../engine/wasm/simd/code.js';
import type { Fresh } from '../../../engine/wasm/simd/module.js';
import { erfEnd, erfRatio } from '../../erf.js';
import type { FieldMap } from '../ir/field.js';

type Vector = Value<'v128'>;

/** Code being written: statements so far, and fresh variables. */
export interface Scribe {
  readonly fresh: Fresh;
  readonly write: (statement: Statement) => void;
}

/** Stores a value in a variable, so that it can be used more than once. */
export const keepIn = ({ fresh, write }: Scribe, value: Vector): Local<'v128'> => {
  const variable = fresh.v128();
  write(set(variable, value));
  return variable;
};

/** The code that `write` adds, as one statement. */
const within = ({ fresh }: Scribe, write: (scribe: Scribe) => void): Statement => {
  const code: Statement[] = [];
  write({ fresh, write: (statement) => code.push(statement) });
  return block(...code);
};

export const horner = (scribe: Scribe, x: Local<'v128'>, coefficients: readonly number[]): Local<'v128'> =>
  keepIn(
    scribe,
    coefficients.slice(1).reduce<Vector>((sum, c) => add(mul(sum, x), four(c)), four(coefficients[0])),
  );

/** From here on floats are whole numbers, one apart. */
const wholeFloats = 1.5 * 2 ** 23;

/**
 * The nearest whole number, ties to even, as a float and as an integer, for |x| < 2^22. The float of NaN is
 * NaN.
 */
const rounded = (
  scribe: Scribe,
  value: Vector,
): { readonly n: Local<'v128'>; readonly whole: Local<'v128'> } => {
  const moved = keepIn(scribe, add(value, four(wholeFloats)));
  return {
    n: keepIn(scribe, sub(moved, four(wholeFloats))),
    whole: keepIn(scribe, subInteger(moved, four(wholeFloats))),
  };
};

const tanh = (scribe: Scribe, value: Vector): Vector => {
  // beyond 9 tanh is 1 in single precision
  const x = keepIn(scribe, lower(higher(value, four(-9)), four(9)));
  const square = keepIn(scribe, mul(x, x));
  const p = horner(
    scribe,
    square,
    [
      -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8,
      1.48572235717979e-5, 6.37261928875436e-4, 4.89352455891786e-3,
    ],
  );
  const q = horner(
    scribe,
    square,
    [1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3],
  );
  return div(mul(x, p), q);
};

/** e^x as 2^n times a number around 1. If x is NaN, `small` is NaN. */
interface ExpParts {
  readonly small: Local<'v128'>;
  readonly n: Local<'v128'>;
  readonly whole: Local<'v128'>;
}

const expParts = (scribe: Scribe, x: Local<'v128'>): ExpParts => {
  const { n, whole } = rounded(scribe, mul(x, four(Math.LOG2E)));
  const r = keepIn(scribe, sub(sub(x, mul(n, four(0.693359375))), mul(n, four(-2.1219444e-4))));
  const p = horner(
    scribe,
    r,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1],
  );
  return { small: keepIn(scribe, add(add(mul(mul(r, r), p), r), four(1))), n, whole };
};

/** 2^n for integers n from -126 to 127; -127 gives 0. */
const power = (of: Vector): Vector => shiftUp(addInteger(of, fourIntegers(127)), 23);

/** 2^n in two steps, since n is between -254, where both factors are 0, and 128. */
const timesPower = (scribe: Scribe, small: Local<'v128'>, n: Local<'v128'>): Vector => {
  const half = keepIn(scribe, shiftDown(n, 1));
  return mul(mul(small, power(half)), power(subInteger(n, half)));
};

/** One factor 2^n is enough, except near the limits of floats: there it takes two. */
const exp = (scribe: Scribe, value: Vector): Vector => {
  const x = keepIn(scribe, value);
  const parts = expParts(scribe, x);
  const result = keepIn(scribe, mul(parts.small, power(parts.whole)));
  scribe.write(
    when(
      anyTrue(greater(absolute(parts.n), four(125.5))),
      within(scribe, (inside) => expAtEnds(inside, parts, result)),
    ),
  );
  return result;
};

/**
 * e^x below 2^-126 and near infinity. Arithmetic with results below 2^-126 is many times slower on
 * processors, even if they round to 0, so none is done here: a result is scaled by 2^100 and added to 2^-26,
 * above which floats are 2^-49 apart. That rounds it as it would be rounded below 2^-126, and the difference
 * of the bit patterns is the result.
 */
const expAtEnds = (scribe: Scribe, { small, n, whole }: ExpParts, result: Local<'v128'>): void => {
  const deep = keepIn(scribe, greater(four(-125.5), n));
  const raised = keepIn(scribe, mul(small, power(addInteger(whole, fourIntegers(100)))));
  const counted = subInteger(add(raised, four(2 ** -26)), four(2 ** -26));
  const tiny = choose(greater(four(2 ** -26), raised), counted, result);
  // 2^n is not a float here
  scribe.write(set(result, choose(deep, and(greater(n, four(-150.5)), tiny), result)));
  const high = keepIn(scribe, greater(n, four(125.5)));
  scribe.write(
    when(
      anyTrue(high),
      within(scribe, (inside) => {
        const twice = timesPower(inside, small, whole);
        inside.write(
          set(result, choose(high, choose(greater(n, four(128.5)), four(Infinity), twice), result)),
        );
      }),
    ),
  );
};

/** log of finite numbers from 2^-126. */
const logOfNormal = (scribe: Scribe, x: Local<'v128'>, raisedBy?: Vector): Vector => {
  const bits = keepIn(scribe, subInteger(x, fourIntegers(0x3f3504f3)));
  const e = keepIn(scribe, shiftDown(bits, 23));
  const m = keepIn(
    scribe,
    sub(addInteger(and(bits, fourIntegers(0x007fffff)), fourIntegers(0x3f3504f3)), four(1)),
  );
  const exponent = keepIn(scribe, raisedBy === undefined ? fromInteger(e) : sub(fromInteger(e), raisedBy));
  const z = keepIn(scribe, mul(m, m));
  const p = horner(
    scribe,
    m,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
      2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
  );
  const tail = keepIn(
    scribe,
    add(sub(mul(mul(m, z), p), mul(z, four(0.5))), mul(exponent, four(-2.1219444e-4))),
  );
  return add(add(m, tail), mul(exponent, four(0.693359375)));
};

const log = (scribe: Scribe, value: Vector): Vector => {
  const given = keepIn(scribe, value);
  const tiny = keepIn(scribe, greater(four(1.17549435e-38), given));
  const x = keepIn(scribe, choose(tiny, mul(given, four(8388608)), given));
  const finite = keepIn(scribe, logOfNormal(scribe, x, and(tiny, four(23))));
  const large = keepIn(scribe, choose(same(given, four(Infinity)), given, finite));
  const zero = keepIn(scribe, choose(same(given, four(0)), four(-Infinity), large));
  const low = keepIn(scribe, choose(greater(four(0), given), four(NaN), zero));
  return choose(same(given, given), low, given);
};

/** Up to here the fast reduction below is exact: products of n and its first two parts of pi/2 are. */
const near = 8192;

/** pi/2 in three parts, the first two of 22 bits, so that products with whole numbers up to 2^31 are exact. */
const quarterTurn = [1.570796012878418, 3.139164164167596e-7, 6.223372171896613e-14] as const;

/** An angle reduced to [-pi/4, pi/4], and the number of quarter turns taken away, modulo four. */
interface Reduced {
  readonly angle: Vector;
  readonly turns: Vector;
}

const reducedFast = (scribe: Scribe, x: Local<'v128'>): Reduced => {
  const { n, whole } = rounded(scribe, mul(x, four(2 / Math.PI)));
  const angle = [1.5703125, 4.837512969970703e-4, 7.549789948768648e-8].reduce<Vector>(
    (rest, part) => sub(rest, mul(n, four(part))),
    x,
  );
  return { angle, turns: whole };
};

/**
 * The same in double precision, two at a time. From 2^31 on, neighbouring floats are many turns apart, so any
 * angle will do.
 */
const reducedFar = (scribe: Scribe, x: Local<'v128'>): Reduced => {
  const halves = [x, pick(x, x, [2, 3, 2, 3])].map((half) => {
    const wide = keepIn(scribe, toDouble(half));
    const n = keepIn(scribe, nearestDouble(mulDouble(wide, two(2 / Math.PI))));
    const angle = quarterTurn.reduce<Vector>((rest, part) => subDouble(rest, mulDouble(n, two(part))), wide);
    const turns = subDouble(n, mulDouble(nearestDouble(mulDouble(n, two(0.25))), two(4)));
    return [toFloat(angle), toFloat(turns)] as const;
  });
  const [angle, turns] = [0, 1].map((part) => pick(halves[0][part], halves[1][part], [0, 1, 4, 5]));
  return { angle: min(max(angle, four(-0.8)), four(0.8)), turns: toInteger(turns) };
};

/** Sine of x + quarters turns of pi/2, by the reduction of x to [-pi/4, pi/4]. */
const wave =
  (quarters: number) =>
  (scribe: Scribe, value: Vector): Vector => {
    const x = keepIn(scribe, value);
    const fast = reducedFast(scribe, x);
    const [r, turns] = [keepIn(scribe, fast.angle), keepIn(scribe, fast.turns)];
    const far = keepIn(scribe, greater(absolute(x), four(near)));
    scribe.write(
      when(
        anyTrue(far),
        within(scribe, (inside) => {
          // each number by itself: its neighbours must not change its bits
          const slow = reducedFar(inside, x);
          inside.write(set(r, choose(far, slow.angle, r)));
          inside.write(set(turns, choose(far, slow.turns, turns)));
        }),
      ),
    );
    const square = keepIn(scribe, mul(r, r));
    const s = horner(scribe, square, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
    const c = horner(scribe, square, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]);
    const sine = keepIn(scribe, add(r, mul(mul(r, square), s)));
    const cosine = keepIn(scribe, add(sub(four(1), mul(square, four(0.5))), mul(mul(square, square), c)));
    const turn = keepIn(scribe, addInteger(turns, fourIntegers(quarters)));
    const odd = keepIn(scribe, shiftDown(shiftUp(turn, 31), 31));
    const sign = keepIn(scribe, and(shiftUp(turn, 30), fourIntegers(-2147483648)));
    return xor(choose(odd, cosine, sine), sign);
  };

/** The same bits as op by op; `erf.ts` has the ratio. */
const erf = (scribe: Scribe, value: Vector): Vector => {
  const x = keepIn(scribe, min(max(value, four(-erfEnd)), four(erfEnd)));
  const square = keepIn(scribe, mul(x, x));
  const p = horner(scribe, square, [...erfRatio.p].reverse());
  const q = horner(scribe, square, [...erfRatio.q].reverse());
  return min(max(div(mul(x, p), q), four(-1)), four(1));
};

const sigmoid = (scribe: Scribe, value: Vector): Vector => {
  // 1 plus less than 2^-24 is 1, and from 88.73 on e^x is infinite
  const x = keepIn(scribe, lower(higher(negate(value), four(-87)), four(88.73)));
  const { small, whole } = expParts(scribe, x);
  return div(four(1), add(four(1), timesPower(scribe, small, whole)));
};

/** The code of each function, around a value that is already in a variable. */
export const functions: Readonly<Record<FieldMap, (scribe: Scribe, x: Local<'v128'>) => Vector>> = {
  tanh,
  // max(x, 0), but NaN stays NaN
  relu: (_, x) => max(x, four(0)),
  sigmoid,
  softplus: (scribe, x) => {
    const e = keepIn(scribe, exp(scribe, negate(absolute(x))));
    // log(1 + e) by Goldberg's formula, right also where e is far below 1
    const u = keepIn(scribe, add(four(1), e));
    const l = keepIn(scribe, logOfNormal(scribe, u));
    const d = keepIn(scribe, sub(u, four(1)));
    const right = choose(same(d, four(0)), e, div(mul(l, higher(e, four(2 ** -126))), d));
    return add(max(x, four(0)), right);
  },
  sin: wave(0),
  cos: wave(1),
  exp,
  log,
  sqrt: (_, x) => squareRoot(x),
  square: (_, x) => mul(x, x),
  abs: (_, x) => absolute(x),
  reciprocal: (_, x) => div(four(1), x),
  // the sign of NaN is NaN
  sign: (_, x) =>
    choose(same(x, x), sub(and(greater(x, four(0)), four(1)), and(greater(four(0), x), four(1))), x),
  floor: (_, x) => wholeBelow(x),
  erf,
  stopGradient: (_, x) => x,
};
