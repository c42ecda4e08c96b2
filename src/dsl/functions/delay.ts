/** Delays: a history of past values at each site, read with the delay of each connection. */

import { type Shape, showShape, type Unless } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import { listOf } from '../untyped.js';

/**
 * A history of `depth` values at each site, all the same: [N, ...S] → [N, depth, ...S]. The value d steps ago is entry d, so
 * 0 is now.
 *
 * @example
 * const rates = zeros(40, 3);
 * const history = past(rates, 8);   // Tensor<readonly [40, 8, 3]>
 */
export const past = <N extends number, S extends Shape, const D extends number>(
  now: Tensor<readonly [N, ...S]>,
  depth: D,
): Tensor<readonly [N, D, ...S]> => {
  const shape: Shape = shapeOf(now);
  if (shape.length === 0) return refuse('past', 'a scalar has no sites');
  const [sites, ...rest] = shape;
  const thin = apply('past', { op: 'reshape', shape: [sites, 1, ...rest] }, now);
  return apply('past', { op: 'broadcast', shape: [sites, depth, ...rest] }, thin);
};

/**
 * The history a step later: with a new present value, all others one step older, and without the oldest.
 *
 * @example
 * const history = past(zeros(40, 3), 8);
 * const later = remember(history, ones(40, 3));   // Tensor<readonly [40, 8, 3]>
 */
export const remember = <N extends number, D extends number, S extends Shape>(
  history: Tensor<readonly [N, D, ...S]>,
  now: Tensor<NoInfer<readonly [N, ...S]>>,
): Tensor<readonly [N, D, ...S]> => {
  const [from, value]: readonly Shape[] = [shapeOf(history), shapeOf(now)];
  const [sites, depth, ...rest] = from;
  if (from.length < 2 || showShape([sites, ...rest]) !== showShape(value))
    return refuse('remember', `${showShape(value)} is not a value of the history ${showShape(from)}`);
  const first = apply('remember', { op: 'reshape', shape: [sites, 1, ...rest] }, now);
  if (depth === 1) return { expr: first.expr };
  const kept = apply(
    'remember',
    { op: 'slice', begin: from.map(() => 0), size: [sites, depth - 1, ...rest] },
    history,
  );
  return apply('remember', { op: 'concat', axis: 1 }, first, kept);
};

/** 'refused' unless there is one delay for each site. */
type Uneven<N extends number, I extends Shape> = number extends N | I['length']
  ? string
  : N extends I['length']
    ? string
    : 'refused';

const read = (operation: string, history: Tensor, steps: Shape, sources: Shape, of: string): Tensor => {
  const shape: Shape = shapeOf(history);
  const [sites, depth, ...rest] = shape;
  if (shape.length < 2) return refuse(operation, `expected a history [N,D,...], got ${showShape(shape)}`);
  listOf(operation, 'the delays', steps);
  listOf(operation, 'the sources', sources);
  if (steps.length !== sources.length)
    return refuse(operation, `${steps.length} delays are not one for each of ${sources.length} ${of}`);
  const late = steps.find((d) => !(Number.isSafeInteger(d) && d >= 0 && d < depth));
  if (late !== undefined)
    return refuse(
      operation,
      `a history of ${depth} values has none of ${late} steps ago: they go from 0 to ${depth - 1}`,
    );
  const stranger = sources.find((i) => !(Number.isSafeInteger(i) && i >= 0 && i < sites));
  if (stranger !== undefined) return refuse(operation, `there is no site ${stranger} among ${sites}`);
  const flat = apply(operation, { op: 'reshape', shape: [sites * depth, ...rest] }, history);
  const indices = steps.map((d, i) => sources[i] * depth + d);
  return apply(operation, { op: 'gather', axis: 0, indices }, flat);
};

/**
 * The value of each site as long ago as its delay says: of a history [N, D, ...S], steps[i] steps ago at site i → [N, ...S].
 * The delays are part of the program.
 *
 * Refuses delays that the history does not reach: it holds the values of 0 to D - 1 steps ago.
 *
 * @example
 * const history = past(zeros(3, 2), 8);
 * const late = delay(history, [0, 3, 7]);   // Tensor<readonly [3, 2]>
 */
export const delay = <N extends number, S extends Shape, const I extends Shape>(
  history: Tensor<readonly [N, number, ...S]>,
  steps: I &
    Unless<
      Uneven<N, I>,
      { readonly error: `delay: ${I['length']} delays are not one for each of ${N} sites` }
    >,
): Tensor<readonly [N, ...S]> => {
  const delays: Shape = steps;
  const [sites = 0]: Shape = shapeOf(history);
  return {
    expr: read(
      'delay',
      history,
      delays,
      Array.from({ length: sites }, (_, i) => i),
      'sites',
    ).expr,
  };
};

/**
 * The same along connections: entry e of the result is the value of site sources[e], steps[e] steps ago: → [E, ...S]. With
 * `scatter` by the sites where the connections end, what was sent arrives there: no influence is faster than its connection.
 *
 * @example
 * const history = past(zeros(3, 2), 8);
 * const [sources, targets] = [[0, 1, 2, 0], [1, 2, 0, 2]];
 * const arriving = pipe(delayAlong(history, [1, 5, 2, 7], sources), scatter(0, targets, 3));   // Tensor<readonly [3, 2]>
 */
export const delayAlong = <S extends Shape, const I extends Shape>(
  history: Tensor<readonly [number, number, ...S]>,
  steps: I,
  sources: Shape,
): Tensor<readonly [I['length'], ...S]> => ({
  expr: read('delayAlong', history, steps, sources, 'sources').expr,
});
