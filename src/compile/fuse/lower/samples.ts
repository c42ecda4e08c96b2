/** Programs whose pixels are samples: finds the values that differ between samples. */

import { type Op, type ScanOp, scanInputs } from '../../../dsl/op.js';
import type { PixelAxes } from './pixel-axes.js';

/** The pixels of a program: axes of its values, or the samples of a block. */
export type Pixels = PixelAxes | SamplesTogether;

/** The number of samples that are computed at a time. */
export interface SamplesTogether {
  readonly samples: number;
}

export const samplesIn = (pixels: Pixels): number | undefined =>
  'samples' in pixels ? pixels.samples : undefined;

/** Whether an operation draws noise, or a step inside of it does. */
const draws = (op: Op): boolean =>
  op.op === 'noise' || (op.op === 'scan' && op.body.nodes.some((node) => draws(node.op)));

/**
 * The fields of a scan that differ between samples: those whose start does, and those that a step makes differ.
 * `inputs` says which inputs of the scan differ.
 */
export const fieldsOfSamples = (op: ScanOp, inputs: readonly boolean[]): readonly boolean[] => {
  const { fields: first, sequences, externals } = scanInputs(op, inputs);
  let fields: readonly boolean[] = first;
  for (;;) {
    const own: boolean[] = [];
    for (const { op: inside, inputs: read } of op.body.nodes)
      own.push(
        inside.op === 'state'
          ? fields[op.fields.indexOf(inside.field)]
          : inside.op === 'element'
            ? sequences[inside.sequence]
            : inside.op === 'external'
              ? externals[inside.index]
              : draws(inside) || read.some((input) => own[input]),
      );
    const next = op.fields.map((field, i) => fields[i] || own[op.body.next[field]]);
    if (next.every((is, i) => is === fields[i])) return fields;
    fields = next;
  }
};
