/** The loss of classes and its gradient, in one pass. */

import {
  add,
  addDouble,
  and,
  block,
  choose,
  constant,
  div,
  four,
  greater,
  load,
  loadSplat,
  max,
  minus,
  mul,
  pick,
  repeat,
  type Statement,
  same,
  set,
  step,
  store,
  sub,
  times,
  toDouble,
} from '../../../engine/wasm/simd/code.js';
import type { Source } from '../../../engine/wasm/simd/module.js';
import { functions, keepIn, type Scribe } from './functions.js';
import { locals } from './product.js';

/** What `crossEntropy` is called with, in order. */
export const entropyParameters = [
  'logits',
  'labels',
  'to',
  'classes',
  'strips',
  'scale',
  'weights',
  'total',
] as const;

/**
 * Softmax cross-entropy on strips [strip, class, 8 pixels]: leaves scale * weight * (softmax - target) in
 * `to`, and adds weight * loss, summed, to the four doubles at `total`. A pixel whose label is below 0 does
 * not count. Class weights are in a table.
 */
export const crossEntropy = (): Source => ({
  parameters: entropyParameters.length,
  body: ([logits, labels, to, classes, strips, scale, weights, total], fresh): Statement => {
    const [s, v, k, at, put, table] = locals(fresh, 6);
    const [label, top, sum, own, weight, number, mine, lost, factor, loss] = Array.from({ length: 10 }, () =>
      fresh.v128(),
    );
    const code: Statement[] = [];
    const scribe: Scribe = { fresh, write: (statement) => code.push(statement) };
    const take = (): Statement => block(...code.splice(0));
    const e = fresh.v128();
    const written = functions.exp(scribe, keepIn(scribe, sub(load(at), top)));
    const exponential = block(take(), set(e, written));
    const logged = functions.log(scribe, sum);
    const logarithm = block(take(), set(lost, logged));
    return block(
      set(loss, four(0)),
      set(factor, loadSplat(scale)),
      repeat(
        s,
        strips,
        repeat(
          v,
          constant(2),
          set(label, load(labels)),
          set(top, load(logits)),
          set(at, logits),
          repeat(k, classes, set(top, max(top, load(at))), step(at, constant(32))),
          set(sum, four(0)),
          set(own, four(0)),
          set(weight, four(0)),
          set(number, four(0)),
          set(at, logits),
          set(put, to),
          set(table, weights),
          repeat(
            k,
            classes,
            exponential,
            store(put, 0, e),
            set(sum, add(sum, e)),
            set(mine, same(label, number)),
            set(own, choose(mine, sub(load(at), top), own)),
            set(weight, choose(mine, loadSplat(table), weight)),
            set(number, add(number, four(1))),
            step(at, constant(32)),
            step(put, constant(32)),
            step(table, constant(4)),
          ),
          logarithm,
          set(loss, add(loss, and(greater(label, four(-0.5)), mul(weight, sub(lost, own))))),
          set(weight, mul(weight, factor)),
          set(sum, div(weight, sum)),
          set(number, four(0)),
          set(put, to),
          repeat(
            k,
            classes,
            set(e, mul(load(put), sum)),
            store(put, 0, sub(e, and(same(label, number), weight))),
            set(number, add(number, four(1))),
            step(put, constant(32)),
          ),
          step(labels, constant(16)),
          step(logits, constant(16)),
          step(to, constant(16)),
        ),
        // after the second half of a strip comes the first class of the next strip
        step(logits, minus(times(classes, constant(32)), constant(32))),
        step(to, minus(times(classes, constant(32)), constant(32))),
      ),
      store(total, 0, addDouble(load(total), toDouble(loss))),
      store(total, 16, addDouble(load(total, 16), toDouble(pick(loss, loss, [2, 3, 2, 3])))),
    );
  },
});
