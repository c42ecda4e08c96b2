/** Finds flags that would do nothing, given the other flags and the names, before any work starts. */

import { type DrumheadError, decodeError } from '../../base/error.js';
import { taskNames } from '../../data/task.js';
import { drumExperiments } from '../../drums/index.js';
import { kindOf } from '../../files/kind-of.js';
import { systemNames } from '../../models/systems/index.js';
import { sweepPath } from '../../runner/folder/sweep-file.js';
import { isWeights, type Kind, type Known, type Line, rules } from './idle-rules.js';

const kindOfName = async (name: string): Promise<Kind> => {
  if (taskNames.some((known) => known === name)) return 'task';
  if (systemNames.some((known) => known === name)) return 'system';
  if (Object.hasOwn(drumExperiments, name)) return 'drums';
  if ((await kindOf(name)) === 'folder') return 'folder';
  return isWeights(name) ? 'weights' : 'other';
};

/** Idle flags: those that are refused, and sentences on those that are only noted. */
export interface IdleFlags {
  readonly refused: readonly DrumheadError[];
  readonly noted: readonly string[];
}

/**
 * The flags of a command line that have no effect there.
 *
 * @example
 * await idleFlags({ command: 'query', names: [], given: ['parquet', 'format'], flags: {} })
 * // one refused: '--format: it does nothing here, since --parquet writes a file alone; leave it out'; none noted
 */
export const idleFlags = async (line: Line): Promise<IdleFlags> => {
  const name = line.names[line.names.length - 1] ?? '';
  const { runs, task, model } = line.flags;
  const kinds = await Promise.all(line.names.map(kindOfName));
  const known: Known = {
    ...line,
    kind: kinds.at(-1) ?? 'other',
    kinds,
    task: typeof task === 'string' ? await kindOfName(task) : 'other',
    model: typeof model === 'string' ? await kindOfName(model) : 'other',
    begun: typeof runs === 'string' && name !== '' && (await kindOf(sweepPath(runs, name))) !== null,
  };
  const said = (flag: string, noted: boolean): readonly string[] => {
    const whys = rules
      .filter(
        ({ of, flags, noted: only = false }) =>
          only === noted && of.includes(line.command) && flags.includes(flag),
      )
      .flatMap(({ why }) => why(known) ?? []);
    return whys.slice(0, 1);
  };
  const refused = line.given.flatMap((flag) =>
    said(flag, false).map((why) =>
      decodeError(`--${flag}`, `it does nothing here, since ${why}; leave it out`),
    ),
  );
  return {
    refused,
    noted: line.given
      .filter((flag) => said(flag, false).length === 0)
      .flatMap((flag) => said(flag, true).map((why) => `--${flag} does nothing here: ${why}`)),
  };
};
