/** A newcomer's ten lines, with two mistakes: `drumhead laws wrong-oscillator.ts` says what is wrong with them. */

import { add, coupling, mul, program, scale, scan } from 'drumhead';

export default ({ dt = 0.1 }: { readonly dt?: number } = {}) =>
  program({ y: [32, 32, 1], z: [32, 32, 1], alpha: [32, 32, 1] }, ({ y, z, alpha }) => {
    const neighbours = coupling();
    const push = (s: { y: typeof y; z: typeof z }) => add(neighbours(s.y), mul(alpha, s.z));
    const step = (s: { y: typeof y; z: typeof z }) => ({
      y: add(s.y, scale(dt, s.z)),
      z: add(s.z, scale(dt, push(s))),
    });
    return scan({ steps: 100, init: { y, z }, step, observe: (s) => s });
  });
