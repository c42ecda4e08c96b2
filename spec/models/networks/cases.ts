/** All cases by name. */

import { cvRnnCase, dtNetCase, growingCase, hgruCase, hgruOfTwoCase, textureCase } from './cells.js';
import { akornCase, wonnBlockCase, wonnCase, wonnMazeCase } from './fields.js';
import { graphAttentionCase, graphConvolutionCase } from './graphs.js';
import { cornnCase, hornCase, hornOfLibrary, unicornnCase, waveRnnCase } from './recurrent.js';
import { linossCase, linossNetworkCase } from './state-space.js';
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
  dtnet_recall: dtNetCase(false),
  dtnet_recall_gn: dtNetCase(true),
  hgru_crbp_3ch: hgruCase,
  cvrnn_16x16: cvRnnCase([0.5, 0.5], [0.9, 0.0625], [12, 36]),
  cvrnn_8x11: cvRnnCase([0.5, 0.4], [0.7, 0.1], [20, 44]),
  linoss_im_network: linossNetworkCase,
  akorn_conv_omega: akornCase('conv', true, true),
  akorn_conv_no_omega: akornCase('conv', false, false),
  akorn_attn: akornCase('attention', true, true),
  akorn_attn_gta: akornCase('places', false, false),
  wonn_plain_conv: wonnCase(false),
  wonn_trig_group2: wonnCase(true),
  wonn_maze_attn: wonnMazeCase,
  wonn_block_mlp: wonnBlockCase,
  hgru_tf: hgruOfTwoCase,
};
