// Plain TensorFlow.js in a process of its own: what a stranger runs who has never heard of drumhead. Loads GraphModels
// and runs them with the stock kernels of cpu and wasm; nothing of ours is imported here.
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

const manifest = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
setWasmPaths(join(dirname(manifest), 'dist') + sep);
// A loop needs executeAsync, a straight line does not: TensorFlow.js warns about the other.
console.warn = () => {};

const run = async ({ backend, source, inputs, outputs, sync, named, gradient, runs = 0 }) => {
  await tf.setBackend(backend);
  await tf.ready();
  const model = await tf.loadGraphModel(typeof source === 'string' ? source : { load: async () => source });
  const before = tf.memory().numTensors;
  const given = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, data }]) => [name, tf.tensor(data, shape, 'float32')]),
  );
  const names = outputs ?? model.outputNodes;
  const byName = named ? model.predict(given) : undefined;
  const listed = async () => {
    const all = sync ? model.execute(given, names) : await model.executeAsync(given, names);
    return Array.isArray(all) ? all : [all];
  };
  const results = byName ? names.map((name) => byName[name]) : await listed();
  const values = {};
  for (const [i, name] of names.entries())
    values[name] = {
      shape: results[i].shape,
      dtype: results[i].dtype,
      data: Array.from(await results[i].data()),
    };
  const seconds = [];
  for (let count = 0; count < runs; count++) {
    const begin = performance.now();
    const again = await listed();
    await Promise.all(again.map((tensor) => tensor.data()));
    seconds.push((performance.now() - begin) / 1000);
    tf.dispose(again);
  }
  let slope;
  if (gradient !== undefined) {
    const [name, values0] = Object.entries(given)[0];
    const g = tf.grad((x) => tf.sum(model.execute({ ...given, [name]: x }, gradient)))(values0);
    slope = Array.from(await g.data());
    g.dispose();
  }
  tf.dispose([given, results]);
  const left = tf.memory().numTensors - before;
  const answer = {
    values,
    left,
    slope,
    seconds,
    inputs: model.inputNodes,
    outputs: model.outputNodes,
    metadata: model.metadata ?? {},
  };
  model.dispose();
  return answer;
};

// Ctrl-C is heard by whoever asks: it ends what is under way and then closes this process.
process.on('SIGINT', () => {});

let queue = Promise.resolve();
process.on('message', ({ id, ...work }) => {
  queue = queue.then(async () => {
    try {
      process.send({ id, answer: await run(work) });
    } catch (cause) {
      process.send({ id, error: String(cause?.stack ?? cause) });
    }
  });
});
process.send({ ready: true });
