/**
 * The Neural Wave Machine: encoders set up a lattice of oscillators from an image, waves propagate, a readout over time
 * classifies.
 */

import {
  coupling,
  encoder,
  mlp,
  oscillator,
  program,
  type Readout,
  readout,
  relu,
  scan,
  scope,
  tanh,
  zeros,
} from '../dsl/index.js';

export interface NwmOptions<
  H extends number,
  W extends number,
  I extends number,
  C extends number,
  T extends number,
  K extends number,
> {
  readonly height: H;
  readonly width: W;
  /** Channels of the image. */
  readonly input: I;
  /** Channels of the encoders' middle layers; the reference's is 16. */
  readonly mid: number;
  /** Oscillators at each site. */
  readonly channels: C;
  readonly steps: T;
  readonly dt: number;
  readonly readout: Readout;
  /** Hidden layers of the per-pixel MLP; the reference's is [256, 256, 256]. */
  readonly hidden: readonly number[];
  readonly classes: K;
}

/**
 * "Traveling Waves Integrate Spatial Information Through Time" (arXiv 2502.06034).
 *
 * Three encoders read the image once: natural frequency omega, damping alpha (both through a final ReLU) and initial
 * displacement y0 (through tanh). Then `steps` kick-drift steps of z' = z + dt (tanh(W * y) - omega y - alpha z), y' =
 * y + dt z' on a torus, W starting as the Laplacian (eq. 3 of arXiv 2010.00951 in the form documented at `nwmCore`). A
 * readout over time and an MLP at each pixel compute the class.
 *
 * Outputs: logits [H, W, classes]; waves [T, H, W, C], the displacements; omega, alpha, y0 [H, W, C].
 *
 * @example
 * const p = nwm({ height: 64, width: 64, input: 3, mid: 16, channels: 2, steps: 100, dt: 0.1,
 *                 readout: 'linear', hidden: [256, 256, 256], classes: 6 });   // 176,124 parameters
 */
export const nwm = <
  const H extends number,
  const W extends number,
  const I extends number,
  const C extends number,
  const T extends number,
  const K extends number,
>(
  o: NwmOptions<H, W, I, C, T, K>,
) =>
  program({ image: [o.height, o.width, o.input] }, ({ image }) => {
    const omega = relu(scope('omega', encoder([o.mid, o.mid], o.channels))(image));
    const alpha = relu(scope('alpha', encoder([o.mid, o.mid], o.channels))(image));
    const y0 = tanh(scope('y0', encoder([o.mid, o.mid, o.mid], o.channels))(image));
    const neighbours = coupling();
    const waves = scan({
      steps: o.steps,
      init: { y: y0, z: zeros(o.height, o.width, o.channels) },
      step: oscillator({
        dt: o.dt,
        coupling: (y) => tanh(neighbours(y)),
        frequency: omega,
        damping: alpha,
      }),
      observe: ({ y }) => y,
    });
    const features = readout(o.readout)(waves);
    const logits = scope('readout', mlp(o.hidden, o.classes))(features);
    return { logits, waves, omega, alpha, y0 };
  });
