/** Copies, sums and reductions of planes. */

import { copy, copyCells } from '../kernels/move.js';
import { sumPlanes } from '../kernels/sums.js';
import { type Instruction, numberBytes, type Place } from '../memory/address.js';
import { type Emitting, extentIn, type Operand } from './emitting.js';

export interface Run {
  readonly place: Place;
  /** The first plane, and how many planes from one run to the next. */
  readonly from: number;
  readonly each: number;
}

/** Copies `runs` runs of neighbouring planes. */
export const copyRun = (
  from: Run,
  to: Run,
  runs: number,
  planes: number,
  e: Emitting,
): readonly Instruction[] => {
  if (from.place.plane === numberBytes) {
    const run = e.machine.kernel('copyCells', copyCells);
    const address = ({ place, from: first }: Run, t: number): number => place.at(t) + first * numberBytes;
    const [each, toEach] = [from.each * numberBytes, to.each * numberBytes];
    return [
      (t) => run(address(from, t), numberBytes, each, address(to, t), numberBytes, toEach, runs, planes),
    ];
  }
  const run = e.machine.kernel('copy', copy);
  const { strips } = extentIn(e);
  const vectors = (planes * from.place.plane) / 16;
  return [
    (t) =>
      run(
        from.place.at(t) + from.from * from.place.plane,
        from.each * from.place.plane,
        from.place.strip,
        to.place.at(t) + to.from * to.place.plane,
        to.each * to.place.plane,
        to.place.strip,
        strips(t),
        runs,
        vectors,
      ),
  ];
};

export const emitSum = (x: Operand, out: Operand, scale: number, e: Emitting): Instruction => {
  const run = e.machine.kernel(`sumPlanes ${scale}`, () => sumPlanes(scale));
  const { planes } = x.extent;
  const { strips } = e;
  const to = e.doubles(out.node);
  if (strips !== undefined) {
    const all = e.machine.mask(4);
    const left = e.grid.pixels % 8;
    const edge = e.machine.mask(left % 4 || 4);
    const last = Math.ceil(e.grid.pixels / 8) - 1;
    return (t) => {
      const [from, count] = [x.place.at(t), strips(t)];
      const full = left > 0 && t * e.most + count > last ? count - 1 : count;
      run(from, x.place.plane, x.place.strip, to, planes, full, 1, all);
      // what lies past the last pixel may be no number
      if (full < count)
        run(from + full * x.place.strip, x.place.plane, 0, to, planes, 1, left > 4 ? 1 : 0, edge);
    };
  }
  const mask = e.machine.mask(e.grid.pixels % 4 || 4);
  const vectors = Math.ceil(e.grid.pixels / 4) - 1;
  return (t) => run(x.place.at(t), x.place.plane, 0, to, planes, 1, vectors, mask);
};
