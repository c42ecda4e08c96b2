/**
 * The code that runs in the sandbox: the language, and the text of the editor. Its only answer is a program
 * as JSON, which the page reads like a foreign file.
 */

import * as functions from 'fp-ts/lib/function.js';
import * as drumhead from '../../../../src/browser/index.js';
import * as networks from '../../../../src/models/networks/index.js';

const modules: Readonly<Record<string, unknown>> = {
  drumhead,
  'drumhead/networks': networks,
  'fp-ts/lib/function.js': functions,
  'fp-ts/function': functions,
};

const required = (name: string): unknown => {
  if (Object.hasOwn(modules, name)) return modules[name];
  throw new Error(
    `'${name}' is not here: code of this page can import ${Object.keys(modules).slice(0, 3).join(', ')}`,
  );
};

/** Removes functions that reach the network or storage, in addition to the policy of the frame. */
for (const name of [
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'WebTransport',
  'EventSource',
  'importScripts',
  'indexedDB',
  'caches',
])
  Reflect.defineProperty(globalThis, name, { value: undefined, configurable: false, writable: false });

const isProgram = (value: unknown): value is drumhead.Program =>
  typeof value === 'object' && value !== null && 'graph' in value;

/** The line and column of a fault in the person's code, as it was run. */
const placeOf = (stack: string): readonly [number, number] | null => {
  const found = stack.match(/\/program\.ts:(\d+):(\d+)/);
  return found === null ? null : [Number(found[1]), Number(found[2])];
};

const text = (value: unknown): string => {
  try {
    return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  } catch {
    return String(value);
  }
};

self.onmessage = ({ data }: MessageEvent<{ readonly code: string }>) => {
  const lines: string[] = [];
  const log = (...values: readonly unknown[]): void => {
    if (lines.length < 200) lines.push(values.map(text).join(' ').slice(0, 2000));
  };
  Object.assign(console, { log, info: log, warn: log, error: log, debug: log });
  const post: (message: unknown) => void = self.postMessage.bind(self);
  try {
    // indirect, so that the code does not see this module
    const everywhere = globalThis;
    const run: unknown = everywhere.eval(
      `(function(require,exports,module){"use strict";${data.code}\n})\n//# sourceURL=/program.ts`,
    );
    const module: { exports: Record<string, unknown> } = { exports: {} };
    if (typeof run === 'function') run(required, module.exports, module);
    const found = module.exports.default;
    const model: unknown =
      typeof found === 'object' && found !== null && 'model' in found ? Reflect.get(found, 'model') : found;
    if (!isProgram(model)) {
      post({
        fault:
          'The file has no program as its default export: write `export default program(...)`, or an experiment whose model is one.',
        lines,
      });
      return;
    }
    const around: Record<string, unknown> = {};
    if (model !== found && typeof found === 'object' && found !== null)
      for (const name of ['name', 'task', 'training', 'loss'])
        if (Reflect.has(found, name)) around[name] = Reflect.get(found, name);
    post({ program: drumhead.encodeProgram(model), experiment: JSON.stringify(around), lines });
  } catch (cause) {
    const fault = cause instanceof Error ? cause.message : String(cause);
    const location =
      typeof cause === 'object' && cause !== null && 'error' in cause
        ? Reflect.get(Object(cause.error), 'at')
        : undefined;
    const stack =
      cause instanceof Error ? `${String(location ?? '')}\n${cause.message}\n${cause.stack ?? ''}` : '';
    post({ fault, place: placeOf(stack), lines });
  }
};
