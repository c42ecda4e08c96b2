/** The VJP rules of field graphs: from the cotangent of an operation's result to those of its inputs. */

import type { FieldBuilder } from '../ir/builder.js';
import type { FieldMap, FieldNode, FieldOpOf, FieldZip, Labelled, Product } from '../ir/field.js';
import { onPlanes } from '../lower/operations/weighted.js';
import type { CotangentSlice } from './cotangents.js';

/** What the rules read and write. */
export interface VjpContext {
  readonly builder: FieldBuilder;
  readonly nodes: readonly FieldNode[];
  /** A forward value, in the graph that is being built. */
  readonly value: (node: number) => number;
  readonly addCotangent: (node: number, cotangent: number) => void;
  readonly addSlice: (node: number, slice: CotangentSlice) => void;
  /** Whether the cotangent of a node is needed. */
  readonly wanted: (node: number) => boolean;
}

/** Adds a cotangent to a node where it is needed. */
type Add = (to: number, cotangent: () => number) => void;

/** Adds to the cotangent of each input of a node its part from the node's cotangent. */
export const addVjp = (number: number, cotangent: number, context: VjpContext): void => {
  const { builder, nodes, value, wanted } = context;
  const { op, inputs, extent } = nodes[number];
  const [x, y] = inputs;
  const add: Add = (to, made) => {
    if (wanted(to)) context.addCotangent(to, made());
  };
  const addPointwise = pointwiseAdd(context, add);
  switch (op.op) {
    case 'map':
      if (op.fn !== 'sign' && op.fn !== 'floor' && op.fn !== 'stopGradient')
        addPointwise(x, () =>
          mapVjp(
            op.fn,
            cotangent,
            () => value(x),
            () => value(number),
            builder,
          ),
        );
      return;
    case 'affine':
      addPointwise(x, () => builder.affine(cotangent, op.scale));
      return;
    case 'spread':
      addPointwise(x, () => cotangent);
      return;
    case 'zip':
      addZipVjp(op.fn, number, cotangent, context, addPointwise);
      return;
    case 'length':
      addPointwise(x, () => builder.add({ op: 'lengthVjp' }, [cotangent, value(x), value(y)], extent));
      addPointwise(y, () => builder.add({ op: 'lengthVjp' }, [cotangent, value(y), value(x)], extent));
      return;
    case 'where': {
      const [condition, , z] = inputs;
      const kept = (first: number, second: number): number =>
        builder.add({ op: 'where' }, [value(condition), first, second], extent);
      addPointwise(y, () => kept(cotangent, builder.constant(0)));
      addPointwise(z, () => kept(builder.constant(0), cotangent));
      return;
    }
    case 'dense':
      addDenseVjp(op, inputs, cotangent, context, add);
      return;
    case 'einsum':
    case 'einsumPixels':
      addProductVjp(op, inputs, cotangent, context, add);
      return;
    case 'sites':
      add(x, () => builder.add({ op: 'sites' }, [cotangent], nodes[x].extent));
      return;
    case 'conv':
      add(x, () => builder.add({ ...op, op: 'convInput' }, [cotangent, value(y)], nodes[x].extent));
      add(y, () => builder.add({ ...op, op: 'convWeight' }, [value(x), cotangent], nodes[y].extent));
      return;
    case 'convInput':
      add(x, () => builder.add({ ...op, op: 'conv' }, [cotangent, value(y)], nodes[x].extent));
      add(y, () => builder.add({ ...op, op: 'convWeight' }, [cotangent, value(x)], nodes[y].extent));
      return;
    case 'pool':
      add(x, () =>
        builder.add({ ...op, op: 'poolVjp' }, [value(x), value(number), cotangent], nodes[x].extent),
      );
      return;
    case 'gatherPixels':
      add(x, () => builder.add({ ...op, op: 'scatterPixels' }, [cotangent], nodes[x].extent));
      return;
    case 'scatterPixels':
      add(x, () => builder.add({ ...op, op: 'gatherPixels' }, [cotangent], nodes[x].extent));
      return;
    case 'concatPixels':
      addConcatPixelsVjp(op, number, cotangent, context, add);
      return;
    case 'sumPixels':
      add(x, () => builder.add({ op: 'spread' }, [builder.affine(cotangent, op.scale)], nodes[x].extent));
      return;
    case 'batchMoments':
      add(x, () => momentsVjp(op, x, number, cotangent, context));
      return;
    case 'reducePlanes': {
      const { outer, count, inner } = op;
      add(x, () =>
        op.fn === 'sum'
          ? builder.add({ op: 'repeatPlanes', outer, count, inner }, [cotangent], nodes[x].extent)
          : builder.add(
              { op: 'firstMax', outer, count, inner },
              [value(x), value(number), cotangent],
              nodes[x].extent,
            ),
      );
      return;
    }
    case 'repeatPlanes': {
      const { outer, count, inner } = op;
      add(x, () =>
        builder.add({ op: 'reducePlanes', fn: 'sum', outer, count, inner }, [cotangent], nodes[x].extent),
      );
      return;
    }
    case 'entries': {
      const { outer, count, inner, from } = op;
      const back = Array.from({ length: count }, (): number[] => []);
      for (const [to, names] of from.entries()) for (const name of names) back[name].push(to);
      add(x, () =>
        builder.add(
          { op: 'entries', outer, count: from.length, inner, from: back },
          [cotangent],
          nodes[x].extent,
        ),
      );
      return;
    }
    case 'rearrange': {
      const inverse = op.order.map(() => 0);
      for (const [to, from] of op.order.entries()) inverse[from] = to;
      add(x, () => builder.add({ op: 'rearrange', order: inverse }, [cotangent], nodes[x].extent));
      return;
    }
    case 'slicePlanes': {
      const { op: _, ...slice } = op;
      if (wanted(x)) context.addSlice(x, { ...slice, node: cotangent });
      return;
    }
    case 'concatPlanes':
      addConcatVjp(op, inputs, cotangent, context, add);
      return;
    default:
      throw new Error(`no adjoint of ${op.op} over ${extent.planes} planes`);
  }
};

/** Adds the cotangent of a pointwise operand, summed over pixels or planes if the operand was repeated over them. */
const pointwiseAdd =
  ({ builder, nodes }: VjpContext, add: Add): Add =>
  (to, made) =>
    add(to, () => {
      const target = nodes[to].extent;
      let cotangent = made();
      if (target.grid === undefined && builder.extent(cotangent).grid !== undefined)
        cotangent = builder.add({ op: 'sumPixels', scale: 1 }, [cotangent], {
          planes: builder.extent(cotangent).planes,
          grid: undefined,
        });
      if (target.grid === undefined && target.planes === 1 && builder.extent(cotangent).planes > 1)
        cotangent = builder.add({ op: 'sumAll' }, [cotangent], { planes: 1, grid: undefined });
      return cotangent;
    });

/**
 * The moments of a batch are read by all its samples: their cotangents are added up over the batch. With n numbers to
 * a channel, dx = (d mean + 2 d variance (x - mean)) / n; the path from the variance through the mean contributes
 * zero.
 */
const momentsVjp = (
  { outer, count, inner, each: numbers }: FieldOpOf<'batchMoments'>,
  x: number,
  moments: number,
  cotangent: number,
  { builder: b, nodes, value }: VjpContext,
): number => {
  // a mean over the samples already divides by the number of samples
  const all = b.add({ op: 'overBatch' }, [cotangent], nodes[moments].extent);
  const each = (of: number, begin: number, times: number): number => {
    const cut = { op: 'slicePlanes', outer: 1, count: 2 * count, inner: 1, begin, size: count } as const;
    const part = b.affine(b.add(cut, [of], { planes: count, grid: undefined }), times);
    return onPlanes(b, part, { outer, count, inner });
  };
  const centred = b.zip('sub', value(x), each(value(moments), 0, 1));
  return b.zip('add', b.zip('mul', centred, each(all, count, 2 / numbers)), each(all, 0, 1 / numbers));
};

const addZipVjp = (
  fn: FieldZip,
  number: number,
  cotangent: number,
  { builder, nodes, value }: VjpContext,
  add: Add,
): void => {
  const [x, y] = nodes[number].inputs;
  switch (fn) {
    case 'add':
      add(x, () => cotangent);
      add(y, () => cotangent);
      return;
    case 'sub':
      add(x, () => cotangent);
      add(y, () => builder.affine(cotangent, -1));
      return;
    case 'mul':
      add(x, () => builder.zip('mul', cotangent, value(y)));
      add(y, () => builder.zip('mul', cotangent, value(x)));
      return;
    case 'div':
      add(x, () => builder.zip('div', cotangent, value(y)));
      // the square of y, or 1 / y, could over- or underflow; this does not
      add(y, () =>
        builder.affine(builder.zip('div', builder.zip('mul', cotangent, value(number)), value(y)), -1),
      );
      return;
    case 'max':
    case 'min': {
      // where both are equal, or one is NaN, the cotangent goes to the first
      const [high, low] = fn === 'max' ? [y, x] : [x, y];
      const second = (): number =>
        builder.zip('mul', cotangent, builder.zip('greater', value(high), value(low)));
      add(x, () => builder.zip('sub', cotangent, second()));
      add(y, second);
      return;
    }
    case 'atan2': {
      const { extent } = nodes[number];
      add(x, () => builder.add({ op: 'angleVjp' }, [cotangent, value(y), value(x)], extent));
      add(y, () =>
        builder.affine(builder.add({ op: 'angleVjp' }, [cotangent, value(x), value(y)], extent), -1),
      );
      return;
    }
    case 'greater':
    case 'greaterEqual':
      return;
  }
};

const addDenseVjp = (
  op: FieldOpOf<'dense'>,
  [x, w]: readonly number[],
  cotangent: number,
  { builder, nodes, value }: VjpContext,
  add: Add,
): void => {
  const { count, to, transposed, ...along } = op;
  const backwards = { ...op, count: to, to: count, transposed: !transposed };
  add(x, () => builder.add(backwards, [cotangent, value(w)], nodes[x].extent));
  add(w, () =>
    transposed
      ? builder.add(
          { ...along, op: 'denseWeight', count: to, to: count },
          [cotangent, value(x)],
          nodes[w].extent,
        )
      : builder.add({ ...along, op: 'denseWeight', count, to }, [value(x), cotangent], nodes[w].extent),
  );
};

/**
 * Each operand's cotangent is a product of the result's cotangent with the other operand, summed over all pixels if
 * the operand has none.
 */
const addProductVjp = (
  { sizes, a, b, out }: Product,
  [x, y]: readonly number[],
  cotangent: number,
  { builder, nodes, value }: VjpContext,
  add: Add,
): void => {
  const times = (other: number, names: readonly [Labelled, Labelled, Labelled], to: number): number => {
    const { grid } = nodes[to].extent;
    const read = [cotangent, value(other)];
    const [first, second, result] = names;
    const isFree = read.every(
      (node, i) => builder.extent(node).grid !== undefined && [first, second][i].sites.length === 0,
    );
    return builder.add(
      {
        op: grid === undefined && isFree ? 'einsumPixels' : 'einsum',
        sizes,
        a: first,
        b: second,
        out: result,
      },
      read,
      nodes[to].extent,
    );
  };
  add(x, () => times(y, [out, b, a], x));
  add(y, () => times(x, [out, a, b], y));
};

/** Each input of a concatenation gets its slice of the cotangent. */
const addConcatVjp = (
  { outer, inner, sizes }: FieldOpOf<'concatPlanes'>,
  inputs: readonly number[],
  cotangent: number,
  { builder, nodes }: VjpContext,
  add: Add,
): void => {
  const count = sizes.reduce((a, b) => a + b, 0);
  let begin = 0;
  for (const [index, size] of sizes.entries()) {
    const slice = { op: 'slicePlanes', outer, count, inner, begin, size } as const;
    add(inputs[index], () => builder.add(slice, [cotangent], nodes[inputs[index]].extent));
    begin += size;
  }
};

/** Each of several joined fields gets its pixels of the cotangent. */
const addConcatPixelsVjp = (
  { axis, sizes }: FieldOpOf<'concatPixels'>,
  number: number,
  cotangent: number,
  { builder, nodes }: VjpContext,
  add: Add,
): void => {
  const { inputs, extent } = nodes[number];
  const indices = (begin: number, size: number): number[] =>
    Array.from({ length: size }, (_, i) => begin + i);
  const { height = 0, width = 0 } = extent.grid ?? {};
  let begin = 0;
  for (const [index, size] of sizes.entries()) {
    const part = indices(begin, size);
    const [rows, columns] = axis === 'rows' ? [part, indices(0, width)] : [indices(0, height), part];
    add(inputs[index], () =>
      builder.add({ op: 'gatherPixels', rows, columns }, [cotangent], nodes[inputs[index]].extent),
    );
    begin += size;
  }
};

/** The cotangent of the argument of a function; y is its value. */
const mapVjp = (
  fn: FieldMap,
  cotangent: number,
  x: () => number,
  y: () => number,
  b: FieldBuilder,
): number => {
  switch (fn) {
    case 'tanh':
      return b.zip('mul', cotangent, b.affine(b.map('square', y()), -1, 1));
    case 'relu':
      // y is 0 where x is not above it, and NaN where x is
      return b.keep(cotangent, y());
    case 'sigmoid':
      return b.zip('mul', cotangent, b.zip('mul', y(), b.affine(y(), -1, 1)));
    case 'softplus':
      return b.zip('mul', cotangent, b.map('sigmoid', x()));
    case 'sin':
      return b.zip('mul', cotangent, b.map('cos', x()));
    case 'cos':
      return b.affine(b.zip('mul', cotangent, b.map('sin', x())), -1);
    case 'exp':
      return b.zip('mul', cotangent, y());
    case 'log':
      return b.zip('div', cotangent, x());
    case 'sqrt':
      return b.affine(b.zip('div', cotangent, y()), 0.5);
    case 'square':
      return b.affine(b.zip('mul', cotangent, x()), 2);
    case 'abs':
      return b.zip('mul', cotangent, b.map('sign', x()));
    case 'reciprocal':
      // y^2 could overflow; this does not
      return b.affine(b.zip('mul', b.zip('mul', cotangent, y()), y()), -1);
    case 'erf':
      return b.zip(
        'mul',
        cotangent,
        b.affine(b.map('exp', b.affine(b.map('square', x()), -1)), 2 / Math.sqrt(Math.PI)),
      );
    case 'sign':
    case 'floor':
    case 'stopGradient':
      return b.affine(cotangent, 0);
  }
};
