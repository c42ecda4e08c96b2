/** Steps that depend on the time, by the clock of their scan: what they do at step n is compared with what they do at step n. */

import { add, type Clock, mul, type Program, program, scale, scan, sin, sub, type Tensor } from 'drumhead';
import type { Subject } from 'drumhead/laws';
import { type Field, spread } from './methods.js';

const stepping = (force: (y: Field, time: Tensor<readonly []>) => Field): Program =>
  program({ y: [8, 8, 1], z: [8, 8, 1] }, (init) =>
    scan({
      steps: 6,
      init,
      step: ({ y, z }, { index }: Clock) => {
        const kicked = add(z, scale(0.1, force(y, scale(0.1, index))));
        return { y: add(y, scale(0.1, kicked)), z: kicked };
      },
      observe: (s) => s,
    }),
  );

export const timed: readonly (readonly [string, Subject])[] = [
  ['a stiffness that swings', stepping((y, time) => sub(spread(y), mul(sin(scale(3, time)), y)))],
  ['a swing that is forced', stepping((y, time) => add(sub(spread(y), sin(y)), sin(scale(3, time))))],
];
