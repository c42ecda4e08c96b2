/** Recognises errors for lack of memory, which differ between runtimes. */

import type { Program } from '../../../dsl/index.js';
import { select } from '../../../dsl/program.js';
import { limitBytes } from '../../../engine/engine.js';
import type { EngineName } from '../../../engine/names.js';
import { cost } from '../../cost/index.js';
import { SessionFault } from './fault.js';

/** Whether an engine threw for lack of memory: invalid array lengths, addresses outside of the heap. */
const isOfMemory = (cause: unknown): boolean =>
  cause instanceof RangeError ||
  (cause instanceof Error && (cause.name === 'RuntimeError' || /memory/i.test(cause.message)));

/**
 * The fault that states how much memory one sample needs, if a computation failed for lack of memory and needs more
 * than the engine has; else the cause itself.
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
