/**
 * Makes the folder paths of a sweep absolute, so that `./plain` and `plain` are one folder, one run and one
 * label.
 */

import { relative } from 'node:path';
import { canonical } from '../../base/canonical.js';
import { settled, wholePath } from '../../data/own/whereabouts.js';
import { pathOf } from '../../experiments/sweep/check-axes.js';
import type { Axes, Member, Sweep } from '../../experiments/sweep/sweep.js';

const paths: readonly (string | null)[] = ['task.folder', 'task.mnistDir'];

/** Values along an axis of folders, relative to the folder of the sweep's file. */
const labelled = async (axes: Axes, { experiment }: Member, from: string): Promise<Axes> => {
  const entries: (readonly [string, Axes[string]])[] = [];
  for (const [axis, value] of Object.entries(axes)) {
    const path = pathOf(experiment, axis);
    const { task } = experiment;
    const held =
      path === 'task.folder' && 'folder' in task ? task.folder : 'mnistDir' in task ? task.mnistDir : null;
    const folder = typeof value === 'string' && paths.includes(path) ? held : null;
    entries.push([axis, folder === null ? value : relative(from, folder) || '.']);
  }
  return Object.fromEntries(entries);
};

/** A sweep with whole folder paths, and a sentence if two members turned out to be the same. */
export interface Settled {
  readonly sweep: Sweep;
  readonly notes: readonly string[];
}

/**
 * A sweep whose tasks have whole folder paths, so that one folder has one name.
 *
 * @param from the folder that relative labels start from
 */
export const settledSweep = async (sweep: Sweep, from: string): Promise<Settled> => {
  const base = await wholePath(from);
  const members: Member[] = [];
  const seen = new Set<string>();
  const notes: string[] = [];
  for (const { axes, experiment } of sweep.members) {
    const whole: Member = { axes, experiment: { ...experiment, task: await settled(experiment.task) } };
    const member: Member = { ...whole, axes: await labelled(axes, whole, base) };
    const key = canonical(member);
    if (!seen.has(key) || canonical(member.axes) === canonical(axes)) members.push(member);
    else notes.push(`${Object.values(axes).join(', ')} is a folder that is listed already: it is taken once`);
    seen.add(key);
  }
  return { sweep: { ...sweep, members }, notes };
};
