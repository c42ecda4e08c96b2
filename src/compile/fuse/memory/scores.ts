/** Scores of attention: so many numbers that they are computed tile by tile. */

import { type FieldNode, isOverSites } from '../ir/field.js';
import { sizeOf } from './address.js';

/** Fewer scores stay in the cache as a whole, and copies into tiles would take longer than they save. */
const mostWholeScores = 2 ** 20;

/** Whether a node makes a number for each of very many sites, at each pixel. */
export const scoresSites = (node: FieldNode): boolean =>
  node.op.op === 'dense' &&
  isOverSites(node) &&
  node.op.to > node.op.count &&
  sizeOf(node.extent) > mostWholeScores;
