/** The models of the zoo by their names. */

import type { Model } from '../written.js';
import { cvRnn, dtNet, growing, hgru, hgruOfTheFirst, texture } from './cells.js';
import { graphcon } from './graphs.js';
import { akorn, wonn, wonnMaze } from './phases.js';
import { dampedLinoss, linoss } from './state-space.js';
import { cornn, horn, hornOfLibrary, unicornn, waveRnn } from './units.js';

export const zooModels: Readonly<Record<string, Model>> = {
  akorn,
  cornn,
  'cv-rnn': cvRnn,
  dlinoss: dampedLinoss,
  'dt-net': dtNet,
  graphcon,
  'growing-nca': growing,
  hgru,
  'hgru-tf': hgruOfTheFirst,
  horn,
  'horn-brainmass': hornOfLibrary,
  linoss,
  'texture-nca': texture,
  unicornn,
  'wave-rnn': waveRnn,
  wonn,
  'wonn-maze': wonnMaze,
};
