/** The part of the worker that checks laws; loaded when it is first needed. */

export { check } from '../../laws/check.js';
export { allLaws } from '../../laws/laws/index.js';
export { describeSystem, showCase } from '../../laws/show.js';
