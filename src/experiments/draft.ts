/** Experiments as a person writes them; omitted settings have their published values. Only types, for the editor. */

import type { Task } from '../data/task.js';
import type { Program } from '../dsl/index.js';
import type { ModelSpec } from '../models/catalogue.js';
import type { OutputName, ScoreName } from './experiment.js';
import type { LossSpec } from './loss.js';
import type { Training } from './training.js';

/** All settings of a kind may be left out, except its name and the folder of its files. */
type Named<T> = T extends { readonly name: infer N }
  ? { readonly name: N } & Partial<Omit<T, 'name' | 'folder'>> & Pick<T, Extract<keyof T, 'folder'>>
  : never;

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
  readonly task: Named<Task>;
  readonly model: Named<ModelSpec> | Program;
  readonly loss?: LossSpec['name'] | Named<LossSpec>;
  readonly training?: Partial<Training>;
  readonly seeds?: readonly number[];
  readonly scores?: readonly ScoreName[];
  readonly outputs?: readonly OutputName[];
}
