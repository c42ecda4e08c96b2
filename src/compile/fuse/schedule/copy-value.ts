/** Copies of whole values, within a sequence or out of one. */

import type { Argument, Call } from '../list/instruction.js';
import { numberBytes } from '../memory/address.js';
import { copyCellsKernel, copyKernel } from '../registry/moves.js';

/** Copies exactly these bytes: lists follow each other without gaps. */
export const copyBytes = (from: Argument, to: Argument, bytes: number): Call =>
  bytes % 16 === 0
    ? copyKernel.call({}, [from, 0, 0, to, 0, 0, 1, 1, bytes / 16])
    : copyCellsKernel.call({}, [from, numberBytes, 0, to, numberBytes, 0, 1, bytes / numberBytes]);
