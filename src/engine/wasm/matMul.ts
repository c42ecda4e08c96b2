/** BatchMatMul and _FusedMatMul with a transposed factor: XNNPACK only takes plain ones, so transpose first. */

import type { _FusedMatMulAttrs, BatchMatMulAttrs, TensorInfo, TransposeAttrs } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { register, type StockKernel, stock } from '../seam.js';
import { release } from './heap.js';

type Factors = { readonly a: TensorInfo; readonly b: TensorInfo };

/** Runs a product with its transposed factors replaced by transposed copies: 2 to 3 GFLOP/s become 35. */
const plainly = <Inputs extends Factors, Attrs extends BatchMatMulAttrs>(
  product: StockKernel<Inputs, Attrs>,
) => {
  const transpose = stock<{ x: TensorInfo }, TransposeAttrs>('Transpose');
  const turned = (x: TensorInfo, backend: BackendWasm): TensorInfo => {
    const rank = x.shape.length;
    const perm = x.shape.map((_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
    return transpose({ x }, { perm }, backend);
  };
  return (inputs: Inputs, attrs: Attrs, backend: BackendWasm): TensorInfo => {
    const a = attrs.transposeA ? turned(inputs.a, backend) : inputs.a;
    const b = attrs.transposeB ? turned(inputs.b, backend) : inputs.b;
    const out = product({ ...inputs, a, b }, { ...attrs, transposeA: false, transposeB: false }, backend);
    if (attrs.transposeA) release(backend, a);
    if (attrs.transposeB) release(backend, b);
    return out;
  };
};

export const installMatMul = (): void => {
  register('BatchMatMul', plainly(stock<Factors, BatchMatMulAttrs>('BatchMatMul')));
  register('_FusedMatMul', plainly(stock<Factors, _FusedMatMulAttrs>('_FusedMatMul')));
};
