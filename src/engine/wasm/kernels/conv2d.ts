/** Conv2D, FusedConv2D and the gradients of a convolution on panels of our own. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type {
  Conv2DAttrs,
  Conv2DBackpropFilterAttrs,
  Conv2DBackpropInputAttrs,
  FusedConv2DAttrs,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { register, stock } from '../../seam.js';
import { type Geometry, geometryOf } from '../convolution.js';
import { floats, release, shared } from '../heap.js';
import { convolve, convolveByFilter, type Sizes } from '../simd/convolution.js';
import { spread } from '../spread.js';

interface Inputs {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly bias?: TensorInfo;
  readonly preluActivationWeights?: TensorInfo;
}

/** The image with the zero padding that its convolution needs. */
const padded = (backend: BackendWasm, x: TensorInfo, g: Geometry): TensorInfo => {
  const { top, left } = g.padInfo;
  // pixels beyond the last window are cut off; padding that the last window reaches is added
  const size: [number, number] = [
    Math.max(top + g.inHeight, (g.outHeight - 1) * g.strideHeight + g.filterHeight),
    Math.max(left + g.inWidth, (g.outWidth - 1) * g.strideWidth + g.filterWidth),
  ];
  return size[0] === g.inHeight && size[1] === g.inWidth
    ? shared(backend, x)
    : spread(backend, x, { size, before: [top, left], stride: [1, 1] });
};

const sizesOf = (image: TensorInfo, g: Geometry): Sizes => ({
  batch: g.batchSize,
  height: image.shape[1],
  width: image.shape[2],
  from: g.inChannels,
  to: g.outChannels,
  kernelHeight: g.filterHeight,
  kernelWidth: g.filterWidth,
  strideHeight: g.strideHeight,
  strideWidth: g.strideWidth,
  outHeight: g.outHeight,
  outWidth: g.outWidth,
});

/** A 1x1 convolution without stride treats each pixel alike, so all pixels form one long row and one product. */
const asRow = (s: Sizes): Sizes =>
  s.kernelHeight === 1 && s.kernelWidth === 1 && s.strideHeight === 1 && s.strideWidth === 1
    ? {
        ...s,
        batch: 1,
        height: 1,
        outHeight: 1,
        width: s.batch * s.height * s.width,
        outWidth: s.batch * s.height * s.width,
      }
    : s;

const forward = (
  { x, filter, bias }: Inputs,
  g: Geometry,
  relu: boolean,
  backend: BackendWasm,
): TensorInfo => {
  const out = backend.makeOutput([g.batchSize, g.outHeight, g.outWidth, g.outChannels], 'float32');
  const image = padded(backend, x, g);
  const address = (tensor: TensorInfo): number => backend.getMemoryOffset(tensor.dataId);
  convolve(backend, {
    ...asRow(sizesOf(image, g)),
    image: address(image),
    filter: address(filter),
    result: address(out),
    ...(bias === undefined ? {} : { bias: address(bias) }),
    relu,
  });
  release(backend, image);
  return out;
};

/** filter[kH-1-i, kW-1-j, out, in] of filter[i, j, in, out]. */
const flipped = (backend: BackendWasm, filter: TensorInfo): TensorInfo => {
  const [height, width, from, to] = filter.shape;
  const out = backend.makeOutput([height, width, to, from], 'float32');
  const source = floats(backend, filter);
  const target = floats(backend, out);
  const taps = height * width;
  for (let tap = 0; tap < taps; tap++) {
    const mirrored = taps - 1 - tap;
    for (let i = 0; i < from; i++) {
      for (let o = 0; o < to; o++) target[(mirrored * to + o) * from + i] = source[(tap * from + i) * to + o];
    }
  }
  return out;
};

/**
 * The gradient by the image, and transposed convolution: a convolution, without stride, of the gradient spread by the
 * stride, with the flipped filter.
 */
const byImage = (dy: TensorInfo, filter: TensorInfo, g: Geometry, backend: BackendWasm): TensorInfo => {
  const out = backend.makeOutput([g.batchSize, g.inHeight, g.inWidth, g.inChannels], 'float32');
  const size: [number, number] = [g.inHeight + g.filterHeight - 1, g.inWidth + g.filterWidth - 1];
  const image = spread(backend, dy, {
    size,
    before: [g.filterHeight - 1 - g.padInfo.top, g.filterWidth - 1 - g.padInfo.left],
    stride: [g.strideHeight, g.strideWidth],
  });
  const kernel = flipped(backend, filter);
  convolve(backend, {
    ...sizesOf(image, g),
    from: g.outChannels,
    to: g.inChannels,
    strideHeight: 1,
    strideWidth: 1,
    outHeight: g.inHeight,
    outWidth: g.inWidth,
    image: backend.getMemoryOffset(image.dataId),
    filter: backend.getMemoryOffset(kernel.dataId),
    result: backend.getMemoryOffset(out.dataId),
  });
  release(backend, image, kernel);
  return out;
};

const byFilter = (x: TensorInfo, dy: TensorInfo, g: Geometry, backend: BackendWasm): TensorInfo => {
  const out = backend.makeOutput([g.filterHeight, g.filterWidth, g.inChannels, g.outChannels], 'float32');
  const image = padded(backend, x, g);
  convolveByFilter(backend, {
    ...sizesOf(image, g),
    image: backend.getMemoryOffset(image.dataId),
    gradient: backend.getMemoryOffset(dy.dataId),
    result: backend.getMemoryOffset(out.dataId),
  });
  release(backend, image);
  return out;
};

const undilated = (g: Geometry): boolean => g.dilationHeight === 1 && g.dilationWidth === 1;

/** Dilated convolutions and channels that come first stay with the backend (which refuses the latter). */
export const installConv2D = (): void => {
  const plain = stock<Inputs, Conv2DAttrs>('Conv2D');
  register<Inputs, Conv2DAttrs>('Conv2D', (inputs, attrs, backend) => {
    const g = geometryOf(inputs.x.shape, inputs.filter.shape, attrs);
    return undilated(g) && attrs.dataFormat === 'NHWC'
      ? forward(inputs, g, false, backend)
      : plain(inputs, attrs, backend);
  });
  const fused = stock<Inputs, FusedConv2DAttrs>('FusedConv2D');
  register<Inputs, FusedConv2DAttrs>('FusedConv2D', (inputs, attrs, backend) => {
    const g = geometryOf(inputs.x.shape, inputs.filter.shape, attrs);
    const simple = attrs.activation === 'linear' || attrs.activation === 'relu';
    return simple && !inputs.preluActivationWeights && undilated(g) && attrs.dataFormat === 'NHWC'
      ? forward(inputs, g, attrs.activation === 'relu', backend)
      : fused(inputs, attrs, backend);
  });
  register<{ dy: TensorInfo; filter: TensorInfo }, Conv2DBackpropInputAttrs>(
    'Conv2DBackpropInput',
    ({ dy, filter }, attrs, backend) =>
      byImage(dy, filter, geometryOf(attrs.inputShape, filter.shape, attrs), backend),
  );
  register<{ x: TensorInfo; dy: TensorInfo }, Conv2DBackpropFilterAttrs>(
    'Conv2DBackpropFilter',
    ({ x, dy }, attrs, backend) => byFilter(x, dy, geometryOf(x.shape, attrs.filterShape, attrs), backend),
  );
};
