/** Rules of operations besides shapes: the number of inputs, and whether the result differs between samples. */

import type * as E from 'fp-ts/lib/Either.js';
import type { Node, Op } from './op.js';
import type { Shape } from './shape.js';
import { when } from './shape-rules.js';

/** The facts about a value that are known before it is computed. */
export interface Facts {
  readonly shape: Shape;
  /** Whether it differs between samples. Parameters, and values computed only from parameters, do not. */
  readonly perSample: boolean;
}

/** The facts of the leaves of a scan's body. */
export interface Leaves {
  readonly state: Readonly<Record<string, Facts>>;
  readonly elements: readonly Facts[];
  readonly externals: readonly Facts[];
}

/** The sizes in an operation's own settings. They are checked first, so that the message names them. */
export const declared = (op: Op): Shape => {
  switch (op.op) {
    case 'input':
    case 'parameter':
    case 'constant':
    case 'noise':
    case 'reshape':
    case 'broadcast':
      return op.shape;
    case 'slice':
      return op.size;
    default:
      return [];
  }
};

/** The numbers of inputs that each operation takes: [least, most]. */
const arities = (op: Op): readonly [number, number] => {
  switch (op.op) {
    case 'input':
    case 'parameter':
    case 'constant':
    case 'training':
    case 'state':
    case 'element':
    case 'external':
    case 'clock':
      return [0, 0];
    case 'noise':
      return [0, 1];
    case 'zip':
    case 'einsum':
      return [2, 2];
    case 'where':
      return [3, 3];
    case 'conv':
    case 'convTranspose':
    case 'dense':
    case 'recurrence':
      return [2, 3];
    case 'batchNorm':
      return [5, 5];
    case 'concat':
      return [1, Number.POSITIVE_INFINITY];
    case 'scan':
      return [op.fields.length + op.sequences, Number.POSITIVE_INFINITY];
    default:
      return [1, 1];
  }
};

/** Checks the number of inputs of an operation. */
export const arity = (op: Op, count: number): E.Either<string, void> => {
  const [least, most] = arities(op);
  const range =
    least === most
      ? `${least}`
      : most === Number.POSITIVE_INFINITY
        ? `at least ${least}`
        : `${least} to ${most}`;
  return when(
    count >= least && count <= most,
    () => `takes ${range} ${range === '1' ? 'input' : 'inputs'}, got ${count}`,
  );
};

/** Whether the result of an operation differs between samples. */
export const isPerSample = (op: Op, inputs: readonly Facts[], leaves?: Leaves): boolean => {
  switch (op.op) {
    case 'input':
    case 'noise':
      return true;
    case 'state':
      return leaves?.state[op.field]?.perSample ?? true;
    case 'element':
      return leaves?.elements[op.sequence]?.perSample ?? true;
    case 'scan':
      return inputs.some((input) => input.perSample) || op.body.nodes.some(isNoisy);
    case 'external':
      return leaves?.externals[op.index]?.perSample ?? true;
    default:
      return inputs.some((input) => input.perSample);
  }
};

/** Whether a node draws noise, which differs between samples. */
export const isNoisy = ({ op }: Node): boolean =>
  op.op === 'noise' || (op.op === 'scan' && op.body.nodes.some(isNoisy));

/** Checks that weights are the same for all samples; the compilers rely on it. */
export const sharedWeights = (op: Op, inputs: readonly Facts[]): E.Either<string, void> => {
  const weighted = ['conv', 'convTranspose', 'dense', 'batchNorm'].includes(op.op);
  return when(
    !(weighted && inputs.slice(1).some((input) => input.perSample)),
    () => 'its weights depend on the sample; weights must be made of parameters and constants alone',
  );
};
