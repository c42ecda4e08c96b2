/** Coupled oscillators that tell sequences apart by their rhythm. `node examples/sequence-classes.mjs` */
import { accuracy, at, crossEntropy, dense, fit, program, stream } from 'drumhead';
import { cornnLayer } from 'drumhead/networks';

const [steps, classes] = [40, 3];
const listener = program({ sequence: [steps, 1], label: [] }, ({ sequence, label }) => {
  const { y } = cornnLayer({ units: 16, dt: 0.3, gamma: 1, epsilon: 0.5 })(sequence);
  const logits = dense(classes, { name: 'readout' })(at(y, -1));
  const [loss, right] = [crossEntropy()(logits, label), accuracy(logits, label)];
  return { logits, total: loss.total, right: right.total };
});

/** Sines of three frequencies, any phase, with noise. */
const heard = (name, count) => {
  const random = stream(0, 'sequence-classes', name);
  const label = Array.from({ length: count }, () => random.integer(classes));
  const sequence = label.flatMap((of) => {
    const phase = 2 * Math.PI * random.uniform();
    return Array.from({ length: steps }, (_, t) => Math.sin(0.15 * (of + 1) * t + phase) + 0.3 * random.normal());
  });
  return { sequence, label };
};

const options = {
  loss: { output: 'total' },
  scores: { accuracy: { output: 'right', better: 'more' } },
  training: { epochs: 30, batch: 16, rate: 0.01, clip: 1, best: 'accuracy', optimiser: { name: 'adamw', beta2: 0.99 } },
};
const data = { train: heard('train', 128), validation: heard('validation', 64) };
for await (const { epoch, loss, validation } of fit(listener, data, options)) {
  console.log(`epoch ${epoch}  loss ${loss.toFixed(4)}  validation accuracy ${validation.accuracy.toFixed(3)}`);
  if (validation.accuracy > 0.95) break;
}
