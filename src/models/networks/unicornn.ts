/** UnICORNN: undamped oscillators without coupling within a layer. */

import {
  add,
  dense,
  layer,
  mul,
  parameterOf,
  scale,
  scanOver,
  sigmoid,
  sub,
  type Tensor,
  tanh,
  zeros,
} from '../../dsl/index.js';
import { needs } from './options.js';

/** Settings of a layer of independent oscillators. */
export interface UnicornnLayerOptions<N extends number> {
  readonly units: N;
  /** The largest time step h; each unit learns its own fraction of it. */
  readonly dt: number;
  /** The square of the natural frequency. */
  readonly alpha: number;
  /** The name of the layer, instead of `unicornn1`, `unicornn2`, ... */
  readonly name?: string;
}

/**
 * One layer of "UnICORNN: A recurrent model for learning very long time dependencies" (Rusch & Mishra 2021, arXiv
 * 2103.05487): for each element u of a sequence [T, I], with s = h sigmoid(c),
 *
 *     z' = z - s ( tanh(w y + V u + b) + alpha y ),     y' = y + s z',
 *
 * from rest; w and c are one number of each unit. Gives y and z, [T, units] each. Layers are stacked by their y.
 *
 * Parameters: weight and pace [units] (w, c) of the layer; input/weight [I, units] and input/bias (V, b), in its scope.
 *
 * @example
 * const first = scope('first', unicornnLayer({ units: 16, dt: 0.2, alpha: 0.9 }));
 * const second = scope('second', unicornnLayer({ units: 16, dt: 0.2, alpha: 0.9 }));
 * const { y } = second(first(stimulus).y);
 * const heard = y;   // Tensor<readonly [100, 16]>
 */
export const unicornnLayer = <const N extends number>(o: UnicornnLayerOptions<N>) => {
  needs('unicornnLayer', o, 'units', 'dt', 'alpha');
  const { units, dt, alpha, name } = o;
  const self = layer('unicornn', name);
  const input = dense(units, { name: 'input' });
  return <T extends number, I extends number>(sequence: Tensor<readonly [T, I]>) => {
    const weight = parameterOf(self, 'weight', [units], { init: { uniform: 1 } });
    const pace = scale(dt, sigmoid(parameterOf(self, 'pace', [units], { init: { uniform: 0.1 } })));
    return scanOver({
      over: input(sequence),
      init: { y: zeros(units), z: zeros(units) },
      step: ({ y, z }, heard) => {
        const pull = add(tanh(add(mul(weight, y), heard)), scale(alpha, y));
        const kicked = sub(z, mul(pace, pull));
        return { y: add(y, mul(pace, kicked)), z: kicked };
      },
      observe: (state) => state,
    });
  };
};
