/** Error bounds of pointwise functions of one or two numbers. */

import type { OpOf } from '../../dsl/op.js';

/**
 * Functions such as tanh are not correctly rounded everywhere; engines and V8 stay within a few units in the last
 * place. This many are allowed.
 */
export const functionUnits = 8;

/** The error of v = fn(at), where `at` has the error bound e. */
export const mapErrorAt = (fn: OpOf<'map'>['fn'], at: number, e: number, v: number, unit: number): number => {
  const own = functionUnits * unit * Math.abs(v);
  switch (fn) {
    case 'tanh':
      return e + own;
    case 'sigmoid':
      return e / 4 + functionUnits * unit;
    case 'softplus':
      return e + functionUnits * unit * (1 + Math.abs(v));
    case 'sin':
    case 'cos':
      // Rounding of the argument changes a periodic function by this much.
      return e + functionUnits * unit * (1 + Math.abs(at));
    case 'relu':
    case 'abs':
    case 'stopGradient':
      return e;
    case 'exp':
      return Math.abs(v) * Math.expm1(e) + own + unit * Math.abs(v * at) * functionUnits;
    case 'square':
      return 2 * Math.abs(at) * e + e * e + unit * Math.abs(v);
    case 'log':
      return e / Math.max(0, at - e) + functionUnits * unit * (1 + Math.abs(v));
    case 'sqrt':
      return e === 0 ? own : e / Math.sqrt(Math.max(0, at - e)) + own;
    case 'reciprocal':
      return e / (Math.abs(at) * Math.max(0, Math.abs(at) - e)) + own;
    case 'erf':
      return (2 / Math.sqrt(Math.PI)) * e + own;
    case 'sign':
      return Math.abs(at) > e ? 0 : 2;
    case 'floor':
      return Math.max(Math.floor(at + e) - v, v - Math.floor(at - e));
  }
};

/** A number and its error bound. */
export type Known = readonly [number, number];

/** The error of v = fn(x, y). */
export const zipErrorAt = (
  fn: OpOf<'zip'>['fn'],
  [x, ex]: Known,
  [y, ey]: Known,
  v: number,
  unit: number,
): number => {
  switch (fn) {
    case 'add':
    case 'sub':
      return ex + ey + unit * Math.abs(v);
    case 'mul':
      return Math.abs(x) * ey + Math.abs(y) * ex + ex * ey + unit * Math.abs(v);
    case 'div':
      return (ex + Math.abs(v) * ey) / Math.max(0, Math.abs(y) - ey) + 2 * unit * Math.abs(v);
    case 'max':
    case 'min':
      return Math.max(ex, ey);
    case 'greater':
    case 'greaterEqual':
      return Math.abs(x - y) > ex + ey ? 0 : 1;
    case 'atan2':
      return angleError([x, ex], [y, ey], v, unit);
  }
};

/**
 * The error of an angle: at most the angle under which the error of the vector (y, x) is seen from the
 * origin. If the error can reach the origin or cross the cut, a whole turn.
 */
const angleError = ([x, ex]: Known, [y, ey]: Known, v: number, unit: number): number => {
  const off = Math.hypot(ex, ey);
  const length = Math.hypot(x, y);
  const own = functionUnits * unit * Math.abs(v);
  if (off === 0) return own;
  return off >= length || (y < ey && Math.abs(x) <= ex) ? 2 * Math.PI : Math.asin(off / length) + own;
};
