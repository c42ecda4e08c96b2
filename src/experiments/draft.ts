/** Experiments as a person writes them; omitted settings have their published values. Only types, for the editor. */

import type { Augment } from '../data/augment.js';
import type { Generate } from '../data/own/generated/sample.js';
import type { GeneratedTask } from '../data/own/stated/generated.js';
import type { Task } from '../data/task.js';
import type { Program } from '../dsl/index.js';
import type { ModelSpec } from '../models/catalogue.js';
import type { OutputName, ScoreName } from './experiment.js';
import type { ClassLoss, NumberLoss, ProgramLoss } from './loss.js';
import type { OwnScores } from './scores/own-scores.js';
import type { Training } from './training/training.js';

/** All settings of a kind may be left out, except its name and the folder of its files. */
type Named<T> = T extends { readonly name: infer N }
  ? { readonly name: N } & Partial<Omit<T, 'name' | 'folder'>> & Pick<T, Extract<keyof T, 'folder'>>
  : never;

/** A task that is written in the experiment file: a function makes each sample. */
interface OwnTaskDraft extends Partial<Omit<GeneratedTask, 'name' | 'file' | 'which' | 'code'>> {
  readonly generate: Generate;
}

type NamedLoss = ClassLoss | NumberLoss;

/**
 * An experiment in which settings may be left out; `decodeExperiment` fills them in. The default export of a TypeScript
 * file that is run has this type.
 *
 * @example
 * export default { name: 'mine', task: { name: 'mnist', size: 28 }, model: { name: 'cnn' } } satisfies ExperimentDraft
 */
export interface ExperimentDraft {
  readonly name: string;
  /** Its label in tables, charts and progress, instead of its name. */
  readonly label?: string;
  /** Kept with its runs. */
  readonly notes?: string;
  readonly task: Named<Exclude<Task, GeneratedTask>> | OwnTaskDraft;
  readonly model: Named<ModelSpec> | Program;
  readonly loss?: NamedLoss['name'] | Named<NamedLoss> | ProgramLoss;
  /** Random changes of the training samples. */
  readonly augment?: Partial<Augment>;
  readonly training?: Partial<Training>;
  readonly seeds?: readonly number[];
  readonly scores?: readonly ScoreName[] | OwnScores;
  readonly outputs?: readonly OutputName[];
}
