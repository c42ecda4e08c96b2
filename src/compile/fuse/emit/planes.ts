/** Copies, sums and reductions of planes. */

import { copy, copyCells } from '../kernels/move.js';
import { sumPlanes } from '../kernels/sums.js';
import { type Address, type Instruction, numberBytes } from '../memory/address.js';
import { type EmitContext, extentIn, type Operand } from './emitting.js';

/** Runs of planes at equal distances. */
export interface PlaneRun {
  readonly address: Address;
  /** The first plane, and how many planes from one run to the next. */
  readonly from: number;
  readonly each: number;
}

/** Copies `runs` runs of neighbouring planes. */
export const copyRun = (
  from: PlaneRun,
  to: PlaneRun,
  runs: number,
  planes: number,
  e: EmitContext,
): readonly Instruction[] => {
  if (from.address.plane === numberBytes) {
    const run = e.arena.kernel('copyCells', copyCells);
    const start = ({ address, from: first }: PlaneRun, t: number): number =>
      address.at(t) + first * numberBytes;
    const [each, toEach] = [from.each * numberBytes, to.each * numberBytes];
    return [(t) => run(start(from, t), numberBytes, each, start(to, t), numberBytes, toEach, runs, planes)];
  }
  const run = e.arena.kernel('copy', copy);
  const { strips } = extentIn(e);
  const vectors = (planes * from.address.plane) / 16;
  return [
    (t) =>
      run(
        from.address.at(t) + from.from * from.address.plane,
        from.each * from.address.plane,
        from.address.strip,
        to.address.at(t) + to.from * to.address.plane,
        to.each * to.address.plane,
        to.address.strip,
        strips(t),
        runs,
        vectors,
      ),
  ];
};

export const emitSum = (x: Operand, out: Operand, scale: number, e: EmitContext): Instruction => {
  const run = e.arena.kernel(`sumPlanes ${scale}`, () => sumPlanes(scale));
  const { planes } = x.extent;
  const { strips } = e;
  const to = e.doubles(out.node);
  if (strips !== undefined) {
    const all = e.arena.mask(4);
    const left = e.grid.pixels % 8;
    const edge = e.arena.mask(left % 4 || 4);
    const last = Math.ceil(e.grid.pixels / 8) - 1;
    return (t) => {
      const [from, count] = [x.address.at(t), strips(t)];
      const full = left > 0 && t * e.most + count > last ? count - 1 : count;
      run(from, x.address.plane, x.address.strip, to, planes, full, 1, all);
      // past the last pixel there may be NaN
      if (full < count)
        run(from + full * x.address.strip, x.address.plane, 0, to, planes, 1, left > 4 ? 1 : 0, edge);
    };
  }
  const mask = e.arena.mask(e.grid.pixels % 4 || 4);
  const vectors = Math.ceil(e.grid.pixels / 4) - 1;
  return (t) => run(x.address.at(t), x.address.plane, 0, to, planes, 1, vectors, mask);
};
