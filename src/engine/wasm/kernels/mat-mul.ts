/**
 * BatchMatMul and _FusedMatMul on drumhead's own panels: the backend's kernels do not use XNNPACK if a factor is
 * transposed.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { _FusedMatMulAttrs, BatchMatMulAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import { register, type StockKernel, stock } from '../../seam.js';
import { sizeOf } from '../heap.js';
import type { Matrix } from '../simd/pack.js';
import { multiply } from '../simd/product.js';

interface Inputs {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  readonly bias?: TensorInfo;
  readonly preluActivationWeights?: TensorInfo;
}

const bytes = 4;

/** A factor of shape [..., rows, columns] as stored, seen as multiplied. */
const factor = (address: number, shape: readonly number[], transposed: boolean): Matrix => {
  const row = shape[shape.length - 1] * bytes;
  return transposed ? { address, row: bytes, column: row } : { address, row, column: bytes };
};

/**
 * Whether drumhead's panels compute it: floats, at most one batch axis, at most bias and ReLU. The backend computes the
 * rest.
 */
const ours = ({ a, b, preluActivationWeights }: Inputs, activation: string): boolean => {
  const [batchA, batchB] = [a, b].map(({ shape }) => sizeOf(shape.slice(0, -2)));
  return (
    a.dtype === 'float32' &&
    b.dtype === 'float32' &&
    preluActivationWeights === undefined &&
    (activation === 'linear' || activation === 'relu') &&
    (batchA === batchB || batchA === 1 || batchB === 1) &&
    sizeOf(a.shape) > 0 &&
    sizeOf(b.shape) > 0
  );
};

const product = (
  { a, b, bias }: Inputs,
  { transposeA, transposeB }: BatchMatMulAttrs,
  relu: boolean,
  backend: BackendWasm,
): TensorInfo => {
  const [rowsA, columnsA] = a.shape.slice(-2);
  const [rowsB, columnsB] = b.shape.slice(-2);
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const n = transposeB ? rowsB : columnsB;
  const outer = [a, b].map(({ shape }) => shape.slice(0, -2));
  const batchA = sizeOf(outer[0]);
  const batchB = sizeOf(outer[1]);
  const batch = Math.max(batchA, batchB);
  const out = backend.makeOutput([...(batchA === batch ? outer[0] : outer[1]), m, n], 'float32');
  const address = (x: TensorInfo): number => backend.getMemoryOffset(x.dataId);
  // with one right factor for all, the rows of the whole batch are rows of one product
  const together = batchB === 1 && !transposeA;
  for (let i = 0; i < (together ? 1 : batch); i++) {
    multiply(backend, {
      m: together ? m * batchA : m,
      k,
      n,
      left: factor(address(a) + (batchA === 1 ? 0 : i * m * k * bytes), a.shape, transposeA),
      right: factor(address(b) + (batchB === 1 ? 0 : i * k * n * bytes), b.shape, transposeB),
      result: address(out) + i * m * n * bytes,
      ...(bias === undefined ? {} : { bias: address(bias) }),
      relu,
    });
  }
  return out;
};

export const installMatMul = (): void => {
  const plain: StockKernel<Inputs, BatchMatMulAttrs> = stock('BatchMatMul');
  register<Inputs, BatchMatMulAttrs>('BatchMatMul', (inputs, attrs, backend) =>
    ours(inputs, 'linear') ? product(inputs, attrs, false, backend) : plain(inputs, attrs, backend),
  );
  const fused: StockKernel<Inputs, _FusedMatMulAttrs> = stock('_FusedMatMul');
  register<Inputs, _FusedMatMulAttrs>('_FusedMatMul', (inputs, attrs, backend) =>
    ours(inputs, attrs.activation)
      ? product(inputs, attrs, attrs.activation === 'relu', backend)
      : fused(inputs, attrs, backend),
  );
};
