/** The worker of a page. Started by `openWorker`, never imported. */

import { type Port, serve } from './serve.js';

declare const self: Port;

serve(self);
