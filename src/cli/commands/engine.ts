/** `drumhead engine`: adds a person's own TensorFlow as the engine `tensorflow`, and removes it. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decodeError, type Effect, unknownName } from '../../base/error.js';
import { sizeText } from '../../base/limits.js';
import {
  type Added,
  type Adding,
  addingHere,
  addTensorFlow,
  removeTensorFlow,
} from '../../runner/engine/index.js';
import { remark } from '../edge.js';

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

const add = (flags: EngineFlags, adding: Adding): Effect<string> =>
  flags.from === undefined
    ? TE.left(decodeError('--from', 'name a folder or a wheel that has a TensorFlow'))
    : pipe(
        addTensorFlow(flags.from, adding),
        TE.map((added) => (flags.json === true ? JSON.stringify(added, null, 2) : addedText(added))),
      );

/**
 * Adds an engine, or removes one.
 *
 * **Errors** UnknownName; DecodeError for --from; as `addTensorFlow` and `removeTensorFlow`.
 */
export const engineCommand = (
  action: string,
  name: string,
  flags: EngineFlags,
  adding: Adding = addingHere(remark),
): Effect<string> => {
  if (!engines.some((one) => one === name)) return TE.left(unknownName('engine', name, engines));
  switch (action) {
    case 'add':
      return add(flags, adding);
    case 'remove':
      return pipe(
        removeTensorFlow(),
        TE.map((folder) =>
          flags.json === true ? JSON.stringify({ removed: folder }, null, 2) : `removed ${folder}`,
        ),
      );
    default:
      return TE.left(unknownName('action', action, actions));
  }
};
