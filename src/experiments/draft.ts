/** Experiments as a person writes them: what is left out has its published value. Types for the editor, nothing more. */

import type { Task } from '../data/task.js';
import type { Program } from '../dsl/index.js';
import type { ModelSpec } from '../models/catalogue.js';
import type { OutputName, ScoreName } from './experiment.js';
import type { LossSpec } from './loss.js';
import type { Training } from './training.js';

/** All settings of a kind but its name, and where its files are, may be left out. */
type Named<T> = T extends { readonly name: infer N }
  ? { readonly name: N } & Partial<Omit<T, 'name' | 'folder'>> & Pick<T, Extract<keyof T, 'folder'>>
  : never;

/**
 * An experiment with whatever is left out; `decodeExperiment` fills it in. A TypeScript file that is run has one as its
 * default export.
 *
 * @example
 * export default { name: 'mine', task: { name: 'mnist', size: 28 }, model: { name: 'cnn' } } satisfies ExperimentDraft
 */
export interface ExperimentDraft {
  readonly name: string;
  /** What it is called in tables, charts and progress, instead of its name. */
  readonly label?: string;
  readonly task: Named<Task>;
  readonly model: Named<ModelSpec> | Program;
  readonly loss?: LossSpec['name'] | Named<LossSpec>;
  readonly training?: Partial<Training>;
  readonly seeds?: readonly number[];
  readonly scores?: readonly ScoreName[];
  readonly outputs?: readonly OutputName[];
}
