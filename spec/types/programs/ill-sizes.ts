/** Sizes and axes that cannot be. They carry their reason to where they are used, or to where the program is run. */

import { pipe } from 'fp-ts/lib/function.js';
import {
  add,
  broadcast,
  broadcastLike,
  conv,
  conv3d,
  convTranspose,
  coupling3d,
  delay,
  type DivisibleBy,
  expand,
  gather,
  half,
  max,
  maxPool,
  maxPool3d,
  mean,
  meanPool1d,
  normalise,
  over,
  pad,
  past,
  type Possible,
  program,
  type Program,
  resample,
  remember,
  reshape,
  scatter,
  type Shapes,
  slice,
  softmax,
  standardise,
  sum,
  sumAlong,
  type Tensor,
  times,
  transpose,
  upsample,
  zeros,
} from '../../../src/dsl/index.js';

declare const run: <I extends Shapes, O extends Shapes>(p: Program<I, O> & Possible<O>) => void;
const image = zeros(64, 64, 3);

// error: axis 3 is not an axis of [64,64,3]
const plane: Tensor<readonly [64, 64]> = pipe(image, sum(3));
// error: axis 0 is named twice
pipe(image, sum(0, 0));
// error: axis 1 is named twice
max(0, 1, 1)(image);
// error: axis -1 is not an axis of [64,64,3]
const fromEnd: Tensor<readonly [64, 64]> = pipe(image, sum(-1));
// error: [0,1] is not a permutation of the axes of [64,64,3]
transpose(0, 1)(image);
// error: [0,0,2] is not a permutation of the axes of [64,64,3]
const turned: Tensor<readonly [64, 64, 3]> = pipe(image, transpose(0, 0, 2));
// error: [0,1] is not a permutation of the axes of [64,64,3]
const short: Tensor<readonly [64, 64]> = pipe(image, transpose(0, 1));
// error: a window of 65 does not fit a field of 64
pipe(image, conv(8, { kernel: 65, boundary: 'none' }), (x) => add(x, zeros(1, 1, 8)));
// error: a window of 7 does not fit a field of 5
pipe(zeros(5, 5, 3), conv(8, { dilation: 3, boundary: 'none' }), (x) => add(x, zeros(1, 1, 8)));
// error: 2 groups do not divide 3 channels into 8
pipe(image, conv(8, { groups: 2 }), (x) => add(x, zeros(64, 64, 8)));
// error: 3 groups do not divide 4 channels into 4
pipe(zeros(8, 8, 8, 4), coupling3d({ groups: 3 }), (x) => add(x, zeros(8, 8, 8, 4)));
// error: add: expected [4,4,4,6], got [8,8,8,6]
pipe(zeros(8, 8, 8, 2), conv3d(6, { stride: 2 }), (x) => add(x, zeros(8, 8, 8, 6)));
// error: a window of 9 does not fit a field of 8
pipe(zeros(8, 8, 8, 2), maxPool3d(9), (x) => add(x, zeros(1, 1, 1, 2)));

const small = program({ image: [3, 3, 1] }, ({ image }) => ({
  fine: image,
  narrowed: pipe(image, conv(4, { kernel: 5, boundary: 'none' }), conv(4), upsample(2), convTranspose(2)),
}));
// error: readonly error: "a window of 5 does not fit a field of 3"
run(small);
// error: [0,1,3] is not a permutation of the axes of [3,3,1]
program({ image: [3, 3, 1] }, ({ image }) => ({ nothing: pipe(image, transpose(0, 1, 3)) }));
run(program({ image: [3, 3, 1] }, ({ image }) => ({ fine: image, half: maxPool(2)(image) })));

// Sizes and axes that the compiler knows are refused where they are written.
// error: a window of 65 does not fit a field of 64
pipe(image, maxPool(65));
// error: a window of 5 does not fit a field of 3
maxPool(5, 1)(zeros(64, 3, 1));
// error: a window of 9 does not fit a field of 8
pipe(zeros(8, 2), meanPool1d(9, 3));
// error: '"wrap"' is not assignable to parameter of type
maxPool(3, 1, 'wrap');
// error: axis 3 is not an axis of [64,64,3]
pipe(image, mean(0, 3));
// error: axis 2 is not an axis of [64,3]
max(2)(zeros(64, 3));
// error: axis 3 is not an axis of [64,64,3]
pipe(image, softmax(3));
// error: axis 2 is not an axis of [64,3]
sumAlong(2)(zeros(64, 3));
// error: axis -1 is not an axis of [64,64,3]
normalise(-1)(image);
// error: axis 3 is not an axis of [64,64,3]
standardise(3)(image);
// error: axis 3 is not an axis of [64,64,3]
pipe(image, gather(3, [0]));
// error: axis 2 is not an axis of [64,3]
scatter(2, [0, 0, 1], 2)(zeros(64, 3));
// error: broadcast: [1,3,3] does not repeat to [64,64,3]
pipe(zeros(1, 3, 3), broadcast(64, 64, 3));
// error: broadcast: [64,3] does not repeat to [64,64,3]
broadcast(64, 64, 3)(zeros(64, 3));
// error: slice: a box of [8,8,3] from [60,0,0] does not lie inside [64,64,3]
slice(image, [60, 0, 0], [8, 8, 3]);
// error: slice: a box of [8,8] from [0,0,0] does not lie inside [64,64,3]
slice(image, [0, 0, 0], [8, 8]);
// error: pad: 4 margins are more than the axes of [64,64,3]
pipe(image, pad([1, 1, 0, 0]));
// error: '"none"' is not assignable to parameter of type
pad([1], 'none');
// error: Source has 3 element(s) but target allows only 2
pipe(image, resample([32]));
// error: add: expected [66,66,3], got [64,64,3]
add(pipe(image, pad([1, 1])), image);

const quartered = <const H extends number>(height: H & DivisibleBy<H, 4>): number => height / 4;
quartered(64);
// error: 63 is not divisible by 4
quartered(63);
declare const n: number;
quartered(n);

// error: 63 is not divisible by 2
half(63);
// error: 10 is not divisible by 4
over(10, 4);
// error: broadcastLike: [4] is not the end of [64,64,3]
broadcastLike(image)(zeros(4));
// error: broadcastLike: [64,3,1] is not the end of [64,64,3]
broadcastLike(image)(zeros(64, 3, 1));
// error: reshape: 12288 elements do not fill 4096
pipe(image, reshape(times(64, 64)));
// error: add: expected [12,5], got [12,7]
add(pipe(zeros(12), expand(-1, 5)), zeros(12, 7));
// error: delay: 2 delays are not one for each of 3 sites
delay(past(zeros(3), 8), [0, 1]);
// error: '4' is not assignable to type '3'
remember(past(zeros(3), 8), zeros(4));
