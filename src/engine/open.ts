/** Opening an engine: probe, choose, set the backend and wait for it, before any tensor exists. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect, engineError } from '../base/error.js';
import { probeAvailability } from './availability.js';
import { installMethods } from './chained.js';
import { type Availability, type Chosen, chooseEngine } from './choose.js';
import { type Engine, limitBytes, type TensorFlow } from './engine.js';
import { installGradients } from './gradients.js';
import {
  backendOf,
  canFuse,
  type EngineChoice,
  type EngineName,
  fuseVariable,
  type Kernels,
} from './names.js';
import { nativeCode } from './native/binary.js';
import type { NativeLevel } from './native/code.js';
import { fastestLevel } from './native/level.js';
import { tensorFlowVersion } from './tensorflow.js';

const messageOf = (cause: unknown): string =>
  cause instanceof Error
    ? cause.message
    : typeof cause === 'object' && cause !== null && 'message' in cause
      ? String(cause.message)
      : String(cause);

const attempt = <A>(engine: string, work: () => Promise<A>): Effect<A> =>
  TE.tryCatch(work, (cause) => engineError(engine, messageOf(cause)));

/** tfjs is loaded here and not at the top: it takes time, which `drumhead --help` need not pay. */
const loadTensorFlow = attempt(
  'auto',
  async (): Promise<TensorFlow> => await import('@tensorflow/tfjs-core'),
);

/**
 * tfjs-core says "looks like you are running TensorFlow.js in Node.js" when the JavaScript backend makes its first
 * tensor. One is made here while tfjs's own test flag keeps it quiet.
 */
const makeFirstTensorQuietly = (tf: TensorFlow): void => {
  const before = tf.env().getBool('IS_TEST');
  tf.env().set('IS_TEST', true);
  tf.scalar(0).dispose();
  tf.env().set('IS_TEST', before);
};

/** The preparations of an engine before and after its backend is set; each returns the backend's version. */
const prepare: Readonly<Record<ReturnType<typeof backendOf>, (tf: TensorFlow) => Promise<string>>> = {
  wasm: async () => {
    const { prepareWasm } = await import('./wasm/prepare.js');
    return prepareWasm();
  },
  cpu: async () => (await import('@tensorflow/tfjs-backend-cpu')).version_cpu,
  tensorflow: async (tf) => tensorFlowVersion(tf),
};

/**
 * Emscripten's loader adds listeners that rethrow every uncaught error from its own minified line, so that Node
 * prints 100 kB of tfjs's source instead of the error. Those that appear while a backend starts are taken off again.
 */
const withoutNewListeners = async <A>(work: () => Promise<A>): Promise<A> => {
  const uncaught = process.listeners('uncaughtException');
  const unhandled = process.listeners('unhandledRejection');
  const result = await work();
  for (const added of process.listeners('uncaughtException')) {
    if (!uncaught.includes(added)) process.removeListener('uncaughtException', added);
  }
  for (const added of process.listeners('unhandledRejection')) {
    if (!unhandled.includes(added)) process.removeListener('unhandledRejection', added);
  }
  return result;
};

/**
 * The kernels that a person chose, by `--fuse` or by the environment variable that it sets; null for none.
 *
 * **Errors** DecodeError if the variable is neither `on` nor `off`.
 */
export const askedKernels = (): Checked<Kernels | null> => {
  const asked = process.env[fuseVariable] ?? '';
  switch (asked) {
    case '':
      return E.right(null);
    case 'on':
      return E.right('fused');
    case 'off':
      return E.right('op by op');
    default:
      return E.left(decodeError(fuseVariable, `'${asked}' is neither on nor off`));
  }
};

/** Engines open one after the other: two that start one backend at the same moment would both fail. */
let opening: Promise<unknown> = Promise.resolve();

const inTurn = <A>(work: () => Promise<A>): Promise<A> => {
  const mine = opening.then(work);
  opening = mine.catch(() => {});
  return mine;
};

const start =
  (tf: TensorFlow, kernels: Kernels) =>
  ({ name, why }: Chosen): Effect<Engine> =>
    attempt(name, () => inTurn(() => started(tf, kernels, name, why)));

/** The native code of an engine; undefined for all engines but `native`, and if there is no binary. */
export const nativeLevelOf = (name: EngineName): NativeLevel | undefined => {
  const code = name === 'native' ? nativeCode() : undefined;
  return code !== undefined && E.isRight(code) ? fastestLevel(code.right) : undefined;
};

const started = async (tf: TensorFlow, kernels: Kernels, name: EngineName, why: string): Promise<Engine> => {
  const backend = backendOf(name);
  const backendVersion = await prepare[backend](tf);
  if (!(await withoutNewListeners(() => tf.setBackend(backend))))
    throw new Error('TensorFlow.js could not start this backend');
  await tf.ready();
  makeFirstTensorQuietly(tf);
  installGradients(tf);
  installMethods(tf);
  const native = nativeLevelOf(name);
  const level = native === undefined ? '' : `, native code for ${native.code.levels()[native.level]}`;
  const version = `tfjs ${tf.version_core}, ${backend} ${backendVersion}${level}`;
  return {
    name,
    why,
    version,
    limitBytes: limitBytes[name],
    tf,
    fused: canFuse(name) && kernels === 'fused',
    ...(native === undefined ? {} : { native }),
  };
};

/** Native code is fused kernels alone: op by op there is none. */
const fusing = (availability: Availability, asked: Kernels | null): Availability =>
  asked === 'op by op' && availability.native.usable
    ? {
        ...availability,
        native: { usable: false, reason: 'native code is fused kernels, which are off; take wasm' },
      }
    : availability;

/**
 * Opens the engine for a choice and makes it the current one of TensorFlow.js, which has one at a time: the engine
 * opened last is where tensors live, and opening one again makes it current again.
 *
 * @param kernels which kernels compute if the engine has a choice; default as `DRUMHEAD_FUSE` says, else fused ones
 *
 * **Errors** EngineError when the engine asked for by name cannot run here, with the reason; DecodeError where
 * `DRUMHEAD_FUSE` is neither `on` nor `off`.
 *
 * @example
 * const engine = await openEngine('auto')() // right({ name: 'wasm', why: 'auto: WebAssembly is there; ...', ... })
 */
export const openEngine = (choice: EngineChoice, kernels?: Kernels): Effect<Engine> =>
  pipe(
    TE.Do,
    TE.bind('asked', () => TE.fromEither(kernels === undefined ? askedKernels() : E.right(kernels))),
    TE.bind('tf', () => loadTensorFlow),
    TE.flatMap(({ tf, asked }) =>
      pipe(
        attempt('auto', () => probeAvailability(choice, tf)),
        TE.flatMapEither(
          (availability): Checked<Chosen> => chooseEngine(choice, fusing(availability, asked)),
        ),
        TE.flatMap(start(tf, asked ?? 'fused')),
      ),
    ),
  );
