/** The work of one call of a fused kernel, from its key and its parameters. */

import { productParameters } from '../../src/compile/fuse/kernels/product.js';
import { dotParameters } from '../../src/compile/fuse/kernels/sums.js';

export interface KernelWork {
  /** The kind of kernel, with the sizes that decide its speed. */
  readonly name: string;
  readonly flops: number;
  /** Bytes of the planes that it reads and writes, once each; 0 for products and dots, which reuse them. */
  readonly bytes: number;
}

/** Operations on a vector for each step of a pointwise group; polynomials count by their length. */
const costly: Readonly<Record<string, number>> = {
  tanh: 20,
  sigmoid: 20,
  exp: 14,
  log: 16,
  sin: 16,
  cos: 16,
  sqrt: 4,
};

const named = <N extends string>(names: readonly N[], values: readonly number[]) => {
  const byName = new Map(names.map((name, i) => [name, values[i]]));
  return (name: N): number => byName.get(name) ?? 0;
};

interface Described {
  readonly operands: readonly string[];
  readonly steps: readonly { readonly op: string; readonly fn?: string }[];
  readonly results: readonly number[];
}

const pointwise = (key: string, [strips, planes, vectors]: readonly number[]): KernelWork => {
  const group: Described = JSON.parse(key);
  const fns = group.steps.map(({ op, fn }) => fn ?? op).filter((fn) => fn !== 'constant');
  const count = strips * planes * vectors;
  const moved = group.operands.filter((operand) => operand === 'full').length + group.results.length;
  const operations = fns.reduce((sum, fn) => sum + (costly[fn] ?? 1), 0);
  return {
    name: `pointwise ${fns.length} maps${fns.length <= 4 ? ` ${fns.join(' ')}` : ''}, ${moved} planes moved`,
    flops: 4 * count * operations,
    bytes: 16 * count * moved,
  };
};

/** The work of a kernel; 0 for one whose key is unknown. */
export const workOf = (key: string, parameters: readonly number[]): KernelWork => {
  const [kind, ...rest] = key.split(' ');
  switch (kind) {
    case 'product': {
      const of = named(productParameters, parameters);
      const [rows, vectors] = rest.map(Number);
      const columns = 4 * vectors * of('lines') * of('strips');
      return {
        name: `${key}, ${rows * of('blocks')} rows, depth ${of('depth')}`,
        flops: 2 * rows * of('blocks') * of('depth') * columns,
        bytes: 0,
      };
    }
    case 'dot': {
      const of = named(dotParameters, parameters);
      const [rows, columns] = rest.map(Number);
      return {
        name: `${key}, ${rows * of('iBlocks')} x ${columns * of('jBlocks')}`,
        flops:
          2 *
          rows *
          of('iBlocks') *
          columns *
          of('jBlocks') *
          of('lines') *
          of('blocks') *
          4 *
          (of('vectors') + 1),
        bytes: 0,
      };
    }
    case 'pointwise':
      return pointwise(key.slice('pointwise '.length), parameters);
    case 'copy': {
      const [outer, inner, vectors] = parameters.slice(6);
      return { name: 'copy', flops: 0, bytes: 32 * outer * inner * vectors };
    }
    case 'fill':
      return { name: 'fill', flops: 0, bytes: 16 * parameters[3] * parameters[4] };
    case 'turn':
      return {
        name: key,
        flops: 0,
        bytes: 32 * (Number(rest[0]) + Number(rest[1])) * parameters[6] * parameters[7],
      };
    case 'sumPlanes': {
      const [planes, strips, vectors] = parameters.slice(4);
      return {
        name: key,
        flops: 4 * planes * strips * (vectors + 1),
        bytes: 16 * planes * strips * (vectors + 1),
      };
    }
    default:
      return { name: kind === 'reduce' ? key : kind, flops: 0, bytes: 0 };
  }
};
