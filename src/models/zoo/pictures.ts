import {
  concat,
  conv,
  cos,
  coupling,
  groupNorm,
  ones,
  oscillator,
  relu,
  scan,
  shapeOf,
  sin,
  type Tensor,
  tanh,
  zeros,
} from '../../dsl/index.js';
import { akornLayer, hgruOfTwo, textureCells, wonnLayer } from '../networks/index.js';

type Field = Tensor<readonly [number, number, number]>;

/** From a picture to the states of a field at each step. */
export type PictureReader = (
  steps: number,
) => (picture: Field) => Tensor<readonly [number, number, number, number]>;

/** A part of the initial state, computed from the picture by a convolution. */
const read = (name: string, channels: number) => conv(channels, { name });

/**
 * A Neural Wave Machine whose initial state, frequency and damping are one convolution each. Gives its displacements.
 *
 * @example
 * const states = nwmReader(8)(10)(zeros(9, 9, 3));   // Tensor<readonly [number, number, number, number]>
 */
export const nwmReader =
  (channels: number): PictureReader =>
  (steps) =>
  (picture) => {
    const [start, omega, alpha] = ['start', 'omega', 'alpha'].map((name) => read(name, channels)(picture));
    const near = coupling({ boundary: 'zero' });
    return scan({
      steps,
      init: { y: tanh(start), z: zeros(...shapeOf(start)) },
      step: oscillator({
        dt: 0.4,
        coupling: (y: Field) => tanh(near(y)),
        frequency: relu(omega),
        damping: relu(alpha),
      }),
      observe: ({ y }) => y,
    });
  };

/** WONN with the plain sine and cosine. Gives cosine and sine of its phases. */
export const wonnReader =
  (channels: number): PictureReader =>
  (steps) =>
  (picture) => {
    const [theta0, omega] = [read('theta', channels)(picture), read('omega', channels)(picture)];
    const [near, norm] = [conv(channels, { bias: false, name: 'coupling' }), groupNorm(1)];
    const { theta } = wonnLayer({ steps, gamma: 0.5, coupling: (sent: Field) => relu(norm(near(sent))) })(
      theta0,
      omega,
    );
    return concat(cos(theta), sin(theta));
  };

/** AKOrN with vectors of four components, coupled by a convolution. Gives all components. */
export const akornReader =
  (channels: number): PictureReader =>
  (steps) =>
  (picture) => {
    const near = conv(channels, { name: 'coupling' });
    const layer = akornLayer({ channels, components: 4, steps, gamma: 1, coupling: near });
    return layer(read('start', channels)(picture), read('stimulus', channels)(picture)).x;
  };

/** hGRU with one 5 x 5 kernel for inhibition and excitation. */
export const hgruReader =
  (channels: number): PictureReader =>
  (steps) =>
  (picture) => {
    const drive = read('drive', channels)(picture);
    const kernel = conv(channels, { kernel: 5, bias: false, name: 'horizontal' });
    const circuit = hgruOfTwo({ channels })(drive, zeros(...shapeOf(drive)), ones(steps));
    return circuit({ inhibition: kernel, excitation: kernel }).h;
  };

/** A neural cellular automaton in which all cells change at each step. */
export const ncaReader =
  (channels: number): PictureReader =>
  (steps) =>
  (picture) => {
    const [height, width] = shapeOf(picture);
    const cells = textureCells({ channels, hidden: 4 * channels });
    return cells(read('start', channels)(picture), ones(steps, height, width, 1));
  };
