/** Noise: the draws of a sample, or of a step for it, as every interpreter draws them. */

import type { FieldOpOf } from '../ir/field.js';
import type { Instruction } from '../list/instruction.js';
import { noiseKernel } from '../registry/noise.js';
import type { EmitContext, Operand } from './emitting.js';

/** `clock`: where the number of the step is, for draws of a step. */
export const emitNoise = (
  { name, distribution, shape, layout }: FieldOpOf<'noise'>,
  clock: Operand | undefined,
  out: Operand,
  { noise }: EmitContext,
): Instruction =>
  noiseKernel.call({ name, distribution, shape, layout, stepped: clock !== undefined }, [
    noise,
    clock?.address.at ?? 0,
    out.address.at,
    out.address.plane,
  ]);
