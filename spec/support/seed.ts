/**
 * The seed of all random tests: one seed, so that they are the same every time. `npm run explore` uses others.
 *
 *     DRUMHEAD_SEED=7 npx mocha spec/report/axis.spec.ts                     other draws
 *     DRUMHEAD_SEED=7 DRUMHEAD_PATH=3:1 npx mocha … -g 'name of one test'    one counterexample, as it was printed
 */

import fc from 'fast-check';

/** The seed of `npm test`. */
export const fixedSeed = 2026;

const { DRUMHEAD_SEED: seed = String(fixedSeed), DRUMHEAD_PATH: path } = process.env;
if (!/^-?\d+$/.test(seed)) throw new Error(`DRUMHEAD_SEED: '${seed}' is not a whole number`);

fc.configureGlobal({ seed: Number(seed), ...(path === undefined ? {} : { path }) });

// An engine that a person added would make specs of machines without one fail.
process.env.DRUMHEAD_TENSORFLOW ??= 'off';
