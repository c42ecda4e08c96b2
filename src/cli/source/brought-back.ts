/** Folders that a killed command had moved away, back at the next command that names them. */

import { dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { kindOf } from '../../files/kind-of.js';

const folderSetting = /^(task\.)?folder=/;

/** All that a command line names: its names, its task, and the folder of its task in settings (`folder=FOLDER`). */
export const namesGiven = (
  names: readonly string[],
  { task, set }: Readonly<Record<string, unknown>>,
): readonly string[] => {
  const settings = [names, set].flat().filter((each) => typeof each === 'string');
  return [
    ...names,
    ...(typeof task === 'string' ? [task] : []),
    ...settings.filter((each) => folderSetting.test(each)).map((each) => each.replace(folderSetting, '')),
  ];
};

/**
 * Moves back each of these folders that is missing because a command was killed between the two moves that replace it.
 *
 * @returns the names of those that are back
 */
export const broughtBack = async (names: readonly string[]): Promise<readonly string[]> => {
  const back: string[] = [];
  for (const name of names) {
    if ((await kindOf(name)) !== null || (await kindOf(dirname(name))) !== 'folder') continue;
    const { bringBack } = await import('../../files/write-folder.js');
    const done = await bringBack(name)();
    // The command itself says what is wrong with a folder that cannot be read.
    if (E.isRight(done) && done.right) back.push(name);
  }
  return back;
};
