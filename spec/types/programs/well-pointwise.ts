/** Pointwise functions of two tensors: equal shapes, scalars, sizes known on one side only. */

import {
  add,
  atan2,
  div,
  equal,
  fill,
  greater,
  less,
  maximum,
  mul,
  type Shape,
  sub,
  type Tensor,
  training,
  where,
  zeros,
} from '../../../src/dsl/index.js';
import { exactly } from './exactly.js';

const field = zeros(64, 64, 2);
const scalar = fill(0.5);
declare const n: number;
declare const anything: Tensor;
const unknown = zeros(n, 64, 2);

exactly<Tensor<readonly [64, 64, 2]>>()(add(field, field), true);
exactly<Tensor<readonly [64, 64, 2]>>()(sub(field, scalar), true);
exactly<Tensor<readonly [64, 64, 2]>>()(div(scalar, field), true);
exactly<Tensor<readonly []>>()(mul(scalar, scalar), true);
exactly<Tensor<readonly [64, 64, 2]>>()(maximum(field, unknown), true);
exactly<Tensor<readonly [number, 64, 2]>>()(maximum(unknown, field), true);
exactly<Tensor<readonly [64, 64, 2]>>()(greater(field, anything), true);

export const energy = <S extends Shape>(y: Tensor<S>, z: Tensor<S>): Tensor<S> => add(mul(y, y), mul(z, z));
exactly<Tensor<readonly [64, 64, 2]>>()(energy(field, field), true);

exactly<Tensor<readonly [64, 64, 2]>>()(atan2(field, scalar), true);
exactly<Tensor<readonly [64, 64, 2]>>()(less(scalar, field), true);
exactly<Tensor<readonly [64, 64, 2]>>()(equal(field, field), true);
exactly<Tensor<readonly [64, 64, 2]>>()(where(field, field, field), true);
exactly<Tensor<readonly [64, 64, 2]>>()(where(field, scalar, field), true);
exactly<Tensor<readonly [64, 64, 2]>>()(where(field, field, scalar), true);
exactly<Tensor<readonly [64, 64, 2]>>()(where(field, scalar, scalar), true);
exactly<Tensor<readonly [64, 64, 2]>>()(where(training, field, field), true);
exactly<Tensor<readonly [64, 64, 2]>>()(where(training, scalar, field), true);
exactly<Tensor<readonly []>>()(where(training, scalar, scalar), true);

export const positive = <S extends Shape>(y: Tensor<S>): Tensor<S> => where(greater(y, scalar), y, scalar);
exactly<Tensor<readonly [64, 64, 2]>>()(positive(field), true);
