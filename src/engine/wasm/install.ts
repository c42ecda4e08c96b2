/** Registers every substitute for a kernel of the wasm backend. */

import { installActivationGrad } from './kernels/activation-grad.js';
import { installBatchNorm } from './kernels/batch-norm.js';
import { installConcat } from './kernels/concat.js';
import { installConv2D } from './kernels/conv2d.js';
import { installDepthwiseConv2d } from './kernels/depthwise-conv2d.js';
import { installExtremes } from './kernels/extremes.js';
import { installGather } from './kernels/gather.js';
import { installIdentity } from './kernels/identity.js';
import { installManyAxes } from './kernels/many-axes.js';
import { installMatMul } from './kernels/mat-mul.js';
import { installMaxPoolGrad } from './kernels/max-pool-grad.js';
import { installNearZero } from './kernels/near-zero.js';
import { installPad } from './kernels/pad.js';
import { installPool } from './kernels/pool.js';
import { installSlice } from './kernels/slice.js';
import { installSum } from './kernels/sum.js';
import { installTanh } from './kernels/tanh.js';
import { installTile } from './kernels/tile.js';
import { installTranspose } from './kernels/transpose.js';
import { installUnsortedSegmentSum } from './kernels/unsorted-segment-sum.js';

export const installKernels = (): void => {
  installIdentity();
  installTranspose();
  installSlice();
  installGather();
  installConcat();
  installTile();
  installSum();
  installTanh();
  installNearZero();
  installExtremes();
  installActivationGrad();
  installPad();
  installMatMul();
  installConv2D();
  installDepthwiseConv2d();
  installPool();
  installMaxPoolGrad();
  installBatchNorm();
  installUnsortedSegmentSum();
  installManyAxes();
};
