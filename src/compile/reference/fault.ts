import { ProgramFault } from '../../dsl/tensor.js';

/** Ends a run of the reference with one sentence; `tryProgram` gives it as a value. */
export const fault = (message: string): never => {
  throw new ProgramFault({ _tag: 'ProgramError', operation: 'reference', message });
};
