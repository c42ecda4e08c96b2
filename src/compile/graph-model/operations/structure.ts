/** Joining, cutting, turning, repeating and reducing in the graph. */

import { labelsOf } from '../../../dsl/einsum-formula.js';
import type { OpOf, ReduceFunction } from '../../../dsl/op.js';
import { bins, volume } from '../../../dsl/shape.js';
import { matrixPlan, overSamples } from '../../matrix-plan.js';
import { inRounds } from '../../rounds.js';
import { constantOf } from '../constant.js';
import { type Ref, type Site, under } from '../draft.js';
import { typeAttr, wholeAttr } from '../graph-def.js';
import * as tf from '../ops.js';
import { batched, lead, overBatch, refOf, stored, tensorShape, type Value } from '../value.js';

export const concat = (site: Site, { axis }: OpOf<'concat'>, parts: readonly Value[]): Ref => {
  const perSample = parts.some(({ facts }) => facts.perSample);
  return tf.concat(
    site,
    parts.map((part) => (perSample ? overBatch(site, part) : refOf(site, part))),
    axis + (perSample ? 1 : 0),
  );
};

export const slice = (site: Site, op: OpOf<'slice'>, x: Value): Ref => {
  if (x.facts.perSample) return tf.slice(site, refOf(site, x), [0, ...op.begin], [-1, ...op.size]);
  // a scalar has no axes to cut, which TensorFlow.js refuses
  return op.size.length === 0 ? refOf(site, x) : tf.slice(site, refOf(site, x), op.begin, op.size);
};

export const reshape = (site: Site, op: OpOf<'reshape'>, x: Value): Ref =>
  tf.reshape(site, refOf(site, x), tensorShape(x, op.shape));

export const transpose = (site: Site, op: OpOf<'transpose'>, x: Value): Ref =>
  tf.transpose(site, refOf(site, x), [
    ...(x.facts.perSample ? [0] : []),
    ...op.axes.map((axis) => axis + lead(x)),
  ]);

/** Reverses axes; neighbouring axes that are all reversed, or all kept, are merged. */
export const reverse = (site: Site, op: OpOf<'reverse'>, x: Value): Ref => {
  const ref = refOf(site, x);
  const axes = op.axes.map((axis) => axis + lead(x));
  const runs = tf.runsOf(ref.shape, (axis) => axes.includes(axis));
  return runs.reduce((y, { of: turned }, at) => {
    if (!turned) return y;
    // [before, these, after], so that backends see at most three axes.
    const known = (part: typeof runs): number =>
      part.some(({ size }) => size < 0) ? -1 : volume(part.map(({ size }) => size));
    const flat = tf.reshape(site, y, [known(runs.slice(0, at)), runs[at].size, known(runs.slice(at + 1))]);
    const back = site.draft.add('ReverseV2', [flat, tf.wholes(site, [1])], {
      shape: flat.shape,
      attrs: { T: typeAttr('float32'), Tidx: typeAttr('int32') },
      hint: site.hint,
    });
    return tf.reshape(site, back, ref.shape);
  }, ref);
};

/** Repeats axes of size 1; neighbours that are all repeated, or all not, are merged. */
export const broadcast = (site: Site, op: OpOf<'broadcast'>, x: Value): Ref => {
  const ref = refOf(site, x);
  const to = tensorShape(x, op.shape);
  const runs = tf.runsOf(to, (axis) => ref.shape[axis] !== to[axis]);
  if (!runs.some(({ of: repeated }) => repeated)) return ref;
  if (runs.length > mostAxes) return oneByOne(site, ref, runs, to);
  const times = runs.map(({ size, of: repeated }) => (repeated ? size : 1));
  const merged = tf.reshape(
    site,
    ref,
    runs.map(({ size, of: repeated }) => (repeated ? 1 : size)),
  );
  const tiled = site.draft.add('Tile', [merged, tf.wholes(site, times)], {
    shape: runs.map(({ size }) => size),
    attrs: { T: typeAttr('float32'), Tmultiples: typeAttr('int32') },
    hint: site.hint,
  });
  return tf.reshape(site, tiled, to);
};

/** The largest number of axes, including kept ones, for which TensorFlow.js has the gradient of a repetition. */
const mostAxes = 4;

/** One run of repeated axes after the other, the innermost first: [before, 1, behind] to [before, n, behind]. */
const oneByOne = (
  site: Site,
  x: Ref,
  runs: readonly { readonly size: number; readonly of: boolean }[],
  to: readonly number[],
): Ref => {
  const known = (sizes: readonly number[]): number => (sizes.some((n) => n < 0) ? -1 : volume(sizes));
  const repeated = runs.reduceRight((value, { size, of: isRepeated }, at) => {
    if (!isRepeated) return value;
    const before = known(runs.slice(0, at).map((run) => (run.of ? 1 : run.size)));
    const behind = known(runs.slice(at + 1).map((run) => run.size));
    return site.draft.add(
      'Tile',
      [tf.reshape(site, value, [before, 1, behind]), tf.wholes(site, [1, size, 1])],
      {
        shape: [before, size, behind],
        attrs: { T: typeAttr('float32'), Tmultiples: typeAttr('int32') },
        hint: site.hint,
      },
    );
  }, x);
  return tf.reshape(site, repeated, to);
};

const reductions: Readonly<Record<ReduceFunction, string>> = {
  sum: 'Sum',
  mean: 'Mean',
  max: 'Max',
  min: 'Min',
};

export const reduce = (site: Site, op: OpOf<'reduce'>, x: Value): Ref => {
  if (op.axes.length === 0) return refOf(site, x);
  const ref = refOf(site, x);
  const axes = op.axes.map((axis) => axis + lead(x));
  const count = volume(axes.map((axis) => ref.shape[axis]));
  if (count <= longest || op.fn === 'max' || op.fn === 'min')
    return tf.reduced(site, reductions[op.fn], ref, axes);
  const total = sumOf(site, ref, axes);
  return op.fn === 'sum' ? total : tf.binary(site, 'RealDiv', total, tf.number(site, count));
};

/**
 * The largest number of values that are summed at once: a stock backend may add them one after the other, with a
 * rounding for each.
 */
const longest = 64;

/** Longer sums are sums of sums of this many numbers: 7 roundings a level, so fewer than 64 for 8^9 numbers. */
const block = 8;

/**
 * The sum over axes: neighbouring axes together, the last first; the axes before and after are merged into one each.
 */
const sumOf = (site: Site, x: Ref, axes: readonly number[]): Ref => {
  const runs = tf.runsOf(x.shape, (axis) => axes.includes(axis));
  const known = (sizes: readonly number[]): number => (sizes.some((n) => n < 0) ? -1 : volume(sizes));
  const behind = (at: number): number =>
    volume(runs.slice(at + 1).flatMap(({ size, of: summed }) => (summed ? [] : [size])));
  const total = runs.reduceRight((value, { size, of: summed }, at) => {
    if (!summed) return value;
    const before = known(runs.slice(0, at).map((run) => run.size));
    return inBlocks(site, tf.reshape(site, value, [before, size, behind(at)]));
  }, x);
  return tf.reshape(
    site,
    total,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  );
};

/** [A, n, B] summed over its middle. */
const inBlocks = (site: Site, rows: Ref): Ref => {
  const [before, n, behind] = rows.shape;
  if (n <= block) return tf.reduced(site, 'Sum', rows, [1]);
  const count = Math.floor(n / block);
  const rest = n - count * block;
  const part = (from: number, size: number): Ref =>
    rest === 0 ? rows : tf.slice(site, rows, [0, from, 0], [before, size, behind]);
  const blocks = tf.reduced(
    site,
    'Sum',
    tf.reshape(site, part(0, count * block), [before, count, block, behind]),
    [2],
  );
  if (rest === 0) return inBlocks(site, blocks);
  const last = tf.reduced(site, 'Sum', part(count * block, rest), [1]);
  return inBlocks(site, tf.concat(site, [blocks, tf.reshape(site, last, [before, 1, behind])], 1));
};

/** cos and -sin of 2 pi k t / T side by side: [T, 2 K]. Angles are reduced before the cosine, which keeps them exact. */
const fourier = (steps: number): Float64Array => {
  const k = bins(steps);
  return Float64Array.from({ length: steps * 2 * k }, (_, i) => {
    const [time, column] = [Math.floor(i / (2 * k)), i % (2 * k)];
    const angle = (2 * Math.PI * ((time * (column % k)) % steps)) / steps;
    return column < k ? Math.cos(angle) : -Math.sin(angle);
  });
};

/**
 * Parts beyond these are scaled by powers of two before they are squared, which is exact. A tiny number is added
 * below the root: it is lost beside the square of a scaled part, and makes the gradient of zero 0 instead of NaN.
 */
const far = { from: 2 ** 40, scale: 2 ** -70 };
const near = { below: 2 ** -40, scale: 2 ** 90 };
const guard = 2 ** -126;

/** |re + i im|, accurate at every scale, as is its gradient, since comparisons have none. */
const modulus = (site: Site, re: Ref, im: Ref): Ref => {
  const here = (name: string): Site => under(site, name);
  const size = tf.binary(
    here('size'),
    'Maximum',
    tf.unary(here('real_size'), 'Abs', re),
    tf.unary(here('imaginary_size'), 'Abs', im),
  );
  const atLeast = (name: string, a: Ref, b: Ref): Ref =>
    tf.cast(here(name), tf.binary(here(name), 'GreaterEqual', a, b, 'bool'), 'float32');
  const large = atLeast('large', size, tf.number(site, far.from));
  const small = atLeast('small', tf.number(site, near.below), size);
  /** One number for large sizes, another for small ones, 1 between. */
  const chosen = (name: string, ofLarge: number, ofSmall: number): Ref => {
    const part = (which: Ref, factor: number): Ref =>
      tf.binary(here(name), 'Mul', which, tf.number(site, factor));
    const either = tf.binary(here(name), 'AddV2', large, small);
    const between = tf.binary(here(name), 'Sub', tf.number(site, 1), either);
    const outer = tf.binary(here(name), 'AddV2', part(large, ofLarge), part(small, ofSmall));
    return tf.binary(here(name), 'AddV2', outer, between);
  };
  const scale = chosen('scale', far.scale, near.scale);
  const [a, b] = [re, im].map((part) =>
    tf.unary(here('square'), 'Square', tf.binary(here('scaled'), 'Mul', part, scale)),
  );
  const power = tf.binary(here('power'), 'AddV2', a, b);
  const root = tf.unary(
    here('root'),
    'Sqrt',
    tf.binary(here('guarded'), 'AddV2', power, tf.number(site, guard)),
  );
  return tf.binary(site, 'Mul', root, chosen('back', 1 / far.scale, 1 / near.scale));
};

/** |DFT| over the first axis of the sample, as a matrix product: not every backend has a Fourier transform. */
export const spectrum = (site: Site, x: Value): Ref => {
  const ref = batched(site, x);
  const [n, steps, ...rest] = ref.shape;
  const [k, sites] = [bins(steps), volume(rest)];
  const turned = tf.transpose(under(site, 'time_last'), tf.reshape(site, ref, [n, steps, sites]), [0, 2, 1]);
  const rows = tf.reshape(site, turned, [-1, steps]);
  const matrix = site.draft.weight(`fourier ${steps}`, () => {
    const { hint, shape, array } = constantOf(`fourier/${steps}`, [steps, 2 * k], () => fourier(steps));
    return { hint, shape, values: Float32Array.from(array().data) };
  });
  const parts = tf.matMul(under(site, 'fourier'), rows, matrix);
  const split = site.draft.add('Split', [tf.whole(site, 1), parts], {
    shape: [-1, k],
    attrs: { num_split: wholeAttr(2), T: typeAttr('float32') },
    hint: `${site.hint}/parts`,
  });
  const length = modulus(site, split, { ...split, output: 1 });
  const magnitude = tf.transpose(site, tf.reshape(site, length, [n, sites, k]), [0, 2, 1]);
  return tf.reshape(site, magnitude, tensorShape(x, [k, ...rest]));
};

/** Batch norm by the running statistics, as in inference. */
export const batchNorm = (
  site: Site,
  { epsilon }: OpOf<'batchNorm'>,
  [x, scale, shift, mean, variance]: readonly Value[],
): Ref => {
  const ref = refOf(site, x);
  const channels = ref.shape[ref.shape.length - 1];
  const field = ref.shape.length === 4 ? ref : tf.reshape(site, ref, [-1, 1, 1, channels]);
  const statistics = [scale, shift, mean, variance].map((value) =>
    value.kind === 'constant' ? stored(site, value.constant) : value.ref,
  );
  const y = site.draft.add('FusedBatchNormV3', [field, ...statistics], {
    shape: field.shape,
    attrs: {
      epsilon: { f: epsilon },
      is_training: { b: false },
      T: typeAttr('float32'),
      U: typeAttr('float32'),
    },
    hint: site.hint,
  });
  return tf.reshape(site, y, ref.shape);
};

/** A product by a formula: one product of matrices, many at once. */
export const einsum = (site: Site, { formula }: OpOf<'einsum'>, x: Value, y: Value): Ref => {
  const labelled = overSamples(labelsOf(formula), [x.facts.perSample, y.facts.perSample]);
  const [first, second] = [refOf(site, x), refOf(site, y)];
  const sizes = new Map<string, number>([
    ...labelled.a.map((label, axis) => [label, first.shape[axis]] as const),
    ...labelled.b.map((label, axis) => [label, second.shape[axis]] as const),
  ]);
  const sizeOf = (label: string): number => sizes.get(label) ?? 1;
  const plan = matrixPlan(labelled, (label) => Math.max(1, sizeOf(label)));
  // The size of the samples' axis is not known here: -1.
  const size = (labels: readonly string[]): number =>
    labels.some((label) => sizeOf(label) < 0) ? -1 : volume(labels.map(sizeOf));
  const [batch, left, inner, right] = [plan.batch, plan.left, plan.inner, plan.right].map(size);
  const matrices = (ref: Ref, { axes, transposed }: typeof plan.a, rows: number, columns: number): Ref =>
    tf.reshape(site, tf.transpose(site, ref, axes), [
      batch,
      ...(transposed ? [columns, rows] : [rows, columns]),
    ]);
  const product = tf.batchMatMul(
    site,
    matrices(first, plan.a, left, inner),
    matrices(second, plan.b, inner, right),
    [plan.a.transposed, plan.b.transposed],
  );
  const grouped = tf.reshape(site, product, [...plan.batch, ...plan.left, ...plan.right].map(sizeOf));
  return tf.transpose(site, grouped, plan.out);
};

/** Entries of an axis by number. */
export const gather = (site: Site, { axis, indices }: OpOf<'gather'>, x: Value): Ref =>
  tf.gather(site, refOf(site, x), axis + lead(x), indices);

/** Entries of an axis added up by number, in rounds. */
export const scatter = (site: Site, { axis, indices, size }: OpOf<'scatter'>, x: Value): Ref => {
  const ref = refOf(site, x);
  const at = axis + lead(x);
  const order = [at, ...ref.shape.map((_, i) => i).filter((i) => i !== at)];
  const front = tf.transpose(site, ref, order);
  const [, ...rest] = front.shape;
  const width = volume(x.facts.perSample ? rest.slice(1) : rest);
  const { places, rounds } = inRounds(indices, size);
  const inside = under(site, 'rounds');
  const sizes = x.facts.perSample
    ? tf.concat(inside, [tf.wholes(inside, [rounds * size]), tf.batchAnd(inside, [width])], 0)
    : tf.wholes(inside, [rounds * size, 1, width]);
  const several = x.facts.perSample ? -1 : 1;
  const rows = site.draft.add(
    'ScatterNd',
    [
      tf.wholes(site, [...places], [places.length, 1]),
      tf.reshape(site, front, [indices.length, several, width]),
      sizes,
    ],
    {
      shape: [rounds * size, several, width],
      attrs: { T: typeAttr('float32'), Tindices: typeAttr('int32') },
      hint: site.hint,
    },
  );
  const sums =
    rounds === 1
      ? rows
      : tf.reduced(inside, 'Sum', tf.reshape(inside, rows, [rounds, size, several, width]), [0]);
  return tf.transpose(
    site,
    tf.reshape(site, sums, [size, ...rest]),
    order.map((_, i) => order.indexOf(i)),
  );
};
