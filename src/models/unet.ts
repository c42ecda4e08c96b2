/** The U-Net that Multi-MNIST is compared with: four levels down and up again, with skip connections. */

import {
  batchNorm,
  concat,
  concatAlong,
  conv,
  convTranspose,
  maxPool,
  program,
  relu,
  reshape,
  scope,
  shapeOf,
  type Tensor,
  zeros,
} from '../dsl/index.js';

export interface UnetOptions<H extends number, W extends number, I extends number, K extends number> {
  /** At least 16: the field is halved four times. */
  readonly height: H;
  readonly width: W;
  /** Channels of the image. */
  readonly input: I;
  /** Channels at full size, doubled at each level below; the reference's are 2, 3, 4 and 5. */
  readonly base: number;
  readonly classes: K;
  /** Weight of a new batch in the running statistics; default 0.1. */
  readonly momentum?: number;
  /** Added to the variance; default 1e-5. */
  readonly epsilon?: number;
}

type Field = Tensor<readonly [number, number, number]>;

/**
 * U-Net (Ronneberger et al. 2015, arXiv 1505.04597) in the form of arXiv 2502.06034's comparison: at each level two 3x3
 * convolutions without bias, each with batch norm and ReLU; 2x2 max pooling down, 2x2 transposed convolutions of stride
 * 2 up, concatenated as [skip, up]; a 1x1 convolution to the classes.
 *
 * If a size is odd, pooling drops the last row or column and the upward path restores it with zeros, as PyTorch
 * implementations do. Its batch statistics are those of the whole batch.
 *
 * Outputs: logits [H, W, classes].
 *
 * @example
 * const p = unet({ height: 128, width: 128, input: 1, base: 3, classes: 11 });   // 68,834 parameters
 */
export const unet = <
  const H extends number,
  const W extends number,
  const I extends number,
  const K extends number,
>(
  o: UnetOptions<H, W, I, K>,
) =>
  program({ image: [o.height, o.width, o.input] }, ({ image }) => {
    const normalise = () => batchNorm({ momentum: o.momentum ?? 0.1, epsilon: o.epsilon ?? 1e-5 });
    const twice = (channels: number) => {
      const [first, second] = [conv(channels, { bias: false }), conv(channels, { bias: false })];
      const [tame, tameAgain] = [normalise(), normalise()];
      return (x: Field): Field => relu(tameAgain(second(relu(tame(first(x))))));
    };
    const down = (name: string, x: Field, channels: number): Field =>
      scope(name, twice(channels))(maxPool(2)(x));
    const up = (name: string, x: Field, bridge: Field, channels: number): Field => {
      const [rise, join] = [convTranspose(channels), twice(channels)];
      return scope(name, (below: Field, across: Field) => join(concat(across, grownTo(across, rise(below)))))(
        x,
        bridge,
      );
    };

    const c = o.base;
    const x1 = scope('in', twice(c))(image);
    const x2 = down('down1', x1, 2 * c);
    const x3 = down('down2', x2, 4 * c);
    const x4 = down('down3', x3, 8 * c);
    const x5 = down('down4', x4, 16 * c);
    const y4 = up('up1', x5, x4, 8 * c);
    const y3 = up('up2', y4, x3, 4 * c);
    const y2 = up('up3', y3, x2, 2 * c);
    const y1 = up('up4', y2, x1, c);
    // The types lose the sizes on the way down and up; the result has the size of the image.
    const logits: Tensor = conv(o.classes, { kernel: 1, name: 'head' })(y1);
    return { logits: reshape(o.height, o.width, o.classes)(logits) };
  });

/** Zero rows and columns at the end, up to the height and width of `like`. */
const grownTo = (like: Field, x: Field): Field => {
  const [height, width] = shapeOf(like);
  const [h, w, c] = shapeOf(x);
  const tall = height === h ? x : concatAlong(0, x, zeros(height - h, w, c));
  const wide = width === w ? tall : concatAlong(1, tall, zeros(height, width - w, c));
  return wide === x ? x : reshape(height, width, c)(wide);
};
