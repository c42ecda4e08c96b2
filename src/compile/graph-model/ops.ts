/** TensorFlow's operations on tensors of a draft, with the shapes that they give. */

import { volume } from '../../dsl/shape.js';
import { type Ref, type Site, under } from './draft.js';
import { type Attrs, type DType, typeAttr, wholeAttr } from './graph-def.js';

type Sizes = readonly number[];

/** Whole numbers as a constant: axes, sizes, places to begin. */
export const wholes = ({ draft }: Site, values: Sizes, shape: Sizes = [values.length]): Ref =>
  draft.weight(`wholes ${shape.join()} ${values.join()}`, () => ({
    hint: `${shape.length === 0 ? 'whole' : 'wholes'}/${values.length === 0 ? 'none' : values.join('_').replaceAll('-', 'm')}`,
    shape,
    values: Int32Array.from(values),
  }));

export const whole = (site: Site, value: number): Ref => wholes(site, [value], []);

/** A number as a constant. */
export const number = ({ draft }: Site, value: number): Ref =>
  draft.weight(`number ${Object.is(value, -0) ? '-0' : value}`, () => ({
    hint: `numbers/${String(value).replaceAll('-', 'm').replaceAll('+', '')}`,
    shape: [],
    values: Float32Array.of(value),
  }));

const T = (dtype: DType): Attrs => ({ T: typeAttr(dtype) });

/** An operation of one tensor that keeps its shape. */
export const unary = ({ draft, hint }: Site, op: string, x: Ref): Ref =>
  draft.add(op, [x], { shape: x.shape, dtype: x.dtype, attrs: T(x.dtype), hint });

const spreadShape = (a: Sizes, b: Sizes): Sizes => {
  const rank = Math.max(a.length, b.length);
  const size = (of: Sizes, axis: number): number => of[axis - rank + of.length] ?? 1;
  return Array.from({ length: rank }, (_, axis) => {
    const [m, n] = [size(a, axis), size(b, axis)];
    return m === 1 ? n : m;
  });
};

/** An operation of two tensors; the smaller is broadcast as in TensorFlow, from the last axis on. */
export const binary = ({ draft, hint }: Site, op: string, a: Ref, b: Ref, dtype: DType = a.dtype): Ref => {
  const shape = spreadShape(a.shape, b.shape);
  return draft.add(op, [a, b], { shape, dtype, attrs: T(a.dtype), hint });
};

/** a where the condition holds, else b; spread as for `binary`. */
export const select = ({ draft, hint }: Site, condition: Ref, a: Ref, b: Ref): Ref => {
  const [first, second, third] = [condition.shape, a.shape, b.shape];
  return draft.add('SelectV2', [condition, a, b], {
    shape: spreadShape(first, spreadShape(second, third)),
    dtype: a.dtype,
    attrs: T(a.dtype),
    hint,
  });
};

/** 0 where x is a number, infinite ones too, and NaN where it is not; its gradient is 0. */
export const zeroOrNaN = (site: Site, x: Ref): Ref => {
  const at = under(site, 'nan');
  // Every backend's minimum keeps a NaN of the first argument, but not of the second.
  const size = binary(at, 'Minimum', unary(at, 'Abs', x), number(site, 1));
  return binary(at, 'Mul', size, number(site, 0));
};

export const cast = ({ draft, hint }: Site, x: Ref, to: DType): Ref =>
  draft.add('Cast', [x], {
    shape: x.shape,
    dtype: to,
    attrs: { SrcT: typeAttr(x.dtype), DstT: typeAttr(to) },
    hint,
  });

export const identity = (site: Site, x: Ref): Ref => unary(site, 'Identity', x);

const same = (a: Sizes, b: Sizes): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

/** The tensor in another shape, of which one size may be -1. Reshaping twice is reshaping once. */
export const reshape = (site: Site, x: Ref, shape: Sizes): Ref => {
  if (same(x.shape, shape)) return x;
  if (x.node.op === 'Reshape') return reshape(site, x.node.inputs[0], shape);
  return site.draft.add('Reshape', [x, wholes(site, shape)], {
    shape,
    dtype: x.dtype,
    attrs: { T: typeAttr(x.dtype), Tshape: typeAttr('int32') },
    hint: `${site.hint}/shape`,
  });
};

/** Neighbouring axes that agree in a property, as one: their sizes, and the property. */
export const runsOf = <A>(
  sizes: Sizes,
  property: (axis: number) => A,
): readonly { size: number; of: A }[] => {
  const runs: { size: number; of: A }[] = [];
  for (const [axis, size] of sizes.entries()) {
    const of = property(axis);
    const last = runs.at(-1);
    if (last !== undefined && last.of === of) last.size = last.size < 0 || size < 0 ? -1 : last.size * size;
    else runs.push({ size, of });
  }
  return runs;
};

interface Turned {
  readonly from: Ref;
  readonly axes: Sizes;
}
const turned = new WeakMap<Ref['node'], Turned>();

/**
 * Axes in another order. Two transpositions become one. Axes of size 1 are dropped and axes that stay adjacent are
 * merged, so that backends see few axes.
 */
export const transpose = (site: Site, x: Ref, axes: Sizes): Ref => {
  const before = x.output === 0 ? turned.get(x.node) : undefined;
  if (
    before !== undefined &&
    same(
      before.axes.map((axis) => before.from.shape[axis]),
      x.shape,
    )
  )
    return transpose(
      site,
      before.from,
      axes.map((axis) => before.axes[axis]),
    );
  const shape = axes.map((axis) => x.shape[axis]);
  const counted = axes.filter((axis) => x.shape[axis] !== 1);
  // Groups of axes that follow each other in both orders.
  const groups: number[][] = [];
  const kept = [...counted].sort((a, b) => a - b);
  for (const axis of counted) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && kept.indexOf(axis) === kept.indexOf(last) + 1) groups.at(-1)?.push(axis);
    else groups.push([axis]);
  }
  const ordered = [...groups].sort((a, b) => a[0] - b[0]);
  const sizeOf = (group: Sizes): number => {
    const sizes = group.map((axis) => x.shape[axis]);
    return sizes.includes(-1) ? -1 : volume(sizes);
  };
  if (groups.length <= 1) return reshape(site, x, shape);
  const flat = reshape(site, x, ordered.map(sizeOf));
  const perm = groups.map((group) => ordered.indexOf(group));
  const moved = site.draft.add('Transpose', [flat, wholes(site, perm)], {
    shape: groups.map(sizeOf),
    dtype: x.dtype,
    attrs: { T: typeAttr(x.dtype), Tperm: typeAttr('int32') },
    hint: site.hint,
  });
  const result = reshape(site, moved, shape);
  turned.set(result.node, { from: x, axes });
  return result;
};

/** The box of these sizes from here on; -1 is all that is left. */
export const slice = (site: Site, x: Ref, begin: Sizes, size: Sizes): Ref => {
  const whole = x.shape.map((n, axis) => begin[axis] === 0 && (size[axis] === n || size[axis] === -1));
  if (whole.every((all) => all)) return x;
  const shape = size.map((n, axis) => (whole[axis] ? x.shape[axis] : n));
  if (x.shape.length > 4) {
    // Neighbouring axes that are not cut are merged, so that backends see few axes.
    const runs = runsOf(x.shape, (axis) => (whole[axis] ? -1 : axis));
    if (runs.length < x.shape.length)
      return reshape(
        site,
        slice(
          site,
          reshape(
            site,
            x,
            runs.map((run) => run.size),
          ),
          runs.map(({ of }) => (of < 0 ? 0 : begin[of])),
          runs.map((run) => (run.of < 0 ? run.size : size[run.of])),
        ),
        shape,
      );
  }
  return site.draft.add('Slice', [x, wholes(site, begin), wholes(site, shape)], {
    shape,
    dtype: x.dtype,
    attrs: { T: typeAttr(x.dtype), Index: typeAttr('int32') },
    hint: site.hint,
  });
};

export const concat = (site: Site, parts: readonly Ref[], axis: number): Ref => {
  const [first] = parts;
  if (parts.length === 1) return first;
  const total = parts.reduce((sum, { shape }) => sum + shape[axis], 0);
  return site.draft.add('ConcatV2', [...parts, whole(site, axis)], {
    shape: first.shape.map((n, i) => (i === axis ? total : n)),
    dtype: first.dtype,
    attrs: { N: wholeAttr(parts.length), T: typeAttr(first.dtype), Tidx: typeAttr('int32') },
    hint: site.hint,
  });
};

/** Entries of an axis by their numbers. */
export const gather = (site: Site, x: Ref, axis: number, indices: Sizes): Ref =>
  site.draft.add('GatherV2', [x, wholes(site, indices), whole(site, axis)], {
    shape: x.shape.map((n, i) => (i === axis ? indices.length : n)),
    attrs: {
      Tparams: typeAttr('float32'),
      Tindices: typeAttr('int32'),
      Taxis: typeAttr('int32'),
      batch_dims: wholeAttr(0),
    },
    hint: site.hint,
  });

/** Sizes of a tensor with the batch in front, as a tensor. */
export const batchAnd = (site: Site, sizes: Sizes): Ref => {
  const batch = site.batch();
  if (sizes.length === 0) return batch;
  // A program without inputs has a batch of one, known here.
  const { weight } = batch.node;
  return weight === undefined
    ? concat(under(site, 'sizes'), [batch, wholes(site, sizes)], 0)
    : wholes(site, [...weight.values, ...sizes]);
};

/** The first size of an array and these, as a tensor. */
export const sizesAs = (site: Site, x: Ref, sizes: Sizes): Ref => {
  const [first] = x.shape;
  if (first >= 0) return wholes(site, [first, ...sizes]);
  const at = under(site, 'sizes');
  const all = site.draft.add('Shape', [x], {
    shape: [x.shape.length],
    dtype: 'int32',
    attrs: { T: typeAttr('float32'), out_type: typeAttr('int32') },
    hint: at.hint,
  });
  return concat(at, [slice(at, all, [0], [1]), wholes(site, sizes)], 0);
};

/** [1, ...] repeated over the batch. */
export const overBatch = (site: Site, x: Ref): Ref => {
  const [, ...sizes] = x.shape;
  const row = reshape(site, x, [1, volume(sizes)]);
  const repeated = site.draft.add('Tile', [row, batchAnd(site, [1])], {
    shape: [-1, volume(sizes)],
    attrs: { T: typeAttr('float32'), Tmultiples: typeAttr('int32') },
    hint: `${site.hint}/batch`,
  });
  return reshape(site, repeated, [-1, ...sizes]);
};

/** One number over the batch: [-1, ...sizes]. */
export const filled = (site: Site, value: number, sizes: Sizes): Ref =>
  site.draft.add('Fill', [batchAnd(site, sizes), number(site, value)], {
    shape: [-1, ...sizes],
    attrs: { T: typeAttr('float32'), index_type: typeAttr('int32') },
    hint: site.hint,
  });

/** A reduction; the axes disappear. */
export const reduced = (site: Site, op: string, x: Ref, axes: Sizes): Ref =>
  site.draft.add(op, [x, wholes(site, axes)], {
    shape: x.shape.filter((_, axis) => !axes.includes(axis)),
    attrs: { T: typeAttr('float32'), Tidx: typeAttr('int32'), keep_dims: { b: false } },
    hint: site.hint,
  });

/** [rows, m] times [m, n]. */
export const matMul = (site: Site, a: Ref, b: Ref): Ref =>
  site.draft.add('MatMul', [a, b], {
    shape: [a.shape[0], b.shape[1]],
    attrs: { T: typeAttr('float32'), transpose_a: { b: false }, transpose_b: { b: false } },
    hint: site.hint,
  });

/** [batch, rows, m] times [batch, m, n]; either may be read with rows and columns in turn. */
export const batchMatMul = (
  site: Site,
  a: Ref,
  b: Ref,
  [turnedA, turnedB]: readonly [boolean, boolean],
): Ref =>
  site.draft.add('BatchMatMulV2', [a, b], {
    shape: [a.shape[0], a.shape[turnedA ? 2 : 1], b.shape[turnedB ? 1 : 2]],
    attrs: { T: typeAttr('float32'), adj_x: { b: turnedA }, adj_y: { b: turnedB } },
    hint: site.hint,
  });
