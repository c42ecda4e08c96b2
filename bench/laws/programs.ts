/** The properties of random programs that a long run tries. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { oursOn } from '../../spec/compile/graph-model/against.js';
import type { Plain } from '../../spec/compile/graph-model/plain.js';
import { exclude, sameAsGraphModel } from '../../spec/compile/graph-model/same.js';
import * as language from '../../spec/laws/language/properties.js';
import type { Engine } from '../../src/engine/index.js';
import {
  type GeneratedProgram,
  type ProgramOptions,
  programArbitrary,
} from '../../src/laws/arbitraries/index.js';
import { onFused, type Tried } from './fused-programs.js';

const ofPrograms = (
  name: string,
  property: (g: GeneratedProgram) => void,
  options: ProgramOptions = {},
): Tried => ({ name, property: (f) => f.property(programArbitrary(options), property) });

/** All properties of random programs, with these engines and with TensorFlow.js alone. */
export const onPrograms = (engines: readonly Engine[], plain: Plain): readonly Tried[] => {
  const asGraphModel = sameAsGraphModel(plain, oursOn(engines));
  const wasm = engines.find(({ name }) => name === 'wasm');
  return [
    ofPrograms('codec: a program comes back from JSON', language.comesBack),
    ofPrograms('hash: however it was written', language.isOneHoweverWritten, {
      exclude: ['scan', 'batchNorm'],
    }),
    ofPrograms('cost: operations and parameters as counted', language.costsWhatIsCounted, {
      exclude: ['fourier', 'spectrum', 'batchNorm', 'noise'],
    }),
    ofPrograms('light cone: holds what is observed', language.seesWhatMatters, { exclude: ['noise'] }),
    ofPrograms("adjoint: <J v, w> = <v, J'w>", language.isAdjoint),
    ...engines.flatMap((engine) => [
      ofPrograms(`shapes: inferred as executed on ${engine.name}`, language.hasItsShapes(engine)),
      ofPrograms(`forward: ${engine.name} as float64`, language.agreesForward(engine, 2e-3)),
      ofPrograms(`gradient: ${engine.name} as float64`, language.agreesInGradient(engine, 2e-3)),
    ]),
    {
      name: 'GraphModels, looping and unrolled: plain TensorFlow.js as each engine',
      property: (f) => f.asyncProperty(programArbitrary({ exclude }), (g) => asGraphModel(g, 2)),
    },
    ...(wasm === undefined ? [] : [...onFused(wasm)]),
  ];
};

/** An engine that must open. */
export const engineOf = (made: E.Either<unknown, Engine>): Engine =>
  E.isRight(made) ? made.right : assert.fail(JSON.stringify(made.left));
