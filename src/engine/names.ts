/** The engines by name, as a person writes them after `--engine`. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { type Checked, unknownName } from '../base/error.js';

/** Engines; `tensorflow` is tfjs-node-gpu, `native` fused kernels in native code with `wasm` for all else. */
export const EngineName = t.keyof({ native: null, wasm: null, cpu: null, tensorflow: null }, 'EngineName');
/** The name of an engine. */
export type EngineName = t.TypeOf<typeof EngineName>;

/** An engine, or `auto`: the best one that is there (see `chooseEngine`). */
export const EngineChoice = t.keyof(
  { native: null, wasm: null, cpu: null, tensorflow: null, auto: null },
  'EngineChoice',
);
/** The name of an engine, or `auto`. */
export type EngineChoice = t.TypeOf<typeof EngineChoice>;

export const engineNames: readonly EngineName[] = ['native', 'wasm', 'cpu', 'tensorflow'];
export const engineChoices: readonly EngineChoice[] = ['auto', ...engineNames];

/**
 * Reads a choice that a person wrote.
 *
 * @example
 * parseEngineChoice('wasm') // right('wasm')
 * parseEngineChoice('wasn') // left: unknown engine 'wasn'; did you mean 'wasm'? Known: auto, native, wasm, cpu, tensorflow
 */
export const parseEngineChoice = (text: string): Checked<EngineChoice> =>
  pipe(
    EngineChoice.decode(text),
    E.mapLeft(() => unknownName('engine', text, engineChoices)),
  );

/** The kernels of an engine with a choice: fused from the program, or those of TensorFlow.js, op by op. */
export const Kernels = t.keyof({ fused: null, 'op by op': null }, 'Kernels');
/** The kernels of an engine with a choice. */
export type Kernels = t.TypeOf<typeof Kernels>;

/** Whether an engine has the choice: fused kernels compute in this processor's memory. */
export const canFuse = (name: EngineName): boolean => name === 'wasm' || name === 'native';

/** The backend of TensorFlow.js that an engine has. */
export const backendOf = (name: EngineName): Exclude<EngineName, 'native'> =>
  name === 'native' ? 'wasm' : name;

/** The environment variable that turns fused kernels off when it is `off`. */
export const fuseVariable = 'DRUMHEAD_FUSE';

/** The environment variable that keeps `auto` from native code when it is `off`. */
export const nativeVariable = 'DRUMHEAD_NATIVE';

/** The environment variable that names the folder of an added engine, or keeps it away when it is `off`. */
export const addedVariable = 'DRUMHEAD_TENSORFLOW';
