/** What is said where an engine and its kernels are not what a run or a sweep was begun with, or do nothing. Pure. */

import { canFuse, type EngineName } from '../../engine/names.js';

/** That `--fuse` does nothing on this engine, where it does not. */
export const idleFuse = (engine: EngineName): readonly string[] =>
  canFuse(engine) ? [] : [`--fuse does nothing on the engine ${engine}, which always computes op by op`];

/**
 * That what lies in a folder is not gone on with, since another engine is asked for.
 *
 * @param name the folder
 * @param own the engine that it was begun on; null where it is no folder, or says nothing
 */
export const anotherEngine = (name: string, own: EngineName | null, engine: string): readonly string[] =>
  own === null || engine === 'auto' || own === engine
    ? []
    : [
        `${name} was begun on the engine ${own}; on ${engine} this is another run, in a folder of its own; ` +
          `leave --engine out to go on with what was begun`,
      ];
