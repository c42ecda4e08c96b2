/** What a long run tries on random programs. */

import assert from 'node:assert/strict';
import type fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { type Fusable, fusableArbitrary } from '../../spec/compile/fuse/fusable/program.js';
import { cotangentsOf, isClose, referenceOptions, tapePull } from '../../spec/compile/fuse/oracles.js';
import { oursOn } from '../../spec/compile/graph-model/against.js';
import type { Plain } from '../../spec/compile/graph-model/plain.js';
import { exclude, sameAsGraphModel } from '../../spec/compile/graph-model/same.js';
import * as language from '../../spec/laws/language/properties.js';
import { fuse } from '../../src/compile/fuse/fused.js';
import { initialParameters } from '../../src/compile/parameters.js';
import { runReference } from '../../src/compile/reference/index.js';
import type { Engine } from '../../src/engine/index.js';
import {
  type GeneratedProgram,
  type ProgramOptions,
  programArbitrary,
} from '../../src/laws/arbitraries/index.js';

/** A property of random values, under a name. */
export interface Tried {
  readonly name: string;
  /** Draws and tries: a counterexample is in what it gives back. */
  readonly property: (fcheck: typeof fc) => fc.IProperty<unknown> | fc.IAsyncProperty<unknown>;
}

const ofPrograms = (
  name: string,
  property: (g: GeneratedProgram) => void,
  options: ProgramOptions = {},
): Tried => ({ name, property: (f) => f.property(programArbitrary(options), property) });

/** Fused kernels give the values of the float64 reference and the gradients of the tape. */
const fusedAgrees =
  (engine: Engine) =>
  ({ program: p, recipe, inputs }: Fusable): void => {
    const parameters = initialParameters(p.graph, recipe.seed);
    const fused = fuse(p.graph, parameters);
    const outputs = Object.keys(p.graph.outputs);
    if (fused === undefined || !fused.fits(outputs)) return;
    const given = inputs(2);
    const expected = runReference(p, referenceOptions(p, parameters, given, 2)).outputs;
    const values = Object.fromEntries(Object.entries(expected).map(([name, { data }]) => [name, data]));
    isClose('value', fused.infer({ count: 2, inputs: given }, outputs), values, 3e-4);
    const cotangents = cotangentsOf(p, outputs, 2, recipe.seed);
    const found = fused.pull({ count: 2, inputs: given }, cotangents);
    const tape = tapePull(engine, p, parameters, given, 2, cotangents);
    isClose('gradient', found.parameters, tape.parameters, 2e-3);
    isClose('gradient', found.inputs, tape.inputs, 2e-3);
  };

/** Everything that is tried on random programs, with these engines and with TensorFlow.js alone. */
export const onPrograms = (engines: readonly Engine[], plain: Plain): readonly Tried[] => {
  const asGraphModel = sameAsGraphModel(plain, oursOn(engines));
  const wasm = engines.find(({ name }) => name === 'wasm');
  return [
    ofPrograms('codec: a program comes back from JSON', language.comesBack),
    ofPrograms('hash: however it was written', language.isOneHoweverWritten, {
      exclude: ['scan', 'batchNorm'],
    }),
    ofPrograms('cost: operations and parameters as counted', language.costsWhatIsCounted, {
      exclude: ['spectrum', 'batchNorm', 'noise'],
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
    ...(wasm === undefined
      ? []
      : [
          {
            name: 'fused kernels: values as float64, gradients as the tape',
            property: (f: typeof fc) => f.property(fusableArbitrary(), fusedAgrees(wasm)),
          },
        ]),
  ];
};

/** An engine that must be there. */
export const engineOf = (made: E.Either<unknown, Engine>): Engine =>
  E.isRight(made) ? made.right : assert.fail(JSON.stringify(made.left));
