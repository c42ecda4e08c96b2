/** What is loaded to hold laws against programs: a part of the worker of its own. */

export { check } from '../../laws/check.js';
export { allLaws } from '../../laws/laws/index.js';
export { describeSystem, showCase } from '../../laws/show.js';
