/** All cases by name. */

import { dtNetCase, growingCase, hgruOfTwoCase, textureCase } from './cells.js';
import { graphAttentionCase, graphConvolutionCase } from './graphs.js';
import { cornnCase, hornCase, hornOfLibrary, unicornnCase, waveRnnCase } from './recurrent.js';
import { linossCase } from './state-space.js';
import type { Written } from './written.js';
import type { ZooCase } from './zoo.js';

export const writtenCases: Readonly<Record<string, (c: ZooCase) => Written>> = {
  horn_homogeneous: hornCase,
  horn_heterogeneous: hornCase,
  horn_brainmass: hornOfLibrary,
  cornn_smnist: cornnCase,
  cornn_cifar: cornnCase,
  unicornn_2layers: unicornnCase([0.1875, 0.1875]),
  unicornn_3layers_dt: unicornnCase([0.5, 0.125, 0.3125]),
  wavernn_smnist: waveRnnCase('relu', false),
  wavernn_copy: waveRnnCase('tanh', true),
  linoss_im: linossCase('im'),
  linoss_imex: linossCase('imex'),
  dlinoss_imex1: linossCase('damped-imex1'),
  dlinoss_imex2: linossCase('damped-imex2'),
  graphcon_gcn_v1: graphConvolutionCase('through'),
  graphcon_gcn_v2_directed: graphConvolutionCase('beside'),
  graphcon_gat: graphAttentionCase,
  nca_growing: growingCase(0),
  nca_growing_masked: growingCase(0.7),
  nca_texture: textureCase,
  dtnet_recall: dtNetCase,
  hgru_tf: hgruOfTwoCase,
};
