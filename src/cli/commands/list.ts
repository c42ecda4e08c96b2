/** `drumhead list`: what can be run. */

import { experimentNames } from '../../experiments/catalogue.js';

export const list = (): string => experimentNames.join('\n');
