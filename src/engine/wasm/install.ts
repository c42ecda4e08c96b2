/** Every substitute for a kernel of the wasm backend, registered. */

import { installActivationGrad } from './activationGrad.js';
import { installConcat } from './concat.js';
import { installConv2D } from './conv2d.js';
import { installDepthwiseConv2d } from './depthwiseConv2d.js';
import { installIdentity } from './identity.js';
import { installMatMul } from './matMul.js';
import { installMaxPoolGrad } from './maxPoolGrad.js';
import { installPad } from './pad.js';
import { installSlice } from './slice.js';
import { installSum } from './sum.js';
import { installTanh } from './tanh.js';
import { installTranspose } from './transpose.js';
import { installUnsortedSegmentSum } from './unsortedSegmentSum.js';

export const installKernels = (): void => {
  installIdentity();
  installTranspose();
  installSlice();
  installConcat();
  installSum();
  installTanh();
  installActivationGrad();
  installPad();
  installMatMul();
  installConv2D();
  installDepthwiseConv2d();
  installMaxPoolGrad();
  installUnsortedSegmentSum();
};
