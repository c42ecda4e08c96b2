/**
 * drumhead: a functional language for wave networks.
 *
 * The language is exported flat, since programs are written in it; what is done with a program and with experiments
 * is exported beside it.
 */

export { type DrumheadError, describe } from './base/error.js';
export { type Random, stream } from './base/random.js';
export * from './dsl/index.js';
