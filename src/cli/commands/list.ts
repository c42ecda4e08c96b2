/** `drumhead list`: what can be run. */

import { drumExperiments } from '../../drums/index.js';
import { experimentNames } from '../../experiments/catalogue.js';

export const list = (): string => [...experimentNames, ...Object.keys(drumExperiments)].join('\n');
