/** Layers generic in sizes: written once without casts, exact where they are called with literals. */

import { pipe } from 'fp-ts/lib/function.js';
import {
  add,
  broadcastLike,
  delay,
  delayAlong,
  dense,
  einsum,
  expand,
  gather,
  half,
  matmul,
  mean,
  mul,
  over,
  parameter,
  past,
  plus,
  remember,
  reshape,
  type Shape,
  scanOver,
  scatter,
  shapeOf,
  softmax,
  splitChannels,
  type Tensor,
  times,
  transpose,
  zeros,
} from '../../../src/dsl/index.js';
import { exactly } from './exactly.js';

// Arithmetic of sizes.
exactly<4096>()(times(64, 64), true);
exactly<number>()(times(n64(), 64), true);
exactly<100>()(plus(36, 64), true);
exactly<16>()(over(64, 4), true);
exactly<32>()(half(64), true);
exactly<Tensor<readonly [4096, 2]>>()(pipe(zeros(64, 64, 2), reshape(times(64, 64), 2)), true);
exactly<Tensor<readonly [64, 64, 3]>>()(pipe(zeros(64, 64, 6), dense(half(6))), true);

// Sizes of a tensor keep their types.
const [height, width] = shapeOf(zeros(48, 64, 3));
exactly<48>()(height, true);
exactly<Tensor<readonly [64, 48]>>()(zeros(width, height), true);

// Repeating along new axes.
exactly<Tensor<readonly [7, 12, 4]>>()(pipe(zeros(12, 4), expand(0, 7)), true);
exactly<Tensor<readonly [12, 7, 4]>>()(pipe(zeros(12, 4), expand(1, 7)), true);
exactly<Tensor<readonly [12, 4, 7]>>()(pipe(zeros(12, 4), expand(2, 7)), true);
exactly<Tensor<readonly [12, 4, 7]>>()(pipe(zeros(12, 4), expand(-1, 7)), true);
exactly<Tensor<readonly [5]>>()(pipe(zeros(), expand(0, 5)), true);
exactly<Tensor<readonly [8, 9, 4]>>()(broadcastLike(zeros(8, 9, 4))(zeros(4)), true);
exactly<Tensor<readonly [8, 9, 4]>>()(broadcastLike(zeros(8, 9, 4))(zeros(8, 9, 1)), true);
exactly<Tensor<readonly [8, 9, 4]>>()(broadcastLike(zeros(8, 9, 4))(zeros(n64() - 60)), true);
function n64(): number {
  return 64;
}

// Sites of a grid as rows of a matrix and back, whatever the grid.
const amongSites = <H extends number, W extends number, C extends number>(x: Tensor<readonly [H, W, C]>) => {
  const [h, w, c] = shapeOf(x);
  const sites = reshape(times(h, w), c)(x);
  const shares = softmax(1)(einsum('qc,kc->qk', sites, sites));
  return reshape(h, w, c)(einsum('qk,kc->qc', shares, sites));
};
exactly<Tensor<readonly [6, 5, 4]>>()(amongSites(zeros(6, 5, 4)), true);

// Complex products, whatever the sizes.
const stateSpace = <const P extends number>(units: P) => {
  const into = parameter('into', [units, 3, 2], { init: 'glorot' });
  return <T extends number>(u: Tensor<readonly [T, 3]>) =>
    scanOver({
      over: einsum('tf,pfc->tpc', u, into),
      init: { y: zeros(units, 2) },
      step: ({ y }, push) => ({ y: add(y, push) }),
      observe: ({ y }) => y,
    });
};
exactly<Tensor<readonly [20, 8, 2]>>()(stateSpace(8)(zeros(20, 3)), true);

// Messages along edges.
const messages = <const N extends number>(nodes: N, sources: Shape, targets: Shape) => {
  const weights = zeros(sources.length);
  return <C extends number>(x: Tensor<readonly [N, C]>): Tensor<readonly [N, C]> => {
    const [, c] = shapeOf(x);
    return scatter(0, targets, nodes)(mul(gather(0, sources)(x), expand(-1, c)(weights)));
  };
};
exactly<Tensor<readonly [4, 2]>>()(messages(4, [0, 1], [1, 2])(zeros(4, 2)), true);

// A gain of each channel, heads, means.
const gained = <R extends Shape, C extends number>(x: Tensor<readonly [...R, C]>, gain: Tensor<readonly [C]>) =>
  mul(x, broadcastLike(x)(gain));
exactly<Tensor<readonly [8, 9, 4]>>()(gained(zeros(8, 9, 4), zeros(4)), true);
const headsOf = <S extends number, C extends number>(x: Tensor<readonly [S, C]>, size: number) =>
  pipe(x, splitChannels(4, size), transpose(1, 0, 2), mean(2));
exactly<Tensor<readonly [4, 16]>>()(headsOf(zeros(16, 8), 2), true);
const turned = <S extends number, C extends number>(x: Tensor<readonly [S, C]>, m: Tensor<readonly [C, C]>) =>
  matmul(x, m);
exactly<Tensor<readonly [16, 8]>>()(turned(zeros(16, 8), zeros(8, 8)), true);

// Delays of sites and of connections.
exactly<Tensor<readonly [40, 8, 3]>>()(past(zeros(40, 3), 8), true);
exactly<Tensor<readonly [3]>>()(delay(past(zeros(3), 8), [0, 3, 7]), true);
exactly<Tensor<readonly [2, 5]>>()(delayAlong(past(zeros(3, 5), 8), [0, 3], [2, 2]), true);
exactly<Tensor<readonly [3, 8, 5]>>()(remember(past(zeros(3, 5), 8), zeros(3, 5)), true);
