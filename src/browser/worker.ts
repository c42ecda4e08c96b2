/** The worker of a page. Started by `openWorker`, never imported. */

import { type Port, serve } from './serve.js';
import { startThread } from './thread.js';

declare const self: Port;

serve(self, startThread);
