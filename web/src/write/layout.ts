/** Lays out boxes and arrows. */

import dagre from '@dagrejs/dagre';
import type { Drawing } from '../../../src/compile/diagram/canvas.js';

export interface PlacedBox {
  readonly id: string;
  readonly lines: readonly string[];
  readonly outline: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface PlacedGroup {
  readonly title: string;
  readonly scan: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface PlacedArrow {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly label: string;
  readonly feedback: boolean;
  readonly x: number;
  readonly y: number;
}
export interface Placed {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly groups: readonly PlacedGroup[];
  readonly arrows: readonly PlacedArrow[];
}

/** The largest number of boxes; larger drawings are hard to read and slow to lay out. */
const mostBoxes = 160;

export const layout = ({ boxes, arrows }: Drawing): Placed | null => {
  if (boxes.length > mostBoxes) return null;
  const graph = new dagre.graphlib.Graph({ compound: true, multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 18, ranksep: 26, marginx: 8, marginy: 8 });
  const groups = new Map<string, { readonly title: string; readonly scan: boolean }>();
  for (const { id, lines, place } of boxes) {
    const longest = lines.reduce((most, line) => Math.max(most, line.length), 0);
    graph.setNode(id, { width: Math.max(44, 7 * longest + 20), height: 15 * lines.length + 12 });
    let parent: string | undefined;
    for (const [i, group] of place.entries()) {
      const key = `group ${place
        .slice(0, i + 1)
        .map(({ key: each }) => each)
        .join(' ')}`;
      if (!groups.has(key)) {
        groups.set(key, group);
        graph.setNode(key, {});
        if (parent !== undefined) graph.setParent(key, parent);
      }
      parent = key;
    }
    if (parent !== undefined) graph.setParent(id, parent);
  }
  const known = new Set(boxes.map(({ id }) => id));
  for (const [i, { from, to, label }] of arrows.entries())
    if (known.has(from) && known.has(to))
      graph.setEdge(from, to, { width: 6.5 * label.length, height: 12, labelpos: 'c' }, String(i));
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    boxes: boxes.map(({ id, lines, outline }) => ({ id, lines, outline, ...boxOf(graph.node(id)) })),
    groups: [...groups].map(([key, { title, scan }]) => ({ title, scan, ...boxOf(graph.node(key)) })),
    arrows: arrows.flatMap(({ from, to, label, feedback }, i) => {
      const edge = known.has(from) && known.has(to) ? graph.edge(from, to, String(i)) : undefined;
      return edge === undefined
        ? []
        : [{ points: edge.points, label, feedback, x: edge.x ?? 0, y: edge.y ?? 0 }];
    }),
  };
};

const boxOf = ({ x, y, width, height }: { x: number; y: number; width: number; height: number }) => ({
  x: x - width / 2,
  y: y - height / 2,
  width,
  height,
});
