/** The VJP rules of field graphs: from the cotangent of an operation's result to those of its inputs. */

import type { FieldBuilder } from '../ir/builder.js';
import type { FieldMap, FieldNode, FieldOpOf, FieldZip } from '../ir/field.js';
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

/** Adds to each input of a node what follows for it from the node's cotangent. */
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
      if (op.fn !== 'sign' && op.fn !== 'stopGradient')
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
    case 'dense':
      addDenseVjp(op, inputs, cotangent, context, add);
      return;
    case 'conv':
      add(x, () => builder.add({ ...op, op: 'convInput' }, [cotangent, value(y)], nodes[x].extent));
      add(y, () => builder.add({ ...op, op: 'convWeight' }, [value(x), cotangent], nodes[y].extent));
      return;
    case 'sumPixels':
      add(x, () => builder.add({ op: 'spread' }, [builder.affine(cotangent, op.scale)], nodes[x].extent));
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

/** Adds the cotangent of a pointwise operand: summed where the operand was repeated over pixels or planes. */
const pointwiseAdd =
  ({ builder, nodes }: VjpContext, add: Add): Add =>
  (to, made) =>
    add(to, () => {
      const target = nodes[to].extent;
      let cotangent = made();
      if (!target.grid && builder.extent(cotangent).grid)
        cotangent = builder.add({ op: 'sumPixels', scale: 1 }, [cotangent], {
          planes: builder.extent(cotangent).planes,
          grid: false,
        });
      if (!target.grid && target.planes === 1 && builder.extent(cotangent).planes > 1)
        cotangent = builder.add({ op: 'sumAll' }, [cotangent], { planes: 1, grid: false });
      return cotangent;
    });

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
      // the square of y, or 1 / y, may over- or underflow where this does not
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
    case 'greater':
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
  const { outer, count, inner, to } = op;
  const backwards = { ...op, count: to, to: count, transposed: !op.transposed };
  add(x, () => builder.add(backwards, [cotangent, value(w)], nodes[x].extent));
  add(w, () =>
    builder.add({ op: 'denseWeight', outer, count, inner, to }, [value(x), cotangent], nodes[w].extent),
  );
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
      // y^2 may overflow where this does not
      return b.affine(b.zip('mul', b.zip('mul', cotangent, y()), y()), -1);
    case 'sign':
    case 'stopGradient':
      return b.affine(cotangent, 0);
  }
};
