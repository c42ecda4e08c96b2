/** The objective of an experiment. */

import { inputsOf } from '../../dsl/index.js';
import type { Learning } from '../../experiments/learning.js';
import { classesObjective } from './classes.js';
import type { Objective } from './objective.js';
import { outputsObjective } from './outputs.js';

/** The objective for a program and its aim. */
export const objectiveOf = ({ program, aim }: Learning): Objective =>
  aim.kind === 'classes'
    ? classesObjective(Object.keys(inputsOf(program.graph)), aim)
    : outputsObjective(program, aim);
