/** Oscillators as newcomers write them, each wrong in one way. */

import {
  add,
  convolveWith,
  coupling,
  data,
  encoder,
  mul,
  offset,
  type Program,
  parameter,
  program,
  scale,
  scan,
  softplus,
  sub,
  type Tensor,
  zeros,
} from 'drumhead';

type Field = Tensor<readonly [8, 8, 1]>;
export interface Wave {
  readonly y: Field;
  readonly z: Field;
}

/** A scan of this step, with a field alpha beside it. */
export const stepping = (step: (s: Wave, alpha: Field) => Wave): Program =>
  program({ y: [8, 8, 1], z: [8, 8, 1], alpha: [8, 8, 1] }, ({ y, z, alpha }) =>
    scan({ steps: 20, init: { y, z }, step: (s) => step(s, alpha), observe: (s) => s }),
  );

export const dt = 0.1;

/** y' = y + h z', the right way. */
export const drifted = (y: Field, z: Field): Wave => ({ y: add(y, scale(dt, z)), z });

/** Kick and drift as they should be, damped by alpha. */
export const right = stepping((s, alpha) => {
  const force = sub(coupling()(s.y), mul(alpha, s.z));
  return drifted(s.y, add(s.z, scale(dt, force)));
});

export const explicitEuler = stepping((s) => ({
  y: add(s.y, scale(dt, s.z)),
  z: add(s.z, scale(dt, coupling()(s.y))),
}));

export const feeding = stepping((s, alpha) => {
  const force = add(coupling()(s.y), mul(alpha, s.z));
  return drifted(s.y, add(s.z, scale(dt, force)));
});

export const pushedAway = stepping((s) => drifted(s.y, sub(s.z, scale(dt, coupling()(s.y)))));

export const withoutStep = stepping((s) => drifted(s.y, add(s.z, coupling()(s.y))));

export const exchanged = stepping((s) => {
  const z = add(s.z, scale(dt, coupling()(s.y)));
  return { y: z, z: add(s.y, scale(dt, z)) };
});

/** The displacement moves first, and the force is taken where it has gone. */
export const driftFirst = stepping((s) => {
  const y = add(s.y, scale(dt, s.z));
  return { y, z: add(s.z, scale(dt, coupling()(y))) };
});

/** The displacement leaks. */
export const leaking = stepping((s) => {
  const z = add(s.z, scale(dt, coupling()(s.y)));
  return { y: add(scale(0.99, s.y), scale(dt, z)), z };
});

/** A new velocity that does not hold the old one. */
export const forgetful = stepping((s) => drifted(s.y, scale(dt, coupling()(s.y))));

/** A kernel written down, with one neighbour forgotten. */
export const lopsided = stepping((s) => {
  const kernel = data([0, 1, 0, 1, -4, 1, 0, 0, 0], 3, 3, 1, 1);
  return drifted(s.y, add(s.z, scale(dt, convolveWith(s.y, kernel, 'circular'))));
});

export const walled = stepping((s) => drifted(s.y, add(s.z, scale(dt, coupling({ boundary: 'zero' })(s.y)))));

/** Started by an encoder that goes around the torus as the waves do. */
export const encoded = program({ image: [8, 8, 1] }, ({ image }) =>
  scan({
    steps: 20,
    init: { y: encoder([2], 1, { boundary: 'circular' })(image), z: zeros(8, 8, 1) },
    step: (s) => drifted(s.y, add(s.z, scale(dt, coupling()(s.y)))),
    observe: (s) => s,
  }),
);

/** Damped by one number everywhere. */
export const dampedBy = (alpha: number, h: number): Program =>
  stepping((s) => {
    const z = add(s.z, scale(h, sub(coupling()(s.y), scale(alpha, s.z))));
    return { y: add(s.y, scale(h, z)), z };
  });

export const damped = dampedBy(0.3, dt);

export const biased = stepping((s) => drifted(s.y, add(s.z, scale(dt, offset(0.5, coupling()(s.y))))));

/** Oscillators of their own, each pushed away from rest. */
export const negativeStiffness = stepping((s) => drifted(s.y, add(s.z, scale(dt, s.y))));

/** A time step that is learned, and forgotten in the kick. */
export const learnedWithoutStep = stepping((s) => {
  const h = softplus(parameter('h', [], { init: { constant: -2 } }));
  const z = add(s.z, sub(coupling()(s.y), s.y));
  return { y: add(s.y, mul(z, h)), z };
});
