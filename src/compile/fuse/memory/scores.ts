/** Scores of attention, which are so many that they are computed tile by tile. */

import { type FieldNode, isOverSites } from '../ir/field.js';
import { sizeOf } from './address.js';

/**
 * The largest number of scores that are computed as a whole: they stay in the cache, and copies into tiles would take
 * longer than they save.
 */
const mostWholeScores = 2 ** 20;

/** Whether a node computes a number for each of very many sites, at each pixel. */
export const scoresSites = (node: FieldNode): boolean =>
  node.op.op === 'dense' &&
  isOverSites(node) &&
  node.op.to > node.op.count &&
  sizeOf(node.extent) > mostWholeScores;
