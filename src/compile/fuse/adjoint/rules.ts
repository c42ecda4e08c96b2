/** The rules of the reverse mode: what each operation of a field graph gives its inputs. */

import type { MapFunction } from '../../../dsl/op.js';
import type { FieldBuilder } from '../ir/builder.js';
import type { FieldNode } from '../ir/field.js';
import type { Piece } from './cotangents.js';

/** What the rules of one node need. */
export interface Rule {
  readonly b: FieldBuilder;
  readonly nodes: readonly FieldNode[];
  /** A forward value, in the graph that is being built. */
  readonly value: (node: number) => number;
  readonly give: (node: number, cotangent: number) => void;
  readonly givePiece: (node: number, piece: Piece) => void;
  readonly wanted: (node: number) => boolean;
}

/** Gives each input of a node its share of the node's cotangent d. */
export const pullBack = (number: number, d: number, rule: Rule): void => {
  const { b, nodes, value, givePiece, wanted } = rule;
  const { op, inputs, extent } = nodes[number];
  const [x, y, z] = inputs;
  const y0 = (): number => value(number);
  /** Gives a pointwise operand its share: summed where it was repeated over pixels or planes. */
  const give = (to: number, cotangent: () => number): void => {
    if (!wanted(to)) return;
    const target = nodes[to].extent;
    let share = cotangent();
    if (!target.grid && b.extent(share).grid)
      share = b.add({ op: 'sumPixels', scale: 1 }, [share], { planes: b.extent(share).planes, grid: false });
    if (!target.grid && target.planes === 1 && b.extent(share).planes > 1)
      share = b.add({ op: 'sumAll' }, [share], { planes: 1, grid: false });
    rule.give(to, share);
  };
  switch (op.op) {
    case 'map':
      if (op.fn !== 'sign' && op.fn !== 'stopGradient')
        give(x, () => mapCotangent(op.fn, d, () => value(x), y0, b));
      return;
    case 'affine':
      give(x, () => b.affine(d, op.scale));
      return;
    case 'spread':
      give(x, () => d);
      return;
    case 'zip':
      switch (op.fn) {
        case 'add':
          give(x, () => d);
          give(y, () => d);
          return;
        case 'sub':
          give(x, () => d);
          give(y, () => b.affine(d, -1));
          return;
        case 'mul':
          give(x, () => b.zip('mul', d, value(y)));
          give(y, () => b.zip('mul', d, value(x)));
          return;
        case 'div':
          give(x, () => b.zip('div', d, value(y)));
          // the square of y, or 1 / y, may over- or underflow where this does not
          give(y, () => b.affine(b.zip('div', b.zip('mul', d, y0()), value(y)), -1));
          return;
        case 'max':
        case 'min': {
          // where both are equal, or one is NaN, the first has it
          const [high, low] = op.fn === 'max' ? [y, x] : [x, y];
          const second = (): number => b.zip('mul', d, b.zip('greater', value(high), value(low)));
          give(x, () => b.zip('sub', d, second()));
          give(y, second);
          return;
        }
        case 'greater':
          return;
      }
      return;
    case 'length':
      give(x, () => b.add({ op: 'lengthShare' }, [d, value(x), value(y)], extent));
      give(y, () => b.add({ op: 'lengthShare' }, [d, value(y), value(x)], extent));
      return;
    case 'dense': {
      if (wanted(x))
        rule.give(
          x,
          b.add(
            { ...op, count: op.to, to: op.count, transposed: !op.transposed },
            [d, value(y)],
            nodes[x].extent,
          ),
        );
      if (wanted(y))
        rule.give(
          y,
          b.add(
            { op: 'denseWeight', outer: op.outer, count: op.count, inner: op.inner, to: op.to },
            [value(x), d],
            nodes[y].extent,
          ),
        );
      return;
    }
    case 'conv':
      if (wanted(x)) rule.give(x, b.add({ ...op, op: 'convInput' }, [d, value(y)], nodes[x].extent));
      if (wanted(y)) rule.give(y, b.add({ ...op, op: 'convWeight' }, [value(x), d], nodes[y].extent));
      return;
    case 'sumPixels':
      if (wanted(x)) rule.give(x, b.add({ op: 'spread' }, [b.affine(d, op.scale)], nodes[x].extent));
      return;
    case 'reducePlanes': {
      if (!wanted(x)) return;
      const { outer, count, inner } = op;
      rule.give(
        x,
        op.fn === 'sum'
          ? b.add({ op: 'repeatPlanes', outer, count, inner }, [d], nodes[x].extent)
          : b.add({ op: 'firstMax', outer, count, inner }, [value(x), y0(), d], nodes[x].extent),
      );
      return;
    }
    case 'repeatPlanes': {
      if (!wanted(x)) return;
      const { outer, count, inner } = op;
      rule.give(x, b.add({ op: 'reducePlanes', fn: 'sum', outer, count, inner }, [d], nodes[x].extent));
      return;
    }
    case 'rearrange': {
      if (!wanted(x)) return;
      const back = op.order.map(() => 0);
      for (const [to, from] of op.order.entries()) back[from] = to;
      rule.give(x, b.add({ op: 'rearrange', order: back }, [d], nodes[x].extent));
      return;
    }
    case 'slicePlanes':
      if (wanted(x)) {
        const { op: _, ...place } = op;
        givePiece(x, { ...place, node: d });
      }
      return;
    case 'concatPlanes': {
      let begin = 0;
      const count = op.sizes.reduce((a, s) => a + s, 0);
      for (const [place, size] of op.sizes.entries()) {
        if (wanted(inputs[place]))
          rule.give(
            inputs[place],
            b.add(
              { op: 'slicePlanes', outer: op.outer, count, inner: op.inner, begin, size },
              [d],
              nodes[inputs[place]].extent,
            ),
          );
        begin += size;
      }
      return;
    }
    default:
      throw new Error(`no adjoint of ${op.op} over ${extent.planes} planes (${z ?? ''})`);
  }
};

const mapCotangent = (
  fn: MapFunction,
  d: number,
  x: () => number,
  y: () => number,
  b: FieldBuilder,
): number => {
  switch (fn) {
    case 'tanh':
      return b.zip('mul', d, b.affine(b.map('square', y()), -1, 1));
    case 'relu':
      // y is 0 where x is not above it, and NaN where x is
      return b.keep(d, y());
    case 'sigmoid':
      return b.zip('mul', d, b.zip('mul', y(), b.affine(y(), -1, 1)));
    case 'softplus':
      return b.zip('mul', d, b.map('sigmoid', x()));
    case 'sin':
      return b.zip('mul', d, b.map('cos', x()));
    case 'cos':
      return b.affine(b.zip('mul', d, b.map('sin', x())), -1);
    case 'exp':
      return b.zip('mul', d, y());
    case 'log':
      return b.zip('div', d, x());
    case 'sqrt':
      return b.affine(b.zip('div', d, y()), 0.5);
    case 'square':
      return b.affine(b.zip('mul', d, x()), 2);
    case 'abs':
      return b.zip('mul', d, b.map('sign', x()));
    case 'reciprocal':
      // y^2 may overflow where this does not
      return b.affine(b.zip('mul', b.zip('mul', d, y()), y()), -1);
    case 'sign':
    case 'stopGradient':
      return b.affine(d, 0);
  }
};
