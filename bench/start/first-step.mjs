// What a person waits for before anything moves: a fresh process that loads drumhead as it is built, opens the model of
// the quick preset on two threads, and takes one training step. Prints seconds as JSON, counted from its own start.
import * as E from 'fp-ts/lib/Either.js';
import { stream } from '../../dist/base/random.js';
import { initialParameters } from '../../dist/compile/parameters.js';
import { openPool } from '../../dist/compile/tfjs/session/pool.js';
import { select } from '../../dist/dsl/index.js';
import { openEngine } from '../../dist/engine/index.js';
import { buildModel, decodeModel } from '../../dist/models/catalogue.js';
import { adam, optimise, untrained } from '../../dist/runner/training/optimiser.js';

const value = (either) => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left));
  return either.right;
};
const seconds = () => performance.now() / 1000;

const loaded = seconds();
const [side, batch, classes] = [32, 4, 6];
const model = value(decodeModel({ name: 'nwm', readout: 'linear', steps: 50 }));
const program = select(
  value(buildModel(model, { height: side, width: side, channels: 3, classes })),
  'logits',
);
const parameters = initialParameters(program.graph, 0);
const engine = value(await openEngine('wasm')());
const pool = value(await openPool(engine, program, parameters, 2)());
const opened = seconds();
const random = stream(0, 'bench');
const image = Float32Array.from({ length: batch * side * side * 3 }, random.uniform);
const labels = Uint8Array.from({ length: batch * side * side }, () => random.integer(classes));
const { gradients } = await pool.gradients({ count: batch, inputs: { image }, labels }, [2, 2]);
pool.load(optimise(adam)(untrained, parameters, gradients).parameters);
process.stdout.write(`${JSON.stringify({ loaded, opened, stepped: seconds() })}\n`);
process.exit(0);
