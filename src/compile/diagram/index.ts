/** Diagrams: a program as Mermaid flowchart text. */

import type { Program } from '../../dsl/program.js';
import { type Arrow, type Box, type Group, type GroupPath, within } from './canvas.js';
import { drawingOf } from './drawing.js';
import { arrow, box, group } from './text.js';

/**
 * A program as a Mermaid flowchart, one statement a line; it renders wherever Mermaid does.
 *
 * Values flow from the inputs to the outputs, both with round ends; an arrow is labelled with the shape that
 * arrives. A layer is one box with its parameters folded in ("conv 3×3, 16, zero") and the pointwise operations that
 * follow it as further lines; scopes are groups. A scan is a group with its step drawn once: state as cylinders,
 * dotted arrows for what becomes the next state, plain arrows for what comes in from outside. The same program
 * always gives the same text.
 *
 * @example
 * await writeFile('nwm.mmd', diagram(nwm({ ... })));
 */
export const diagram = (p: Program): string => {
  const { boxes, arrows } = drawingOf(p.graph);
  const ends = new Set(arrows.map(({ to }) => to));
  // An output is declared by the arrow to it: nothing else points there.
  const outputs = new Map(
    boxes.filter(({ id, outline }) => outline === 'stadium' && ends.has(id)).map((b) => [b.id, b]),
  );
  const others = settle(boxes, arrows).filter(({ id }) => !outputs.has(id));
  return [
    'flowchart TD',
    ...indented(grouped(others, [], groupIds(others))),
    ...indented(
      arrows.map(({ from, to, label, feedback }) => {
        const output = outputs.get(to);
        return arrow(from, output === undefined ? to : declared(output), label, feedback);
      }),
    ),
    '',
  ].join('\n');
};

const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);

const declared = ({ id, lines, outline }: Box): string => box(id, lines.join('\n'), outline);

const keyOf = (place: GroupPath): string => place.map(({ key }) => key).join(' ');

/** `g0`, `g1`, ... in the order in which groups are first met. */
const groupIds = (boxes: readonly Box[]): ReadonlyMap<string, string> => {
  const keys = boxes.flatMap(({ place }) => place.map((_, i) => keyOf(place.slice(0, i + 1))));
  return new Map([...new Set(keys)].map((key, i) => [key, `g${i}`]));
};

/**
 * The contents of a group: scans first, since Mermaid lays out a cycle from the first box that it meets, which should
 * be a state; then boxes, then other groups in the order of their first boxes.
 */
const grouped = (
  boxes: readonly Box[],
  place: GroupPath,
  ids: ReadonlyMap<string, string>,
): readonly string[] => {
  const inside = boxes.filter((b) => within(b.place, place));
  const inner = new Map(
    inside.flatMap((b) => b.place.slice(place.length, place.length + 1)).map((g) => [g.key, g]),
  );
  const groups = [...inner.values()];
  const written = (next: Group): readonly string[] => {
    const at = [...place, next];
    return group(ids.get(keyOf(at)) ?? 'g', next.title, grouped(boxes, at, ids));
  };
  return [
    ...groups.filter(({ scan }) => scan).flatMap(written),
    ...inside.filter((b) => b.place.length === place.length).map(declared),
    ...groups.filter(({ scan }) => !scan).flatMap(written),
  ];
};

/** A box without a scope of its own joins the one that all its neighbours are in. */
const settle = (boxes: readonly Box[], arrows: readonly Arrow[]): readonly Box[] => {
  const places = new Map(boxes.map(({ id, place }) => [id, place]));
  return boxes.map((b) => {
    const around = arrows
      .filter(({ from, to, feedback }) => !feedback && (from === b.id || to === b.id))
      .map(({ from, to }) => places.get(from === b.id ? to : from) ?? []);
    const [first] = around;
    const joins =
      b.outline === 'box' &&
      around.length > 1 &&
      within(first, b.place) &&
      around.every((place) => keyOf(place) === keyOf(first));
    return joins ? { ...b, place: first } : b;
  });
};
