/** `drumhead engine`: adds a person's own TensorFlow as the engine `tensorflow`, and removes it. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { sizeText } from '../../base/limits.js';
import {
  type Added,
  type Adding,
  addingHere,
  addTensorFlow,
  removeTensorFlow,
} from '../../runner/engine/index.js';
import { remark } from '../edge.js';
import { allFlags } from '../flags/all-flags.js';
import { oneOf } from '../flags/flags.js';

export interface EngineFlags {
  readonly from?: string;
  readonly json?: boolean;
}

/** The actions, and the engines that they apply to. */
const actions = ['add', 'remove'] as const;
const engines = ['tensorflow'] as const;

const addedText = ({ folder, package: name, bytes, trial: { version, parity } }: Added): string =>
  [
    `tensorflow works (${version}, by ${name}): ${parity.at} differs from ${parity.against} by ${parity.error?.toExponential(1)}, the limit is ${parity.limit.toExponential()}`,
    `  in ${folder}${bytes === 0 ? '' : `, ${sizeText(bytes)}`}; \`drumhead engine remove tensorflow\` takes it away`,
    '  `--engine tensorflow` takes it; `drumhead doctor` shows how fast it is',
  ].join('\n');

const add = (from: string, flags: EngineFlags, adding: Adding): Effect<string> =>
  pipe(
    addTensorFlow(from, adding),
    TE.map((added) => (flags.json === true ? JSON.stringify(added, null, 2) : addedText(added))),
  );

/** The source of an added engine; nothing else needs one. */
const sourceOf = (action: string, { from }: EngineFlags): Checked<string> =>
  action === 'add' && from === undefined
    ? E.left(decodeError('--from', 'name a folder or a wheel that has a TensorFlow'))
    : E.right(from ?? '');

const remove = (flags: EngineFlags): Effect<string> =>
  pipe(
    removeTensorFlow(),
    TE.map((folder) =>
      flags.json === true ? JSON.stringify({ removed: folder }, null, 2) : `removed ${folder}`,
    ),
  );

/**
 * Adds an engine, or removes one.
 *
 * **Errors** UnknownName and DecodeError for --from, all at once; as `addTensorFlow` and `removeTensorFlow`.
 */
export const engineCommand = (
  action: string,
  name: string,
  flags: EngineFlags,
  adding: Adding = addingHere(remark),
): Effect<string> =>
  pipe(
    allFlags({
      action: oneOf('action', actions)(action),
      engine: oneOf('engine', engines)(name),
      from: sourceOf(action, flags),
    }),
    TE.fromEither,
    TE.flatMap(({ action: asked, from }) => (asked === 'add' ? add(from, flags, adding) : remove(flags))),
  );
