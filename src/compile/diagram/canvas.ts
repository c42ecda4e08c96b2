/** Boxes and arrows being collected, in the order in which they are drawn. */

import type { Outline } from './text.js';
import type { Origin } from './words.js';

/** A group of boxes: a scope or a scan. Two groups are the same if title and key agree. */
export interface Group {
  readonly key: string;
  readonly title: string;
  readonly scan: boolean;
}

/** A group inside others: the outermost first. */
export type GroupPath = readonly Group[];

/** Whether one group path equals the other or is inside it. */
export const within = (inner: GroupPath, outer: GroupPath): boolean =>
  outer.every(({ key }, i) => key === inner[i]?.key);

/** A box of a diagram: an operation with the pointwise operations after it, an input or a state. */
export interface Box {
  readonly id: string;
  readonly lines: readonly string[];
  readonly outline: Outline;
  readonly place: GroupPath;
}

/** An arrow from box to box. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** Whether it leads to the next step of a scan. */
  readonly feedback: boolean;
}

/** A diagram, before any syntax. */
export interface Drawing {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

/** Collects boxes and arrows. */
export interface Canvas {
  readonly add: (box: Box) => Origin;
  readonly append: (id: string, line: string) => void;
  readonly connect: (from: string, to: string, label: string, feedback?: boolean) => void;
  /** Whether another line may go into this origin's box. */
  readonly grows: (origin: Origin, place: GroupPath) => boolean;
  readonly drawing: () => Drawing;
}

/** An empty canvas. */
export const blank = (): Canvas => {
  const boxes = new Map<string, Box>();
  const arrows = new Map<string, Arrow>();
  return {
    add: (box) => {
      boxes.set(box.id, box);
      return { kind: 'box', id: box.id };
    },
    append: (id, line) => {
      const box = boxes.get(id);
      if (box !== undefined) boxes.set(id, { ...box, lines: [...box.lines, line] });
    },
    connect: (from, to, label, feedback = false) => {
      arrows.set(`${from} ${to} ${label} ${feedback}`, { from, to, label, feedback });
    },
    grows: (origin, place) => {
      const box = origin.kind === 'box' ? boxes.get(origin.id) : undefined;
      return box?.outline === 'box' && within(box.place, place);
    },
    drawing: () => ({ boxes: [...boxes.values()], arrows: [...arrows.values()] }),
  };
};
