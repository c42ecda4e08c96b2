/** What is loaded to train in a page: a part of the worker of its own. */

export { runFolder } from './run-folder.js';
export { goOn, openTraining, progressOf, weightsNow } from './trainings.js';
