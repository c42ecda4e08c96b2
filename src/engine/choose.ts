/** The choice of an engine: a pure rule over the available ones. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, engineError } from '../base/error.js';
import type { EngineChoice, EngineName } from './names.js';

/** Whether an engine can run on this machine, or one sentence why not. */
export type Usable = { readonly usable: true } | { readonly usable: false; readonly reason: string };

/** The availability of each engine. */
export type Availability = Readonly<Record<EngineName, Usable>>;

/** The engine that runs, and why it was chosen: kept in the run's record. */
export interface Chosen {
  readonly name: EngineName;
  readonly why: string;
}

/**
 * `auto` takes the first of these that is usable: a GPU engine that answers (`tensorflow`, when tfjs-node-gpu
 * imports), else `native`, else `wasm`, else `cpu`.
 */
export const autoOrder: readonly EngineName[] = ['tensorflow', 'native', 'wasm', 'cpu'];

const because: Readonly<Record<EngineName, string>> = {
  tensorflow: 'tfjs-node-gpu imports',
  native: 'native code is there',
  wasm: 'WebAssembly is there',
  cpu: 'plain JavaScript always runs',
};

/**
 * The engine that runs for a choice, given what is available. An engine that is requested by name is used or gives an
 * error; it is never replaced by another.
 *
 * @example
 * chooseEngine('auto', { tensorflow: no('it is not installed'), native: no('there is no binary'), wasm: yes, cpu: yes })
 * // right({ name: 'wasm', why: 'auto: WebAssembly is there; not tensorflow: it is not installed; not native: ...' })
 */
export const chooseEngine = (choice: EngineChoice, availability: Availability): Checked<Chosen> =>
  choice === 'auto' ? automatic(availability) : named(choice, availability);

const named = (name: EngineName, availability: Availability): Checked<Chosen> => {
  const found = availability[name];
  return found.usable ? E.right({ name, why: 'asked for by name' }) : E.left(engineError(name, found.reason));
};

const automatic = (availability: Availability): Checked<Chosen> => {
  const refusals: string[] = [];
  for (const name of autoOrder) {
    const found = availability[name];
    if (found.usable) return E.right({ name, why: [`auto: ${because[name]}`, ...refusals].join('; ') });
    refusals.push(`not ${name}: ${found.reason}`);
  }
  return E.left(engineError('auto', `no engine can run here; ${refusals.join('; ')}`));
};
