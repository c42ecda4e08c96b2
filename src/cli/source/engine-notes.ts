/** Notes on a requested engine or kernels that differ from those of a run, or that do nothing. Pure. */

import { canFuse, type EngineName } from '../../engine/names.js';

/** The note that `--fuse` does nothing on this engine. */
export const idleFuse = (engine: EngineName): readonly string[] =>
  canFuse(engine) ? [] : [`--fuse does nothing on the engine ${engine}, which always computes op by op`];

/**
 * The note that a run in a folder is not continued, since another engine is requested.
 *
 * @param name the folder
 * @param own the engine that it was begun on; null if it is not a folder, or has no record
 */
export const anotherEngine = (name: string, own: EngineName | null, engine: string): readonly string[] =>
  own === null || engine === 'auto' || own === engine
    ? []
    : [
        `${name} was begun on the engine ${own}; on ${engine} this is another run, in a folder of its own; ` +
          `leave --engine out to go on with what was begun`,
      ];
