/** An error for want of memory, said as such: each runtime throws something of its own. */

import type { Program } from '../../../dsl/index.js';
import { select } from '../../../dsl/program.js';
import { limitBytes } from '../../../engine/engine.js';
import type { EngineName } from '../../../engine/names.js';
import { cost } from '../../cost/index.js';
import { SessionFault } from './fault.js';

/** What engines throw where memory ends: lengths that no array has, addresses outside of the heap. */
const isOfMemory = (cause: unknown): boolean =>
  cause instanceof RangeError ||
  (cause instanceof Error && (cause.name === 'RuntimeError' || /memory/i.test(cause.message)));

/**
 * The fault that says how much memory one sample needs, where a computation failed by memory and needs more than the
 * engine is taken to have; else the cause as it is.
 */
export const memoryFault = (
  cause: unknown,
  program: Program,
  engine: EngineName,
  outputs: readonly string[],
  purpose: 'inference' | 'training',
): unknown => {
  if (cause instanceof SessionFault || !isOfMemory(cause)) return cause;
  const { fixedBytes, bytesPerSample } = cost(select(program, ...outputs), { batch: 1 })[purpose];
  const neededBytes = fixedBytes + bytesPerSample;
  return neededBytes <= limitBytes[engine]
    ? cause
    : new SessionFault({ _tag: 'OutOfMemory', engine, neededBytes, limitBytes: limitBytes[engine] });
};
