/** The part of the worker that trains; loaded when it is first needed. */

export { runFolder } from './run-folder.js';
export { goOn, openTraining, progressOf, weightsNow } from './trainings.js';
