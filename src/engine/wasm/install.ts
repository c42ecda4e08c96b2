/** Every substitute for a kernel of the wasm backend, registered. */

import { installActivationGrad } from './activation-grad.js';
import { installBatchNorm } from './batch-norm.js';
import { installConcat } from './concat.js';
import { installConv2D } from './conv2d.js';
import { installDepthwiseConv2d } from './depthwise-conv2d.js';
import { installExtremes } from './extremes.js';
import { installIdentity } from './identity.js';
import { installManyAxes } from './many-axes.js';
import { installMatMul } from './mat-mul.js';
import { installMaxPoolGrad } from './max-pool-grad.js';
import { installNearZero } from './near-zero.js';
import { installPad } from './pad.js';
import { installPool } from './pool.js';
import { installSlice } from './slice.js';
import { installSum } from './sum.js';
import { installTanh } from './tanh.js';
import { installTranspose } from './transpose.js';
import { installUnsortedSegmentSum } from './unsorted-segment-sum.js';

export const installKernels = (): void => {
  installIdentity();
  installTranspose();
  installSlice();
  installConcat();
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
