/** Correct waves whose coupling is a convolution of another kind: of volumes, dilated, in groups, depthwise. */

import {
  coupling,
  coupling1d,
  coupling3d,
  depthwise3d,
  oscillator,
  type Program,
  program,
  type Shape,
  scale,
  scan,
  sin,
  type Tensor,
  tanh,
  type Wave,
} from 'drumhead';
import type { Subject } from 'drumhead/laws';

const wave = <const S extends Shape>(size: S, force: (y: Tensor<S>) => Tensor<S>, damping = 0): Program =>
  program({ y: size, z: size }, ({ y, z }) => ({
    waves: scan({
      steps: 4,
      init: { y, z },
      step: oscillator<S>({
        dt: 0.2,
        coupling: force,
        ...(damping === 0 ? {} : { forcing: (s: Wave<S>) => scale(-damping, s.z) }),
      }),
      observe: (s: Wave<S>) => s.y,
    }),
  }));

const [cube, plane, line] = [
  [5, 4, 6, 1],
  [8, 8, 4],
  [12, 2],
] as const;
const couple = coupling3d();
const learned = coupling3d({ init: 'glorot' });
const walls = coupling3d({ boundary: 'zero' });
const each = depthwise3d({ boundary: 'circular', init: 'laplacian', bias: false });
const far = coupling({ dilation: 2 });
const apart = coupling({ groups: 2, boundary: 'reflect' });
const along = coupling1d({ dilation: 3, groups: 2, init: 'glorot' });

export const couplings: readonly (readonly [string, Subject])[] = [
  ['a volume', wave(cube, couple)],
  ['a volume between walls, damped', wave(cube, walls, 0.3)],
  ['a volume with a learned coupling', wave(cube, (y) => tanh(learned(y)))],
  ['a volume, each channel by itself', wave([3, 4, 3, 2], each)],
  ['a dilated plane', wave(plane, far)],
  ['a plane in groups', wave(plane, (y) => tanh(apart(y)))],
  ['a dilated line in groups', wave(line, (y) => scale(0.5, sin(along(y))))],
];
