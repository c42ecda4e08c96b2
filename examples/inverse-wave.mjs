/** A physicist's inverse problem: the speed and the damping of waves from noisy films. `node examples/inverse-wave.mjs` */
import { add, coupling, fit, meanSquared, mul, ndarray, parameter, program, runReference, scale, scan, stream, sub, zeros } from 'drumhead';

const [side, steps, films, dt] = [12, 16, 8, 0.3];
/** u_tt = c^2 lap(u) - alpha u_t, whose c^2 and alpha are the only weights. */
const medium = program({ start: [side, side, 1], film: [steps, side, side, 1] }, ({ start, film }) => {
  const squaredSpeed = parameter('squaredSpeed', [], { init: { constant: 0.2 } });
  const damping = parameter('damping', [], { init: { constant: 0 } });
  const laplacian = coupling({ trainable: false });
  const prediction = scan({
    steps,
    init: { y: start, z: zeros(side, side, 1) },
    step: ({ y, z }) => {
      const force = sub(mul(laplacian(y), squaredSpeed), mul(z, damping));
      const faster = add(z, scale(dt, force));
      return { y: add(y, scale(dt, faster)), z: faster };
    },
    observe: ({ y }) => y,
  });
  return { prediction, ...meanSquared(prediction, film) };
});

/** Films of the true medium, c^2 = 0.8 and alpha = 0.15, with a noise of 0.02. */
const random = stream(0, 'inverse-wave');
const start = Float32Array.from({ length: films * side * side }, () => random.normal());
const known = { squaredSpeed: ndarray([], [0.8]), damping: ndarray([], [0.15]) };
const kernel = medium.graph.nodes.find(({ op }) => op.op === 'parameter' && !op.trainable)?.op;
const { outputs } = runReference(medium, {
  batch: films,
  parameters: { ...known, [kernel.name]: ndarray(kernel.shape, [0, 1, 0, 1, -4, 1, 0, 1, 0]) },
  inputs: { start: ndarray([films, side, side, 1], start), film: ndarray([films, steps, side, side, 1], new Float32Array(films * steps * side * side)) },
});
const film = Float32Array.from(outputs.prediction.data, (value) => value + 0.02 * random.normal());

const options = { loss: { output: 'total', count: 'count' }, training: { epochs: 60, batch: 4, rate: 0.05, schedule: 'cosine' } };
for await (const { epoch, loss, weights } of fit(medium, { train: { start, film } }, options))
  if (epoch % 10 === 0)
    console.log(`epoch ${epoch}  loss ${loss.toFixed(5)}  c^2 ${weights.squaredSpeed[0].toFixed(3)}  alpha ${weights.damping[0].toFixed(3)}`);
