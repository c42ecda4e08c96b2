/** What these specs share: the bytes that TensorFlow.js holds, buffer by buffer, while it works. */

import * as E from 'fp-ts/lib/Either.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { openSession } from '../../../src/compile/tfjs/session/session.js';
import { inputsOf, outputsOf, type Program, volume } from '../../../src/dsl/index.js';
import type { Engine } from '../../../src/engine/index.js';

interface Held {
  readonly training: number;
  readonly inference: number;
}

/** Runs `work` and gives the largest number of bytes in distinct buffers beyond those that were there. */
const peakOf = async ({ tf }: Engine, work: () => Promise<unknown>): Promise<number> => {
  // tf.memory() counts a buffer for every tensor that shares it, so the buffers are followed themselves.
  const engine = tf.engine();
  const [track, remove] = [engine.trackTensor, engine.removeDataId];
  const sizes = new Map<object, number>();
  let now = 0;
  let peak = 0;
  engine.trackTensor = (tensor, backend) => {
    track.call(engine, tensor, backend);
    if (sizes.has(tensor.dataId)) return;
    const bytes = tensor.size * (tensor.dtype === 'bool' ? 1 : 4);
    sizes.set(tensor.dataId, bytes);
    now += bytes;
    peak = Math.max(peak, now);
  };
  engine.removeDataId = (dataId, backend) => {
    remove.call(engine, dataId, backend);
    now -= sizes.get(dataId) ?? 0;
    sizes.delete(dataId);
  };
  try {
    await work();
  } finally {
    engine.trackTensor = track;
    engine.removeDataId = remove;
  }
  return peak;
};

/** Peak bytes of a batch, in training on `logits` and in inference. */
const heldAt = async (engine: Engine, p: Program, count: number): Promise<Held> => {
  const session = openSession(engine, p, initialParameters(p.graph, 0));
  if (E.isLeft(session)) throw new Error(session.left.message);
  const inputs = Object.fromEntries(
    Object.entries(inputsOf(p.graph)).map(([name, shape]) => [
      name,
      new Float32Array(count * volume(shape)).map((_, i) => Math.sin(i)),
    ]),
  );
  const pixels = volume(outputsOf(p.graph).logits.slice(0, -1));
  const labels = new Uint8Array(count * pixels);
  const { gradients, infer, close } = session.right;
  const training = await peakOf(engine, () => gradients({ count, inputs, labels }, [count]));
  const inference = await peakOf(engine, () => infer({ count, inputs }, ['logits']));
  close();
  return { training, inference };
};

/** Bytes that each sample adds. */
export const heldPerSample = async (engine: Engine, p: Program): Promise<Held> => {
  const [two, four] = [await heldAt(engine, p, 2), await heldAt(engine, p, 4)];
  return {
    training: (four.training - two.training) / 2,
    inference: (four.inference - two.inference) / 2,
  };
};
