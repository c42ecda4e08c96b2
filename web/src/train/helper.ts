/** A worker that computes micro-batches for the worker that trains, where the page is isolated. */

import { type Port, serve } from '../../../src/browser/serve.js';

const port: Port = {
  postMessage: (message, transfer) => self.postMessage(message, { transfer }),
  addEventListener: (type, listener) => self.addEventListener(type, listener),
};

serve(port);
