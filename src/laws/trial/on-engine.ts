/** Programs of laws on an engine of TensorFlow.js, op by op in float32. */

import * as E from 'fp-ts/lib/Either.js';
import { ndarray } from '../../compile/reference/array.js';
import { fault } from '../../compile/reference/fault.js';
import type { NdArrays } from '../../compile/reference/run.js';
import { compile, type Executable } from '../../compile/tfjs/compile.js';
import type { Program } from '../../dsl/program.js';
import { makeCurrent } from '../../engine/current.js';
import type { Engine } from '../../engine/engine.js';
import { unit32 } from '../rounding/bounded.js';
import { batched, type Interpreter, mapArrays } from './interpreter.js';

/**
 * An engine as an interpreter: float32.
 *
 * @example
 * const onWasm = pipe(
 *   openEngine('wasm'),
 *   TE.map((engine) => check(system, { on: [onEngine(engine)] })),
 * );
 */
export const onEngine = (engine: Engine): Interpreter => {
  const compiled = new WeakMap<Program, Executable>();
  const { tf } = engine;
  const tensors = (arrays: NdArrays) =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, { shape, data }]) => [
        name,
        tf.tensor(Float32Array.from(data), [...shape], 'float32'),
      ]),
    );
  return {
    name: engine.name,
    unit: unit32,
    run: (program, parameters, inputs) => {
      makeCurrent(engine);
      const executable =
        compiled.get(program) ??
        E.getOrElseW((error: { readonly message: string }) => fault(error.message))(compile(tf, program));
      compiled.set(program, executable);
      const given = { parameters: tensors(parameters), inputs: tensors(mapArrays(inputs, batched)) };
      const { outputs } = executable({ ...given, batch: 1 });
      const values = Object.fromEntries(
        Object.entries(outputs).map(([name, x]) => [name, ndarray(x.shape.slice(1), x.dataSync())]),
      );
      tf.dispose([given, outputs]);
      return values;
    },
  };
};
