/** Models that several specs look at. */

import { nwm } from '../../src/models/nwm.js';

/** The Neural Wave Machine at its published size. */
export const publishedNwm = nwm({
  height: 64,
  width: 64,
  input: 3,
  mid: 16,
  channels: 2,
  steps: 100,
  dt: 0.1,
  readout: 'linear',
  hidden: [256, 256, 256],
  classes: 6,
});
