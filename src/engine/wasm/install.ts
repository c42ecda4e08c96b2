/** Every substitute for a kernel of the wasm backend, registered. */

import { installConv2DBackpropFilter } from './conv2dBackpropFilter.js';

export const installKernels = (): void => {
  installConv2DBackpropFilter();
};
